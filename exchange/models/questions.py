from django.conf import settings
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citynet.web.text import address_part
from members.models import Member
from policies.models import CaseStudy
from sdg.models import Target

from .entries import Entry, Gap, Topic, Visibility, WrittenText
from .querysets import QuestionQuerySet

MAX_TARGETS = 3
MAX_ADDRESSEES = 5
# Parts of addresses below a question that are not titles.
RESERVED_SLUGS = frozenset(
    {"take", "answer", "decline", "judge", "close", "ask-next", "flag", "english"}
)


class Question(WrittenText, Entry):
    """What a member wants to know, from whom; it has an end."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Waits for the secretariat")
        REFUSED = "refused", _("Refused")
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    class Closed(models.TextChoices):
        """Why a question is closed."""

        BY_ASKER = "asker", _("Closed by the asker")
        SETTLED = "settled", _("Answered, and nothing further was asked")
        UNANSWERED = "unanswered", _("Closed as unanswered")
        WITHDRAWN = "withdrawn", _("Withdrawn by the asker")
        DUPLICATE = "duplicate", _("The same was asked before")

    class Verdict(models.TextChoices):
        YES = "yes", _("Yes")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No")

    OPEN_TO_READERS = (State.OPEN, State.ANSWERED, State.CLOSED)

    case = models.ForeignKey(
        CaseStudy,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("case study"),
    )
    gap = models.CharField(
        _("gap"),
        max_length=12,
        choices=Gap,
        blank=True,
        help_text=_("What the case does not report and the question asks for."),
    )
    topic = models.CharField(_("topic"), max_length=24, choices=Topic)
    title = models.CharField(
        _("question"),
        max_length=200,
        validators=[MinLengthValidator(10)],
        help_text=_("In one sentence, at most 200 characters."),
    )
    background = models.TextField(
        _("background"),
        blank=True,
        validators=[MaxLengthValidator(1500)],
        help_text=_("What you plan and what you know already, at most 1,500 characters."),
    )
    targets = models.ManyToManyField(
        Target, blank=True, related_name="questions", verbose_name=_("targets")
    )
    visibility = models.CharField(
        _("who may read it"), max_length=7, choices=Visibility, default=Visibility.PUBLIC
    )
    passed_on = models.BooleanField(
        _("passed on by the secretariat"),
        default=False,
        db_default=False,
        help_text=_("The secretariat asks for a member whose team did not ask here itself."),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    decision_note = models.TextField(
        _("note on the decision"), blank=True, help_text=_("The asker reads it.")
    )
    # Days of the clock count from here: when it was approved, not when it was typed.
    opened_at = models.DateTimeField(_("asked on"), null=True, blank=True)
    reopened_at = models.DateTimeField(_("opened again on"), null=True, blank=True)
    answered_at = models.DateTimeField(_("first answered on"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed on"), null=True, blank=True)
    closed_reason = models.CharField(_("closed because"), max_length=10, choices=Closed, blank=True)
    same_as = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="duplicates",
        verbose_name=_("the same question"),
    )
    verdict = models.CharField(_("did this answer it?"), max_length=6, choices=Verdict, blank=True)
    # What the daily timer has done already, so that running it twice does nothing twice.
    waits_since = models.DateTimeField(_("waits too long since"), null=True, blank=True)
    next_offered_at = models.DateTimeField(_("next addressees offered on"), null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        permissions = [("moderate", _("Can moderate the exchange"))]
        indexes = [
            models.Index(fields=["state", "opened_at"], name="question_state"),
            models.Index(fields=["case", "state"], name="question_case"),
        ]

    def __str__(self):
        return self.title

    @property
    def slug(self):
        """The part of its address made from the title."""
        slug = address_part(self.title, 80) or "question"
        return f"{slug}-question" if slug in RESERVED_SLUGS else slug

    def get_absolute_url(self):
        return reverse("exchange:question", args=[self.pk, self.slug])

    @property
    def clock_from(self):
        """The moment from which its days are counted; None while it waits for a look."""
        return self.reopened_at or self.opened_at

    def is_for_readers_of(self, other):
        """Return whether whoever may read the question ``other`` may read this one, too."""
        return self.visibility == Visibility.PUBLIC or other.visibility == Visibility.NETWORK

    @property
    def takes_answers(self):
        """Whether a member may answer it: also one that was closed because nobody did."""
        if self.closed_reason == self.Closed.UNANSWERED:
            return True
        return self.state in (self.State.OPEN, self.State.ANSWERED)


class Addressee(models.Model):
    """A member that a question is put to, and how it stands there."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        TAKEN = "taken", _("Somebody is writing an answer")
        ANSWERED = "answered", _("Answered")
        DECLINED = "declined", _("Declined")

    class Declined(models.TextChoices):
        """Why a member does not answer."""

        NOT_OURS = "not-ours", _("It is not ours any more")
        NOT_ALLOWED = "not-allowed", _("We are not allowed to say")
        NO_DATA = "no-data", _("We have no data on it")
        OTHER = "other", _("Another reason")

    # Still owing an answer.
    OWING = (State.ASKED, State.TAKEN)

    question = models.ForeignKey(Question, models.CASCADE, related_name="addressees")
    # Members that are merged may meet in one question, so no constraint says "only once".
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="questions_asked", verbose_name=_("member")
    )
    reason = models.CharField(
        _("why this member"),
        max_length=300,
        blank=True,
        help_text=_("In words, as the asker was shown it."),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked on"), auto_now_add=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken by"),
    )
    taken_at = models.DateTimeField(_("taken on"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded on"), null=True, blank=True)
    declined_reason = models.CharField(
        _("reason of declining"), max_length=11, choices=Declined, blank=True
    )
    declined_text = models.CharField(_("in the member's words"), max_length=500, blank=True)
    decided_at = models.DateTimeField(_("answered or declined on"), null=True, blank=True)
    # Where nobody of the member has an account: when the secretariat sent its letter.
    letter_sent_at = models.DateTimeField(_("letter sent on"), null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        indexes = [models.Index(fields=["member", "state"], name="addressee_member")]

    def __str__(self):
        return str(self.member)

    @property
    def standing(self):
        """How it stands there, in one word for forms: of two people who act on the same, the second
        is told."""
        return f"{self.state}-{self.taken_by_id or ''}"


class QuestionDraft(models.Model):
    """What somebody without a team wanted to ask; it waits until the person is in one."""

    author = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="question_draft"
    )
    fields = models.JSONField(_("what was typed"), default=dict)
    saved_at = models.DateTimeField(_("saved on"), auto_now=True)

    class Meta:
        verbose_name = _("question that was begun")
        verbose_name_plural = _("questions that were begun")

    def __str__(self):
        return str(self.fields.get("title", ""))
