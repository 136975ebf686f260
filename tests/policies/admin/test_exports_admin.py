"""Exports for the secretariat: whole, recorded, and for who may see them only."""

import csv
import io
import json

import pytest
from django.urls import reverse

from members.models import Event
from policies.admin.exports import EXPORTS
from policies.models import CaseStudy, Revision
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    ThemeFactory,
)
from tests.policies.lines import bring_in

pytestmark = pytest.mark.django_db

CASES = ["cases", "texts", "members", "themes"]
PEOPLE = ["people", "memberships"]


def taken(client, name):
    answer = client.post(reverse("secretariat:export", args=[name]))
    assert answer.status_code == 200
    return answer.getvalue().decode("utf-8-sig")


def lines(client, name):
    return [json.loads(line) for line in taken(client, name).splitlines()]


def table(client, name):
    return list(csv.DictReader(io.StringIO(taken(client, name))))


def test_newest_text_of_each_case_can_be_imported_again(reference, moderator_client):
    public = LiveRevisionFactory(case__source_id="a", title="Public", targets=["11.2"])
    RevisionFactory(case=public.case, title="Draft", is_imported=True)
    LiveRevisionFactory(case__source_id="b", case__member__slug="suva", title="Only public")
    withdrawn = LiveRevisionFactory(case__source_id="c", title="Stays")
    RevisionFactory(case=withdrawn.case, title="Taken back", state="withdrawn")
    RevisionFactory(
        case__source_id="d",
        title="Refused",
        state="rejected",
        decided_at=public.decided_at,
        decided_by_name="S",
    )
    LiveRevisionFactory(title="Known by its number")

    rows = lines(moderator_client, "cases")

    assert [row["title"] for row in rows] == [
        *("Draft", "Only public", "Stays", "Refused", "Known by its number"),
    ]
    importer, errors = bring_in(*rows)
    assert (errors, importer.counts["unchanged"]) == ([], 5)


def test_all_texts_tell_where_they_stand(reference, moderator_client):
    live = LiveRevisionFactory(title="Public")
    RevisionFactory(case=live.case, title="Draft", state="submitted", submitted_at=live.decided_at)

    rows = lines(moderator_client, "texts")

    assert [
        (row["revision"], row["state"], row["public"], row["text"]["title"]) for row in rows
    ] == [
        (1, "published", True, "Public"),
        (2, "submitted", False, "Draft"),
    ]


def test_members_and_themes_are_whole(moderator_client):
    member = MemberFactory(slug="suva", name="Suva", country="FJ")
    member.evidence.create(statement="Attended", year=2009, url="https://example.org/")
    ThemeFactory(slug="transport")

    (row,) = table(moderator_client, "members")

    assert (row["slug"], row["country"], row["population"]) == ("suva", "FJ", "3018022")
    assert row["evidence"] == "Attended 2009 https://example.org/"
    assert [row["slug"] for row in table(moderator_client, "themes")] == ["transport"]


def test_people_are_told_with_their_rights_and_no_secrets(editor_client):
    membership = MembershipFactory(
        user__email="a@city.example", user__name="Ana", member__slug="suva"
    )

    people = {row["email"]: row for row in table(editor_client, "people")}

    assert set(people) == {"a@city.example", editor_client.person.email}
    assert people[editor_client.person.email]["groups"] == "Editors in chief"
    assert "password" not in people["a@city.example"]
    (row,) = table(editor_client, "memberships")
    assert (row["member_slug"], row["email"], row["role"]) == (
        "suva",
        "a@city.example",
        membership.role,
    )


def test_formula_in_a_name_is_quoted(editor_client):
    MembershipFactory(user__name="=cmd()", member__name="+Suva")

    (row,) = table(editor_client, "memberships")

    assert (row["name"], row["member"]) == ("'=cmd()", "'+Suva")


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_is_recorded(editor_client, name):
    taken(editor_client, name)

    entry = Event.objects.get()
    action = "personal-data-exported" if name in PEOPLE else "library-exported"
    assert (entry.action, entry.actor, entry.reason) == (
        action,
        editor_client.person,
        EXPORTS[name].label,
    )


def test_moderators_see_and_take_no_personal_data(moderator_client):
    answer = moderator_client.get(reverse("secretariat:exports"))

    assert [name for name, _export in answer.context["exports"]] == CASES
    statuses = [
        moderator_client.post(reverse("secretariat:export", args=[name])).status_code
        for name in PEOPLE
    ]
    assert (statuses, Event.objects.count()) == ([403, 403], 0)


def test_editors_take_everything(editor_client):
    answer = editor_client.get(reverse("secretariat:exports"))

    assert [name for name, _export in answer.context["exports"]] == [*CASES, *PEOPLE]


@pytest.mark.parametrize("name", ["exports", "export"])
def test_exports_are_for_who_has_the_right(client, name):
    address = reverse(f"secretariat:{name}", args=["cases"] if name == "export" else [])
    ask = client.post if name == "export" else client.get
    assert ask(address).status_code == 302
    client.force_login(StaffFactory())

    assert ask(address).status_code == 403
    assert Event.objects.count() == 0


def test_export_asks_for_a_post_and_a_name(editor_client):
    assert editor_client.get(reverse("secretariat:export", args=["people"])).status_code == 405
    assert editor_client.post(reverse("secretariat:export", args=["passwords"])).status_code == 404
    assert Event.objects.count() == 0


def test_forged_form_takes_nothing(editor_client):
    editor_client.handler.enforce_csrf_checks = True

    assert editor_client.post(reverse("secretariat:export", args=["people"])).status_code == 403
    assert Event.objects.count() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_export_of_cases_asks_the_same_however_many(
    reference, moderator_client, django_assert_num_queries, number
):
    for _ in range(number):
        LiveRevisionFactory(targets=["11.2"], themes=["transport"])
    assert CaseStudy.objects.count() == Revision.objects.count() == number
    answer = moderator_client.post(reverse("secretariat:export", args=["cases"]))

    with django_assert_num_queries(14):
        answer.getvalue()
