"""Giving advice, and what may follow: it never changes, but is replaced, withdrawn or confirmed."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exchange.content.contact_details import link_count
from exchange.content.know_how import case_of
from exchange.models import Advice
from exchange.models.querysets import MODERATE
from exchange.models.questions import MAX_TARGETS
from members.record import audit
from members.secretariat import acts_for_secretariat

from .entries import (
    MAX_LINKS,
    lock,
    lock_author,
    need_member,
    need_team,
    need_voice,
    refuse_contact_details,
    refuse_hidden,
    refuse_removed,
    refuse_too_many,
    waits_for_a_look,
)
from .errors import ExchangeError, NotAllowed, StepRefused
from .notifications import notify_of_check, settle_desk

State = Advice.State

# So long its author may mend a slip; afterwards others may have read and cited it.
CORRECTABLE = timedelta(minutes=30)
FIGURES = (
    "amount",
    "currency",
    "amount_year",
    "amount_basis",
    "amount_covers",
    "people_fte",
    "months",
)


@transaction.atomic
def give(
    *,
    author,
    member,
    text,
    topic,
    language="en",
    question=None,
    addressee=None,
    case=None,
    targets=(),
    visibility="public",
    figures=None,
    passed_on=False,
    source="",
    english="",
):
    """Save advice of ``member`` and return it: published, or waiting for the secretariat.

    ``figures`` are values of :data:`FIGURES`. An answer is about what its question is about, and what
    was asked in the network is answered there. ``passed_on`` says that the secretariat writes what the
    member told it, and ``source`` how.
    """
    need_member(author, member)
    if passed_on and not acts_for_secretariat(author, MODERATE):
        raise NotAllowed(_("Only the secretariat passes on what others told it."))
    if passed_on and not source.strip():
        raise ExchangeError(_("Say where this comes from, as in “E-mail of 3 December 2026”."))
    _limit(author)
    if question:
        case = case or question.case
        targets = targets or list(question.targets.all())
        if question.visibility == "network":
            visibility = "network"
    return _save(
        Advice(
            author=author,
            author_name=author.get_full_name(),
            member=member,
            question=question,
            addressee=addressee,
            case=case,
            topic=topic,
            text=text,
            language=language,
            visibility=visibility,
            passed_on=passed_on,
            source=source,
            **_known(figures),
        ),
        targets,
        english,
        "advice-given",
    )


@transaction.atomic
def correct(
    advice, *, by, text, topic, language, visibility="public", figures=None, english="", now=None
):
    """Change the text of advice whose first half hour is not over, or that still waits for a look.

    Raises ``NotAllowed`` for anybody but its author, ``StepRefused`` when it is too late.
    """
    now = now or timezone.now()
    advice = lock(advice)
    need_member(by, advice.member)
    if advice.author_id != by.pk:
        raise NotAllowed(_("Only who wrote it may correct it."))
    if not is_correctable(advice, now):
        raise StepRefused(
            _("It is too late to correct this: others may have read it. Replace it instead.")
        )
    refuse_contact_details(text, english, (figures or {}).get("amount_covers", ""))
    if link_count(text) + link_count(english) > MAX_LINKS and advice.state == State.PUBLISHED:
        raise ExchangeError(_("A correction may hold at most two links."))
    if advice.question_id and advice.question.visibility == "network":
        visibility = "network"
    changed = (advice.text, advice.language) != (text, language)
    advice.text, advice.topic, advice.language = text, topic, language
    advice.visibility = visibility
    for name, value in _known(figures).items():
        setattr(advice, name, value)
    if changed:
        advice.text_changed_at = now
    if english != advice.english:
        _write_english(advice, english, by, at=now)
    advice.save()
    audit.record("advice-corrected", advice, by=by)
    return advice


def is_correctable(advice, now=None):
    """Return whether the author of ``advice`` may still change its text at ``now``."""
    if advice.removed_at or advice.hidden_at:
        return False
    if advice.state == State.CHECKING:
        return True
    now = now or timezone.now()
    return advice.state == State.PUBLISHED and now < advice.created_at + CORRECTABLE


@transaction.atomic
def replace(
    advice, *, by, text, topic, language, visibility="public", figures=None, english="", source=""
):
    """Save a new text in the place of ``advice`` and return it; the old one stays readable.

    The English text is taken along where no new one is given: readers see that it is older.
    """
    old = lock(advice)
    need_voice(by, old)
    refuse_hidden(old)
    if old.state != State.PUBLISHED:
        raise StepRefused(_("This advice no longer stands: it cannot be replaced."))
    if Advice.objects.filter(replaces=old).exists():
        raise StepRefused(_("A newer text of this advice waits for the secretariat already."))
    _limit(by)
    new = Advice(
        author=by,
        author_name=by.get_full_name(),
        member=old.member,
        question=old.question,
        addressee=old.addressee,
        case=old.case,
        replaces=old,
        topic=topic,
        text=text,
        language=language,
        visibility="network" if _is_asked_in_network(old) else visibility,
        passed_on=old.passed_on and acts_for_secretariat(by, MODERATE),
        source=source or old.source,
        **_known(figures),
    )
    if english == old.english:
        new.english, new.english_by = old.english, old.english_by
        new.english_is_machine, new.english_at = old.english_is_machine, old.english_at
        english = ""
    return _save(new, list(old.targets.all()), english, "advice-replaced")


@transaction.atomic
def approve(advice, *, by):
    """Publish advice that waited for a look, and return it; what it replaces is replaced now."""
    advice = lock(advice)
    refuse_removed(advice)
    if advice.state != State.CHECKING:
        raise StepRefused(_("This advice does not wait for the secretariat any more."))
    if advice.question_id:
        question = lock(advice.question)
        if question.removed_at:
            raise StepRefused(_("Its question was removed: restore that first, or refuse this."))
        if question.hidden_at:
            raise StepRefused(_("Two teams have flagged its question: look at that first."))
    advice.state = State.PUBLISHED
    advice.save(update_fields=["state"])
    _retire_replaced(advice)
    return advice


@transaction.atomic
def refuse(advice, *, note):
    """Say that advice which waited is refused; what it would have replaced stays in its place."""
    advice = lock(advice)
    refuse_removed(advice)
    if advice.state != State.CHECKING:
        raise StepRefused(_("This advice does not wait for the secretariat any more."))
    advice.state, advice.decision_note, advice.replaces = State.REFUSED, note, None
    advice.save(update_fields=["state", "decision_note", "replaces"])
    return advice


@transaction.atomic
def withdraw(advice, *, by):
    """Take back advice in the name of its member, with the older texts that it replaced."""
    advice = lock(advice)
    need_voice(by, advice)
    if advice.state not in (State.PUBLISHED, State.CHECKING):
        raise StepRefused(_("This advice does not stand any more."))
    waiting = Advice.objects.filter(replaces=advice, state=State.CHECKING).first()
    for each in [waiting, *_with_older(advice)]:
        if each:
            each.state = State.WITHDRAWN
            each.save(update_fields=["state"])
            settle_desk(each)
    audit.record("advice-withdrawn", advice, by=by)
    return advice


@transaction.atomic
def confirm(advice, *, by, today=None):
    """Note that the team of the member says today that the advice is still true."""
    advice = lock(advice)
    need_voice(by, advice)
    refuse_removed(advice)
    if advice.state != State.PUBLISHED:
        raise StepRefused(_("This advice does not stand any more."))
    advice.confirmed_at = today or timezone.localdate()
    advice.save(update_fields=["confirmed_at"])
    audit.record("advice-confirmed", advice, by=by)
    return advice


@transaction.atomic
def put_english(entry, *, by, english, is_machine=False):
    """Put an English text beside a question or advice; its team and the secretariat may.

    ``is_machine`` says that a machine wrote it and ``by`` checked it. Raises ``StepRefused`` for who would
    write it beside an entry that is public, and whose own entries wait for a look.
    """
    entry = lock(entry)
    need_member(by, entry.member)
    refuse_removed(entry)
    if entry.language == "en":
        raise StepRefused(_("The original is in English."))
    if entry.english and not is_english_of_secretariat(entry):
        need_voice(by, entry)
    if entry.state in entry.OPEN_TO_READERS and waits_for_a_look(by):
        raise StepRefused(
            _(
                "The secretariat looks at everybody’s first entry, and at what two teams have flagged, "
                "before others read more of that person. Ask a colleague to put this text here."
            )
        )
    refuse_contact_details(english)
    if link_count(english) > MAX_LINKS:
        raise ExchangeError(_("An English text may hold at most two links."))
    _write_english(entry, english, by, at=timezone.now(), is_machine=is_machine)
    entry.save(update_fields=["english", "english_by", "english_is_machine", "english_at"])
    audit.record("english-added", entry, by=by)
    return entry


@transaction.atomic
def settle_figures(advice, *, by):
    """Note that the team of the case has dealt with the figures of an answer, in its case or not.

    Of merged cases that is the team of the one that stays; nobody else speaks for it.
    """
    advice, case = lock(advice), case_of(advice)
    if case is None or not advice.has_figures:
        raise StepRefused(_("It states no figure of a case."))
    need_team(by, case.member)
    advice.figure_settled_at = timezone.now()
    advice.save(update_fields=["figure_settled_at"])
    audit.record("figures-settled", advice, by=by)
    return advice


def _save(advice, targets, english, action):
    refuse_contact_details(advice.text, advice.source, advice.amount_covers, english)
    if len(targets) > MAX_TARGETS:
        raise ExchangeError(_("Name at most three targets."))
    waits = waits_for_a_look(advice.author, advice.text, advice.source, english)
    advice.state = State.CHECKING if waits else State.PUBLISHED
    advice.save()
    if english:
        _write_english(advice, english, advice.author, at=advice.text_changed_at)
        advice.save(update_fields=["english", "english_by", "english_is_machine", "english_at"])
    advice.targets.set(targets)
    audit.record(action, advice, by=advice.author)
    if waits:
        notify_of_check(advice)
    else:
        _retire_replaced(advice)
    return advice


def _retire_replaced(advice):
    if advice.replaces_id:
        Advice.objects.filter(pk=advice.replaces_id, state=State.PUBLISHED).update(
            state=State.REPLACED
        )


def _with_older(advice):
    while advice:
        yield advice
        advice = advice.replaces


def _is_asked_in_network(advice):
    return bool(advice.question_id) and advice.question.visibility == "network"


def _write_english(entry, english, by, at, is_machine=False):
    # Readers are told for whom it was written, not by which person.
    entry.english, entry.english_at, entry.english_is_machine = english, at, is_machine
    of_secretariat = acts_for_secretariat(by, MODERATE)
    entry.english_by = _name_of_secretariat() if of_secretariat else entry.member.name
    if not english:
        entry.english_by, entry.english_at = "", None


def is_english_of_secretariat(entry):
    """Return whether the secretariat wrote the English text beside an entry."""
    return entry.english_by == _name_of_secretariat()


def _name_of_secretariat():
    # Stored in the database, so in the language of the site, not of who happens to write.
    with translation.override(settings.LANGUAGE_CODE):
        return _("the secretariat")


def _known(figures):
    return {name: value for name, value in (figures or {}).items() if name in FIGURES}


def _limit(author):
    if acts_for_secretariat(author, MODERATE):
        return
    lock_author(author)
    refuse_too_many(
        Advice.objects.filter(author=author),
        settings.EXCHANGE_LIMITS["advice"],
        _("You have written as much as a person may in a day. Please go on tomorrow."),
    )
