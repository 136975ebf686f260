from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

# Everything that is recorded, and what it is called: what people and teams do, the secretariat in
# the place of some,
ACTIONS_OF_TEAMS = {
    "submitted": _("Submitted"),
    "withdrawn": _("Withdrawn"),
    "correction-accepted": _("Correction accepted"),
    "correction-declined": _("Correction declined"),
    "update-answered": _("Request for an update answered"),
    "membership-requested": _("Membership requested"),
    "membership-approved": _("Membership approved"),
    "membership-declined": _("Membership declined"),
    "membership-ended": _("Membership ended"),
    "role-changed": _("Role changed"),
    "invitation-sent": _("Invitation sent"),
    "invitation-revoked": _("Invitation revoked"),
    "invitation-accepted": _("Invitation accepted"),
    "member-proposed": _("Member proposed"),
    "member-proposal-taken-back": _("Proposed member taken back"),
    "member-changed": _("Member changed"),
    "password-changed": _("Password changed"),
    "email-changed": _("E-mail address changed"),
    "second-factor-added": _("Second factor added"),
    "second-factor-removed": _("Second factor removed"),
    "account-deleted": _("Account deleted"),
    "personal-data-exported": _("Personal data exported"),
    "call-answered": _("Call answered with a case"),
    "call-answer-withdrawn": _("Answer to a call taken back"),
    "question-asked": _("Question asked"),
    "question-forwarded": _("Question put to a further member"),
    "question-taken": _("Question taken"),
    "question-answered": _("Question answered"),
    "question-declined": _("Answer declined"),
    "question-judged": _("Answers judged by the asker"),
    "question-closed": _("Question closed"),
    "question-reopened": _("Question opened again"),
    "advice-given": _("Advice given"),
    "advice-corrected": _("Advice corrected"),
    "advice-replaced": _("Advice replaced"),
    "advice-withdrawn": _("Advice withdrawn"),
    "advice-confirmed": _("Advice confirmed"),
    "figures-settled": _("Figures of an answer dealt with"),
    "english-added": _("English text added"),
    "adoption-begun": _("Adoption begun"),
    "adoption-published": _("Adoption published"),
    "adoption-changed": _("Adoption changed"),
    "adoption-reported": _("Report on an adoption"),
    "adoption-confirmed": _("Adoption confirmed by the original city"),
    "adoption-noted": _("Note of the original city on an adoption"),
    "adoption-disputed": _("Adoption disputed by the original city"),
    "cooperation-opened": _("Need or offer opened"),
    "cooperation-changed": _("Need or offer changed"),
    "cooperation-renewed": _("Need or offer renewed"),
    "cooperation-closed": _("Need or offer closed"),
    "introduction-asked": _("Introduction asked for"),
    "introduction-accepted": _("Introduction accepted"),
    "introduction-declined": _("Introduction declined"),
    "introduction-outcome": _("What came of an introduction"),
    "local-review-added": _("Local review added"),
    "local-review-changed": _("Local review changed"),
    "local-review-deleted": _("Local review deleted"),
    "collection-public": _("Collection made public"),
    "collection-changed": _("Public collection changed"),
    "collection-closed": _("Collection no longer public"),
    "collection-deleted": _("Public collection deleted"),
    "seminar-registered": _("Registered for a seminar"),
    "seminar-unregistered": _("Registration for a seminar cancelled"),
    "entry-flagged": _("Entry flagged"),
}
# and what the secretariat and the portal itself do.
ACTIONS_OF_SECRETARIAT = {
    "published": _("Published"),
    "changes-requested": _("Changes requested"),
    "rejected": _("Rejected"),
    "superseded": _("Superseded"),
    "unpublished": _("Unpublished"),
    "restored": _("Restored"),
    "assigned": _("Assigned"),
    "assessed": _("Assessed"),
    "correction-proposed": _("Correction proposed"),
    "correction-lapsed": _("Correction lapsed"),
    "publication-undone": _("Publication undone"),
    "update-asked": _("Update of a public case asked for"),
    "desk-note": _("Note among moderators"),
    "featured": _("Featured"),
    "unfeatured": _("No longer featured"),
    "photo-removed": _("Photo removed from public texts"),
    "file-removed": _("File removed from public texts"),
    "passage-removed": _("Passage removed from public texts"),
    "case-merged": _("Case merged"),
    "case-unmerged": _("Merge of a case undone"),
    "case-moved": _("Case moved"),
    "case-compiled": _("Case compiled"),
    "phrase-added": _("Phrase added"),
    "phrase-changed": _("Phrase changed"),
    "phrase-deleted": _("Phrase deleted"),
    "theme-added": _("Theme added"),
    "theme-changed": _("Theme changed"),
    "theme-merged": _("Theme merged"),
    "theme-deleted": _("Theme deleted"),
    "term-added": _("Term of the thesaurus added"),
    "term-removed": _("Term of the thesaurus removed"),
    "member-proposal-declined": _("Proposed member declined"),
    "member-added": _("Member added"),
    "member-merged": _("Member merged"),
    "member-deleted": _("Member deleted"),
    "rights-changed": _("Rights changed"),
    "account-blocked": _("Account blocked"),
    "account-unblocked": _("Account unblocked"),
    "account-added": _("Account added"),
    "account-changed": _("Account changed"),
    "password-set": _("Password set by an administrator"),
    "call-added": _("Call added"),
    "call-changed": _("Call changed"),
    "call-marked": _("Answer to a call marked"),
    "call-decided": _("Shortlist or results of a call changed"),
    "call-announced": _("Results of a call announced"),
    "mailing-added": _("Mail to people written"),
    "mailing-changed": _("Mail to people changed"),
    "mailing-deleted": _("Mail to people deleted"),
    "mailing-sent": _("Mail to people sent"),
    "news-added": _("News added"),
    "news-changed": _("News changed"),
    "news-deleted": _("News deleted"),
    "page-text-changed": _("Text of a page changed"),
    "library-imported": _("Library imported"),
    "library-exported": _("Library exported"),
    "letter-sent": _("Letter sent to a member without a team"),
    "dispute-decided": _("Dispute decided"),
    "introduction-lapsed": _("Introduction lapsed"),
    "seminar-written": _("Draft of a seminar written"),
    "seminar-announced": _("Seminar announced"),
    "seminar-changed": _("Seminar changed"),
    "seminar-cancelled": _("Seminar cancelled"),
    "seminar-copied": _("Seminar copied"),
    "seminar-deleted": _("Draft of a seminar deleted"),
    "seminar-held": _("Seminar held"),
    "seminar-compiled": _("Seminar compiled from public sources"),
    "seminar-attendance": _("Noted who came to a seminar"),
    "seminar-exported": _("List of who takes part in a seminar exported"),
    "entry-approved": _("Entry approved"),
    "entry-refused": _("Entry refused"),
    "entry-hidden": _("Entry hidden"),
    "flags-dismissed": _("Flags dismissed"),
    "entry-removed": _("Entry removed"),
    "entry-restored": _("Entry restored"),
    "mail-sent-again": _("Mail sent again"),
    "cooperation-ended": _("Need or offer ended"),
}
ACTIONS = ACTIONS_OF_TEAMS | ACTIONS_OF_SECRETARIAT


class EventQuerySet(models.QuerySet):
    """Events are added and read. Only the end of an account rewrites a name: see ``forget``."""

    def update(self, **kwargs):
        raise TypeError("The record is never changed.")

    def delete(self):
        raise TypeError("The record is never deleted from.")

    delete.alters_data = True
    delete.queryset_only = True

    def forget(self, **kwargs):
        """Write a role where the name of a deleted person stood, and drop from where they acted;
        nothing else may change."""
        if not {"actor_name", "subject", "reason", "address"}.issuperset(kwargs) or kwargs.get(
            "address"
        ):
            raise TypeError("Only names and addresses can be taken out of the record.")
        return super().update(**kwargs)


class Event(models.Model):
    """One entry of the record: who did what to what, when, why and from where. Only ever added.

    ``members.record.audit.record`` writes it, in the transaction of the change it tells of.
    """

    created_at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("person"),
    )
    actor_name = models.CharField(_("by"), max_length=254)
    # One of ``ACTIONS``; a record outlives the code that wrote it, so no choices.
    action = models.CharField(_("action"), max_length=40, db_index=True)
    subject_type = models.CharField(_("kind of subject"), max_length=40)
    subject_id = models.CharField(_("number of the subject"), max_length=40)
    subject = models.CharField(_("subject"), max_length=300)
    reason = models.TextField(_("reason"), blank=True)
    address = models.GenericIPAddressField(_("from"), null=True, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="event_subject")]

    def __str__(self):
        return f"{self.label}: {self.subject}"

    @property
    def label(self):
        """What the action is called."""
        return ACTIONS.get(self.action, self.action)

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("The record is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("The record is never deleted from.")
