"""Writing to people: who gets it, the preview, the test, sending once, who was reached, and the way out."""

import re

import pytest
from django.core import mail, signing

from members.models import Event, Notice
from members.notices import delivery, mail_texts
from policies.models import Mailing, Revision
from policies.workflow import curation, mailings, moderation
from policies.workflow.errors import ActionRefused
from tests.conftest import signed_in
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db

ADD = "/admin/policies/mailing/add/"
SENT = {"subject": "Congress in Seoul", "text": "Come.\n-- \nBye", "roles": "all"}


def address(mailing, page="preview"):
    return f"/admin/policies/mailing/{mailing.pk}/{page}/"


@pytest.fixture
def people():
    """Officials by their first names, each of a member in another state."""
    fiji = MemberFactory(country="FJ", kind="ngo")
    india = MemberFactory(country="IN")
    japan = MemberFactory(country="JP")

    def official(name, member, role="official", **more):
        return MembershipFactory(member=member, role=role, user__name=name, **more).user

    found = {
        "Ana": official("Ana", fiji, "coordinator"),
        "Bo": official("Bo", fiji),
        "Chandra": official("Chandra", india, "coordinator"),
        "Dai": official("Dai", japan, "coordinator"),
    }
    # Of two teams, and nobody's: asked, left, closed.
    MembershipFactory(member=india, user=found["Dai"])
    official("Eve", india, status="requested", decided_at=None)
    official("Fay", india, status="ended")
    official("Gone", india, user__is_active=False)
    public = LiveRevisionFactory(case__member=fiji)
    curation.ask_for_update(public.case, by=StaffFactory(), reason="Old.")
    moderation.submit(RevisionFactory(case__member=india), name="Chandra")
    # A draft that was never submitted counts for nothing.
    RevisionFactory(case__member=japan)
    RevisionFactory(case__member=japan, state=Revision.State.CHANGES_REQUESTED)
    LiveRevisionFactory(case__member=japan, case__provenance="secretariat")
    Notice.objects.all().delete()
    return found


def shown(mailing):
    """What the page of the preview says that it shows."""
    return mailings.fingerprint(mailing, mailings.recipients(mailing))


def send(mailing, by):
    return mailings.send(mailing, by=by, seen=shown(mailing))


def test_what_was_written_and_by_whom_is_on_record(editor_client):
    editor_client.post(ADD, SENT | {"kinds": ["ngo"]})
    mailing = Mailing.objects.get()
    boss = signed_in(StaffFactory(is_superuser=True))
    for sent in (
        SENT | {"kinds": ["ngo"]},
        SENT | {"text": "Pay here.", "is_about_own_work": "on"},
    ):
        boss.post(address(mailing, "change"), sent)
    boss.post(address(mailing, "delete"), {"post": "yes"})
    to = "Congress in Seoul\nAll officials, coordinators included; Whatever cases they have"
    assert [*Event.objects.order_by("pk").values_list("action", "actor", "subject", "reason")] == [
        ("mailing-added", editor_client.person.pk, "Congress in Seoul", ""),
        ("mailing-changed", boss.person.pk, "Congress in Seoul", f"{to}; ngo\n\nCome.\n-- \nBye"),
        (
            *("mailing-deleted", boss.person.pk, "Congress in Seoul"),
            f"{to}; about their own work\n\nPay here.",
        ),
    ]


def test_people_are_chosen_by_role_kind_country_and_cases(people, subtests):
    for chosen, names in [
        ({"roles": "all"}, "Ana Bo Chandra Dai"),
        ({"roles": "coordinators"}, "Ana Chandra Dai"),
        ({"roles": "all", "kinds": ["ngo"]}, "Ana Bo"),
        ({"roles": "all", "countries": ["IN", "JP"]}, "Chandra Dai"),
        ({"roles": "coordinators", "countries": ["IN"]}, "Chandra"),
        ({"roles": "all", "kinds": ["ngo"], "countries": ["IN"]}, ""),
        ({"roles": "all", "cases": "public"}, "Ana Bo Dai"),
        ({"roles": "all", "cases": "none"}, "Chandra Dai"),
        ({"roles": "all", "cases": "waiting"}, "Chandra Dai"),
        ({"roles": "all", "cases": "changes"}, "Dai"),
        ({"roles": "all", "cases": "update"}, "Ana Bo"),
        ({"roles": "all", "cases": "compiled"}, "Dai"),
    ]:
        with subtests.test(chosen=chosen):
            found = mailings.recipients(Mailing(**chosen))
            assert [person.name for person in found] == names.split()


def test_mail_is_written_tried_and_sent_once(editor_client, people):
    assert "Write to people" in editor_client.get("/admin/").text
    wrong = editor_client.post(
        ADD, {"subject": "", "text": "Kept.", "roles": "kings", "kinds": "x"}
    )
    assert {*wrong.context["adminform"].form.errors} == {"subject", "roles", "kinds"}
    assert "Kept.</textarea>" in wrong.text
    people["Bo"].muted = ["network-mail"]
    people["Bo"].save()
    sent = SENT | {"countries": ["FJ"]}
    answer = editor_client.post(ADD, sent, follow=True)
    mailing = Mailing.objects.get()
    assert answer.redirect_chain == [(address(mailing), 302)]
    page = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
    assert "It is for 2 people. 1 of them has switched such mail off" in page
    assert "The secretariat writes: Come. -- Bye" in page
    assert people["Ana"].email in page
    # A test goes to oneself alone.
    editor_client.post(address(mailing), {"act": "test"})
    [test] = Notice.objects.all()
    assert test.recipient == editor_client.person
    assert mail_texts.text_of(test)[0] == "Test: Congress in Seoul"
    # Who was chosen when the page was shown is not who is chosen now.
    for seen in ("2", "", "x", "9" * 30, "٢"):
        late = editor_client.post(address(mailing), {"act": "send", "seen": seen})
        assert (late.status_code, "it is for 2 people by now" in late.text) == (409, True)
    sent_off = {"act": "send", "seen": shown(mailing)}
    for _click in range(2):
        done = editor_client.post(address(mailing), sent_off, follow=True)
    assert "This mail was sent already." in done.text
    mailing.refresh_from_db()
    assert (mailing.reached, mailing.by) == (2, editor_client.person)
    assert [row.recipient.name for row in mailings.outcome(mailing)] == ["Ana", "Bo"]
    assert Event.objects.get(action="mailing-sent").reason == "2"
    delivery.deliver()
    page = editor_client.get(address(mailing)).text
    assert "Switched off by the person: 1, Sent: 1." in page
    [_test, out] = sorted(mail.outbox, key=lambda each: each.to != [editor_client.person.email])
    assert (out.to, out.subject) == ([people["Ana"].email], "Congress in Seoul")
    assert "The secretariat writes:\n\nCome.\n--\nBye\n\n" in out.body
    # What was sent is a record.
    late = editor_client.post(address(mailing, "change"), sent | {"text": "Stay."}, follow=True)
    assert "your changes are not in it" in late.text
    mailing.refresh_from_db()
    assert mailing.text == "Come.\n-- \nBye"
    assert editor_client.post(address(mailing, "delete"), sent).status_code == 403


@pytest.mark.parametrize("change", ["text", "person"])
def test_nothing_is_sent_that_was_not_shown(editor_client, people, change):
    """A colleague changes the text, or one person leaves and another comes, while one looks."""
    mailing = Mailing.objects.create(subject="X", text="Come.", roles="all")
    seen = re.search(r'name="seen" value="(\w+)"', editor_client.get(address(mailing)).text)[1]
    if change == "text":
        Mailing.objects.update(text="Pay.")
    else:
        people["Bo"].memberships.update(status="ended")
        MembershipFactory()
    late = editor_client.post(address(mailing), {"act": "send", "seen": seen})
    assert late.status_code == 409
    assert "are not those that you were shown" in late.text
    assert Notice.objects.count() == 0
    seen = re.search(r'name="seen" value="(\w+)"', late.text)[1]
    assert editor_client.post(address(mailing), {"act": "send", "seen": seen}).status_code == 302


def test_mail_to_the_network_is_switched_off_without_signing_in(editor_client, people, client):
    editor_client.post(ADD, SENT | {"countries": ["IN"], "roles": "coordinators"})
    send(Mailing.objects.get(), editor_client.person)
    delivery.deliver()
    [out] = mail.outbox
    link = re.search(r"No more mail of this kind: (\S+)", out.body)[1]
    assert out.extra_headers["List-Unsubscribe"] == f"<{link}>"
    path = "/" + link.split("/", 3)[3]
    shown = client.get(path)
    assert "You get news, invitations and the like by mail now." in shown.text
    people["Chandra"].refresh_from_db()
    assert people["Chandra"].muted == []
    pages = [client.get(path).text, *(client.post(path).text for _click in range(2))]
    assert [text.count("You get no more of it.") for text in pages] == [0, 1, 1]
    # Whoever was passed the mail on learns no address of the person.
    assert not any(people["Chandra"].email in text for text in pages)
    people["Chandra"].refresh_from_db()
    assert people["Chandra"].muted == ["network-mail"]
    forged = signing.dumps(people["Ana"].pk, salt="other")
    for token in (
        forged,
        path.split("/")[-2][:-1],
        "x" * 200,
        signing.dumps(0, salt="unsubscribe"),
    ):
        assert client.get(f"/my/notices/unsubscribe/{token}/").status_code == 404


def test_mail_about_own_work_is_always_mailed_and_has_no_way_out(editor_client, people):
    editor_client.post(ADD, SENT | {"countries": ["IN"], "is_about_own_work": "on"})
    people["Chandra"].muted = ["network-mail", "work-mail"]
    people["Chandra"].save()
    send(Mailing.objects.get(), editor_client.person)
    delivery.deliver()
    assert sorted(each.to[0] for each in mail.outbox) == sorted(
        [people["Chandra"].email, people["Dai"].email]
    )
    assert not any("No more mail" in each.body for each in mail.outbox)
    with pytest.raises(ActionRefused, match="Nobody"):
        send(Mailing.objects.create(subject="X", text="Y", kinds=["agency"]), editor_client.person)


def test_moderators_read_what_was_written_and_write_to_nobody(moderator_client, people):
    mailing = Mailing.objects.create(subject="X", text="Y")
    assert "It is for 3 people." in moderator_client.get(address(mailing)).text
    for act in ("test", "send"):
        sent = {"act": act, "seen": shown(mailing)}
        assert moderator_client.post(address(mailing), sent).status_code == 403
    assert moderator_client.get(ADD).status_code == 403
    assert Notice.objects.count() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_preview_asks_as_often_for_many(editor_client, django_assert_num_queries, number):
    for _each in range(number):
        MembershipFactory(role="coordinator")
    mailing = Mailing.objects.create(subject="X", text="Y")
    editor_client.get(address(mailing))
    with django_assert_num_queries(7):
        editor_client.get(address(mailing))
    send(mailing, editor_client.person)
    with django_assert_num_queries(9):
        editor_client.get(address(mailing))
