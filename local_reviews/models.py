from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.models.querysets import MODERATE
from members.models import Member
from members.secretariat import acts_for_secretariat
from policies.models import Revision, months
from sdg.models import Goal


class LocalReviewQuerySet(models.QuerySet):
    def editable_by(self, user):
        """Return reviews of members whose team ``user`` is in, and all for the secretariat."""
        if acts_for_secretariat(user, MODERATE):
            return self
        return self.filter(member__in=Member.objects.of(user).order_by().values("pk"))

    def for_lists(self):
        """Return reviews with all that lists show, the newest first; those of no known year last."""
        rows = self.select_related("member").prefetch_related("goals", "sources")
        return rows.order_by(models.F("year").desc(nulls_last=True), "member__name", "pk")


class LocalReview(models.Model):
    """A report of a member on the goals, or its strategy for them. It is public as soon as it is here."""

    class Kind(models.TextChoices):
        VLR = "vlr", _("Voluntary local review")
        PROGRESS = "progress-report", _("Progress report")
        STRATEGY = "sdg-strategy", _("SDG strategy")

    class UrlIs(models.TextChoices):
        REPORT = "report", _("The report, or its own page")
        ANNOUNCEMENT = "announcement", _("An announcement")

    member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="local_reviews",
        verbose_name=_("city or organisation"),
        help_text=_("Whose report it is."),
    )
    year = months.YearField(
        _("year"), help_text=_("Of the report. Left empty where it is not known.")
    )
    title = models.CharField(_("title"), max_length=300, help_text=_("Of the report."))
    kind = models.CharField(
        _("kind"),
        max_length=15,
        choices=Kind,
        default=Kind.VLR,
        help_text=_("What sort of report it is."),
    )
    url = models.URLField(
        _("address"),
        max_length=500,
        blank=True,
        help_text=_("Where it can be read; empty where that is not known."),
    )
    url_is = models.CharField(
        _("the address is"),
        max_length=12,
        choices=UrlIs,
        blank=True,
        help_text=_("What is found at the address."),
    )
    languages = models.JSONField(
        _("languages"), default=list, blank=True, help_text=_("Of the report.")
    )
    goals = models.ManyToManyField(
        Goal,
        blank=True,
        related_name="local_reviews",
        verbose_name=_("goals"),
        help_text=_("That it reports on. None where that is not known."),
    )
    published_on = models.DateField(
        _("published on"), null=True, blank=True, help_text=_("The day, where it is known.")
    )
    note = models.TextField(
        _("note"),
        blank=True,
        validators=[MaxLengthValidator(500)],
        help_text=_("What else has to be known, such as what the sources leave open."),
    )
    source_id = models.CharField(
        _("identifier in the file"), max_length=100, null=True, unique=True, editable=False
    )
    is_compiled = models.BooleanField(
        _("compiled from public sources"),
        default=False,
        editable=False,
        help_text=_("By the secretariat from public pages, which are named."),
    )

    objects = LocalReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "pk"]
        verbose_name = _("local review")
        verbose_name_plural = _("local reviews")

    def __str__(self):
        return self.title

    @property
    def language_names(self):
        """The names of its languages."""
        names = dict(Revision.Language.choices)
        return [names[code] for code in self.languages if code in names]


class LocalReviewSource(models.Model):
    """A public page that tells of a review which was compiled."""

    review = models.ForeignKey(LocalReview, models.CASCADE, related_name="sources")
    title = models.CharField(_("title"), max_length=300)
    url = models.URLField(_("address"), max_length=500)
    accessed = models.DateField(_("accessed"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self):
        return self.title
