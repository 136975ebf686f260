"""What the exchange stores about a person. See ``settings.PERSONAL_DATA``."""

from django.apps import apps
from django.db.models import Q

from exchange.content.mailed import ABOUT
from exchange.models import (
    Addressee,
    Adoption,
    AdoptionChange,
    AdoptionIndicator,
    AdoptionReport,
    Advice,
    Cooperation,
    Flag,
    Introduction,
    Question,
)
from exchange.models.querysets import writes_as
from exchange.models.questions import QuestionDraft
from members.models import Event, Member, Notice
from members.notices.notifications import leads_to
from members.record.people import rows, rows_begun
from members.record.redaction import (
    WORDS_IN_NOTICES,
    Redactor,
    former_colleague,
    former_moderator,
)
from members.teams.personal_data import former_name, teams_of

# Entries, and the texts in which whoever wrote them may have put a name.
TEXTS = {
    Question: ("title", "background", "english"),
    Advice: ("text", "english", "source", "amount_covers"),
    Adoption: ("interest", "kept", "reason", "origin_note", "caveat"),
    Cooperation: ("title", "text", "limit", "outcome"),
}
# By which acts on record colleagues, and the secretariat, write in an entry that somebody else began,
# and in which of its texts. What nobody outside the team reads yet is changed without a record.
ALSO_WRITTEN = {
    Question: (("english-added",), ("english",)),
    Advice: (("english-added",), ("english",)),
    Adoption: (
        ("adoption-begun", "adoption-published", "adoption-changed", "adoption-reported"),
        ("interest", "kept", "reason", "caveat"),
    ),
    Cooperation: (
        ("cooperation-opened", "cooperation-changed", "cooperation-closed"),
        ("title", "text", "limit", "outcome"),
    ),
}
BY_ORIGIN = ("adoption-confirmed", "adoption-noted", "adoption-disputed")
# What others write on an entry: the secretariat, the city of the original.
NOTES = {
    Question: ("decision_note", "removed_reason"),
    Advice: ("decision_note", "removed_reason"),
    Adoption: ("removed_reason", "dispute_decision"),
    Cooperation: ("decision_note", "removed_reason"),
}
# What people of the secretariat enter for a member.
BY_SECRETARIAT = {
    Question: {"passed_on": True},
    Advice: {"passed_on": True},
    Adoption: {"provenance": "secretariat"},
    Cooperation: {"passed_on": True},
}
# What notices hold of the texts of entries.
OF_ENTRIES = ("title", "passed_on", "figures")
# What the secretariat notes on an entry is no text of its author.
OF_SECRETARIAT = ("decision_note", "removed_reason", "waits_since", "next_offered_at")


def export(user):
    """Return all rows that ``user`` wrote or decided on, as plain values.

    How a question that the person took went on is told to the team that it was put to alone.
    """
    taken = Addressee.objects.filter(taken_by=user).order_by("pk")
    of_taken = ("member__name", "taken_at")
    known = Q(
        question__in=Question.objects.readable_by(user).order_by().values("pk"),
        member__in=writes_as(user).order_by().values("pk"),
    )
    return {
        "questions_asked": rows_begun(
            Question.objects.filter(author=user),
            Question.objects.readable_by(user),
            "member__name",
            "case_id",
            without=OF_SECRETARIAT,
        ),
        "question_begun": rows(QuestionDraft.objects.filter(author=user)),
        "questions_taken": [
            *taken.filter(known).values(*of_taken, "question__title", "state"),
            *taken.exclude(known).values(*of_taken),
        ],
        "advice_given": rows_begun(
            Advice.objects.filter(author=user),
            Advice.objects.readable_by(user),
            "member__name",
            "case_id",
            "question__title",
            without=OF_SECRETARIAT,
        ),
        "adoptions_entered": rows_begun(
            Adoption.objects.filter(author=user),
            Adoption.objects.readable_by(user),
            "member__name",
            "case_id",
            without=OF_SECRETARIAT,
        ),
        "reports_on_adoptions": rows(AdoptionReport.objects.filter(by=user), "adoption_id"),
        "needs_and_offers": rows_begun(
            Cooperation.objects.filter(author=user),
            Cooperation.objects.readable_by(user),
            "member__name",
            without=OF_SECRETARIAT,
        ),
        "introductions_asked": rows(
            user.introductions_asked.all(), "from_member__name", "to_member__name"
        ),
        # Of what somebody else asked for there is only what the person did.
        "introductions_decided": list(
            Introduction.objects.filter(decided_by=user)
            .order_by("pk")
            .values("from_member__name", "to_member__name", "state", "decided_at")
        ),
        "flags": rows(Flag.objects.filter(by=user)),
        "flags_decided": list(
            Flag.objects.filter(decided_by=user)
            .order_by("pk")
            .values("subject_type", "subject_id", "reason", "decided_at")
        ),
    }


def trail(user):
    """Return what a person wrote in the exchange: admin template -> rows, newest first."""
    return {
        f"admin/exchange/trail/{name}.html": model.objects.filter(author=user)
        .exclude(state="draft")
        .select_related("member")
        .order_by("-created_at", "-pk")
        for name, model in (
            ("questions", Question),
            ("advice", Advice),
            ("adoptions", Adoption),
            ("cooperation", Cooperation),
        )
    }


def forget(user):
    """Take the name of ``user`` out of entries, which stay with their members.

    Introductions that the person asked for, and a question that was only begun, go with the account.
    """
    for model, texts in TEXTS.items():
        own = model.objects.filter(author=user)
        for member in Member.objects.filter(pk__in=own.order_by().values("member")):
            # What the secretariat entered may be its city's own since.
            label = former_name(user, member)
            of_member = own.filter(member=member)
            Redactor(user, label).rows(of_member, *texts)
            _forget_changes(Redactor(user, label), of_member)
            of_member.update(author_name=label)
        if entered := BY_SECRETARIAT.get(model):
            own.filter(**entered).update(author_name=former_moderator())
    _forget_in_texts_of_others(user)
    redactor = Redactor(user, former_colleague())
    redactor.rows(_on_record(user, Adoption, BY_ORIGIN), "origin_note")
    for model, notes in NOTES.items():
        _forget_in_notes(user, redactor, model, notes)
    reports = AdoptionReport.objects.filter(Q(by=user) | Q(adoption__author=user))
    redactor.rows(reports, "text")
    indicators = AdoptionIndicator.objects.filter(report__in=reports.order_by().values("pk"))
    redactor.rows(indicators, "name", "unit")
    asked = Q(question__author=user)
    redactor.rows(Addressee.objects.filter(asked | Q(taken_by=user)), "reason", "declined_text")
    for action, text in (
        ("question-forwarded", "reason"),
        ("question-declined", "declined_text"),
    ):
        told = Addressee.objects.filter(question__in=_on_record(user, Question, [action]))
        redactor.rows(told, text)
    # Answers may thank the person by name.
    redactor.rows(Advice.objects.filter(asked), "text", "english")
    about = Q(decided_by=user) | Q(cooperation__author=user) | Q(advice__author=user)
    introduced = Introduction.objects.filter(about | Q(adoption__author=user))
    redactor.rows(introduced, "text", "decision_note")
    redactor.events(_record_of(introduced), "reason")
    redactor.rows(Flag.objects.filter(by=user), "text")
    words = WORDS_IN_NOTICES + OF_ENTRIES
    redactor.notices(Notice.objects.all(), words, about=_in_notices(user))


def _on_record(user, model, actions):
    """Return the entries on which the person is on record with one of ``actions``."""
    acts = user.events.filter(subject_type=model._meta.label_lower, action__in=actions)
    keys = [int(key) for key in acts.values_list("subject_id", flat=True)]
    return model.objects.filter(pk__in=keys)


def _also_written(user, model):
    """Return the entries of others in which the person may have written."""
    actions, _texts = ALSO_WRITTEN[model]
    found = _on_record(user, model, actions)
    if model is Cooperation:
        found |= model.objects.filter(member__in=list(teams_of(user)))
    return found


def _forget_in_texts_of_others(user):
    """Take the name out of what the person wrote in entries that somebody else had begun."""
    for model, (_actions, texts) in ALSO_WRITTEN.items():
        written = _also_written(user, model)
        for member in Member.objects.filter(pk__in=written.order_by().values("member")):
            redactor = Redactor(user, former_name(user, member))
            of_member = written.filter(member=member)
            redactor.rows(of_member, *texts)
            _forget_changes(redactor, of_member)


def _forget_changes(redactor, entries):
    if entries.model is Adoption:
        redactor.rows(AdoptionChange.objects.filter(adoption__in=_keys(entries)), "what")


def _in_notices(user):
    """Return the condition that a notice is about an entry in which the person took part."""
    part = {
        Question: Q(author=user) | Q(addressees__taken_by=user) | Q(advice__author=user),
        Advice: Q(author=user),
        Adoption: Q(author=user) | Q(reports__by=user),
        Cooperation: Q(author=user),
        Introduction: Q(from_user=user) | Q(decided_by=user),
    }
    keys = {
        model: {str(key) for key in model.objects.filter(rows).values_list("pk", flat=True)}
        for model, rows in part.items()
    }
    for model in ALSO_WRITTEN:
        keys[model] |= {str(key) for key in _keys(_also_written(user, model))}
    keys[Adoption] |= {str(key) for key in _keys(_on_record(user, Adoption, BY_ORIGIN))}
    for kind, key in Flag.objects.filter(by=user).values_list("subject_type", "subject_id"):
        keys[apps.get_model(kind)].add(str(key))
    pages = {name: keys[model] for name, model in ABOUT.items()}
    pages |= {f"admin:exchange_{model._meta.model_name}_change": keys[model] for model in part}
    pages |= {"exchange:advice": keys[Advice], "exchange:cooperation": keys[Cooperation]}
    pages["my-exchange:introduction"] = keys[Introduction]

    return lambda notice: leads_to(notice.path, pages)


def _forget_in_notes(user, redactor, model, notes):
    """Take the name out of what was noted, and recorded, on entries that the person wrote or decided on."""
    label = model._meta.label_lower
    own = model.objects.filter(author=user)
    decided = user.events.filter(subject_type=label).values_list("subject_id", flat=True)
    touched = model.objects.filter(Q(author=user) | Q(pk__in=[*map(int, decided)]))
    redactor.rows(touched, *notes)
    redactor.events(_record_of(touched), "reason")
    # The record calls an entry by its title.
    redactor.events(_record_of(own | _also_written(user, model)), "subject")
    flags = Flag.objects.filter(subject_type=label, subject_id__in=_keys(own))
    redactor.rows(flags, "text")


def _record_of(rows):
    keys = [str(key) for key in _keys(rows)]
    return Event.objects.filter(subject_type=rows.model._meta.label_lower, subject_id__in=keys)


def _keys(rows):
    return list(rows.order_by().values_list("pk", flat=True))
