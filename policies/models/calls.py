"""Calls of the network, such as for an award: what answers them, how it is marked, and what came of it."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Member
from sdg.models import Target

from .case import CaseStudy, Theme
from .review import Assessment


class CallQuerySet(models.QuerySet):
    def public(self):
        """Return calls that have opened, the newest first."""
        return self.filter(opens__lte=timezone.localdate()).order_by("-closes", "-pk")


class Call(models.Model):
    """The network asks its members for cases until a day."""

    title = models.CharField(_("title"), max_length=200, help_text=_("What is asked for."))
    text = models.TextField(
        _("text"),
        validators=[MaxLengthValidator(5000)],
        help_text=_("For what, by which criteria, and what comes of it."),
    )
    themes = models.ManyToManyField(
        Theme,
        blank=True,
        related_name="+",
        verbose_name=_("themes"),
        help_text=_("A case has to have one of these themes or targets; none chosen: any case."),
    )
    targets = models.ManyToManyField(
        Target,
        blank=True,
        related_name="+",
        verbose_name=_("targets"),
        help_text=_("As themes: one of them has to be among those of the case."),
    )
    opens = models.DateField(_("opens"), help_text=_("Not shown before this day."))
    closes = models.DateField(_("closes"), help_text=_("The last day."))
    kinds = models.JSONField(
        _("kinds of members"),
        default=list,
        blank=True,
        help_text=_("Kinds of members that may answer; none: all."),
    )
    created_at = models.DateTimeField(_("begun on"), auto_now_add=True)
    reminded_at = models.DateTimeField(_("reminded on"), null=True, blank=True, editable=False)
    announced_at = models.DateTimeField(_("results since"), null=True, blank=True, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-closes", "-pk"]
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gte=models.F("opens")),
                name="a_call_closes_after_it_opens",
                violation_error_message=_("It cannot close before it opens."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("calls:call", args=[self.pk])

    @property
    def is_open(self):
        return self.opens <= timezone.localdate() <= self.closes

    @property
    def kind_names(self):
        """Return the kinds of members that may answer, in words; none for all."""
        return [label for kind, label in Member.Kind.choices if kind in self.kinds]


class CallEntry(models.Model):
    """A case with which a member answers a call."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="entries")
    case = models.ForeignKey(CaseStudy, models.CASCADE, related_name="call_entries")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(_("by"), max_length=254)
    created_at = models.DateTimeField(_("entered on"), auto_now_add=True)
    is_shortlisted = models.BooleanField(_("on the shortlist"), default=False)
    result = models.CharField(
        _("result"), max_length=60, blank=True, help_text=_("Such as “Finalist 2026”.")
    )

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("answer to a call")
        verbose_name_plural = _("answers to calls")
        constraints = [
            models.UniqueConstraint(fields=["call", "case"], name="a_case_answers_a_call_once"),
        ]

    def __str__(self):
        return f"{self.call_id}: {self.case_id}"


class CallMark(models.Model):
    """A reviewer's mark and remark on an answer by one criterion. Each reviewer has an own one."""

    entry = models.ForeignKey(CallEntry, models.CASCADE, related_name="marks")
    criterion = models.CharField(_("criterion"), max_length=20, choices=Assessment.Criterion)
    mark = models.CharField(_("mark"), max_length=10, choices=Assessment.Mark, blank=True)
    remark = models.TextField(_("remark"), blank=True, validators=[MaxLengthValidator(2000)])
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(_("by"), max_length=254)
    updated_at = models.DateTimeField(_("time"), auto_now=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("mark in a call")
        verbose_name_plural = _("marks in calls")
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "criterion", "by"], name="one_mark_an_entry_criterion_and_person"
            ),
        ]

    def __str__(self):
        return f"{self.get_criterion_display()}: {self.get_mark_display()}"
