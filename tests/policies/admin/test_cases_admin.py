"""Cases in the admin: who may do what, that each act asks first, and cases for a member."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from members.models import Event
from policies.admin.case_actions import ACTIONS
from policies.forms import curation as forms
from policies.models import CaseStudy, Revision
from policies.workflow import curation, moderation
from tests.conftest import signed_in
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    StaffFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LIST = reverse("admin:policies_casestudy_changelist")
COMPILE = reverse("admin:policies_casestudy_add")


@pytest.fixture
def case():
    return LiveRevisionFactory(title="Night buses", case__slug="night-buses").case


@pytest.fixture
def kept():
    return LiveRevisionFactory(title="Buses at night", case__slug="buses-at-night").case


def page_of(case):
    return reverse("admin:policies_casestudy_change", args=[case.pk])


def act(name, case):
    return reverse(f"admin:policies_casestudy_{name}", args=[case.pk])


def send(client, name, case, **fields):
    """Send the form of an act as it stands on its page now, with ``fields`` filled in."""
    seen = curation.edition(CaseStudy.objects.get(pk=case.pk))
    return client.post(act(name, case), {"seen": seen, "reason": "Because.", **fields})


def offered(client, case):
    """The names of the acts that stand on the page of a case."""
    text = client.get(page_of(case)).text
    return [name for name in ACTIONS if f'href="{act(name, case)}"' in text]


def told(answer):
    return [str(message) for message in answer.context["messages"]]


# Rights


def test_acts_are_for_editors_in_chief(moderator_client, client, case, kept):
    weak = signed_in(UserFactory(is_staff=True, is_superuser=True))
    sent = {"reason": "Because.", "chosen": kept.pk}
    # Any moderator asks for an update, and takes that back.
    for name in set(ACTIONS) - {"ask-update", "take-back-update"}:
        address = act(name, case)
        # Whose session has ended gets back what was typed.
        for method, signed_out in (("get", 302), ("post", 401)):
            answers = [
                getattr(each, method)(address, sent).status_code
                for each in (moderator_client, client, weak)
            ]
            assert (name, method, answers) == (name, method, [403, signed_out, 302])
    case.refresh_from_db()
    assert (case.live_id, case.featured_at, case.merged_into_id) == (
        case.revisions.get().pk,
        None,
        None,
    )


@pytest.mark.parametrize("name", ACTIONS)
def test_act_on_a_case_that_does_not_exist(editor_client, name):
    address = reverse(f"admin:policies_casestudy_{name}", args=[987])
    assert editor_client.get(address).status_code == 404
    assert editor_client.post(address, {"reason": "Because."}).status_code == 404


def test_page_offers_what_can_be_done_now(editor_client, moderator_client, case, kept):
    assert offered(editor_client, case) == [
        *("ask-update", "feature", "unpublish", "take-down", "merge", "move")
    ]
    assert offered(moderator_client, case) == ["ask-update"]
    editor = editor_client.person
    curation.feature(case, by=editor)
    assert offered(editor_client, case) == [
        *("ask-update", "unfeature", "unpublish", "take-down", "merge", "move")
    ]
    curation.unpublish(case, by=editor, reason="Why")
    assert offered(editor_client, case) == ["take-down", "restore", "merge", "move"]
    curation.merge_cases(case, kept, by=editor, reason="Why")
    assert offered(editor_client, case) == ["take-down", "unmerge"]


@pytest.mark.parametrize("name", ["unfeature", "restore", "unmerge"])
def test_act_that_is_not_possible_is_not_asked_for(editor_client, case, name):
    answer = editor_client.get(act(name, case), follow=True)
    assert answer.redirect_chain == [(page_of(case), 302)]
    assert told(answer) == ["This cannot be done with the case as it is now."]


def test_other_methods_are_refused(editor_client, case):
    assert editor_client.put(act("feature", case)).status_code == 405


# Each act


def test_case_is_featured_and_no_longer(editor_client, case):
    assert send(editor_client, "feature", case, reason="").url == page_of(case)
    assert list(CaseStudy.objects.featured()) == [case]
    send(editor_client, "unfeature", case, reason="")
    assert list(CaseStudy.objects.featured()) == []
    actors = Event.objects.filter(action__in=["featured", "unfeatured"])
    assert {event.actor for event in actors} == {editor_client.person}


def test_case_is_unpublished_and_restored(editor_client, case):
    text = case.live
    send(editor_client, "unpublish", case, reason="A wrong figure.")
    text.refresh_from_db()
    assert (text.state, text.events.last().note) == ("unpublished", "A wrong figure.")
    assert (
        f"1 · Night buses · {text.get_state_display().lower()}"
        in editor_client.get(act("restore", case)).text
    )

    send(editor_client, "restore", case, chosen=text.pk, reason="It was right.")

    text.refresh_from_db()
    assert (text.state, text.events.last().note) == ("published", "It was right.")


def test_text_of_another_case_is_not_offered(editor_client, case, kept):
    curation.unpublish(kept, by=editor_client.person, reason="Why")
    curation.unpublish(case, by=editor_client.person, reason="Why")
    answer = send(editor_client, "restore", case, chosen=kept.revisions.get().pk)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["chosen"])
    assert not CaseStudy.objects.live().exists()


@pytest.mark.parametrize("words", ["at night", "BUSES AT", "number", "member"])
def test_case_that_stays_is_found_and_chosen(editor_client, case, kept, words):
    words = {"number": str(kept.pk), "member": kept.member.name}.get(words, words)
    found = send(editor_client, "merge", case, words=words, find="1", reason="Told twice.")
    assert found.status_code == 200
    label = f"{kept.pk} · Buses at night · {kept.member}"
    assert found.context["form"].fields["chosen"].choices == [(kept.pk, label)]
    assert not found.context["form"].is_bound
    assert "Told twice." in found.text

    send(editor_client, "merge", case, words=words, chosen=kept.pk, reason="Told twice.")

    case.refresh_from_db()
    assert case.merged_into == kept


def test_likely_duplicates_are_offered_at_once(editor_client, reference, synced, case):
    text = " ".join(f"word{number}" for number in range(60))
    Revision.objects.filter(pk=case.live_id).update(summary=text)
    twin = LiveRevisionFactory(title="Night buses again", summary=text).case
    synced()
    choices = editor_client.get(act("merge", case)).context["form"].fields["chosen"].choices
    assert [key for key, _label in choices] == [twin.pk]


def test_nothing_found_is_said(editor_client, case):
    answer = send(editor_client, "merge", case, words="zzzz", find="1")
    assert "Nothing was found." in answer.text


def filled(name, case, **fields):
    """The form of an act with ``fields``, without a page around it."""
    sent = QueryDict(mutable=True)
    sent.update({"reason": "Because."} | {field: str(value) for field, value in fields.items()})
    return forms.filled(ACTIONS[name].form, sent, case=case)


def test_choice_that_is_none_is_refused(editor_client, case, kept):
    for chosen in ["", "x", "²", "9" * 30, "-1", "987654"]:
        assert (chosen, [*filled("merge", case, chosen=chosen).errors]) == (chosen, ["chosen"])
    answer = send(editor_client, "merge", case, chosen="9" * 30)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["chosen"])
    assert "Because." in answer.text
    case.refresh_from_db()
    assert case.merged_into is None


def test_case_itself_and_hidden_ones_are_not_offered(editor_client, case):
    draft = RevisionFactory(title="Night buses, a draft")
    found = send(editor_client, "merge", case, words="Night", find="1")
    assert found.context["form"].fields["chosen"].choices == []
    for key in (case.pk, draft.case_id):
        assert send(editor_client, "merge", case, chosen=key).status_code == 422


def test_passage_is_chosen_where_there_is_no_file_to_take_out(editor_client, case):
    form = editor_client.get(act("take-down", case)).context["form"]
    assert form["what"].value() == "passage"

    PhotoFactory(revision=case.live)
    form = editor_client.get(act("take-down", case)).context["form"]
    assert form["what"].value() is None


def test_merge_is_undone(editor_client, case, kept):
    curation.merge_cases(case, kept, by=editor_client.person, reason="Why")
    send(editor_client, "unmerge", case)
    case.refresh_from_db()
    assert case.merged_into is None


def test_case_is_moved(editor_client, case):
    suva = MemberFactory(name="Suva", local_name="Suva City", country="FJ")
    MemberFactory(name="Nadi")
    found = send(editor_client, "move", case, words="suv", find="1")
    assert found.context["form"].fields["chosen"].choices == [(suva.pk, "Suva, Suva City, Fiji")]

    send(editor_client, "move", case, chosen=suva.pk)

    case.refresh_from_db()
    assert case.member == suva


def test_reason_is_asked_for(editor_client, case, kept, subtests):
    for name in ["unpublish", "merge", "move"]:
        with subtests.test(name=name):
            chosen = {"merge": kept.pk, "move": kept.member_id}.get(name, "")
            for reason in [" ", "x" * 2001]:
                form = filled(name, case, reason=reason, chosen=chosen)
                assert list(form.errors) == ["reason"]
            answer = send(editor_client, name, case, reason="", chosen=chosen)
            assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reason"])
            assert answer.context["title"] == ACTIONS[name].question
            assert Event.objects.filter(subject_type="policies.casestudy").count() == 0


# Two people at once


def test_slower_editor_is_told_and_keeps_the_reason(editor_client, case):
    seen = editor_client.get(act("unpublish", case)).context["form"]["seen"].value()
    curation.move_case(case, MemberFactory(), by=StaffFactory(), reason="It is theirs.")

    answer = editor_client.post(act("unpublish", case), {"seen": seen, "reason": "A wrong figure."})

    assert answer.status_code == 409
    assert "Somebody has changed this case since you opened the page." in answer.text
    assert "A wrong figure." in answer.text
    assert CaseStudy.objects.live().exists()
    # Having read it, the editor can go on.
    again = {"seen": answer.context["form"]["seen"].value(), "reason": "A wrong figure."}
    assert editor_client.post(act("unpublish", case), again).status_code == 302
    assert not CaseStudy.objects.live().exists()


def test_second_click_is_told(editor_client, case):
    seen = editor_client.get(act("feature", case)).context["form"]["seen"].value()
    for _click in range(2):
        answer = editor_client.post(act("feature", case), {"seen": seen}, follow=True)
    assert answer.redirect_chain == [(page_of(case), 302)]
    assert told(answer)[-1].startswith("Somebody has changed this case")
    assert Event.objects.filter(action="featured").count() == 1


def test_forged_form_is_refused(case):
    from django.test import Client  # noqa: PLC0415 - one that checks tokens

    client = Client(enforce_csrf_checks=True)
    client.force_login(StaffFactory(groups=["Editors in chief"]))
    assert client.post(act("unpublish", case), {"reason": "Because."}).status_code == 403
    assert CaseStudy.objects.live().exists()


# Compiling


BASICS = {"title": "Night buses", "summary": "Nine lines.", "language": "en"}


def test_moderator_compiles_a_case_with_the_form_of_the_authors(moderator_client, reference):
    suva = MemberFactory(name="Suva")
    found = moderator_client.post(COMPILE, {**BASICS, "words": "suva", "find": "1"})
    assert [key for key, _label in found.context["form"].fields["chosen"].choices] == [suva.pk]
    assert 'value="Night buses"' in found.text

    answer = moderator_client.post(COMPILE, {**BASICS, "chosen": suva.pk, "reason": "Award book"})

    draft = Revision.objects.get()
    assert answer.url == reverse("policies:edit", args=[draft.case_id])
    assert (draft.case.member, draft.case.provenance) == (suva, "secretariat")
    assert (draft.title, draft.summary, draft.language) == ("Night buses", "Nine lines.", "en")
    assert moderator_client.get(answer.url).status_code == 200
    assert "Write it" in moderator_client.get(page_of(draft.case)).text
    event = Event.objects.get(action="case-compiled")
    assert (event.actor, event.reason) == (moderator_client.person, "Award book")


@pytest.mark.parametrize("missing", ["chosen", "title", "language"])
def test_compiled_case_needs_a_member_and_a_title(moderator_client, missing):
    fields = {**BASICS, "chosen": MemberFactory().pk, missing: ""}
    answer = moderator_client.post(COMPILE, fields)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [missing])
    assert "Nothing was done" in answer.text
    assert not CaseStudy.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_compiling_needs_the_right(client, method):
    client.force_login(StaffFactory())
    sent = {**BASICS, "chosen": MemberFactory().pk}
    assert getattr(client, method)(COMPILE, sent).status_code == 403
    assert not CaseStudy.objects.exists()


# The list


def rows(client, **query):
    return [case.pk for case in client.get(LIST, query).context["cl"].result_list]


def test_list_is_filtered_and_searched(moderator_client, case, kept):
    draft = RevisionFactory(title="A draft", case__provenance="secretariat").case
    curation.feature(kept, by=moderator_client.person)
    submitted = moderation.submit(RevisionFactory(title="Merged"), name="Ani")
    merged = submitted.case
    curation.merge_cases(merged, kept, by=moderator_client.person, reason="Why")
    CaseStudy.objects.filter(pk=case.pk).update(confirmed_at="2026-03-01")

    assert set(rows(moderator_client, public="yes")) == {case.pk, kept.pk}
    assert set(rows(moderator_client, public="no")) == {draft.pk, merged.pk}
    assert rows(moderator_client, featured="yes") == [kept.pk]
    assert rows(moderator_client, merged="yes") == [merged.pk]
    assert rows(moderator_client, confirmed="yes") == [case.pk]
    assert rows(moderator_client, provenance__exact="secretariat") == [draft.pk]
    assert rows(moderator_client, q="draft") == [draft.pk]
    assert rows(moderator_client, q=kept.member.name) == [kept.pk]
    assert case.pk in rows(moderator_client, q=str(case.pk))
    assert len(rows(moderator_client, public="perhaps")) == 4


def test_page_leads_to_the_other_cases(editor_client, case, kept):
    curation.merge_cases(case, kept, by=editor_client.person, reason="Why")
    assert f'<a href="{page_of(kept)}">' in editor_client.get(page_of(case)).text
    assert f'<a href="{page_of(case)}">' in editor_client.get(page_of(kept)).text
    assert (
        f'<a href="{kept.get_absolute_url()}">Buses at night</a>'
        in editor_client.get(page_of(kept)).text
    )


def test_page_leads_to_the_site_only_where_something_is(editor_client, case):
    assert editor_client.get(page_of(case)).context["absolute_url"] == case.get_absolute_url()
    curation.unpublish(case, by=editor_client.person, reason="Why")
    assert editor_client.get(page_of(case)).context["absolute_url"] is None


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(editor_client, django_assert_num_queries, number, subtests):
    cases = [
        LiveRevisionFactory(title=f"Buses {place}", themes=[ThemeFactory().slug]).case
        for place in range(number)
    ]
    for place in range(number - 1):
        RevisionFactory(case=cases[0], state="withdrawn", number=place + 2)
        MembershipFactory(member=cases[0].member)
    for where in ["list", "page", "merge", "move"]:
        with subtests.test(where=where):
            address = {"list": LIST, "page": page_of(cases[0])}.get(where) or act(where, cases[0])
            editor_client.get(address)
            with django_assert_num_queries(QUERIES[where]):
                editor_client.get(address)


# Rights of a group are two questions.
QUERIES = {"list": 7, "page": 16, "merge": 20, "move": 6}
