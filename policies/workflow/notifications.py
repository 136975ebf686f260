"""Who is notified of what happens to a case, in the same transaction as the change.

Decisions reach the team of the case's member and who made the revision, also when that person has
left the team; all else stays within the team. The moderators are the people with the permission to
change revisions. Nobody is notified of their own actions.
"""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.models import Membership, Notice, User
from members.notices.notifications import address, notify, place_of, settle
from policies.models import CaseStudy, Revision

State, Kind = Revision.State, Notice.Kind

# Decisions of the moderators and what their notices are called.
DECISIONS = {
    State.PUBLISHED: Kind.PUBLISHED,
    State.CHANGES_REQUESTED: Kind.CHANGES_REQUESTED,
    State.REJECTED: Kind.REJECTED,
    State.UNPUBLISHED: Kind.UNPUBLISHED,
}


def authors(revision, besides=None):
    """Return the team of the revision's member and who created the revision, without ``besides``."""
    people = User.objects.filter(_in_team(revision) | Q(pk=revision.created_by_id), is_active=True)
    return _without(people, besides).distinct()


def team(revision, besides=None):
    """Return the team of the revision's member, without ``besides``."""
    return _without(User.objects.filter(_in_team(revision), is_active=True), besides)


def writers(revision, besides=None):
    """Return the people who may write the revision's case now, without ``besides``: its team and, as
    long as the case is the secretariat's own, who compiled the revision for it."""
    people = _in_team(revision)
    if CaseStudy.objects.unclaimed().filter(pk=revision.case_id).exists():
        compilers = ModelBackend().with_perm("policies.add_casestudy").filter(is_staff=True)
        people |= Q(pk=revision.created_by_id, pk__in=compilers.values("pk"))
    return _without(User.objects.filter(people, is_active=True), besides).distinct()


def moderators(besides=None):
    """Return the people who decide on submissions, without ``besides``."""
    people = ModelBackend().with_perm("policies.change_revision").filter(is_staff=True)
    return _without(people, besides)


def notify_of_event(event):
    """Notify everybody concerned of a change of state, with the note that came with it."""
    revision, by = event.revision, event.actor
    if revision.case.held_by_id:
        # Nobody but its author knows of it.
        return
    facts = {
        "title": revision.title,
        "member": revision.case.member.name,
        "note": event.note,
        "by": event.actor_name,
        "case": revision.case_id,
    }
    _settle(revision, event)
    if event.to_state in DECISIONS:
        # The moderators speak as one.
        _notify_of_decision(revision, DECISIONS[event.to_state], by, facts | {"by": ""})
    elif event.to_state == State.SUBMITTED:
        again = event.from_state == State.CHANGES_REQUESTED
        _notify_both(Kind.SUBMITTED, revision, by, again=again, **facts)
        if by:
            path = address("policies:edit", revision.case_id)
            receipt = notify(Kind.RECEIPT, [by], path, again=again, **facts)
            # The page has just said it: it is a matter of the mail.
            Notice.objects.filter(pk__in=[each.pk for each in receipt]).update(
                read_at=timezone.now()
            )
    elif event.to_state == State.WITHDRAWN:
        # The moderators never saw a draft.
        moderators_told = [] if event.from_state == State.DRAFT else moderators(by)
        _notify_both(Kind.WITHDRAWN, revision, by, moderators_told, **facts)


def _notify_of_decision(revision, kind, by, facts):
    """Tell those who may go on with a text where to do so, all others on their own page."""
    if kind == Kind.PUBLISHED:
        path = address("policies:case", revision.case_id, revision.case.slug)
        notify(kind, authors(revision, by), path, **facts)
        return
    told = list(team(revision, by))
    notify(kind, told, address("policies:edit", revision.case_id), **facts)
    left = authors(revision, by).exclude(pk__in=[person.pk for person in told])
    notify(kind, left, address("my:home"), **facts)


def _settle(revision, event):
    """Mark as read what nobody has to act on any more."""
    if event.from_state == State.SUBMITTED:
        settle(address("admin:policies_revision_review", revision.pk))
    if event.actor:
        settle_case(revision.case_id, event.actor)


def settle_case(case, user):
    """Mark as read what a person was told of a case, by its number, that the person has acted on."""
    settle(address("policies:case-short", case), user)


def forget_unsent(event):
    """Take back the notices of a publication that are neither mailed nor read."""
    case = event.revision.case
    Notice.objects.filter(
        kind=Kind.PUBLISHED,
        path=address("policies:case", case.pk, case.slug),
        created_at__gte=event.created_at,
        mail=Notice.Mail.WAITING,
        read_at=None,
    ).delete()


def notify_of_note(note):
    """Notify the other side, and the author's colleagues, of a note on a submission."""
    revision = note.revision
    facts = {
        "title": revision.title,
        "member": revision.case.member.name,
        "note": note.text,
        "by": "" if note.from_moderators else note.author_name,
    }
    moderators_told = [] if note.from_moderators else moderators(note.author)
    _notify_both(Kind.NOTE, revision, note.author, moderators_told, **facts)


def notify_of_assignment(revisions, reviewer, actor, message=""):
    """Notify a reviewer, once, of the submissions that a colleague gave them, with a message."""
    path = address("admin:policies_revision_changelist") + "?reviewer=me"
    if len(revisions) == 1:
        path = address("admin:policies_revision_review", revisions[0].pk)
    facts = {"title": revisions[0].title, "others": len(revisions) - 1, "note": message}
    notify(Kind.ASSIGNED, [reviewer], path, **facts, by=actor.get_full_name())


def notify_of_correction(correction, text, actor=None):
    """Notify those who write the case of a proposed correction; of its outcome the one who proposed it.

    ``text`` is the message, in the language of the site.
    """
    revision = correction.revision
    facts = {"title": revision.title, "member": revision.case.member.name, "note": text}
    if correction.state == correction.State.PROPOSED:
        path = address("policies:edit", revision.case_id) + "#corrections"
        notify(Kind.NOTE, writers(revision, correction.by), path, **facts, by="")
    else:
        # Whoever proposed it and no longer decides is told nothing of the city's work.
        proposer = moderators(actor).filter(pk=correction.by_id)
        path = address("admin:policies_revision_review", revision.pk)
        facts |= {"by": actor.get_full_name() if actor else "", "is_question": False}
        notify(Kind.NOTE, proposer, path, **facts)


def notify_of_update_request(request, text):
    """Notify the team of a public case that the moderators ask for an update, or ask no longer."""
    live = request.case.live
    facts = {"title": live.title, "member": request.case.member.name, "note": text, "by": ""}
    path = address("policies:edit", request.case_id) + "#update"
    notify(Kind.NOTE, team(live, request.by), path, **facts)


def notify_of_update_answer(request):
    """Notify who asked for an update of what the city answered in words, or all moderators where that
    person decides no more."""
    if request.by is not None and request.by == request.answered_by:
        return
    live = request.case.live
    facts = {"title": live.title, "member": request.case.member.name, "note": request.answer_text}
    facts |= {"by": request.answered_by_name, "is_question": False}
    path = address("admin:policies_casestudy_change", request.case_id)
    told = moderators(request.answered_by)
    notify(Kind.NOTE, told.filter(pk=request.by_id) or told, path, **facts)


def notify_of_desk_note(note, people):
    """Notify moderators of what a colleague wrote about a submission."""
    revision = note.revision
    facts = {"title": revision.title, "member": revision.case.member.name, "note": note.text}
    path = address("admin:policies_revision_review", revision.pk) + "#review-desk"
    notify(Kind.NOTE, people, path, **facts, by=note.by_name)


def notify_of_move(revision, former_team, note, actor):
    """Notify the team that a case was moved from, and the one that it was moved to."""
    facts = {
        "title": revision.title,
        "member": revision.case.member.name,
        "note": note,
        "by": "",
        "is_question": False,
    }
    after = list(team(revision, actor))
    notify(Kind.NOTE, after, address("policies:edit", revision.case_id), **facts)
    left = [person for person in former_team if person not in after]
    notify(Kind.NOTE, left, address("my:home"), **facts)


def notify_of_replacement(texts):
    """Notify the teams of cases of which an imported text was made public in the place of theirs; teams
    in which nobody is cost no query."""
    texts = list(texts.select_related("case__member").defer("list_summary"))
    places = Membership.objects.active().filter(
        member__in={text.case.member_id for text in texts}, user__is_active=True
    )
    people = {}
    for place in places.select_related("user"):
        people.setdefault(place.member_id, []).append(place.user)
    with translation.override(settings.LANGUAGE_CODE):
        note = _(
            "The secretariat has made another text public in the place of yours, from a file that it "
            "imported. Yours stays citable. Please read the new one: you can confirm or change it."
        )
    for text in texts:
        if told := people.get(text.case.member_id):
            facts = {"title": text.title, "member": text.case.member.name, "note": note, "by": ""}
            path = address("policies:edit", text.case_id)
            notify(Kind.NOTE, told, path, **facts, is_question=False)


def notify_of_removal(case, what, reason, actor):
    """Notify the team of a case that a "photo", "attachment" or "passage" was taken out of its texts."""
    text = case.live or case.revisions.known_to_secretariat().order_by("number").last()
    facts = {"title": text.title, "member": case.member.name, "note": reason, "what": what}
    path = address("policies:edit", case.pk)
    notify(Kind.CONTENT_REMOVED, team(text, actor), path, **facts, by="")


def facts_of_mail(notice):
    """Return nothing new for the mail of what happens to a case; None where the page that it leads to is
    not for the person any more, and where it is over already. See ``settings.READ_WHEN_MAILED``.

    Decisions go out whatever has become of the person since: they are about the own work.
    """
    name, arguments = place_of(notice.path)
    if _is_over(notice, name, arguments):
        return None
    if name.startswith("admin:"):
        return {} if moderators().filter(pk=notice.recipient_id).exists() else None
    if name == "policies:edit":
        person = notice.recipient
        mine = CaseStudy.objects.of_team(person).filter(pk=arguments["pk"])
        # What the secretariat compiled is its own as long as no city has claimed it.
        compiles = person.is_staff and person.has_perm("policies.add_casestudy")
        compiled = CaseStudy.objects.unclaimed().filter(pk=arguments["pk"])
        return {} if mine.exists() or (compiles and compiled.exists()) else None
    return {}


def _is_over(notice, name, arguments):
    """Return whether a later notice tells of the case that was submitted or withdrawn, or the text waits
    no longer, or it was withdrawn before the moderator had mail of it."""
    if notice.kind not in (Kind.SUBMITTED, Kind.WITHDRAWN):
        return False
    of_case = Notice.objects.filter(
        kind__in=[Kind.SUBMITTED, Kind.WITHDRAWN],
        recipient=notice.recipient_id,
        context__case=notice.context.get("case"),
    )
    later = of_case.filter(pk__gt=notice.pk).exclude(kind__in=notice.recipient.muted)
    if later.exists():
        return True
    if name not in ("admin:policies_revision_review", "policies:edit"):
        return False
    if notice.kind == Kind.SUBMITTED:
        about = "case" if name == "policies:edit" else "pk"
        texts = Revision.objects.filter(state=State.SUBMITTED)
        return not texts.filter(**{about: arguments["pk"]}).exists()
    return name != "policies:edit" and not _knows_of_withdrawn(of_case.filter(pk__lt=notice.pk))


def _knows_of_withdrawn(earlier):
    """Return whether the last that a moderator had mail of, of ``earlier`` notices of a case, is a text
    that is withdrawn since; true where there are none."""
    last = earlier.exclude(mail=Notice.Mail.DROPPED).order_by("pk").last()
    if last is None:
        return not earlier.exists()
    _name, arguments = place_of(last.path)
    texts = Revision.objects.filter(state=State.WITHDRAWN, pk=arguments.get("pk"))
    return last.kind == Kind.SUBMITTED and texts.exists()


def _notify_both(kind, revision, actor, told=None, **facts):
    told = list(moderators(actor) if told is None else told)
    notify(
        kind,
        told,
        address("admin:policies_revision_review", revision.pk),
        for_moderators=True,
        **facts,
    )
    # Moderators who are also in the team are notified as moderators, who have something to do.
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
