"""What case studies and their review store about a person. See ``settings.PERSONAL_DATA``."""

from django.conf import settings
from django.db.models import Q
from django.utils import translation

from members.models import Event, Member, Notice
from members.notices.notifications import leads_to
from members.record.people import rows
from members.record.redaction import Redactor, former_colleague, former_moderator
from members.teams.personal_data import former_name
from policies.content.fields import content_fields
from policies.models import (
    Assessment,
    Attachment,
    CallEntry,
    CallMark,
    CaseStudy,
    Correction,
    DeskNote,
    ImportRun,
    Mailing,
    Photo,
    ReviewEvent,
    ReviewNote,
    Revision,
    UpdateRequest,
)

from .notifications import moderators
from .reviewing import given_to

# What came of an import tells of cases, not of who started it.
RESULTS = ("counts", "errors", "warnings", "drafts")
# What is decided on an answer to a call is the secretariat's until the results are announced.
UNTIL_ANNOUNCED = ("is_shortlisted", "result")
# Of a request for an update each side has its own words and name, not those of the other.
OF_THE_ANSWER = ("answer", "answer_text", "answered_by_name", "answered_at")
OF_THE_REQUEST = ("reason", "by_name")
# What a city answered to a proposed correction is told to those who still decide.
OF_THE_OUTCOME = ("state", "decided_at")
# Steps that the author's team takes; all others are the moderators'.
STEPS_OF_THE_TEAM = (Revision.State.SUBMITTED, Revision.State.WITHDRAWN)


def export(user):
    """Return all rows that ``user`` made, as plain values.

    What colleagues write on is their team's: of a text that the person may no longer read there is
    only that the person began it.
    """
    of_revision = ("revision__case_id", "revision__number")
    about = ("case_id", "number", "state", "created_at", "submitted_at")
    texts = [field.attname for field in content_fields()]
    written = Revision.objects.filter(created_by=user).order_by("pk")
    own = CaseStudy.objects.of_team(user).order_by().values("pk")
    readable = Q(case__in=own) | Q(pk__in=Revision.objects.citable().values("pk"))
    # The slug of a draft follows its title, also one that colleagues gave it later.
    began = CaseStudy.objects.filter(created_by=user).order_by("pk")
    named = Q(pk__in=own) | Q(pk__in=Revision.objects.citable().order_by().values("case_id"))
    of_case = ("id", "member__name", "created_at")
    decides = moderators().filter(pk=user.pk).exists()
    answers, of_answer = CallEntry.objects.filter(by=user), ("call_id", "case_id")
    return {
        "cases_created": [
            *began.filter(named).values(*of_case, "slug", "live__title"),
            *began.exclude(named).values(*of_case),
        ],
        "cases_confirmed": list(
            CaseStudy.objects.filter(confirmed_by=user)
            .order_by("pk")
            .values("id", "slug", "confirmed_at")
        ),
        "revisions_written": [
            *written.filter(readable).values(*about, *texts),
            *written.exclude(readable).values(*about),
        ],
        "decisions": rows(ReviewEvent.objects.filter(actor=user), *of_revision),
        "review_notes": rows(ReviewNote.objects.filter(author=user), *of_revision),
        "reviewing": list(
            Revision.objects.filter(reviewer=user).order_by("pk").values("case_id", "number")
        ),
        "assessments": rows(Assessment.objects.filter(by=user), *of_revision),
        "corrections": rows(
            Correction.objects.filter(by=user),
            *of_revision,
            without=() if decides else OF_THE_OUTCOME,
        ),
        "desk_notes": rows(DeskNote.objects.filter(by=user), *of_revision),
        "updates_asked_for": rows(
            UpdateRequest.objects.filter(by=user), "case_id", without=OF_THE_ANSWER
        ),
        "updates_answered": rows(
            UpdateRequest.objects.filter(answered_by=user), "case_id", without=OF_THE_REQUEST
        ),
        "calls_answered": [
            *rows(answers.filter(call__announced_at__isnull=False), *of_answer),
            *rows(answers.filter(call__announced_at=None), *of_answer, without=UNTIL_ANNOUNCED),
        ],
        "calls_marked": rows(CallMark.objects.filter(by=user), "entry__call_id"),
        "mails_to_people": rows(Mailing.objects.filter(by=user)),
        "imports": rows(ImportRun.objects.filter(by=user), without=("file", *RESULTS)),
    }


def trail(user):
    """Return what a person wrote and decided on cases: admin template -> rows, newest first."""
    known = Revision.objects.known_to_secretariat()
    written = known.filter(created_by=user).select_related("case__member")
    taken = ReviewEvent.objects.filter(actor=user, revision__in=known.order_by().values("pk"))
    taken = taken.select_related("revision__case__member")
    notes = ReviewNote.objects.filter(author=user).select_related("revision__case__member")
    return {
        "admin/policies/trail/revisions.html": written.order_by("-created_at", "-pk"),
        "admin/policies/trail/decisions.html": taken.order_by("-created_at", "-pk"),
        "admin/policies/trail/notes.html": notes.order_by("-created_at", "-pk"),
    }


def forget(user):
    """Write a role where the name of ``user`` stood: cases and the record of decisions stay.

    The text of a case is the city's and is left as it is, whoever it names.
    """
    # Only where the person took part: elsewhere the same words are about somebody else.
    revisions = _took_part_in(user)
    cases = Revision.objects.filter(pk__in=revisions).order_by().values("case")
    redactor = Redactor(user, former_colleague())
    _forget_in_reviews(redactor, revisions, cases)
    _forget_in_record(user, redactor, revisions, cases)
    redactor.notices(Notice.objects.all(), about=_in_notices(user, revisions))
    _forget_as_moderator(user, cases)
    _forget_as_colleague(user, revisions)


def _took_part_in(user):
    """Return the numbers of the revisions that the person wrote, decided on, or said something about."""
    part = Q(events__actor=user) | Q(notes__author=user) | Q(created_by=user) | Q(decided_by=user)
    part |= Q(assessments__by=user) | Q(corrections__by=user) | Q(reviewer=user)
    part |= Q(desk_notes__by=user) | Q(case__update_requests__by=user)
    part |= Q(case__update_requests__answered_by=user) | Q(case__call_entries__by=user)
    part |= Q(case__call_entries__marks__by=user)
    return list(Revision.objects.filter(part).distinct().values_list("pk", flat=True))


def _forget_in_reviews(redactor, revisions, cases):
    """Take the name out of what was said of texts, their cases, and their answers to calls."""
    redactor.rows(ReviewEvent.objects.filter(revision__in=revisions), "note", "public_reason")
    redactor.rows(ReviewNote.objects.filter(revision__in=revisions), "text")
    redactor.rows(Assessment.objects.filter(revision__in=revisions), "remark")
    redactor.rows(Correction.objects.filter(revision__in=revisions), "note")
    redactor.rows(DeskNote.objects.filter(revision__in=revisions), "text")
    # What is taken down is taken out of all texts of a case.
    for model in (Photo, Attachment):
        redactor.rows(model.objects.filter(revision__case__in=cases), "removed_because")
    redactor.rows(CallMark.objects.filter(entry__case__in=cases), "remark")
    asked = UpdateRequest.objects.filter(case__revisions__in=revisions).distinct()
    redactor.rows(asked, "reason", "answer_text")


def _forget_in_record(user, redactor, revisions, cases):
    """Take the name out of the record. The title of a case is its text; what was said of it is not."""
    keys = {
        "policies.revision": revisions,
        "policies.casestudy": cases.values_list("case", flat=True),
    }
    for kind, numbers in keys.items():
        record = Event.objects.filter(subject_type=kind, subject_id__in=map(str, numbers))
        redactor.events(record, "reason")
    if _was_given_work(user):
        with_names = set()
        for language, _label in settings.LANGUAGES:
            with translation.override(language):
                with_names.add(given_to(user))
        given = Event.objects.filter(action="assigned", reason__in=with_names)
        redactor.events(given, "reason")


def _forget_as_moderator(user, cases):
    """Write the role of a moderator as who decided, noted and proposed."""
    label = former_moderator()
    events = ReviewEvent.objects.filter(actor=user)
    events.exclude(to_state__in=STEPS_OF_THE_TEAM).update(actor_name=label)
    ReviewNote.objects.filter(author=user, from_moderators=True).update(author_name=label)
    for model in (Assessment, CallMark, Correction, DeskNote, ImportRun, Mailing, UpdateRequest):
        model.objects.filter(by=user).update(by_name=label)
    Revision.objects.filter(decided_by=user).update(decided_by_name=label)
    # A text that holds accepted corrections names who proposed them, and has no one decider.
    corrected = Revision.objects.filter(case__in=cases, decided_by=None)
    Redactor(user, label).rows(corrected, "decided_by_name")


def _forget_as_colleague(user, revisions):
    """Write the role in which the person acted for the member of each case, as who submitted, wrote and
    answered."""
    steps = ReviewEvent.objects.filter(actor=user, to_state__in=STEPS_OF_THE_TEAM)
    notes = ReviewNote.objects.filter(author=user, from_moderators=False)
    for member in Member.objects.filter(cases__revisions__in=revisions).distinct():
        label = former_name(user, member)
        steps.filter(revision__case__member=member).update(actor_name=label)
        notes.filter(revision__case__member=member).update(author_name=label)
        CallEntry.objects.filter(by=user, case__member=member).update(by_name=label)
        UpdateRequest.objects.filter(answered_by=user, case__member=member).update(
            answered_by_name=label
        )


def _was_given_work(user):
    """Return whether the person was a reviewer: the record names whom work was given to."""
    assigned = user.notices.filter(kind=Notice.Kind.ASSIGNED)
    return assigned.exists() or user.events.filter(action="assigned").exists()


def _in_notices(user, revisions):
    """Return the condition that a notice is about one of ``revisions`` or its case, or tells of work that
    the person gave to somebody."""
    rows = Revision.objects.filter(pk__in=revisions)
    rows = list(rows.values_list("pk", "case", "title", "case__member__name"))
    texts, cases = {str(row[0]) for row in rows}, {str(row[1]) for row in rows}
    titles = {(member, title) for _pk, _case, title, member in rows}
    pages = {
        **dict.fromkeys(("policies:edit", "policies:case", "policies:case-short"), cases),
        "admin:policies_revision_review": texts,
        "admin:policies_casestudy_change": cases,
    }
    gave = user.events.filter(action="assigned").exists() and user.get_full_name()

    def is_about(notice):
        facts = notice.context
        return (
            leads_to(notice.path, pages)
            # Who has left is led to the own page.
            or (facts.get("member"), facts.get("title")) in titles
            or (notice.kind == Notice.Kind.ASSIGNED and gave and facts.get("by") == gave)
        )

    return is_about
