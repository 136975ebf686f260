from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from policies.models import CaseStudy, Revision
from policies.models.amounts import (
    amount_field,
    can_be_kept,
    choice_field,
    currency_field,
    not_negative,
)
from policies.models.months import YearField
from sdg.models import Target

from .entries import Entry, Topic, Visibility, WrittenText
from .figures import duration_field, fte_field
from .questions import Addressee, Question

# So much of a text stands for the whole where it has no other name.
LONGEST_NAME = 80


class Advice(WrittenText, Entry):
    """What a member knows: an answer to a question, or know-how given unasked.

    It never changes once its first half hour is over: a new one replaces it, and the old one stays
    readable with a link forward.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("Waits for the secretariat")
        REFUSED = "refused", _("Refused")
        PUBLISHED = "published", _("Published")
        REPLACED = "replaced", _("Replaced by a newer one")
        WITHDRAWN = "withdrawn", _("Withdrawn by its team")

    # What was replaced stays readable by its address; lists show what stands now (``current``).
    OPEN_TO_READERS = (State.PUBLISHED, State.REPLACED)

    question = models.ForeignKey(
        Question,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="advice",
        verbose_name=_("question"),
    )
    addressee = models.ForeignKey(
        Addressee,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="advice",
        verbose_name=_("addressee"),
    )
    passed_on = models.BooleanField(
        _("passed on by the secretariat"),
        default=False,
        help_text=_("The secretariat enters what the member told it; the source says how."),
    )
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("“E-mail of 3 December 2026”.")
    )
    case = models.ForeignKey(
        CaseStudy,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="advice",
        verbose_name=_("case study"),
    )
    targets = models.ManyToManyField(
        Target, blank=True, related_name="advice", verbose_name=_("targets")
    )
    topic = models.CharField(_("topic"), max_length=24, choices=Topic)
    text = models.TextField(
        _("text"),
        validators=[MinLengthValidator(30), MaxLengthValidator(4000)],
        help_text=_("From 30 to 4,000 characters, in your own language if you like."),
    )
    amount = amount_field(_("amount"), _("What it cost, in the currency beside it."))
    currency = currency_field(_("currency"), _("ISO 4217 code: KRW, USD."))
    amount_year = YearField(_("year of the amount"))
    amount_basis = choice_field(
        _("basis of the amount"), Revision.Basis, _("Planned, approved or spent.")
    )
    amount_covers = models.CharField(_("what the amount covers"), max_length=200, blank=True)
    people_fte = fte_field(_("people, in full-time equivalents"))
    months = duration_field()
    visibility = models.CharField(
        _("who may read it"), max_length=7, choices=Visibility, default=Visibility.PUBLIC
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PUBLISHED)
    decision_note = models.TextField(
        _("note on the decision"), blank=True, help_text=_("Its author reads it.")
    )
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    confirmed_at = models.DateField(
        _("confirmed on"),
        null=True,
        blank=True,
        help_text=_("When its team last said that it is still true."),
    )
    # Set once the team of the case has taken the figure into its draft, or said that it will not.
    figure_settled_at = models.DateTimeField(_("figure dealt with on"), null=True, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("advice")
        verbose_name_plural = _("advice")
        constraints = [
            not_negative("amount", "people_fte", name="advice_figures_are_not_negative"),
            can_be_kept("amount", name="advice_amount_can_be_kept"),
            models.CheckConstraint(
                condition=Q(passed_on=False) | ~Q(source=""),
                name="what_is_passed_on_has_a_source",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "state"], name="advice_case"),
            models.Index(fields=["topic", "state"], name="advice_topic"),
        ]

    def __str__(self):
        text = " ".join(self.text.split())
        if len(text) <= LONGEST_NAME:
            return text
        cut = text[:LONGEST_NAME]
        # Between words, where the script has any.
        return f"{cut.rpartition(' ')[0] or cut} …"

    def get_absolute_url(self):
        return reverse("exchange:advice", args=[self.pk])

    @property
    def has_figures(self):
        """Whether it states an amount, people or a duration."""
        return any(value is not None for value in (self.amount, self.people_fte, self.months))
