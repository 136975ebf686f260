from django.conf import settings
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from members.models import Member
from sdg.models import Target

from .. import months
from ..querysets import CaseStudyQuerySet, RevisionQuerySet

MAX_THEMES = 3
MAX_TARGETS = 7
SECTION_LENGTH = 50_000
# Addresses below a case that are no titles.
RESERVED_SLUGS = frozenset({"edit", "preview", "submit", "withdraw", "confirm", "notes"})


class Theme(models.Model):
    """One of the network's themes; a case has one to three."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self):
        return self.name


class CaseStudy(models.Model):
    """What stays the same about a case: whose it is and where. All content is in its revisions."""

    class Provenance(models.TextChoices):
        CITY = "city", _("Written by the city")
        SECRETARIAT = "secretariat", _("Compiled by the secretariat")

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="cases", verbose_name=_("member")
    )
    slug = models.SlugField(_("slug"), max_length=80)
    live = models.OneToOneField(
        "Revision",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="live_of",
        verbose_name=_("public revision"),
    )
    provenance = models.CharField(
        _("provenance"), max_length=12, choices=Provenance, default=Provenance.CITY
    )
    source_id = models.CharField(
        _("source id"),
        max_length=200,
        null=True,
        blank=True,
        unique=True,
        help_text=_("Names the case in imported files, so that importing twice changes nothing."),
    )
    synthetic = models.BooleanField(
        _("synthetic"),
        default=False,
        help_text=_("Made by a program to measure speed; not a real case."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)
    confirmed_at = models.DateField(
        _("confirmed on"),
        null=True,
        blank=True,
        help_text=_("When the city last said that it is still true."),
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reminded_at = models.DateField(
        _("reminded on"),
        null=True,
        blank=True,
        help_text=_("When the team was last asked whether it is still true."),
    )

    objects = CaseStudyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("case study")
        verbose_name_plural = _("case studies")

    def __str__(self):
        return f"{self.pk} {self.slug}"

    def get_absolute_url(self):
        return reverse("policies:case", args=[self.pk, self.slug])

    @staticmethod
    def slug_for(title):
        """The part of the address made from a title; titles in other scripts give "policy"."""
        slug = slugify(title)[:80].strip("-") or "policy"
        return f"{slug}-policy" if slug in RESERVED_SLUGS else slug


class Revision(models.Model):
    """One version of a case's whole content. A published one never changes."""

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

    case = models.ForeignKey(
        CaseStudy, models.CASCADE, related_name="revisions", verbose_name=_("case study")
    )
    number = models.PositiveIntegerField(
        _("number"), help_text=_("Counts the revisions of a case from 1.")
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
        _("solution"),
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
        _("transferability"),
        blank=True,
        validators=[MaxLengthValidator(SECTION_LENGTH)],
        help_text=_("What another city needs before it starts."),
    )

    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage, blank=True, help_text=_("How far the policy is.")
    )
    start = months.MonthField(_("start"))
    end = months.MonthField(_("end"))

    budget_amount = models.DecimalField(
        _("budget"),
        max_digits=20,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In the case's own currency, not in thousands or millions."),
    )
    budget_currency = models.CharField(
        _("currency"), max_length=3, blank=True, help_text=_("Currency code, ISO 4217: KRW, USD.")
    )
    budget_year = models.PositiveSmallIntegerField(
        _("budget year"),
        null=True,
        blank=True,
        help_text=_("The year whose prices and exchange rate the amount is in."),
    )
    budget_scope = models.CharField(
        _("budget scope"),
        max_length=6,
        choices=Scope,
        blank=True,
        help_text=_("What the amount covers."),
    )
    budget_usd = models.DecimalField(
        _("budget in USD"),
        max_digits=20,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Converted at the mean rate of the budget year, or as the source states it."),
    )
    budget_usd_source = models.CharField(
        _("source of the USD amount"),
        max_length=300,
        blank=True,
        help_text=_("Who states the amount in USD; empty where it was converted here."),
    )
    budget_note = models.TextField(
        _("note on the budget"), blank=True, validators=[MaxLengthValidator(2000)]
    )
    budget_unavailable = models.CharField(
        _("why there is no budget"),
        max_length=300,
        blank=True,
        help_text=_("Not available, because …"),
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
    staff_note = models.TextField(
        _("note on the staff"), blank=True, validators=[MaxLengthValidator(2000)]
    )
    staff_unavailable = models.CharField(
        _("why there is no staff number"),
        max_length=300,
        blank=True,
        help_text=_("Not available, because …"),
    )
    stakeholders_unavailable = models.CharField(
        _("why there are no stakeholders"),
        max_length=300,
        blank=True,
        help_text=_("Not available, because …"),
    )

    themes = models.ManyToManyField(
        Theme, through="RevisionTheme", related_name="revisions", verbose_name=_("themes")
    )
    targets = models.ManyToManyField(
        Target, through="Contribution", related_name="revisions", verbose_name=_("targets")
    )

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed on"), auto_now=True)
    submitted_at = models.DateTimeField(_("submitted on"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided on"), null=True, blank=True)
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
        ordering = ["case", "number"]
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
            models.CheckConstraint(
                condition=Q(budget_amount__isnull=True) | Q(budget_amount__gte=0),
                name="budget_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(budget_usd__isnull=True) | Q(budget_usd__gte=0),
                name="budget_in_usd_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(budget_amount__isnull=True) | ~Q(budget_currency=""),
                name="a_budget_has_a_currency",
                violation_error_message=_("Say in which currency the budget is."),
            ),
            models.CheckConstraint(
                condition=Q(staff_fte__isnull=True) | Q(staff_fte__gte=0),
                name="staff_is_not_negative",
            ),
            *months.period_constraints("revision"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("policies:revision", args=[self.case_id, self.case.slug, self.number])

    @property
    def is_open(self):
        """Whether it still can be changed or decided."""
        return self.state in self.OPEN_STATES

    @cached_property
    def duration_months(self):
        """Months from start to end, both included; None where either is unknown."""
        return months.duration_months(self.start, self.end)

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
        ordering = ["revision", "position", "pk"]


class RevisionTheme(OrderedRow):
    """A theme of a revision."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="theme_rows")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="rows")

    class Meta(OrderedRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["revision", "theme"], name="a_theme_only_once"),
            models.UniqueConstraint(fields=["revision", "position"], name="one_theme_a_position"),
            models.CheckConstraint(condition=Q(position__lt=MAX_THEMES), name="at_most_3_themes"),
        ]

    def __str__(self):
        return str(self.theme)


class Contribution(OrderedRow):
    """A target that a case serves, and how."""

    class Role(models.TextChoices):
        PRIMARY = "primary", _("Primary")
        SECONDARY = "secondary", _("Secondary")

    target = models.ForeignKey(
        Target, models.PROTECT, related_name="contributions", verbose_name=_("target")
    )
    role = models.CharField(_("role"), max_length=9, choices=Role, default=Role.SECONDARY)
    how = models.TextField(
        _("how it contributes"), blank=True, validators=[MaxLengthValidator(1000)]
    )

    class Meta(OrderedRow.Meta):
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [
            models.UniqueConstraint(fields=["revision", "target"], name="a_target_only_once"),
            models.UniqueConstraint(fields=["revision", "position"], name="one_target_a_position"),
            models.CheckConstraint(condition=Q(position__lt=MAX_TARGETS), name="at_most_7_targets"),
            models.UniqueConstraint(
                fields=["revision"], condition=Q(role="primary"), name="one_primary_target"
            ),
        ]

    def __str__(self):
        return str(self.target_id)
