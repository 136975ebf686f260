"""Who is told of what happens to a case, in the same transaction as the change.

Decisions reach the team of the case's member and who made the revision, also when that person has
left the team; all else stays within the team. The moderators are the people with the permission to
change revisions. Nobody is told of what he or she did.
"""

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q

from members.models import Membership, Notice, User
from members.notices.notifications import address, notify
from policies.models import Revision

State, Kind = Revision.State, Notice.Kind

# Decisions of the moderators and what their notices are called.
DECISIONS = {
    State.PUBLISHED: Kind.PUBLISHED,
    State.CHANGES_REQUESTED: Kind.CHANGES_REQUESTED,
    State.REJECTED: Kind.REJECTED,
    State.UNPUBLISHED: Kind.UNPUBLISHED,
}


def authors(revision, besides=None):
    """The team of the revision's member and who made the revision, without ``besides``."""
    people = User.objects.filter(_in_team(revision) | Q(pk=revision.created_by_id), is_active=True)
    return _without(people, besides).distinct()


def team(revision, besides=None):
    """The people who may write the revision's case, without ``besides``."""
    return _without(User.objects.filter(_in_team(revision), is_active=True), besides)


def moderators(besides=None):
    """The people who decide on submissions, without ``besides``."""
    people = ModelBackend().with_perm("policies.change_revision").filter(is_staff=True)
    return _without(people, besides)


def tell(event):
    """Tell everybody concerned of a change of state, with the note that came with it."""
    revision, by = event.revision, event.actor
    facts = {
        "title": revision.title,
        "member": revision.case.member.name,
        "note": event.note,
        "by": event.actor_name,
    }
    if event.to_state in DECISIONS:
        public = event.to_state == State.PUBLISHED
        case = (revision.case_id, revision.case.slug)
        path = address("policies:case", *case) if public else address("my:home")
        # The moderators speak as one.
        notify(DECISIONS[event.to_state], authors(revision, by), path, **facts | {"by": ""})
    elif event.to_state == State.SUBMITTED:
        again = event.from_state == State.CHANGES_REQUESTED
        _tell_both(Kind.SUBMITTED, revision, by, again=again, **facts)
    elif event.to_state == State.WITHDRAWN:
        # The moderators never saw a draft.
        told = [] if event.from_state == State.DRAFT else moderators(by)
        _tell_both(Kind.WITHDRAWN, revision, by, told, **facts)


def tell_of_note(note):
    """Tell the other side, and the author's colleagues, of a note on a submission."""
    revision = note.revision
    facts = {
        "title": revision.title,
        "member": revision.case.member.name,
        "note": note.text,
        "by": "" if note.from_moderators else note.author_name,
    }
    told = [] if note.from_moderators else moderators(note.author)
    _tell_both(Kind.NOTE, revision, note.author, told, **facts)


def tell_of_correction(correction, words, actor=None):
    """Tell the team, in ``words``, of a proposal, or, when ``actor`` of the team has decided on it,
    who proposed it."""
    revision = correction.revision
    facts = {"title": revision.title, "member": revision.case.member.name, "note": words}
    if actor is None:
        path = address("policies:edit", revision.case_id) + "#corrections"
        notify(Kind.NOTE, authors(revision, correction.by), path, **facts, by="")
    elif correction.by and correction.by != actor:
        path = address("admin:policies_revision_review", revision.pk)
        facts |= {"by": actor.get_full_name(), "is_question": False}
        notify(Kind.NOTE, [correction.by], path, **facts)


def tell_of_move(revision, before, note, actor):
    """Tell the team that a case came from, ``before``, and the one it came to."""
    facts = {
        "title": revision.title,
        "member": revision.case.member.name,
        "note": note,
        "by": "",
        "is_question": False,
    }
    after = list(team(revision, actor))
    notify(Kind.NOTE, after, address("policies:edit", revision.case_id), **facts)
    left = [person for person in before if person not in after]
    notify(Kind.NOTE, left, address("my:home"), **facts)


def _tell_both(kind, revision, actor, told=None, **facts):
    told = list(moderators(actor) if told is None else told)
    notify(
        kind,
        told,
        address("admin:policies_revision_review", revision.pk),
        for_moderators=True,
        **facts,
    )
    # Who is both learns of it as a moderator, who has something to do.
    colleagues = team(revision, actor).exclude(pk__in=[person.pk for person in told])
    path = address("policies:edit", revision.case_id)
    notify(kind, colleagues, path, for_moderators=False, **facts)


def _in_team(revision):
    return Q(
        memberships__member=revision.case.member_id,
        memberships__status=Membership.Status.ACTIVE,
    )


def _without(people, person):
    return people.exclude(pk=person.pk) if person else people
