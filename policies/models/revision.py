"""All content of a case at one time: its texts, and the figures that are not in lists."""

from django.conf import settings
from django.core.validators import MaxLengthValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from sdg.models import Target

from . import months
from .amounts import (
    amount_field,
    can_be_kept,
    choice_field,
    currency_field,
    not_negative,
    qualifier_field,
)
from .case import CaseStudy, Theme
from .querysets import RevisionQuerySet

SECTION_LENGTH = 50_000
NO_EMAIL = RegexValidator(
    r"[^\s@＠/]+ ?[@＠] ?[^\s@＠/]+|[(\[]at[)\]]|^mailto:",
    _("Name the office and its page: e-mail addresses are not shown here."),
    inverse_match=True,
)


class Revision(models.Model):
    """One version of a case's whole content. A published one never changes, but for what is taken
    down from it (``policies.workflow.moderation``)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        CHANGES_REQUESTED = "changes-requested", _("Changes requested")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Superseded")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        UNPUBLISHED = "unpublished", _("Unpublished")

    OPEN_STATES = (State.DRAFT, State.SUBMITTED, State.CHANGES_REQUESTED)
    # Once public, a text stays readable and citable, unless it was unpublished.
    CITABLE_STATES = (State.PUBLISHED, State.SUPERSEDED)
    DECIDED_STATES = (State.PUBLISHED, State.SUPERSEDED, State.REJECTED, State.UNPUBLISHED)

    class Language(models.TextChoices):
        """Languages a case may be written in (ISO 639-1, Filipino by ISO 639-2)."""

        ARABIC = "ar", _("Arabic")
        BENGALI = "bn", _("Bengali")
        CHINESE = "zh", _("Chinese")
        PERSIAN = "fa", _("Persian")
        DZONGKHA = "dz", _("Dzongkha")
        ENGLISH = "en", _("English")
        FIJIAN = "fj", _("Fijian")
        FILIPINO = "fil", _("Filipino")
        FRENCH = "fr", _("French")
        HINDI = "hi", _("Hindi")
        INDONESIAN = "id", _("Indonesian")
        JAPANESE = "ja", _("Japanese")
        KHMER = "km", _("Khmer")
        KOREAN = "ko", _("Korean")
        LAO = "lo", _("Lao")
        MALAY = "ms", _("Malay")
        MONGOLIAN = "mn", _("Mongolian")
        BURMESE = "my", _("Burmese")
        NEPALI = "ne", _("Nepali")
        PORTUGUESE = "pt", _("Portuguese")
        RUSSIAN = "ru", _("Russian")
        SINHALA = "si", _("Sinhala")
        SPANISH = "es", _("Spanish")
        TAMIL = "ta", _("Tamil")
        THAI = "th", _("Thai")
        URDU = "ur", _("Urdu")
        VIETNAMESE = "vi", _("Vietnamese")

    RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur"})

    class Stage(models.TextChoices):
        PLANNED = "planned", _("Planned")
        UNDER_WAY = "under-way", _("Under way")
        COMPLETED = "completed", _("Completed")
        STOPPED = "stopped", _("Stopped")

    class Scope(models.TextChoices):
        TOTAL = "total", _("Total")
        ANNUAL = "annual", _("A year")
        PART = "part", _("Part of the whole")

    class Basis(models.TextChoices):
        PLANNED = "planned", _("Planned")
        APPROVED = "approved", _("Approved")
        SPENT = "spent", _("Spent")

    class Scale(models.TextChoices):
        SITE = "site", _("Site")
        NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
        DISTRICT = "district", _("District")
        CITY = "city", _("Whole city")
        BEYOND = "beyond", _("Beyond the city")

    # Only what reaches the whole city can be divided by its residents.
    WHOLE_CITY = (Scale.CITY, Scale.BEYOND)

    case = models.ForeignKey(
        CaseStudy, models.CASCADE, related_name="revisions", verbose_name=_("case study")
    )
    number = models.PositiveIntegerField(
        _("number"), help_text=_("Which version of the text it is, counted from 1.")
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(
        _("version"), default=0, help_text=_("Counts the times it was saved while open.")
    )
    language = models.CharField(
        _("language"),
        max_length=3,
        choices=Language,
        default=Language.ENGLISH,
        help_text=_("Language the texts are written in."),
    )

    title = models.CharField(
        _("title"), max_length=200, help_text=_("What was done, in a few words.")
    )
    summary = models.TextField(
        _("summary"),
        validators=[MaxLengthValidator(1000)],
        help_text=_("What it is, in two or three sentences."),
    )
    challenge = models.TextField(
        _("challenge"),
        blank=True,
        validators=[MaxLengthValidator(SECTION_LENGTH)],
        help_text=_("The problem the city faced."),
    )
    solution = models.TextField(
        _("what was done"),
        blank=True,
        validators=[MaxLengthValidator(SECTION_LENGTH)],
        help_text=_("What was done, and how."),
    )
    results = models.TextField(
        _("results"),
        blank=True,
        validators=[MaxLengthValidator(SECTION_LENGTH)],
        help_text=_("What came of it, the failures included."),
    )
    lessons = models.TextField(
        _("lessons"),
        blank=True,
        validators=[MaxLengthValidator(SECTION_LENGTH)],
        help_text=_("What the city would do again, and what not."),
    )
    transferability = models.TextField(
        _("conditions for transfer"),
        blank=True,
        validators=[MaxLengthValidator(SECTION_LENGTH)],
        help_text=_("What another city needs before it starts."),
    )

    stage = models.CharField(
        _("stage"),
        max_length=10,
        choices=Stage,
        blank=True,
        help_text=_("How far the policy has come."),
    )
    start = months.MonthField(
        _("start"),
        help_text=_("When the policy began, or is to begin. Year, or year and month."),
    )
    end = months.MonthField(
        _("end"),
        help_text=_("When the policy ended, or is to end. Year, or year and month."),
    )

    scale = choice_field(
        _("scale"), Scale, _("How far the policy reached: a site, or the whole city.")
    )
    people_served = models.PositiveIntegerField(
        _("people served"),
        null=True,
        blank=True,
        help_text=_("How many people the policy reaches."),
    )
    people_served_qualifier = qualifier_field(_("exactness of the people served"))
    people_served_note = models.CharField(
        _("who is served"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("Who is counted among them, and by whom."),
    )
    contact_office = models.CharField(
        _("contact office"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        validators=[NO_EMAIL],
        help_text=_("The office that answers questions; no person, and no e-mail address."),
    )
    contact_url = models.URLField(
        _("page of the contact office"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        validators=[NO_EMAIL],
        help_text=_("Its public page, where people find how to write to it."),
    )

    budget_amount = amount_field(
        _("budget"), _("In the case's own currency, not in thousands or millions.")
    )
    budget_qualifier = qualifier_field(_("exactness of the budget"))
    budget_currency = currency_field(_("currency"), _("Currency code, ISO 4217: KRW, USD."))
    budget_year = months.YearField(
        _("budget year"),
        help_text=_("The year whose prices and exchange rate the amount is in."),
    )
    budget_fiscal_year = months.FiscalYearField(_("fiscal year of the budget"))
    budget_basis = choice_field(
        _("basis of the budget"), Basis, _("Whether the amount was planned, approved or spent.")
    )
    budget_scope = models.CharField(
        _("budget scope"),
        max_length=6,
        choices=Scope,
        blank=True,
        help_text=_("What the amount covers."),
    )
    budget_usd = amount_field(
        _("budget in USD"),
        _("Converted at the mean rate of the budget year, or as the source states it."),
    )
    budget_usd_source = models.CharField(
        _("source of the USD amount"),
        max_length=300,
        blank=True,
        help_text=_("Who states the amount in USD; empty where it was converted here."),
    )
    budget_note = models.TextField(
        _("note on the budget"),
        blank=True,
        validators=[MaxLengthValidator(2000)],
        help_text=_("What the amount covers, and how it was found."),
    )
    budget_unavailable = models.CharField(
        _("why there is no budget"),
        max_length=300,
        blank=True,
        help_text=_("Why there is no amount, in the author’s words."),
    )

    staff_fte = models.DecimalField(
        _("staff"),
        max_digits=9,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Full-time equivalents (FTE) working on the policy."),
    )
    staff_heads = models.PositiveIntegerField(
        _("staff in heads"),
        null=True,
        blank=True,
        help_text=_("Paid people who worked on it, each counted as one."),
    )
    staff_volunteers = models.PositiveIntegerField(
        _("volunteers"),
        null=True,
        blank=True,
        help_text=_("People who worked on it without pay, each counted as one."),
    )
    staff_year = months.YearField(
        _("year of the staff"), help_text=_("The year in which there were so many.")
    )
    staff_note = models.TextField(
        _("note on the staff"),
        blank=True,
        validators=[MaxLengthValidator(2000)],
        help_text=_("Who is counted, or what is known where there is no total."),
    )
    staff_unavailable = models.CharField(
        _("why there is no staff number"),
        max_length=300,
        blank=True,
        help_text=_("Why there is no number, in the author’s words."),
    )
    stakeholders_unavailable = models.CharField(
        _("why there are no stakeholders"),
        max_length=300,
        blank=True,
        help_text=_("Why nobody is named, in the author’s words."),
    )

    themes = models.ManyToManyField(
        Theme, through="RevisionTheme", related_name="revisions", verbose_name=_("themes")
    )
    targets = models.ManyToManyField(
        Target, through="Contribution", related_name="revisions", verbose_name=_("targets")
    )

    # What lists show of its rows, from its publication on (policies.content.summary): derived, and
    # no part of the content that a further revision copies.
    list_summary = models.JSONField(default=dict, blank=True, editable=False)

    # Given by ``register_dois`` after it was published, where the operator registers any.
    doi = models.CharField(
        "DOI", max_length=100, blank=True, default="", db_default="", editable=False
    )
    # Whether the registry was told to leave it out of its search, since the text was unpublished.
    doi_is_hidden = models.BooleanField(default=False, db_default=False, editable=False)
    # Whether something was taken out of it that the registry still gives to everybody.
    doi_is_outdated = models.BooleanField(default=False, db_default=False, editable=False)

    # Without an author is also what a deleted account has written.
    is_imported = models.BooleanField(default=False, db_default=False, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed on"), auto_now=True)
    submitted_at = models.DateTimeField(_("submitted on"), null=True, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("reviewer"),
    )
    decided_at = models.DateTimeField(
        _("decided on"),
        null=True,
        blank=True,
        help_text=_("When it was decided; of a public version, when it became public."),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_by_name = models.CharField(
        _("decided by"),
        max_length=254,
        blank=True,
        help_text=_("Kept as text, so that the record outlives the account."),
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "number"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        indexes = [models.Index(fields=["state", "submitted_at"], name="revision_queue")]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="revision_numbers_are_unique"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["draft", "submitted", "changes-requested"]),
                name="one_open_revision_a_case",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state="published"),
                name="one_published_revision_a_case",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "superseded", "rejected", "unpublished"])
                | Q(decided_at__isnull=False) & ~Q(decided_by_name=""),
                name="a_decided_revision_has_decider_and_date",
            ),
            not_negative("budget_amount", name="budget_is_not_negative"),
            not_negative("budget_usd", name="budget_in_usd_is_not_negative"),
            can_be_kept("budget_amount", "budget_usd", name="budget_can_be_kept"),
            models.CheckConstraint(
                condition=Q(budget_amount__isnull=True) | ~Q(budget_currency=""),
                name="a_budget_has_a_currency",
                violation_error_message=_("Choose the currency of the budget."),
            ),
            not_negative("staff_fte", name="staff_is_not_negative"),
            *months.period_constraints("revision"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("policies:revision", args=[self.case_id, self.case.slug, self.number])

    @classmethod
    def row_models(cls):
        """Return the models of the ordered lists by their names on a revision, as they are declared."""
        return {
            relation.get_accessor_name(): relation.related_model
            for relation in cls._meta.related_objects
            if issubclass(relation.related_model, OrderedRow)
        }

    @property
    def is_open(self):
        """Whether it still can be changed or decided."""
        return self.state in self.OPEN_STATES

    @cached_property
    def duration_months(self):
        """Months from start to end, both included; None where either is unknown."""
        return months.duration_months(self.start, self.end)

    @cached_property
    def further_members(self):
        """Return the other members of a joint case, each once, in the author's order."""
        members = (row.member for row in self.joint_members.all())
        return [each for each in dict.fromkeys(members) if each.pk != self.case.member_id]

    @property
    def members(self):
        """Return the member whose case it is, then the further ones of a joint case."""
        return [self.case.member, *self.further_members]

    @property
    def direction(self):
        """Writing direction of its language: "ltr" or "rtl"."""
        return "rtl" if self.language in self.RIGHT_TO_LEFT else "ltr"


class OrderedRow(models.Model):
    """A row of a list inside a revision; ``position`` counts from 0 in the author's order."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="%(class)ss")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["revision_id", "position", "pk"]
