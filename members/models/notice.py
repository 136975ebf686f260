from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """Something a person is told, in the page and by mail.

    Written in the same transaction as the change it tells of; mailed afterwards by
    ``send_notices``, again and again until it is out or given up.
    """

    class Kind(models.TextChoices):
        MEMBERSHIP_REQUESTED = "membership-requested", _("Somebody asks to join your team")
        MEMBERSHIP_DECIDED = "membership-decided", _("Decision on your membership")
        ROLE_CHANGED = "role-changed", _("Your role in a team changed")
        INVITED = "invited", _("Invitation to a team")
        TEAM_CHANGED = "team-changed", _("Your team, or what its page says, was changed")
        SUBMITTED = "submitted", _("A case study was submitted")
        RECEIPT = "receipt", _("Your submission arrived")
        WITHDRAWN = "withdrawn", _("A case study was withdrawn")
        PUBLISHED = "published", _("Your case study was published")
        CHANGES_REQUESTED = "changes-requested", _("The moderators ask for changes")
        REJECTED = "rejected", _("Your case study was not accepted")
        UNPUBLISHED = "unpublished", _("Your case study was unpublished")
        CONTENT_REMOVED = "content-removed", _("Something was taken out of your case study")
        NOTE = "note", _("A note on a submission")
        ACCOUNT_CHANGED = "account-changed", _("Your account was changed by the secretariat")
        REMINDER = "reminder", _("Is your case study still true?")
        ASSIGNED = "assigned", _("A submission was given to you to review")
        DIGEST = "digest", _("What waits for the moderators, once a week")
        NETWORK_MAIL = "network-mail", _("Mail of the secretariat to the network")
        WORK_MAIL = "work-mail", _("Mail of the secretariat about your own work")
        QUESTION_CHECK = "question-check", _("Somebody's first entry waits for the secretariat")
        QUESTION_ASKED = "question-asked", _("Your city is asked a question")
        QUESTION_WAITING = "question-waiting", _("A question still waits for an answer")
        QUESTION_ANSWERED = "question-answered", _("Your question was answered")
        QUESTION_CLOSED = "question-closed", _("A question was closed")
        ENTRY_REMOVED = "entry-removed", _("Decision on what you wrote")
        ADOPTION_NEW = "adoption-new", _("Another city adopts your policy")
        ADOPTION_ANSWERED = (
            "adoption-answered",
            _("What the original city says to what you adopted"),
        )
        ADOPTION_DUE = "adoption-due", _("How is the policy that you adopted?")
        INTRODUCTION_ASKED = "introduction-asked", _("Somebody asks to be put in touch")
        INTRODUCTION_MADE = "introduction-made", _("You are put in touch")
        INTRODUCTION_NO = "introduction-no", _("An introduction did not come about")
        INTRODUCTION_OUTCOME = "introduction-outcome", _("What came of an introduction?")
        COOPERATION_ENDS = "cooperation-ends", _("A need or offer of yours ends soon")
        SEMINAR_CHANGED = "seminar-changed", _("A seminar of yours is moved or cancelled")
        SEMINAR_PLACE = "seminar-place", _("A place in a seminar has become free for you")
        SEMINAR_SOON = "seminar-soon", _("A seminar of yours is tomorrow")
        ALERT = "alert", _("What is new in your searches and in what you follow")
        FLAGGED = "flagged", _("Something in the exchange was flagged")

    # A decision about a person's own work always reaches the person.
    ALWAYS_MAILED = frozenset(
        {
            Kind.MEMBERSHIP_DECIDED,
            Kind.INVITED,
            Kind.PUBLISHED,
            Kind.CHANGES_REQUESTED,
            Kind.REJECTED,
            Kind.UNPUBLISHED,
            Kind.CONTENT_REMOVED,
            Kind.ACCOUNT_CHANGED,
            Kind.WORK_MAIL,
            Kind.QUESTION_ANSWERED,
            Kind.ENTRY_REMOVED,
            Kind.INTRODUCTION_MADE,
            Kind.SEMINAR_CHANGED,
            Kind.SEMINAR_PLACE,
        }
    )

    class Mail(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        MUTED = "muted", _("Switched off by the person")
        FAILED = "failed", _("Given up")
        DROPPED = "dropped", _("Dropped: it was no longer so")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="notices"
    )
    # An invited person may have no account yet.
    email = models.EmailField(_("e-mail address"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    context = models.JSONField(_("facts"), default=dict, help_text=_("What the text is made of."))
    path = models.CharField(
        _("address"), max_length=500, blank=True, help_text=_("Where it leads.")
    )
    created_at = models.DateTimeField(_("written on"), auto_now_add=True)
    read_at = models.DateTimeField(_("read on"), null=True, blank=True)

    mail = models.CharField(_("mail"), max_length=8, choices=Mail, default=Mail.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), auto_now_add=True)
    mailed_at = models.DateTimeField(_("mailed on"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [models.Index(fields=["mail", "next_attempt_at"], name="notice_mail_queue")]

    def __str__(self):
        return self.get_kind_display()

    @property
    def is_muted(self):
        """Whether the person has switched off mails of this kind, where that is possible."""
        return (
            self.recipient is not None
            and self.kind not in self.ALWAYS_MAILED
            and self.kind in self.recipient.muted
        )
