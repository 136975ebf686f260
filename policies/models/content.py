"""The ordered lists inside a revision; files and pages show them in the order of this module."""

from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Member
from sdg.models import Target

from . import months
from .amounts import (
    amount_field,
    can_be_kept,
    choice_field,
    currency_field,
    not_negative,
    qualifier_field,
    value_field,
)
from .case import MAX_TARGETS, MAX_THEMES, Theme
from .revision import OrderedRow, Revision
from .series import SeriesField


def source_number_field():
    """Return a field that says on which of the case's sources a row rests, counted from 1."""
    return models.PositiveSmallIntegerField(
        _("number of the source"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Which of the sources of the case says so, counted from 1."),
    )


class JointMember(OrderedRow):
    """A further member whose policy it is too."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="joint_members")
    # Members that are merged may meet in one revision, so no constraint says "only once".
    member = models.ForeignKey(
        Member,
        models.PROTECT,
        related_name="joint_rows",
        verbose_name=_("further member"),
        help_text=_("A member whose policy it is too, beside the one whose case it is."),
    )

    class Meta(OrderedRow.Meta):
        verbose_name = _("further member")
        verbose_name_plural = _("further members")

    def __str__(self):
        return str(self.member)


class RevisionTheme(OrderedRow):
    """A theme of a revision."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="theme_rows")
    theme = models.ForeignKey(
        Theme,
        models.PROTECT,
        related_name="rows",
        verbose_name=_("theme"),
        help_text=_("A theme of the network; a case has one to three."),
    )

    class Meta(OrderedRow.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
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
        Target,
        models.PROTECT,
        related_name="contributions",
        verbose_name=_("target"),
        help_text=_("A target that the policy serves; a case has one to seven."),
    )
    role = models.CharField(
        _("role"),
        max_length=9,
        choices=Role,
        default=Role.SECONDARY,
        help_text=_(
            "Whether it is the main target; in JSON Lines true for the main one, else false."
        ),
    )
    how = models.TextField(
        _("how it contributes"),
        blank=True,
        validators=[MaxLengthValidator(1000)],
        help_text=_("In which way the policy serves the target."),
    )

    class Meta(OrderedRow.Meta):
        verbose_name = _("target")
        verbose_name_plural = _("targets")
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


class BudgetLine(OrderedRow):
    """What the money is spent on."""

    class Category(models.TextChoices):
        CAPITAL = "capital", _("Capital")
        OPERATING = "operating", _("Operating")
        PERSONNEL = "personnel", _("Personnel")
        SERVICES = "services", _("Services")
        LAND = "land", _("Land")
        OTHER = "other", _("Other")

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="budget_lines")
    category = models.CharField(
        _("category"),
        max_length=10,
        choices=Category,
        help_text=_("What this part of the money is spent on."),
    )
    amount = amount_field(_("amount"))
    note = models.CharField(
        _("note"), max_length=500, blank=True, help_text=_("More on this part.")
    )
    qualifier = qualifier_field(_("exactness"))
    source_number = source_number_field()

    class Meta(OrderedRow.Meta):
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        constraints = [
            not_negative("amount", name="budget_line_is_not_negative"),
            can_be_kept("amount", name="budget_line_can_be_kept"),
        ]

    def __str__(self):
        return self.get_category_display()


class FundingSource(OrderedRow):
    """Where the money comes from."""

    class Kind(models.TextChoices):
        OWN_BUDGET = "own-budget", _("Own budget")
        NATIONAL = "national", _("National government")
        PROVINCIAL = "provincial", _("Provincial or state government")
        DEVELOPMENT_BANK = "development-bank", _("Development bank")
        BILATERAL_UN = "bilateral-un", _("Bilateral or UN")
        PRIVATE = "private", _("Private sector")
        USER_FEES = "user-fees", _("User fees")
        COMMUNITY = "community", _("Community")
        PHILANTHROPY = "philanthropy", _("Philanthropy")

    class State(models.TextChoices):
        PLEDGED = "pledged", _("Pledged")
        RECEIVED = "received", _("Received")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="funding_sources")
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=Kind,
        blank=True,
        help_text=_("What kind of source the money comes from."),
    )
    name = models.CharField(_("name"), max_length=300, help_text=_("Who gives the money."))
    amount = amount_field(_("amount"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State,
        blank=True,
        help_text=_("Whether the money was promised, received, or withdrawn again."),
    )
    note = models.CharField(
        _("note"), max_length=500, blank=True, help_text=_("More on this source.")
    )
    qualifier = qualifier_field(_("exactness"))
    currency = currency_field(
        _("currency"),
        _("Currency code, ISO 4217; empty where it is that of the budget."),
        default="",
        db_default="",
    )
    year = months.YearField(
        _("year"), help_text=_("The year in which the money was given or promised.")
    )
    fiscal_year = months.FiscalYearField(_("fiscal year"))
    source_number = source_number_field()

    class Meta(OrderedRow.Meta):
        verbose_name = _("funding source")
        verbose_name_plural = _("funding sources")
        constraints = [
            not_negative("amount", name="funding_is_not_negative"),
            can_be_kept("amount", name="funding_can_be_kept"),
        ]

    def __str__(self):
        return self.name


class StaffRole(OrderedRow):
    """A group of people who work on the policy."""

    class Counted(models.TextChoices):
        FTE = "fte", _("FTE")
        HEADS = "heads", _("Heads")
        VOLUNTEERS = "volunteers", _("Volunteers")

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="staff_roles")
    role = models.CharField(_("role"), max_length=200, help_text=_("What these people do."))
    organisation = models.CharField(
        _("organisation"), max_length=200, blank=True, help_text=_("For whom they work.")
    )
    people = models.DecimalField(
        _("people"),
        max_digits=9,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("How many, counted as the row says; else full-time equivalents (FTE)."),
    )
    months = models.DecimalField(
        _("months"),
        max_digits=6,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("For how many months."),
    )
    counted = choice_field(
        _("counted as"), Counted, _("Whether these are full-time equivalents, heads or volunteers.")
    )
    source_number = source_number_field()

    class Meta(OrderedRow.Meta):
        verbose_name = _("staff role")
        verbose_name_plural = _("staff roles")
        constraints = [not_negative("people", "months", name="staff_role_is_not_negative")]

    def __str__(self):
        return self.role


class Stakeholder(OrderedRow):
    """An organisation or group that has a part in the policy."""

    class Kind(models.TextChoices):
        CITY_DEPARTMENT = "city-department", _("City department")
        OTHER_GOVERNMENT = "other-government", _("Other government")
        UTILITY = "utility", _("Utility")
        PRIVATE = "private", _("Private company")
        NGO = "ngo", _("NGO")
        COMMUNITY = "community", _("Community")
        ACADEMIA = "academia", _("Academia")
        DONOR = "donor", _("Donor")
        NETWORK = "network", _("Network")
        MEDIA = "media", _("Media")

    class Engagement(models.TextChoices):
        INFORMED = "informed", _("Informed")
        CONSULTED = "consulted", _("Consulted")
        INVOLVED = "involved", _("Involved")
        PARTNER = "partner", _("Partner")
        LEADS = "leads", _("Leads")

    name = models.CharField(
        _("name"),
        max_length=300,
        help_text=_("An organisation or group that has a part in the policy."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=Kind,
        blank=True,
        help_text=_("What kind of organisation or group it is."),
    )
    role = models.CharField(
        _("role"), max_length=500, blank=True, help_text=_("What it does for the policy.")
    )
    engagement = models.CharField(
        _("engagement"),
        max_length=10,
        choices=Engagement,
        blank=True,
        help_text=_("How far it has a say, from being told to leading."),
    )
    source_number = source_number_field()

    class Meta(OrderedRow.Meta):
        verbose_name = _("stakeholder")
        verbose_name_plural = _("stakeholders")

    def __str__(self):
        return self.name

    @property
    def leads(self):
        return self.engagement == self.Engagement.LEADS


class Phase(OrderedRow):
    """A part of the policy's time."""

    name = models.CharField(_("name"), max_length=200, help_text=_("A part of the policy’s time."))
    start = months.MonthField(
        _("start"), help_text=_("When the phase began, or is to begin. Year, or year and month.")
    )
    end = months.MonthField(
        _("end"), help_text=_("When the phase ended, or is to end. Year, or year and month.")
    )
    note = models.CharField(
        _("note"), max_length=1000, blank=True, help_text=_("What happened in it.")
    )
    source_number = source_number_field()

    class Meta(OrderedRow.Meta):
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = months.period_constraints("phase")

    def __str__(self):
        return self.name

    def clean(self):
        months.clean_period(self.start, self.end)


class Indicator(OrderedRow):
    """Something counted or measured, before, as planned, and after."""

    class Evidence(models.TextChoices):
        REPORTED = "reported", _("Reported by the city")
        MEASURED = "measured", _("Measured")
        EVALUATED = "evaluated", _("Independently evaluated")

    class Reporter(models.TextChoices):
        CITY = "city", _("The city")
        FUNDER = "funder", _("A funder")
        PRESS = "press", _("The press")
        RESEARCH = "research", _("Research")
        EVALUATOR = "evaluator", _("An evaluator")

    name = models.CharField(_("name"), max_length=300, help_text=_("What is counted or measured."))
    unit = models.CharField(
        _("unit"), max_length=80, blank=True, help_text=_("The unit of baseline, plan and result.")
    )
    baseline = value_field(_("baseline"), _("The value before the policy."))
    baseline_year = months.YearField(_("baseline year"), help_text=_("The year of the baseline."))
    planned = value_field(_("planned"), _("The value that is aimed at."))
    result = value_field(_("result"), _("The value that was reached."))
    result_year = months.YearField(_("result year"), help_text=_("The year of the result."))
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("Where the values come from.")
    )
    evidence = models.CharField(
        _("evidence"),
        max_length=10,
        choices=Evidence,
        blank=True,
        help_text=_("What the result rests on."),
    )
    baseline_qualifier = qualifier_field(_("exactness of the baseline"))
    planned_qualifier = qualifier_field(_("exactness of the plan"))
    result_qualifier = qualifier_field(_("exactness of the result"))
    reporter = choice_field(_("reported by"), Reporter, _("Who states the values."))
    series = SeriesField(
        _("values over the years"),
        help_text=_("Further years of the same figure, each with its value: 2018: 12.5; 2019: 14"),
    )
    source_number = source_number_field()

    class Meta(OrderedRow.Meta):
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        constraints = [can_be_kept("baseline", "planned", "result", name="values_can_be_kept")]

    def __str__(self):
        return self.name


class Source(OrderedRow):
    """A public page or paper that a case's facts come from."""

    title = models.CharField(
        _("title"),
        max_length=300,
        help_text=_("A public page or paper that facts of the case come from."),
    )
    url = models.URLField(_("address"), max_length=500, blank=True, help_text=_("Its address."))
    accessed = models.DateField(
        _("accessed on"), null=True, blank=True, help_text=_("When it was read.")
    )

    class Meta(OrderedRow.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self):
        return self.title
