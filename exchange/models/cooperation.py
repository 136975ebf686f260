from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citynet.web.text import address_part
from members.models import Member
from policies.models import CaseStudy, Revision, Theme
from sdg.models import Target

from .adoptions import Adoption
from .advice import Advice
from .entries import Entry
from .querysets import CooperationQuerySet, IntroductionQuerySet

# Parts of addresses below a need or offer that are not titles.
RESERVED_SLUGS = frozenset({"edit", "publish", "close", "renew", "take-back"})
MAX_TARGETS, MAX_THEMES, MAX_FORMS, MAX_LANGUAGES, MAX_CASES = 5, 3, 5, 4, 3


class Cooperation(Entry):
    """What a member needs from others, or offers them, until a date."""

    class Kind(models.TextChoices):
        NEED = "need", _("Need")
        OFFER = "offer", _("Offer")

    class WhoPays(models.TextChoices):
        OWN_COSTS = "own-costs", _("Each its own costs")
        HOST = "host", _("The host")
        GUEST = "guest", _("The guest")
        OPEN = "to-be-agreed", _("To be agreed")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CHECKING = "checking", _("Waits for the secretariat")
        REFUSED = "refused", _("Refused")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed by its member")
        ENDED = "ended", _("Ended on its date")

    # Its address goes on explaining that it is over.
    OPEN_TO_READERS = (State.OPEN, State.CLOSED, State.ENDED)

    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(
        _("text"),
        validators=[MaxLengthValidator(1500)],
        help_text=_(
            "Of a need: the challenge, and what you tried. Of an offer: what you can show, and what "
            "not. At most 1,500 characters."
        ),
    )
    language = models.CharField(
        _("language of the text"),
        max_length=3,
        choices=Revision.Language,
        default=Revision.Language.ENGLISH,
    )
    targets = models.ManyToManyField(Target, related_name="cooperation", verbose_name=_("targets"))
    themes = models.ManyToManyField(
        Theme, blank=True, related_name="cooperation", verbose_name=_("themes")
    )
    cases = models.ManyToManyField(
        CaseStudy, blank=True, related_name="cooperation", verbose_name=_("own cases")
    )
    limit = models.CharField(
        _("limit"), max_length=120, blank=True, help_text=_("“Two visits a year”.")
    )
    who_pays = models.CharField(_("who pays"), max_length=12, choices=WhoPays, blank=True)
    valid_until = models.DateField(_("valid until"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    decision_note = models.TextField(
        _("note on the decision"), blank=True, help_text=_("Its author reads it.")
    )
    # Not told from who its author is: people come to the secretariat, and leave it.
    passed_on = models.BooleanField(
        _("passed on by the secretariat"),
        default=False,
        db_default=False,
        help_text=_("Written by the secretariat for the member."),
    )
    opened_at = models.DateTimeField(_("opened on"), null=True, blank=True)
    ended_at = models.DateTimeField(_("closed or ended on"), null=True, blank=True)
    # Somebody has changed the draft of whom nothing has been approved.
    has_first_words = models.BooleanField(default=False, db_default=False, editable=False)
    warned_at = models.DateTimeField(_("warned of its end on"), null=True, blank=True)
    outcome = models.CharField(_("what came of it"), max_length=500, blank=True)

    objects = CooperationQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = _("need or offer")
        verbose_name_plural = _("needs and offers")
        indexes = [models.Index(fields=["kind", "state"], name="cooperation_state")]

    def __str__(self):
        return self.title

    @property
    def slug(self):
        """The part of its address made from the title."""
        part = address_part(self.title, 80)
        return self.kind if part in RESERVED_SLUGS else part or self.kind

    def get_absolute_url(self):
        return reverse("exchange:cooperation", args=[self.pk, self.slug])


class CooperationForm(models.Model):
    """A form in which a member seeks or gives support."""

    class Form(models.TextChoices):
        QUESTIONS = "answer-questions", _("Answer questions")
        DOCUMENTS = "share-documents", _("Share documents")
        MEETING = "online-meeting", _("Online meeting")
        ADVICE = "expert-advice", _("Expert advice")
        TRAINING = "training", _("Training")
        VISIT = "study-visit", _("Study visit")
        STAFF = "staff-exchange", _("Staff exchange")
        MENTORING = "mentoring", _("Mentoring")
        PROJECT = "joint-project", _("Joint project")
        FUNDING = "funding", _("Funding")

    cooperation = models.ForeignKey(Cooperation, models.CASCADE, related_name="forms")
    form = models.CharField(_("form of support"), max_length=16, choices=Form)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("form of support")
        verbose_name_plural = _("forms of support")
        constraints = [
            models.UniqueConstraint(fields=["cooperation", "form"], name="a_form_only_once")
        ]

    def __str__(self):
        return self.get_form_display()


class CooperationLanguage(models.Model):
    """A language in which both could work together."""

    cooperation = models.ForeignKey(Cooperation, models.CASCADE, related_name="languages")
    language = models.CharField(_("language"), max_length=3, choices=Revision.Language)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("language of cooperation")
        verbose_name_plural = _("languages of cooperation")
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "language"], name="a_cooperation_language_only_once"
            )
        ]

    def __str__(self):
        return self.get_language_display()


class Introduction(models.Model):
    """Somebody's request to a member to be put in touch; addresses change hands only with consent.

    No address is kept here: they are read from the accounts when they are shown or mailed.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Lapsed")

    class Outcome(models.TextChoices):
        SPOKE = "spoke", _("We spoke")
        VISIT = "visit", _("There was a visit")
        WORKING = "working-together", _("We work together")
        NOTHING = "nothing", _("Nothing came of it")

    cooperation = models.ForeignKey(
        Cooperation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="introductions",
        verbose_name=_("need or offer"),
    )
    advice = models.ForeignKey(
        Advice,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="introductions",
        verbose_name=_("advice"),
    )
    adoption = models.ForeignKey(
        Adoption,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="introductions",
        verbose_name=_("adoption"),
    )
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="introductions_asked",
        verbose_name=_("asked by"),
    )
    from_member = models.ForeignKey(
        Member, models.PROTECT, related_name="introductions_asked", verbose_name=_("for")
    )
    to_member = models.ForeignKey(
        Member, models.PROTECT, related_name="introductions_received", verbose_name=_("member")
    )
    text = models.TextField(
        _("what it is about"),
        validators=[MaxLengthValidator(800)],
        help_text=_("The coordinators of the member read it; at most 800 characters."),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    created_at = models.DateTimeField(_("asked on"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="introductions_decided",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided on"), null=True, blank=True)
    decision_note = models.CharField(
        _("note on the decision"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text=_("Who asked reads it."),
    )
    outcome_asked_at = models.DateTimeField(_("asked what came of it on"), null=True, blank=True)
    outcome = models.CharField(_("what came of it"), max_length=16, choices=Outcome, blank=True)

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        constraints = [
            models.CheckConstraint(
                condition=Q(cooperation__isnull=False, advice__isnull=True, adoption__isnull=True)
                | Q(cooperation__isnull=True, advice__isnull=False, adoption__isnull=True)
                | Q(cooperation__isnull=True, advice__isnull=True, adoption__isnull=False),
                name="an_introduction_is_about_one_thing",
            )
        ]

    def __str__(self):
        return f"{self.from_member} – {self.to_member}"

    def get_absolute_url(self):
        return reverse("my-exchange:introduction", args=[self.pk])
