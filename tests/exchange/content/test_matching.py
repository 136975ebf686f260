"""Which needs and offers fit, in which order, and the reasons in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.content.matching import matches, matches_of
from exchange.models import Cooperation
from policies.models import Theme
from tests.exchange.factories import CooperationFactory
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


def need(**facts):
    facts = {"forms": ["study-visit"], "languages": ["en"]} | facts
    return CooperationFactory(kind="need", title="How to begin sorting at source", **facts)


def offer(title, **facts):
    return CooperationFactory(title=title, **{"forms": ["study-visit"]} | facts)


def titles(entry):
    return [match.entry.title for match in matches_of(entry)]


def test_need_is_matched_with_the_offer_that_shares_target_form_and_language(reference):
    """Sentence 19."""
    galle = MemberFactory(
        name="Galle", country="LK", population=93_118, climate="tropical", on_coast=True
    )
    surabaya = MemberFactory(
        name="Surabaya", country="ID", population=3_000_000, climate="tropical", on_coast=True
    )
    asked = need(
        member=galle,
        targets=["12.5", "11.6"],
        forms=["study-visit", "answer-questions"],
        who_pays="to-be-agreed",
        limit="Four people, once",
    )
    offer(
        "See composting",
        member=surabaya,
        targets=["12.5"],
        forms=["study-visit", "training"],
        languages=["id", "en"],
        who_pays="guest",
    )
    offer("No form in common", targets=["12.5"], forms=["training"], languages=["en"])

    (match,) = matches_of(asked)

    assert match.entry.title == "See composting"
    assert [(reason.what, reason.likeness, reason.common) for reason in match.reasons] == [
        ("Form of support", "alike", "Study visit"),
        ("Targets", "near", "12.5"),
        ("Languages", "alike", "English"),
        ("Size", "other", "Different"),
        ("Income of the country", "alike", "Alike"),
        ("Climate", "alike", "Alike"),
        ("Coast", "alike", "Alike"),
        ("How much", "", "To be agreed"),
        ("Who pays", "near", "To be agreed"),
    ]
    assert [reason.sentence for reason in match.reasons] == [
        "Both name this support: Study visit.",
        "Both name target 12.5.",
        "Both can work in English.",
        "Size: different.",
        "Income of the country: alike.",
        "Climate: alike.",
        "Coast: alike.",
        "",
        "Who pays is to be agreed.",
    ]
    forms, targets, *_rest = match.reasons
    assert (forms.need, forms.offer) == ("Study visit, Answer questions", "Study visit, Training")
    assert (targets.need, targets.offer) == ("11.6, 12.5", "12.5")


def test_order_counts_targets_thrice_then_goal_theme_language_and_traits(reference):
    asked = need(member=MemberFactory(country="LK", population=100_000), targets=["12.5", "11.6"])
    waste = Theme.objects.get(slug="solid-waste")
    asked.themes.set([waste])
    alike = MemberFactory(country="LK", population=110_000)
    far = MemberFactory(country="JP", population=9_000_000)
    offer("nothing but the form", member=far, targets=["4.1"])
    offer("language", member=far, targets=["4.1"], languages=["en"])
    offer("two traits", member=alike, targets=["4.1"])
    theme = offer("goal, theme and language", member=far, targets=["12.3"], languages=["en"])
    theme.themes.set([waste])
    offer("a target and its goal", member=far, targets=["12.5"])

    assert titles(asked) == [
        "a target and its goal",
        "goal, theme and language",
        "two traits",
        "language",
        "nothing but the form",
    ]


def test_what_is_over_hidden_or_ones_own_is_never_matched(reference):
    asked = need(targets=["12.5"])
    today = timezone.localdate()
    offer("own", member=asked.member)
    offer("draft", state="draft")
    offer("waits", state="checking")
    offer("closed", state="closed")
    offer("ended", state="ended")
    offer("over since yesterday", valid_until=today - timedelta(days=1))
    offer("hidden", hidden_at=timezone.now())
    offer("removed", removed_at=timezone.now())
    need(forms=["study-visit"])
    offer("last day", valid_until=today)

    assert titles(asked) == ["last day"]


def test_five_are_shown_at_most_and_queries_stay_the_same(reference, django_assert_num_queries):
    keys = [need(targets=["12.5"]).pk, need(targets=["11.6"]).pk]
    offer("first", targets=["12.5"], languages=["en"])
    with django_assert_num_queries(11):
        matches(Cooperation.objects.filter(pk__in=keys))
    for number in range(6):
        offer(f"offer {number}", targets=["11.6"], languages=["en"])

    with django_assert_num_queries(11):
        found = matches(Cooperation.objects.filter(pk__in=keys))

    assert [len(found[key]) for key in keys] == [5, 5]
    assert found[keys[0]][0].entry.title == "first"


@pytest.mark.parametrize(
    ("of_need", "of_offer", "likeness", "common", "sentence"),
    [
        ("guest", "", "unknown", "Not said by both", "Only one of them says who pays."),
        ("guest", "guest", "alike", "The same", "Both say the same of who pays."),
        ("guest", "host", "other", "Different", "They differ on who pays."),
    ],
)
def test_who_pays_is_compared(reference, of_need, of_offer, likeness, common, sentence):
    asked = need(targets=["12.5"], who_pays=of_need)
    offer("See composting", targets=["12.5"], who_pays=of_offer)
    (match,) = matches_of(asked)
    found = match.reasons[-1]
    assert (found.what, found.likeness, found.common) == ("Who pays", likeness, common)
    assert found.sentence == sentence
