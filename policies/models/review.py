"""The review of submissions: the record of decisions, and what moderators note and propose."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .case import CaseStudy
from .revision import Revision


class ReviewEvent(models.Model):
    """One change of a revision's state: who, when, why. Rows are only ever added."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="events")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(_("by"), max_length=254)
    from_state = models.CharField(_("from"), max_length=20, choices=Revision.State)
    to_state = models.CharField(_("to"), max_length=20, choices=Revision.State)
    note = models.TextField(_("note"), blank=True)
    public_reason = models.CharField(
        _("public reason"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("Shown to readers in the place of a text that was unpublished."),
    )
    created_at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("review event")
        verbose_name_plural = _("review events")

    def __str__(self):
        return f"{self.from_state} → {self.to_state}"


class ReviewNote(models.Model):
    """What author and moderators write to each other about a submission."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    author_name = models.CharField(_("by"), max_length=254)
    from_moderators = models.BooleanField(_("from the moderators"), default=False)
    text = models.TextField(_("note"), validators=[MaxLengthValidator(5000)])
    created_at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("review note")
        verbose_name_plural = _("review notes")

    def __str__(self):
        return self.text[:80]


class RequestedText(models.Model):
    """What a submission said when changes were asked for: it is edited in place, and the desk sees
    what came of its request. Deleted with the next decision."""

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="requested_text")
    # Rows of Django's serializer: the revision, then those of its lists.
    content = models.JSONField(encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("time"), auto_now=True)

    class Meta:
        verbose_name = _("text at the time of a request")
        verbose_name_plural = _("texts at the time of a request")

    def __str__(self):
        return str(self.revision_id)


class Screening(models.Model):
    """What the queue shows of a submission, computed once, when it was submitted."""

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="screening")
    completeness = models.PositiveSmallIntegerField(
        _("completeness"), help_text=_("How many of the twelve points are covered.")
    )
    first_time_author = models.BooleanField(
        _("first-time author"),
        default=False,
        help_text=_("Nothing that this person submitted has been public so far."),
    )
    over_tagged = models.BooleanField(
        _("over-tagged"),
        default=False,
        help_text=_("More targets than the length of the text can explain."),
    )
    without_source = models.BooleanField(_("without a source"), default=False)
    hints = models.PositiveSmallIntegerField(
        _("hints"),
        default=0,
        db_default=0,
        help_text=_("What else is not plausible. The page of the review says what."),
    )
    duplicate_of = models.ForeignKey(
        CaseStudy,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("possible duplicate of"),
    )
    made_at = models.DateTimeField(_("time"), auto_now=True)

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")

    def __str__(self):
        return f"{self.revision_id}: {self.completeness}"


class Assessment(models.Model):
    """A moderator's mark and remark on one of the network's award criteria for one revision."""

    class Criterion(models.TextChoices):
        """The award criteria of the network."""

        INNOVATION = "innovation", _("Innovation")
        LEADERSHIP = "leadership", _("Leadership and governance")
        IMPLEMENTATION = "implementation", _("Clear implementation")
        QUALITY = "quality", _("Quality")
        OUTCOMES = "outcomes", _("Outcomes")
        SUSTAINABILITY = "sustainability", _("Long-term sustainability")
        REPLICABILITY = "replicability", _("Replicability")

    class Mark(models.TextChoices):
        MET = "met", _("Met")
        PARTLY = "partly", _("Partly met")
        NOT_MET = "not-met", _("Not met")
        UNCLEAR = "unclear", _("Cannot be judged from the text")

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="assessments")
    criterion = models.CharField(_("criterion"), max_length=20, choices=Criterion)
    mark = models.CharField(_("mark"), max_length=10, choices=Mark, blank=True)
    remark = models.TextField(_("remark"), blank=True, validators=[MaxLengthValidator(2000)])
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(_("by"), max_length=254)
    updated_at = models.DateTimeField(_("time"), auto_now=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "criterion"], name="one_assessment_a_revision_and_criterion"
            ),
        ]

    def __str__(self):
        return f"{self.get_criterion_display()}: {self.get_mark_display()}"


class Phrase(models.Model):
    """A sentence that moderators write often, saved to be used again."""

    class Use(models.TextChoices):
        CHANGES = "changes-requested", _("Ask for changes")
        REJECT = "rejected", _("Reject")
        PUBLISH = "published", _("Publish")

    use = models.CharField(_("for"), max_length=20, choices=Use)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("text"), validators=[MaxLengthValidator(2000)])
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["use", "position", "pk"]
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")

    def __str__(self):
        return self.title


class Correction(models.Model):
    """A typo or a tag that a moderator would change; the author accepts it or not."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        # The text it was about is no longer there.
        OUTDATED = "outdated", _("Outdated")
        # Of a public text, and its city has not answered for months.
        LAPSED = "lapsed", _("Lapsed")

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="corrections")
    # A field of the text, or "themes" or "targets"; their values are slugs or codes, one a line.
    field = models.CharField(_("field"), max_length=40)
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    note = models.TextField(_("note"), blank=True, validators=[MaxLengthValidator(1000)])
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(_("by"), max_length=254)
    created_at = models.DateTimeField(_("time"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided on"), null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self):
        return f"{self.field}: {self.after[:60]}"


class DeskNote(models.Model):
    """What moderators write to each other about a submission; nobody else reads it."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="desk_notes")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(_("by"), max_length=254)
    text = models.TextField(_("note"), validators=[MaxLengthValidator(5000)])
    created_at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("note among moderators")
        verbose_name_plural = _("notes among moderators")

    def __str__(self):
        return self.text[:80]


class UpdateRequestQuerySet(models.QuerySet):
    def open(self):
        """Return requests that nobody has answered."""
        return self.filter(answered_at=None)


class UpdateRequest(models.Model):
    """The moderators' request to a team to bring a public case up to date."""

    class Answer(models.TextChoices):
        EDIT = "edit", _("A new text was submitted")
        CONFIRMED = "confirmed", _("The city says that it is still true")
        WORDS = "words", _("The city has answered")
        TAKEN_BACK = "taken-back", _("Taken back by the moderators")

    case = models.ForeignKey(CaseStudy, models.CASCADE, related_name="update_requests")
    reason = models.TextField(_("reason"), validators=[MaxLengthValidator(2000)])
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(_("by"), max_length=254)
    created_at = models.DateTimeField(_("time"), auto_now_add=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answer_text = models.TextField(
        _("answer in words"), blank=True, validators=[MaxLengthValidator(2000)]
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_by_name = models.CharField(_("answered by"), max_length=254, blank=True)
    answered_at = models.DateTimeField(_("answered on"), null=True, blank=True)

    objects = UpdateRequestQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("request for an update")
        verbose_name_plural = _("requests for an update")
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(answered_at=None),
                name="one_open_update_request_a_case",
            ),
        ]

    def __str__(self):
        return self.reason[:80]
