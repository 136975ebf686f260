"""The ordered lists inside a revision: money, people, time, results and papers."""

import uuid
from pathlib import PurePath

from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .. import months
from .case import OrderedRow, Revision


def stored_name(instance, filename):
    """A random name that keeps only the ending: nothing a person typed reaches the disk."""
    folder = instance._meta.model_name
    return f"{folder}s/{uuid.uuid4().hex}{PurePath(filename).suffix.lower()}"


def amount_field(label):
    return models.DecimalField(
        label,
        max_digits=20,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In the currency of the budget."),
    )


def not_negative(*fields, name):
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0})
    return models.CheckConstraint(condition=condition, name=name)


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
    category = models.CharField(_("category"), max_length=10, choices=Category)
    amount = amount_field(_("amount"))
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(OrderedRow.Meta):
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        constraints = [not_negative("amount", name="budget_line_is_not_negative")]

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
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, blank=True)
    name = models.CharField(_("name"), max_length=300)
    amount = amount_field(_("amount"))
    state = models.CharField(_("state"), max_length=10, choices=State, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(OrderedRow.Meta):
        verbose_name = _("funding source")
        verbose_name_plural = _("funding sources")
        constraints = [not_negative("amount", name="funding_is_not_negative")]

    def __str__(self):
        return self.name


class StaffRole(OrderedRow):
    """A group of people who work on the policy."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="staff_roles")
    role = models.CharField(_("role"), max_length=200)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    people = models.DecimalField(
        _("people"),
        max_digits=9,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Full-time equivalents (FTE), or heads where the note says so."),
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

    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, blank=True)
    role = models.CharField(_("role"), max_length=500, blank=True)
    engagement = models.CharField(_("engagement"), max_length=10, choices=Engagement, blank=True)

    class Meta(OrderedRow.Meta):
        verbose_name = _("stakeholder")
        verbose_name_plural = _("stakeholders")

    def __str__(self):
        return self.name


class Phase(OrderedRow):
    """A part of the policy's time."""

    name = models.CharField(_("name"), max_length=200)
    start = months.MonthField(_("start"))
    end = months.MonthField(_("end"))
    note = models.CharField(_("note"), max_length=1000, blank=True)

    class Meta(OrderedRow.Meta):
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = months.period_constraints("phase")

    def __str__(self):
        return self.name

    def clean(self):
        months.clean_period(self.start, self.end)


def value_field(label):
    return models.DecimalField(label, max_digits=24, decimal_places=4, null=True, blank=True)


def year_field(label):
    return models.PositiveSmallIntegerField(label, null=True, blank=True)


class Indicator(OrderedRow):
    """Something counted or measured, before, as planned, and after."""

    class Evidence(models.TextChoices):
        REPORTED = "reported", _("Reported by the city")
        MEASURED = "measured", _("Measured")
        EVALUATED = "evaluated", _("Independently evaluated")

    name = models.CharField(_("name"), max_length=300)
    unit = models.CharField(_("unit"), max_length=80, blank=True)
    baseline = value_field(_("baseline"))
    baseline_year = year_field(_("baseline year"))
    planned = value_field(_("planned"))
    result = value_field(_("result"))
    result_year = year_field(_("result year"))
    source = models.CharField(_("source"), max_length=300, blank=True)
    evidence = models.CharField(_("evidence"), max_length=10, choices=Evidence, blank=True)

    class Meta(OrderedRow.Meta):
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")

    def __str__(self):
        return self.name


class Source(OrderedRow):
    """A public page or paper that a case's facts come from."""

    title = models.CharField(_("title"), max_length=300)
    url = models.URLField(_("address"), max_length=500, blank=True)
    accessed = models.DateField(_("accessed on"), null=True, blank=True)

    class Meta(OrderedRow.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self):
        return self.title


class StoredFile(OrderedRow):
    """A file as it was taken in: checked, renamed, and never changed afterwards."""

    caption = models.CharField(_("caption"), max_length=300, blank=True)
    credit = models.CharField(_("credit"), max_length=200, blank=True)
    licence = models.CharField(_("licence"), max_length=100, blank=True)
    original_name = models.CharField(_("original name"), max_length=255)
    size = models.PositiveIntegerField(_("size"), help_text=_("Bytes."))

    class Meta(OrderedRow.Meta):
        abstract = True

    def __str__(self):
        return self.original_name


class Photo(StoredFile):
    """A picture of the case."""

    image = models.ImageField(
        _("image"), upload_to=stored_name, width_field="width", height_field="height"
    )
    small = models.ImageField(_("small image"), upload_to=stored_name)
    width = models.PositiveIntegerField(_("width"), help_text=_("Pixels."))
    height = models.PositiveIntegerField(_("height"), help_text=_("Pixels."))
    alt = models.CharField(
        _("alternative text"),
        max_length=300,
        validators=[MaxLengthValidator(300)],
        help_text=_("What the picture shows, for people who do not see it."),
    )

    class Meta(StoredFile.Meta):
        verbose_name = _("photo")
        verbose_name_plural = _("photos")


class Attachment(StoredFile):
    """A document for download."""

    file = models.FileField(_("file"), upload_to=stored_name)

    class Meta(StoredFile.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
