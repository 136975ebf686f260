"""Answering calls, marking the answers, and what comes of them. People decide: nothing is summed up."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.models import Membership, Notice, User
from members.notices.notifications import address, notify, place_of
from members.record import audit
from policies.models import Call, CallEntry, CallMark, CaseStudy, Revision

from . import notifications
from .errors import ActionRefused

Kind = Notice.Kind
# Coordinators of those who have not answered are reminded so long before the end of a call.
REMINDED_BEFORE = (timedelta(days=7), timedelta(days=1))


def answering(call, user):
    """Return the cases with which ``user`` may answer a call: of teams of kinds that may, of its themes or
    targets, submitted or public. Drafts are not for the secretariat, and so answer nothing."""
    handed = Revision.objects.filter(case=OuterRef("pk")).filter(
        Q(state__in=[Revision.State.SUBMITTED, Revision.State.CHANGES_REQUESTED])
        | Q(live_of__isnull=False)
    )
    themes = list(call.themes.values_list("pk", flat=True))
    targets = list(call.targets.values_list("pk", flat=True))
    if themes or targets:
        handed = handed.filter(
            Q(theme_rows__theme__in=themes) | Q(contributions__target__in=targets)
        )
    cases = CaseStudy.objects.of_team(user).filter(Exists(handed), merged_into=None)
    return cases.filter(member__kind__in=call.kinds) if call.kinds else cases


@transaction.atomic
def enter(call, case, *, by):
    """Answer a call with a case, and return the entry; the second of two clicks returns the first.

    Raises ``ActionRefused`` where the call is not open or the case does not fit.
    """
    call = Call.objects.select_for_update().get(pk=call.pk)
    _need_open(call)
    if not answering(call, by).filter(pk=case.pk).exists():
        raise ActionRefused(_("This case cannot answer the call."))
    entry, is_new = CallEntry.objects.get_or_create(
        call=call, case=case, defaults={"by": by, "by_name": by.get_full_name()}
    )
    if is_new:
        audit.record("call-answered", case, by=by, reason=call.title)
    return entry


@transaction.atomic
def withdraw(entry, *, by):
    """Take an answer back while the call is open. Raises ``ActionRefused`` later."""
    call = Call.objects.select_for_update().get(pk=entry.call_id)
    _need_open(call)
    audit.record("call-answer-withdrawn", entry.case, by=by, reason=call.title)
    CallEntry.objects.filter(pk=entry.pk).delete()


def _need_open(call):
    if not call.is_open:
        raise ActionRefused(_("This call is not open now."))


@transaction.atomic
def mark(entry, marks, *, by):
    """Save the marks and remarks of one reviewer: ``{criterion: (mark, remark)}``; two empty ones delete
    theirs. Those of others stay."""
    CallEntry.objects.select_for_update().get(pk=entry.pk)
    for criterion, (given, remark) in marks.items():
        own = CallMark.objects.filter(entry=entry, criterion=criterion, by=by)
        if given or remark:
            own.update_or_create(
                entry=entry,
                criterion=criterion,
                by=by,
                defaults={"mark": given, "remark": remark, "by_name": by.get_full_name()},
            )
        else:
            own.delete()
    if marks:
        reason = f"{entry.call.title}\n{_of_own_team(entry, by)}".strip()
        audit.record("call-marked", entry.case, by=by, reason=reason)


def is_of_own_team(entry, user):
    """Return whether an answer to a call is of a team that ``user`` is in."""
    return CaseStudy.objects.of_team(user).filter(pk=entry.case_id).exists()


def _of_own_team(entry, by):
    """Return what the record says where ``by`` marks or chooses an answer of the own team; "" elsewhere."""
    if not is_of_own_team(entry, by):
        return ""
    with translation.override(settings.LANGUAGE_CODE):
        return _("An answer of the own team.")


@transaction.atomic
def decide(call, decisions, *, by, announce=False):
    """Save the shortlist and results of a call: {key of an entry: its columns with their new values}.

    An answer that was taken back meanwhile is left out.

    With ``announce`` they become public, and the teams of all answers are told once; from then on what
    is saved is public at once.
    """
    call = Call.objects.select_for_update().get(pk=call.pk)
    if announce and call.closes >= timezone.localdate():
        raise ActionRefused(_("Results are announced once the call has closed."))
    entries = {each.pk: each for each in call.entries.select_related("case__live", "case__member")}
    changed = []
    for key, values in decisions.items():
        entry = entries.get(key)
        if entry and any(getattr(entry, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(entry, name, value)
            entry.save(update_fields=list(values))
            changed.append(_decision(entry, by))
    if changed:
        audit.record("call-decided", call, by=by, reason="\n".join(changed))
    if announce and not call.announced_at:
        call.announced_at = timezone.now()
        call.save(update_fields=["announced_at"])
        audit.record("call-announced", call, by=by)
        for entry in entries.values():
            _tell(entry, by)
    if call.announced_at:
        for entry in entries.values():
            _show_on_case(entry.case)
    return call


def _decision(entry, by):
    result = entry.result or ("+" if entry.is_shortlisted else "–")
    return f"{entry.case}: {result} {_of_own_team(entry, by)}".strip()


def _tell(entry, by):
    text = entry.case.live or entry.case.revisions.order_by("number").last()
    with translation.override(settings.LANGUAGE_CODE):
        words = (
            _("In the call “%(call)s” it is: %(result)s")
            if entry.result
            else _("The results of the call “%(call)s” are there. Thank you for taking part.")
        ) % {"call": entry.call.title, "result": entry.result}
    facts = {"title": text.title, "member": entry.case.member.name, "note": words, "by": ""}
    path = address("calls:call", entry.call_id)
    notify(Kind.NOTE, notifications.team(text, by), path, **facts, is_question=False)


def _show_on_case(case):
    """Keep with a case what came of its answers, so that its page asks for nothing more."""
    won = case.call_entries.exclude(result="").filter(call__announced_at__isnull=False)
    awards = [
        {"label": entry.result, "call": entry.call_id, "title": entry.call.title}
        for entry in won.select_related("call").order_by("call__announced_at", "pk")
    ]
    CaseStudy.objects.filter(pk=case.pk).update(awards=awards)


@transaction.atomic
def remind(today=None):
    """Remind the coordinators of members that may answer a call and have not, a week and a day before
    its end; return how many people. A reminder that is late is given once, not made up for."""
    today = today or timezone.localdate()
    told = 0
    for call in Call.objects.select_for_update().filter(opens__lte=today, closes__gte=today):
        due = [call.closes - days for days in REMINDED_BEFORE if call.closes - days <= today]
        last = call.reminded_at and timezone.localdate(call.reminded_at)
        if not due or (last and last >= due[-1]):
            continue
        answered = call.entries.values("case__member")
        leading = Membership.objects.active().filter(
            user=OuterRef("pk"), role=Membership.Role.COORDINATOR
        )
        leading = leading.exclude(member__in=answered)
        if call.kinds:
            leading = leading.filter(member__kind__in=call.kinds)
        people = User.objects.filter(Exists(leading), is_active=True)
        path = address("calls:call", call.pk)
        told += len(notify(Kind.NETWORK_MAIL, people, path, **_facts(call)))
        call.reminded_at = timezone.make_aware(datetime.combine(today, time.min))
        call.save(update_fields=["reminded_at"])
    return told


def facts_of_mail(notice):
    """Return the title of the call that a mail of the network reminds of; None where it is not open any
    more. See ``settings.READ_WHEN_MAILED``."""
    name, arguments = place_of(notice.path)
    if name != "calls:call":
        return {}
    call = Call.objects.filter(pk=arguments["pk"]).first()
    if call is None or not call.is_open:
        return None
    facts = _facts(call)
    return facts | {"own_words": facts["note"]}


def _facts(call):
    with translation.override(settings.LANGUAGE_CODE):
        words = _("The call “%(call)s” closes on %(day)s.") % {
            "call": call.title,
            "day": call.closes.isoformat(),
        }
    return {"subject": call.title, "note": words}
