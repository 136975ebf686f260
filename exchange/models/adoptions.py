from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models import Member
from policies.models import CaseStudy, Revision
from policies.models.amounts import (
    amount_field,
    can_be_kept,
    choice_field,
    currency_field,
    not_negative,
    value_field,
)
from policies.models.months import MonthField, YearField, label

from .entries import Entry
from .figures import duration_field, fte_field
from .querysets import AdoptionQuerySet


class Stage(models.TextChoices):
    CONSIDERING = "considering", _("Considering")
    PREPARING = "preparing", _("Preparing")
    UNDER_WAY = "under-way", _("Under way")
    IN_OPERATION = "in-operation", _("In operation")
    STOPPED = "stopped", _("Stopped")
    DECIDED_AGAINST = "decided-against", _("Decided against")


# After these no further report is asked for, and they need a reason.
FINAL_STAGES = (Stage.STOPPED, Stage.DECIDED_AGAINST)
# At these nothing was adopted (yet).
NOT_ADOPTED = (Stage.CONSIDERING, Stage.DECIDED_AGAINST)


class Adoption(Entry):
    """A member's adoption of another member's policy: what it kept, changed, paid and achieved."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    class LearnedBy(models.TextChoices):
        PLATFORM = "this-platform", _("This platform")
        SEMINAR = "seminar", _("A seminar")
        STUDY_VISIT = "study-visit", _("A study visit")
        ADVISER = "adviser-or-donor", _("An adviser or donor")
        PRESS = "press-or-research", _("Press or research")
        OTHER = "other", _("Another way")

    class Strength(models.TextChoices):
        """How well the sources show that it was adopted from there, as who compiled it judges."""

        STRONG = "strong", _("Strong")
        FAIR = "fair", _("Fair")

    OPEN_TO_READERS = (State.PUBLISHED,)
    # The public reads of it only once something is being done.
    FOR_NETWORK = (Stage.CONSIDERING,)
    NOT_ADOPTED = NOT_ADOPTED

    # Cases and members that are merged may meet, so no constraint says "only once a case and member".
    case = models.ForeignKey(
        CaseStudy,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="adoptions",
        verbose_name=_("original"),
        help_text=_("The case that is adopted, where it is in the library."),
    )
    revision = models.ForeignKey(
        Revision,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("text it goes back to"),
    )
    original_title = models.CharField(
        _("title of the original"),
        max_length=200,
        blank=True,
        help_text=_("Where the original is not in the library."),
    )
    original_member = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="adoptions_elsewhere",
        verbose_name=_("member of the original"),
        help_text=_("Where the original is not in the library."),
    )
    # Empty: not reported.
    stage = models.CharField(_("stage"), max_length=15, choices=Stage, blank=True)
    learned_by = models.CharField(
        _("learned of it by"), max_length=17, choices=LearnedBy, blank=True
    )
    interest = models.CharField(
        _("what interests you"), max_length=500, blank=True, help_text=_("In a sentence or two.")
    )
    kept = models.TextField(_("what was kept"), blank=True, validators=[MaxLengthValidator(1000)])
    reason = models.TextField(
        _("reason"),
        blank=True,
        validators=[MaxLengthValidator(1000)],
        help_text=_("Why it was decided against, or stopped."),
    )
    started = MonthField(_("started in"))
    own_case = models.ForeignKey(
        CaseStudy,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("the adopter's own case"),
    )
    provenance = models.CharField(
        _("provenance"),
        max_length=12,
        choices=CaseStudy.Provenance,
        default=CaseStudy.Provenance.CITY,
    )
    source_id = models.CharField(_("source id"), max_length=200, null=True, blank=True, unique=True)
    strength = models.CharField(_("evidence"), max_length=6, choices=Strength, blank=True)
    caveat = models.TextField(
        _("caveat"),
        blank=True,
        validators=[MaxLengthValidator(1000)],
        help_text=_("What the sources do not show."),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(_("published on"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded on"), null=True, blank=True)

    confirmed_by_origin_at = models.DateTimeField(
        _("confirmed by the original city on"), null=True, blank=True
    )
    origin_note = models.CharField(_("note of the original city"), max_length=500, blank=True)
    origin_note_is_older = models.BooleanField(
        _("the note is older than the text"), default=False, db_default=False, editable=False
    )
    # Until the secretariat has decided, the entry says that it is disputed.
    disputed_at = models.DateTimeField(_("disputed on"), null=True, blank=True)
    dispute_decided_at = models.DateTimeField(_("dispute decided on"), null=True, blank=True)
    dispute_decision = models.CharField(_("decision on the dispute"), max_length=500, blank=True)

    objects = AdoptionQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = _("adoption")
        verbose_name_plural = _("adoptions")
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False) | ~Q(original_title=""),
                name="an_adoption_names_its_original",
            )
        ]
        indexes = [models.Index(fields=["case", "state"], name="adoption_case")]

    def __str__(self):
        return f"{self.member}: {self.case.slug if self.case_id else self.original_title}"

    def get_absolute_url(self):
        return reverse("exchange:adoption", args=[self.pk])

    @property
    def original(self):
        """The case that is adopted, or the one it was merged into; None where it is elsewhere."""
        return self.case and (self.case.merged_into or self.case)

    @property
    def origin(self):
        """The member whose policy it is; None where that is not known."""
        return self.original.member if self.case else self.original_member

    @property
    def original_text(self):
        """The public text of the original; None where there is none in the library."""
        return self.original.live if self.case else None

    @property
    def title(self):
        """The title of the original."""
        text = self.original_text
        return (
            (text and text.title) or self.original_title or gettext("A policy that is not public")
        )

    @property
    def is_final(self):
        """Whether no further report is asked for."""
        return self.stage in FINAL_STAGES

    @property
    def is_compiled(self):
        """Whether the secretariat compiled it from public sources."""
        return self.provenance == CaseStudy.Provenance.SECRETARIAT

    @property
    def is_disputed(self):
        """Whether the original city contradicts it and nothing is decided yet."""
        return self.disputed_at is not None and self.dispute_decided_at is None


class AdoptionRow(models.Model):
    """A row of a list of an adoption; ``position`` counts from 0."""

    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class AdoptionChange(AdoptionRow):
    """What the adopter did in another way, and why."""

    class Aspect(models.TextChoices):
        SCALE = "scale", _("Scale")
        BUDGET = "budget", _("Budget")
        STAFFING = "staffing", _("Staffing")
        STAKEHOLDERS = "stakeholders", _("Stakeholders")
        TARGET_GROUP = "target-group", _("Target group")
        TECHNOLOGY = "technology", _("Technology")
        LEGAL_FORM = "legal-form", _("Legal form")
        FINANCING = "financing", _("Financing")
        TIME_FRAME = "time-frame", _("Time frame")
        PLACE = "place", _("Place")

    class Kind(models.TextChoices):
        ADDED = "added", _("Added")
        REMOVED = "removed", _("Removed")
        REPLACED = "replaced", _("Replaced")
        SMALLER = "smaller", _("Smaller")
        LARGER = "larger", _("Larger")
        OTHER_ORDER = "other-order", _("In another order")

    class Reason(models.TextChoices):
        COST = "cost", _("Cost")
        LAW = "law-and-mandate", _("Law and mandate")
        CAPACITY = "capacity", _("Capacity")
        CLIMATE = "climate-or-geography", _("Climate or geography")
        ACCEPTANCE = "acceptance-and-culture", _("Acceptance and culture")
        POLITICS = "politics", _("Politics")
        EQUITY = "equity", _("Equity")
        BETTER_RESULTS = "better-results", _("Better results")
        OTHER = "other", _("Another reason")

    class When(models.TextChoices):
        BEFORE = "before-the-start", _("Before the start")
        RUNNING = "while-running", _("While running")

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="changes")
    aspect = models.CharField(_("aspect"), max_length=12, choices=Aspect)
    kind = models.CharField(_("kind of change"), max_length=11, choices=Kind)
    what = models.CharField(_("what was changed"), max_length=400)
    # Empty: not reported.
    reason = models.CharField(_("reason"), max_length=22, choices=Reason, blank=True)
    when = models.CharField(_("when"), max_length=16, choices=When, blank=True)

    class Meta(AdoptionRow.Meta):
        verbose_name = _("change")
        verbose_name_plural = _("changes")

    def __str__(self):
        return self.what


class AdoptionReport(models.Model):
    """How an adoption stood at a date. Only added; the newest one says its stage."""

    class Compared(models.TextChoices):
        """The result beside that of the original."""

        BETTER = "better", _("Better")
        SAME = "about-the-same", _("About the same")
        WORSE = "worse", _("Worse")
        TOO_EARLY = "too-early", _("Too early to say")
        NOT_MEASURED = "not-measured", _("Not measured")

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="reports")
    date = MonthField(_("date"), blank=False)
    stage = models.CharField(_("stage"), max_length=15, choices=Stage, blank=True)
    compared = models.CharField(
        _("compared with the original"), max_length=14, choices=Compared, blank=True
    )
    text = models.TextField(_("how it went"), validators=[MaxLengthValidator(1500)])
    amount = amount_field(_("amount"), _("What it cost, in the currency beside it."))
    currency = currency_field(_("currency"), _("ISO 4217 code: KRW, USD."))
    amount_year = YearField(_("year of the amount"))
    amount_basis = choice_field(
        _("basis of the amount"), Revision.Basis, _("Planned, approved or spent.")
    )
    staff_fte = fte_field(_("staff, in full-time equivalents"))
    months = duration_field()
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entered by"),
    )
    created_at = models.DateTimeField(_("entered on"), auto_now_add=True)

    class Meta:
        ordering = ["date", "pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            not_negative("amount", "staff_fte", name="report_figures_are_not_negative"),
            can_be_kept("amount", name="report_amount_can_be_kept"),
        ]

    def __str__(self):
        return f"{self.date} {self.get_stage_display()}"

    @property
    def label(self):
        """Its month and stage in words: "March 2026: under way"."""
        month = label(self.date)
        if not self.stage:
            return month
        return gettext("%(month)s: %(stage)s") % {
            "month": month,
            "stage": self.get_stage_display().lower(),
        }

    @property
    def source_site(self):
        """The name of the site of its source."""
        return (urlsplit(self.source_url).hostname or "").removeprefix("www.")


class AdoptionIndicator(AdoptionRow):
    """A figure that a report measured."""

    report = models.ForeignKey(AdoptionReport, models.CASCADE, related_name="indicators")
    name = models.CharField(_("indicator"), max_length=300)
    unit = models.CharField(_("unit"), max_length=100, blank=True)
    baseline = value_field(_("baseline"), _("The value before."))
    baseline_year = YearField(_("year of the baseline"))
    value = value_field(_("value"), _("The value that was reached."))
    year = YearField(_("year"))

    class Meta(AdoptionRow.Meta):
        verbose_name = _("indicator of a report")
        verbose_name_plural = _("indicators of reports")
        constraints = [can_be_kept("baseline", "value", name="report_values_can_be_kept")]

    def __str__(self):
        return self.name


class AdoptionSource(AdoptionRow):
    """A public page that an adoption rests on."""

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="sources")
    title = models.CharField(_("title"), max_length=300)
    url = models.URLField(_("address"), max_length=500)
    accessed = models.DateField(_("accessed on"), null=True, blank=True)

    class Meta(AdoptionRow.Meta):
        verbose_name = _("source of an adoption")
        verbose_name_plural = _("sources of adoptions")

    def __str__(self):
        return self.title
