"""The secretariat mends the thesaurus: each change is on record, and survives a new loading."""

import re
from datetime import date

import pytest
from django.urls import reverse

from members.models import Event
from policies.models import MissedQuestion
from sdg.models import Term, ThesaurusVersion

pytestmark = pytest.mark.django_db

ADD = reverse("admin:sdg_term_add")
QUESTIONS = reverse("admin:policies_missedquestion_changelist")


@pytest.fixture
def question(db):
    return MissedQuestion.objects.create(
        folded="vuon mai", words="Vườn mái", times=3, last_asked=date(2026, 11, 2)
    )


def sent(text, **more):
    return {"target": "11.7", "language": "vi", "text": text, **more}


def events():
    return list(Event.objects.order_by("pk").values_list("action", "subject", "actor_name"))


@pytest.mark.sqlite
def test_term_is_added_removed_and_added_again_on_record(moderator_client, reference):
    name = moderator_client.person.get_full_name()
    versions = [ThesaurusVersion.current()]

    moderator_client.post(ADD, sent("  Vườn   mái "))
    term = Term.objects.get()
    versions.append(ThesaurusVersion.current())
    moderator_client.post(reverse("admin:sdg_term_delete", args=[term.pk]), {"post": "yes"})
    versions.append(ThesaurusVersion.current())
    assert list(Term.objects.values_list("text", "is_removed")) == [("Vườn mái", True)]
    moderator_client.post(ADD, sent("VƯỜN mái"))
    versions.append(ThesaurusVersion.current())

    rows = Term.objects.values_list("pk", "target", "language", "text", "origin", "is_removed")
    assert list(rows) == [(term.pk, "11.7", "vi", "VƯỜN mái", "secretariat", False)]
    assert len(set(versions)) == 4
    assert events() == [
        ("term-added", "11.7 (vi) Vườn mái", name),
        ("term-removed", "11.7 (vi) Vườn mái", name),
        ("term-added", "11.7 (vi) VƯỜN mái", name),
    ]


def test_list_says_in_words_which_terms_are_in_use(moderator_client, reference):
    for text, is_removed in (("a1", False), ("b1", True)):
        Term.objects.create(target_id="11.7", language="en", text=text, is_removed=is_removed)

    page = moderator_client.get(reverse("admin:sdg_term_changelist")).text

    assert re.findall(r'<td class="field-state">(.*?)</td>', page) == ["In use", "Removed"]


def test_removed_term_cannot_be_removed_again(moderator_client, reference):
    term = Term.objects.create(target_id="11.7", language="vi", text="mái", is_removed=True)

    answer = moderator_client.post(reverse("admin:sdg_term_delete", args=[term.pk]))

    assert (answer.status_code, events()) == (403, [])


def test_several_are_removed_at_once_each_on_record(moderator_client, reference):
    keys = [
        Term.objects.create(target_id="11.7", language="en", text=text).pk for text in ("a1", "b1")
    ]
    data = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}

    moderator_client.post(reverse("admin:sdg_term_changelist"), data)

    assert Term.objects.in_use().count() == 0
    assert sorted(each[:2] for each in events()) == [
        ("term-removed", "11.7 (en) a1"),
        ("term-removed", "11.7 (en) b1"),
    ]


def test_what_is_no_term_is_refused_beside_its_field(moderator_client, reference, subtests):
    Term.objects.create(target_id="11.7", language="vi", text="roof garden")
    for text, message in [
        ("", "This field is required."),
        ("   ", "This field is required."),
        ("–!?", "Write a word or phrase; it has to have letters."),
        ("11.7", "Write a word or phrase; it has to have letters."),
        ("of the", "“of the” is in every question. Add the word that says what is meant."),
        ("x" * 81, "Ensure this value has at most 80 characters (it has 81)."),
        ("x" * 10_000, "Ensure this value has at most 80 characters (it has 10000)."),
        ("ROOF  garden", "This target has the word already."),
    ]:
        with subtests.test(text=text):
            answer = moderator_client.post(ADD, sent(text))

            assert answer.context["adminform"].form.errors == {"text": [message]}
            assert Term.objects.count() == 1


@pytest.mark.parametrize("text", ["ﷺ" * 80, "木", "ශ්‍රම", "PM2.5", "wi-fi", "com\0post", "e\u0301"])
def test_term_in_any_script_is_taken(moderator_client, reference, text):
    moderator_client.post(ADD, sent(text))

    assert Term.objects.count() == 1


def test_question_fills_the_form_and_leaves_the_list_when_it_is_answered(
    moderator_client, reference, question
):
    page = moderator_client.get(QUESTIONS)
    link = f"{ADD}?question={question.pk}"
    assert f'<a href="{link}">Add to a target</a>' in page.text
    form = moderator_client.get(link).context["adminform"].form
    assert form["text"].value() == "Vườn mái"
    assert form["language"].value() == ""

    moderator_client.post(link, sent("Vườn mái"))

    assert (Term.objects.count(), MissedQuestion.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("자전거 도로", "ko"),
        ("खुला दिसामुक्त क्षेत्र", "ne"),
        ("සිසිල්", "si"),
        ("zzyzx", ""),
        ("trash", "en"),
    ],
)
def test_form_proposes_the_language_of_a_question(moderator_client, thesaurus, words, language):
    question = MissedQuestion.objects.create(
        folded=words, words=words, last_asked=date(2026, 11, 2)
    )

    form = moderator_client.get(ADD, {"question": question.pk}).context["adminform"].form

    assert form["language"].value() == language


@pytest.mark.parametrize("number", ["999999", "x", "", "9" * 40, "²"])
def test_question_that_is_gone_leaves_the_form_empty(moderator_client, reference, number):
    answer = moderator_client.get(ADD, {"question": number})

    assert answer.context["adminform"].form["text"].value() is None


def test_question_is_put_aside_and_taken_up(moderator_client, question):
    def listed(**query):
        return list(moderator_client.get(QUESTIONS, query).context["cl"].queryset)

    for action, waiting, aside in [("put_aside", [], [question]), ("take_up", [question], [])]:
        data = {"action": action, "_selected_action": [question.pk]}
        moderator_client.post(f"{QUESTIONS}?state=all", data)
        assert (listed(), listed(state="aside")) == (waiting, aside)


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_the_same_queries_however_long(
    moderator_client, reference, django_assert_max_num_queries, rows
):
    for number in range(rows):
        Term.objects.create(target_id="11.7", language="en", text=f"word {number}")
        MissedQuestion.objects.create(
            folded=f"{number}", words=f"{number}", last_asked=date(2026, 11, 2)
        )
    for address in (reverse("admin:sdg_term_changelist"), QUESTIONS):
        with django_assert_max_num_queries(12):
            moderator_client.get(address)
