"""Nothing that is typed into the forms of the desk, or into those that answer it, is a server error."""

from datetime import date

import pytest

from policies.models import Call, Mailing
from policies.workflow import curation, moderation
from tests.conftest import signed_in
from tests.factories import LiveRevisionFactory, MembershipFactory, RevisionFactory, StaffFactory
from tests.sweeps import some

pytestmark = pytest.mark.django_db

VALUES = ["\x00", "a\x00b", "\u202e\u200b", "<script>alert(1)</script>", "9" * 400, "é" * 11_000]


@pytest.mark.sweep
def test_nothing_typed_is_a_server_error(reference, editor_client):
    live = LiveRevisionFactory(themes=["transport"])
    official = MembershipFactory(member=live.case.member).user
    submitted = moderation.submit(RevisionFactory(case__member=live.case.member), by=official)
    curation.ask_for_update(live.case, by=StaffFactory(), reason="Old.")
    other = LiveRevisionFactory()
    call = Call.objects.create(title="A", text="B", opens=date(2020, 1, 1), closes=date(2020, 2, 1))
    entry = call.entries.create(case=live.case, by_name="Ani")
    mailing = Mailing.objects.create(subject="A", text="B")
    case, review = "/admin/policies/casestudy/", f"/admin/policies/revision/{submitted.pk}/review/"
    answers = f"/admin/policies/call/{call.pk}/answers/"
    team = signed_in(official)
    forms = [
        (editor_client, review, {"act": "desk-note"}, ["desk-text", "desk-colleague"]),
        (editor_client, review, {"act": "hand-over"}, ["desk-text", "desk-colleague"]),
        (editor_client, review, {}, ["act"]),
        (editor_client, f"{case}{other.case_id}/ask-update/", {}, ["reason", "seen"]),
        (editor_client, f"{case}{live.case_id}/take-back-update/", {}, ["reason", "seen"]),
        (team, f"/policies/{live.case_id}/update/", {}, ["update-text"]),
        (
            editor_client,
            "/admin/policies/mailing/add/",
            {"roles": "all"},
            ["subject", "text", "kinds", "countries", "cases"],
        ),
        (
            editor_client,
            f"/admin/policies/mailing/{mailing.pk}/preview/",
            {"act": "send"},
            ["seen"],
        ),
        (editor_client, "/admin/portal/news/add/", {}, ["title", "text", "day"]),
        (editor_client, "/admin/portal/pagetext/add/", {}, ["place", "text"]),
        (
            editor_client,
            "/admin/policies/call/add/",
            {},
            ["title", "text", "opens", "closes", "kinds", "themes", "targets"],
        ),
        (editor_client, answers, {}, ["act", f"result-{entry.pk}", f"short-{entry.pk}"]),
        (
            editor_client,
            f"{answers}{entry.pk}/",
            {},
            ["checklist-quality-mark", "checklist-quality-remark"],
        ),
        (team, f"/calls/{call.pk}/answer/", {}, ["act", "case"]),
        (
            editor_client,
            f"/admin/members/member/{live.case.member_id}/invite/",
            {"role": "official"},
            ["email", "role"],
        ),
    ]
    wrong = []
    for place, (client, path, sent, names) in enumerate(forms):
        for value in some(VALUES, 3, place):
            status = client.post(path, sent | dict.fromkeys(names, value)).status_code
            if status not in {200, 302, 404, 409, 422}:
                wrong.append((path, value[:20], status))
    lists = (
        "/news/",
        "/calls/",
        "/admin/policies/marks/",
        "/admin/members/notice/",
        "/admin/policies/revision/",
        "/admin/portal/pagetext/add/",
    )
    asked = ("page", "q", "state", "flag", "trouble", "text", "place")
    for place, path in enumerate(lists):
        for value in some(VALUES[:5], 3, place):
            status = editor_client.get(path, dict.fromkeys(asked, value)).status_code
            if status not in {200, 302, 400, 404}:
                wrong.append((path, value[:20], status))
    assert wrong == []
