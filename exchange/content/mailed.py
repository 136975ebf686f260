"""What the mails of the exchange say when they go out.

They wait: for minutes, or for the one mail of a day. What was removed, hidden, taken back or deleted
meanwhile is not named any more to who cannot read it on the site either.
"""

from exchange.models import Adoption, Advice, Cooperation, Introduction, Question
from exchange.models.querysets import MODERATE
from members.notices.notifications import place_of

from .introductions import subject_of, title_of

# What the page is about to which a mail leads.
ABOUT = {
    "exchange:question": Question,
    "exchange:adoption": Adoption,
    "exchange:adoption-report": Adoption,
    "exchange:cooperation-edit": Cooperation,
}
# They ask to do something, which nobody can do with what is not on the site.
ASKING = frozenset(
    {"question-asked", "question-waiting", "adoption-due", "cooperation-ends", "introduction-asked"}
)


def facts_of_mail(notice):
    """Return what the mail names, as it is called now; None where the person may not read it any more,
    or cannot do what it asks for. See ``settings.READ_WHEN_MAILED``."""
    if "introduction" in notice.context:
        return _of_introduction(notice)
    if "adoptions" in notice.context:
        return _of_adoptions(notice)
    name, arguments = place_of(notice.path)
    if name not in ABOUT:
        return {} if _is_moderator(notice.recipient) else None
    entry = _readable(ABOUT[name], notice).filter(pk=arguments["pk"]).first()
    key = notice.context.get("advice")
    if entry is None or (key and not _readable(Advice, notice).filter(pk=key).exists()):
        return None
    live = entry.case.live if isinstance(entry, Question) and entry.case else None
    return {"title": entry.title, "case": live.title if live else ""}


def _readable(model, notice):
    """Return the entries that a mail may name to its person."""
    rows = model.objects.all() if notice.kind not in ASKING else _standing(model)
    if _is_moderator(notice.recipient):
        return rows
    readable = model.objects.readable_by(notice.recipient).order_by()
    return rows.filter(pk__in=readable.values("pk"))


def _standing(model):
    """Return entries with which something can be done: of needs and offers also those that have ended,
    which can be renewed, and of adoptions those of an original that is unpublished."""
    if model in (Cooperation, Adoption):
        return model.objects.filter(hidden_at=None, removed_at=None)
    return model.objects.standing()


def _is_moderator(person):
    return person.is_staff and person.has_perm(MODERATE)


def _of_adoptions(notice):
    """Return the adoptions that a report is asked of, without those that are gone."""
    rows = {str(row.pk): row for row in _readable(Adoption, notice).with_originals()}
    kept = []
    for each in notice.context["adoptions"]:
        row = rows.get(str(place_of(each["path"])[1].get("pk")))
        if row:
            kept.append(each | {"title": row.title})
    return {"adoptions": kept} if kept else None


def _of_introduction(notice):
    """Return what it is about, as it is called now; where that is not to be read any more, no name."""
    introduction = Introduction.objects.filter(pk=notice.context["introduction"]).first()
    if introduction is None:
        return None
    waits = introduction.state == Introduction.State.ASKED
    if notice.kind == "introduction-asked" and not waits:
        return None
    subject = subject_of(introduction)
    is_known = _readable(type(subject), notice).filter(pk=subject.pk).exists()
    if not is_known and notice.kind == "introduction-asked":
        return None
    return {"title": title_of(introduction) if is_known else "…"}
