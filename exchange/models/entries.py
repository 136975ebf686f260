"""What all entries of the exchange have in common: who wrote it, for whom, and who may read it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Member
from policies.models import Revision

from .querysets import EntryQuerySet


class Topic(models.TextChoices):
    """Under what knowledge is filed: the network's four words, and four more."""

    BUDGET = "budget", _("Budget")
    MANPOWER = "manpower", _("Manpower")
    STAKEHOLDERS = "stakeholders", _("Stakeholders")
    TIME_FRAME = "time-frame", _("Time frame")
    PROCUREMENT = "procurement-and-law", _("Procurement and law")
    TECHNOLOGY = "technology-and-design", _("Technology and design")
    RESULTS = "results-and-monitoring", _("Results and monitoring")
    WENT_WRONG = "what-went-wrong", _("What went wrong")


# The four words of the network, which pages show first.
FOUR_WORDS = (Topic.BUDGET, Topic.MANPOWER, Topic.STAKEHOLDERS, Topic.TIME_FRAME)


# Members that do not exist, with which the exchange can be tried (load_demonstration). What they do is
# in no figures.
DEMONSTRATION = ("demonstration-north", "demonstration-south")


class Gap(models.TextChoices):
    """What a case does not report and a question asks for."""

    BUDGET = "budget", _("Budget")
    STAFF = "staff", _("Staff")
    DURATION = "duration", _("Time frame")
    STAKEHOLDERS = "stakeholders", _("Stakeholders")
    RESULTS = "results", _("Results")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Everybody")
    NETWORK = "network", _("Members of the network only")


class Entry(models.Model):
    """Something a person wrote in the name of a member.

    Its state says how far it has come. Apart from that it may be hidden, once two teams have flagged
    it, until the secretariat has looked; or removed, by the secretariat and with a reason. Both can be
    undone, and its address stays the same.
    """

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    author_name = models.CharField(_("name of the author"), max_length=254, blank=True)
    member = models.ForeignKey(
        Member,
        models.PROTECT,
        related_name="%(class)s_entries",
        verbose_name=_("member"),
        help_text=_("In whose name it is written."),
    )
    created_at = models.DateTimeField(_("written on"), auto_now_add=True)
    hidden_at = models.DateTimeField(
        _("hidden on"),
        null=True,
        blank=True,
        help_text=_("Flagged by two teams and not yet looked at."),
    )
    removed_at = models.DateTimeField(_("removed on"), null=True, blank=True)
    removed_reason = models.TextField(
        _("reason of the removal"), blank=True, help_text=_("Its author reads it.")
    )

    # States in which others may read it.
    OPEN_TO_READERS = ()

    objects = EntryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]

    @property
    def is_removed(self):
        """Whether the secretariat has taken it away."""
        return self.removed_at is not None


class WrittenText(models.Model):
    """The language of a text, and an English text beside it.

    Who changes the original leaves the English text as it is: readers are told which one is newer.
    """

    language = models.CharField(
        _("language"),
        max_length=3,
        choices=Revision.Language,
        default=Revision.Language.ENGLISH,
        help_text=_("Language it is written in."),
    )
    text_changed_at = models.DateTimeField(_("text of"), auto_now_add=True)
    english = models.TextField(_("English text"), blank=True)
    english_by = models.CharField(
        _("English text by"),
        max_length=254,
        blank=True,
        help_text=_("Who wrote or checked it; a machine's text is shown only once checked."),
    )
    english_is_machine = models.BooleanField(
        _("machine translation"), default=False, help_text=_("Checked by the person named.")
    )
    english_at = models.DateTimeField(_("English text of"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def english_is_older(self):
        """Whether the original was changed after the English text was written."""
        return bool(self.english and self.english_at and self.english_at < self.text_changed_at)

    @property
    def direction(self):
        """The writing direction of the original, "rtl" or "ltr"."""
        return "rtl" if self.language in Revision.RIGHT_TO_LEFT else "ltr"
