import re
import zoneinfo
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from citynet.web.text import address_part
from members.models.member import country_name
from policies.models import Revision, Theme
from sdg.models import Target

from .querysets import SeminarQuerySet

# Parts of addresses below a seminar that are not titles.
RESERVED_SLUGS = frozenset({"register", "cancel"})
DAY = re.compile(r"(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?", re.ASCII)
# For how long before it begins the link to join is shown.
LINK_IS_SHOWN = timedelta(hours=24)


def validate_time_zone(name):
    """Raise ``ValidationError`` for what is no zone of the IANA database ("Asia/Seoul")."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Write a time zone as Asia/Seoul or UTC."))


def validate_day(text):
    """Raise ``ValidationError`` for what is no year, month or day ("2016", "2016-04", "2016-04-29")."""
    try:
        is_day = DAY.fullmatch(text) and (len(text) < len("2016-04-29") or date.fromisoformat(text))
    except ValueError:
        is_day = False
    if not is_day:
        raise ValidationError(
            _("Write a year (2016), a year and month (2016-04) or a day (2016-04-29).")
        )


class Seminar(models.Model):
    """A seminar, training or study visit of the network.

    Its times are kept in UTC, with the zone in which it is held. Of what was only compiled from public
    sources the day alone may be known, or the year, or nothing.
    """

    class Kind(models.TextChoices):
        SEMINAR = "seminar", _("Seminar")
        TRAINING = "training", _("Training")
        STUDY_VISIT = "study-visit", _("Study visit")
        WEBINAR = "webinar", _("Webinar")
        FORUM = "forum", _("Forum")
        COURSE = "course", _("Course")

    class Mode(models.TextChoices):
        IN_PERSON = "in-person", _("In person")
        ONLINE = "online", _("Online")
        BOTH = "both", _("In person and online")

    class RegistrationWay(models.TextChoices):
        HERE = "here", _("On this platform")
        ELSEWHERE = "elsewhere", _("On another site")
        INVITATION = "invitation", _("By invitation only")
        NONE = "none", _("None is needed")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ANNOUNCED = "announced", _("Announced")
        CANCELLED = "cancelled", _("Cancelled")
        HELD = "held", _("Held")

    title = models.CharField(_("title"), max_length=200, help_text=_("As it is announced."))
    kind = models.CharField(
        _("kind"),
        max_length=11,
        choices=Kind,
        default=Kind.SEMINAR,
        help_text=_("What sort of event it is."),
    )
    mode = models.CharField(
        _("way"),
        max_length=9,
        choices=Mode,
        default=Mode.IN_PERSON,
        help_text=_("Whether people meet in a place or online."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=50,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("All times of the seminar are written in it. For example Asia/Seoul."),
    )
    starts_at = models.DateTimeField(
        _("begins"),
        null=True,
        blank=True,
        help_text=_("In the time zone of the seminar; in files in UTC."),
    )
    ends_at = models.DateTimeField(
        _("ends"),
        null=True,
        blank=True,
        help_text=_("As its beginning; of whole days the end of the last one."),
    )
    whole_days = models.BooleanField(
        _("whole days"),
        default=False,
        help_text=_(
            "No hours are stated. Write 00:00 of the first day, and of the day after the last."
        ),
    )
    day = models.CharField(
        _("day"),
        max_length=10,
        blank=True,
        validators=[validate_day],
        help_text=_("Only where no beginning is known: 2016, 2016-04 or 2016-04-29."),
    )
    place = models.CharField(_("place"), max_length=200, blank=True, help_text=_("City and house."))
    country = CountryField(_("country or area"), blank=True, help_text=_("Where the place is."))
    languages = models.JSONField(
        _("languages"), default=list, blank=True, help_text=_("Spoken there.")
    )
    summary = models.TextField(
        _("summary"),
        blank=True,
        validators=[MaxLengthValidator(1500)],
        help_text=_("What those who take part learn. At most 1,500 characters."),
    )
    targets = models.ManyToManyField(
        Target,
        blank=True,
        related_name="seminars",
        verbose_name=_("targets"),
        help_text=_("What it is about; where it is compiled, as the editor reads it."),
    )
    themes = models.ManyToManyField(
        Theme,
        blank=True,
        related_name="seminars",
        verbose_name=_("themes"),
        help_text=_("What it is about."),
    )
    for_whom = models.CharField(
        _("for whom"), max_length=200, blank=True, help_text=_("Who is meant to come.")
    )
    fee = models.CharField(
        _("fee"),
        max_length=200,
        blank=True,
        help_text=_("“Free of charge”, “Each pays the journey”."),
    )
    registration = models.CharField(
        _("registration"),
        max_length=10,
        choices=RegistrationWay,
        default=RegistrationWay.HERE,
        help_text=_("How one registers."),
    )
    registration_url = models.URLField(_("address of the registration"), max_length=500, blank=True)
    closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    seats = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("Left empty where there is no limit.")
    )
    join_url = models.URLField(
        _("link to join"),
        max_length=500,
        blank=True,
        help_text=_("Shown to registered people only, from 24 hours before."),
    )
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=State,
        default=State.DRAFT,
        help_text=_("Whether it is announced, cancelled or over."),
    )
    # Calendars take the event with the higher number for the newer one (RFC 5545, 3.8.7.4).
    sequence = models.PositiveIntegerField(_("sequence"), default=0, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled on"), null=True, blank=True, editable=False)
    cancelled_reason = models.TextField(_("why it was cancelled"), blank=True, editable=False)
    announced_at = models.DateTimeField(_("announced on"), null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed on"), auto_now=True)
    created_at = models.DateTimeField(_("written on"), auto_now_add=True)
    took_part = models.PositiveIntegerField(
        _("people who took part"),
        null=True,
        blank=True,
        help_text=_("Where it was not counted here."),
    )
    is_compiled = models.BooleanField(
        _("compiled from public sources"),
        default=False,
        editable=False,
        help_text=_("By the secretariat from public pages, which are named; not by its hosts."),
    )
    source_id = models.CharField(
        _("identifier in the file"), max_length=100, null=True, unique=True, editable=False
    )
    caveat = models.TextField(
        _("caveat"),
        blank=True,
        validators=[MaxLengthValidator(500)],
        help_text=_("What the sources do not show."),
    )

    objects = SeminarQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name = _("seminar")
        verbose_name_plural = _("seminars")
        indexes = [models.Index(fields=["state", "ends_at"], name="seminar_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="seminar_ends_after_it_begins",
                violation_error_message=_("The end must be after the beginning; write both."),
            ),
            models.CheckConstraint(
                condition=~Q(state="announced") | Q(starts_at__isnull=False),
                name="announced_seminar_has_times",
                violation_error_message=_("What is announced needs its beginning and end."),
            ),
            models.CheckConstraint(
                condition=~Q(registration="elsewhere") | ~Q(registration_url=""),
                name="seminar_says_where_to_register",
                violation_error_message=_("Write the address of the registration."),
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, **kwargs):
        if self.starts_at:
            self.day = self.starts_at.astimezone(self.zone).date().isoformat()
        super().save(**kwargs)

    def get_absolute_url(self):
        return reverse("seminars:detail", args=[self.pk, self.slug])

    @property
    def slug(self):
        """The part of its address made from the title."""
        part = address_part(self.title, 80)
        return self.kind if part in RESERVED_SLUGS else part or self.kind

    @property
    def zone(self):
        """The time zone in which it is held."""
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def is_over(self):
        """Whether it has ended, also where the timer has not said so yet."""
        return self.state == self.State.HELD or bool(
            self.ends_at and self.ends_at <= timezone.now()
        )

    @property
    def is_open(self):
        """Whether one can register here now."""
        now = timezone.now()
        return (
            self.state == self.State.ANNOUNCED
            and self.registration == self.RegistrationWay.HERE
            and self.starts_at > now
            and (self.closes_at is None or self.closes_at > now)
        )

    @property
    def link_is_shown(self):
        """Whether the link to join is shown to who is registered: from 24 hours before to the end."""
        return (
            self.state == self.State.ANNOUNCED
            and bool(self.join_url)
            and self.starts_at - LINK_IS_SHOWN <= timezone.now() < self.ends_at
        )

    @property
    def link_from(self):
        """When the link to join is shown."""
        return self.starts_at - LINK_IS_SHOWN

    @property
    def country_name(self):
        """The name of its country or area; "" where none is shown."""
        code = self.country.code or ""
        return "" if code in settings.COUNTRIES_WITHOUT_LABEL else country_name(code)

    @property
    def language_names(self):
        """The names of its languages."""
        names = dict(Revision.Language.choices)
        return [names[code] for code in self.languages if code in names]
