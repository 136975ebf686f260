"""Advice as lists and pages show it: by topic, narrowed by filters, with its citation."""

from functools import cache

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from exchange.models import Advice, Question, Topic
from exchange.models.entries import DEMONSTRATION, FOUR_WORDS
from policies.content import citations
from policies.content.json_ld import organisation
from policies.models import Revision

PAGE_SIZE = 20
IN_ESTIMATES = 3  # of each topic
LOOKED_AT = 1000  # of the newest on a class
RELATED = ("member", "question__member", "case__live", "case__merged_into__live")
# What pages show of the case that advice is about, and where its figures would belong.
OF_CASE = {"id", "title", "language", "budget_amount", "staff_fte", "start", "end", "case"}
NOT_OF_CASE = [
    f"{path}__{field.name}"
    for path in ("case__live", "case__merged_into__live")
    for field in Revision._meta.concrete_fields
    if field.name not in OF_CASE
]


def listed(rows):
    """Return those of ``rows`` that stand now and are replaced by none, newest first, with what cards
    show."""
    return (
        rows.filter(state=Advice.State.PUBLISHED)
        .select_related(*RELATED)
        .defer(*NOT_OF_CASE)
        # As they were written; by number, no list has to be put in order.
        .order_by("-pk")
    )


def case_of(advice):
    """Return the case that advice is about, as it is public: of merged cases the one that stays."""
    case = advice.case
    return case.merged_into if case and case.merged_into_id else case


def narrowed(rows, chosen):
    """Return ``rows`` that fit the filters of the list: {"topic": …, "target": …, …}, empty for any."""
    if topic := chosen.get("topic"):
        rows = rows.filter(topic=topic)
    if target := chosen.get("target"):
        rows = rows.filter(_on(target__code=target))
    if goal := chosen.get("goal"):
        rows = rows.filter(_on(target__goal=goal))
    if member := chosen.get("member"):
        rows = rows.filter(member__slug=member)
    if language := chosen.get("language"):
        rows = rows.filter(language=language)
    if words := chosen.get("q"):
        for word in words.split()[:8]:
            rows = rows.filter(
                Q(text__icontains=word)
                | Q(english__icontains=word)
                | Q(_question_is_open_to_all(), question__title__icontains=word)
                | Q(case__live__title__icontains=word)
                | Q(member__name__icontains=word)
            )
    return rows


def on_class(cases, targets):
    """Return public advice for an estimate: on the cases with these numbers, or on ``targets``, as
    ``{"code": codes, "goal": numbers}``. Of the four words and of what went wrong the newest few each,
    in two queries."""
    about = Q(case__in=cases) | Q(case__merged_into__in=cases)
    for name, values in targets.items():
        own = Advice.targets.through.objects.filter(**{f"target__{name}__in": values})
        about |= Q(pk__in=own.values("advice"))
    keys = {}
    for key, topic in _in_estimates().filter(about).values_list("pk", "topic")[:LOOKED_AT]:
        keys.setdefault(topic, []).append(key)
    newest = [key for found in keys.values() for key in found[:IN_ESTIMATES]]
    # On most policies nothing is advised: then nothing more is asked.
    return listed(Advice.objects.filter(pk__in=newest)) if newest else []


@cache
def _in_estimates():
    """Return the query that is narrowed to a class: to put it together takes longer than to ask it."""
    topics = [*FOUR_WORDS, Topic.WENT_WRONG]
    rows = Advice.objects.public().filter(state=Advice.State.PUBLISHED, topic__in=topics)
    return rows.exclude(member__slug__in=DEMONSTRATION).order_by("-pk")


def on_targets(rows, **targets):
    """Return ``rows`` about targets, by what they name themselves or else by what their case serves:
    ``on_targets(rows, code="11.2")`` or ``goal=11``."""
    return rows.filter(_on(**{f"target__{name}": value for name, value in targets.items()}))


def _on(**target):
    """Return the condition that advice, or what its case says, is about a target."""
    name, value = next(iter(target.items()))
    field = name.removeprefix("target__")
    own = Advice.targets.through.objects.filter(**{f"target__{field}": value}).values("advice")
    cases = Revision.targets.through.objects.filter(
        **{f"target__{field}": value}, revision__live_of__isnull=False
    )
    return Q(pk__in=own) | Q(case__in=cases.values("revision__case"))


def by_topic(rows):
    """Return advice as (topic, label, rows) of those topics that occur, the four words first."""
    order = [*FOUR_WORDS, *(topic for topic in Topic if topic not in FOUR_WORDS)]
    found = {}
    for advice in rows:
        found.setdefault(advice.topic, []).append(advice)
    return [(topic.value, topic.label, found[topic]) for topic in order if topic in found]


def heading(advice):
    """Return what advice is called in lists, and in which language: the question that it answers, as
    far as everybody may read that, else its own first words."""
    question = advice.question
    if question and is_open_to_all(question):
        return question.title, question.language, question.direction
    return str(advice), advice.language, advice.direction


def is_open_to_all(question):
    """Return whether everybody may read a question; its case is that of the answer."""
    return (
        question.visibility == "public"
        and question.state in Question.OPEN_TO_READERS
        and not question.removed_at
        and not question.hidden_at
    )


def _question_is_open_to_all():
    """Return the condition of :func:`is_open_to_all` for the questions that advice answers."""
    return Q(
        question__visibility="public",
        question__state__in=Question.OPEN_TO_READERS,
        question__removed_at=None,
        question__hidden_at=None,
    )


def address(advice):
    """Return the public address of advice, the same whatever the reader's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + reverse("exchange:advice", args=[advice.pk])


def citation(advice):
    """Return the :class:`policies.content.citations.Citation` of advice, whose text never changes."""
    title, _language, _direction = heading(advice)
    if advice.question and title == advice.question.title:
        title = f"Answer to “{title}”"
    note = "Know-how"
    if advice.passed_on:
        note += ", passed on by the secretariat"
    return citations.Citation(
        key=f"citynet-know-how-{advice.pk}",
        authors=((citations.one_line(advice.member.name), str(advice.member.country_name)),),
        title=citations.one_line(title),
        summary=citations.one_line(advice.english or advice.text)[:500],
        language=advice.language,
        number=advice.pk,
        date=timezone.localtime(advice.created_at),
        url=address(advice),
        note=note,
    )


def in_words(cited):
    """Return the citation as a sentence in the reader's language, its address at the end."""
    name, country = cited.authors[0]
    author = _("%(name)s, %(country)s") % {"name": name, "country": country} if country else name
    return _(
        "%(author)s. %(title)s. Urban SDG Knowledge Platform, CityNet, know-how %(number)s, "
        "%(date)s. %(url)s"
    ) % {
        "author": author,
        "title": cited.title.rstrip("."),
        "number": str(cited.number),
        "date": date_format(cited.date, "DATE_FORMAT"),
        "url": cited.url,
    }


def data(advice):
    """Return public advice for search engines: an answer with its question, know-how as an article."""
    answer = {
        "@type": "Answer",
        "text": advice.text,
        "inLanguage": advice.language,
        "url": address(advice),
        "datePublished": advice.created_at.isoformat(),
        "author": organisation(advice.member),
    }
    question = advice.question
    if question and is_open_to_all(question):
        asked = {
            "@type": "Question",
            "name": question.title,
            "text": question.background or question.title,
            "inLanguage": question.language,
            "answerCount": 1,
            "datePublished": (question.opened_at or question.created_at).isoformat(),
            "author": organisation(question.member),
            "suggestedAnswer": answer,
        }
        return {"@context": "https://schema.org", "@type": "QAPage", "mainEntity": asked}
    return {
        "@context": "https://schema.org",
        **answer,
        "@type": "Article",
        "headline": str(advice),
        "articleBody": answer.pop("text"),
        "publisher": {"@type": "Organization", "name": citations.PUBLISHER},
    }


def topic_links(chosen):
    """Return (topic, label, whether it is chosen) of all topics, the four words first."""
    order = [*FOUR_WORDS, *(topic for topic in Topic if topic not in FOUR_WORDS)]
    return [(topic.value, topic.label, topic.value == chosen) for topic in order]
