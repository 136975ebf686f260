"""What was written into forms of teams and of the secretariat outlives a session that ends."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from members.models import Membership
from policies.models import Revision
from policies.workflow import moderation
from tests.addresses import patterns
from tests.conftest import signed_in
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def fields(answer):
    """What the page would send again, without its token."""
    found = re.findall(
        r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', answer.text, re.DOTALL
    )
    return {unescape(name): unescape(value) for name, value in found}


@pytest.fixture
def submitted(reference):
    draft = RevisionFactory()
    author = MembershipFactory(member=draft.case.member).user
    return moderation.submit(draft, by=author)


def test_note_of_a_moderator_whose_session_ended_is_sent_again_after_signing_in(submitted):
    address = reverse("admin:policies_revision_review", args=[submitted.pk])
    moderator = signed_in(StaffFactory(groups=["Moderators"]))
    page = moderator.get(address)
    seen = re.search(r'name="decision-seen" value="([^"]+)"', page.text)[1]
    sent = {
        "act": "decide",
        "decision-seen": seen,
        "decision-decision": "changes-requested",
        "decision-note": "Say <when> it began.",
    }

    answer = Client().post(address, sent)

    assert answer.status_code == 401
    assert "Say &lt;when&gt; it began.</textarea>" in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert fields(answer) == sent
    again = moderator.post(address, fields(answer))
    assert again.status_code == 302
    assert Revision.objects.get().state == "changes-requested"


def test_form_of_the_desk_that_was_open_while_somebody_signed_in_is_not_lost(submitted):
    client = Client(enforce_csrf_checks=True)
    client.force_login(StaffFactory(groups=["Moderators"]))
    address = reverse("admin:policies_revision_review", args=[submitted.pk])
    client.get(address)
    sent = {"act": "note", "decision-note": "Say when.", "csrfmiddlewaretoken": "x" * 64}
    answer = client.post(address, sent)
    assert answer.status_code == 403
    assert fields(answer) == {"act": "note", "decision-note": "Say when."}
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.text)[1]
    again = client.post(address, fields(answer) | {"csrfmiddlewaretoken": token})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("my:join", {"message": "I plan buses."}),
        ("my:propose", {"name": "Suva", "website": "suva.example", "message": "Please add it."}),
        ("my:request", {"note": "Ask Rina.", "decision": "decline", "role": "official"}),
        ("my:invite", {"email": "new@city.example", "role": "official"}),
        ("my:remove", {"note": "Thank you."}),
    ],
)
def test_message_of_a_team_page_is_kept_when_the_session_has_ended(name, sent):
    member = MemberFactory(slug="surabaya")
    request = MembershipFactory(member=member, status="requested", decided_at=None)
    arguments = {
        "my:join": ["surabaya"],
        "my:propose": [],
        "my:request": [request.pk],
        "my:invite": ["surabaya"],
        "my:remove": ["surabaya", request.pk],
    }[name]
    answer = Client().post(reverse(name, args=arguments), sent)
    assert answer.status_code == 401
    assert fields(answer) == sent
    assert Membership.objects.count() == 1


def test_button_without_a_text_leads_to_the_sign_in(submitted):
    address = reverse("admin:policies_revision_review", args=[submitted.pk])
    answer = Client().post(address, {"act": "take", "decision-note": "  "})
    assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={address}")


def test_note_for_somebody_who_is_gone_is_shown():
    address = reverse("my:request", args=[12345])
    answer = signed_in(UserFactory()).post(address, {"note": "Ask <Rina>."})
    assert answer.status_code == 404
    assert "Ask &lt;Rina&gt;.</textarea>" in answer.text
    assert fields(answer) == {}


def test_secrets_are_not_shown_again():
    sent = {"name": "Mina", "password1": "twenty secret letters", "code": "123456"}
    answer = Client().post(reverse("account_name"), sent)
    assert answer.status_code == 401
    assert fields(answer) == {"name": "Mina"}
    assert "twenty secret letters" not in answer.text


def test_no_view_switches_the_check_of_forms_off():
    found = [pattern.callback for _name, pattern in patterns()]
    assert len(found) > 100
    exempt = {view.__qualname__ for view in found if getattr(view, "csrf_exempt", False)}
    # A mail program that ends a subscription has no form of ours (RFC 8058); its link is the proof.
    assert exempt == {"stop"}


def test_form_that_is_too_large_is_told_so_and_not_read(settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    sent = {"message": "I plan buses.", "a": "1", "b": "2"}
    address = reverse("my:propose")
    client.get(address)
    answer = client.post(address, sent)
    assert answer.status_code == 400
    assert "This is too large" in answer.text
    assert "I plan buses." not in answer.text
    by_script = client.post(address, sent, headers={"accept": "application/json"})
    assert (by_script.status_code, by_script.json()) == (
        400,
        {"state": "large", "message": "This is too large"},
    )


def test_old_form_of_somebody_signed_out_is_ready_after_signing_in():
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("my:propose"), {"message": "I plan buses."})
    assert answer.status_code == 401
    assert fields(answer) == {"message": "I plan buses."}


def test_file_has_to_be_chosen_again():
    file = SimpleUploadedFile("cases.jsonl", b"{}")
    sent = {"note": "From the award book", "file": file}
    answer = Client().post(reverse("admin:policies_importrun_check", args=[1]), sent)
    assert answer.status_code == 401
    assert "A file has to be chosen again" in answer.text


def test_nothing_of_another_site_is_shown():
    client = Client(enforce_csrf_checks=True)
    for origin in ("https://evil.example", "null"):
        answer = client.post(
            reverse("my:propose"), {"message": "Planted"}, headers={"origin": origin}
        )
        assert (answer.status_code, "Planted" in answer.text) == (403, False)


# What stands above what was typed, where a session has ended; a value that nobody writes has nothing.
LABELS = {
    "/my/alerts/save/?goal=11": [
        ("name", "Name"),
        ("kinds", "Tell me every week of"),
        ("colour", ""),
    ],
    "/my/collections/1/": [
        ("title", "Title"),
        ("items-0-note", "Note"),
        ("initial-title", ""),
        ("items-0-id", ""),
    ],
    "/policies/new/": [("title", "Title"), ("summary", "Summary"), ("colour", "")],
    "/policies/new/workbook/": [("member", "City or organisation"), ("colour", "")],
    "/exchange/advise/": [("text", "What you know"), ("colour", "")],
    "/exchange/introduce/": [("text", "What you write"), ("colour", "")],
    "/my/introductions/1/": [("note", "Reason, if you decline (optional)"), ("colour", "")],
    "/seminars/1/register/": [("language", "You would speak"), ("colour", "")],
}


@pytest.mark.parametrize(("path", "fields_of_form"), LABELS.items())
def test_what_was_typed_is_shown_under_the_names_of_its_fields(client, path, fields_of_form):
    sent = {name: f"typed for {name}" for name, _label in fields_of_form}
    answer = client.post(path, sent)
    assert (answer.status_code, fields(answer)) == (401, sent)
    assert answer.context["typed"] == [
        (label, sent[name]) for name, label in fields_of_form if label
    ]
