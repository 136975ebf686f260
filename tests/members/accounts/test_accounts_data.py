"""The download of one's own data, and the end of an account."""

import json
from datetime import UTC, datetime

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse

from members.models import Event, Invitation, MemberProposal, Membership, Notice, User
from members.notices.mail_texts import text_of
from members.record import audit, people
from members.teams import invitations, memberships, proposals
from policies.models import (
    Assessment,
    Call,
    CallEntry,
    CallMark,
    CaseStudy,
    Correction,
    ImportRun,
    ReviewEvent,
    ReviewNote,
    Revision,
    Stakeholder,
)
from policies.workflow import curation, moderation
from portal.models import PageText
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)
from tests.members.people import (
    PASSWORD,
    is_signed_in,
    one_time_code,
    person,
    reauthenticate,
    sign_in,
)

pytestmark = pytest.mark.django_db

NAME = "Ani “Nano” Rahma-Ōe"
EMAIL = "ani.rahma@surabaya.example"
MOMENT = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
STAMP = "2026-05-04T03:02:01Z"
COORDINATOR = Membership.Role.COORDINATOR


@pytest.fixture
def surabaya():
    return MemberFactory(name="Surabaya", slug="surabaya")


@pytest.fixture
def ani(surabaya):
    user = person(name=NAME, email=EMAIL)
    MembershipFactory(user=user, member=surabaya, role=COORDINATOR, message=f"{NAME} here")
    return user


@pytest.fixture
def moderator():
    return UserFactory(name="Min-jun Kim", is_staff=True)


@pytest.fixture
def case(ani, surabaya, moderator):
    """A case of Ani's that was sent back once, published, and spoken about."""
    draft = RevisionFactory(case__member=surabaya, case__created_by=ani, created_by=ani)
    moderation.submit(draft, by=ani, note=f"Done. {NAME}")
    ReviewNote.objects.create(
        revision=draft,
        author=moderator,
        author_name="Min-jun Kim",
        from_moderators=True,
        text=f"Dear {NAME.upper()}, what did it cost?",
    )
    ReviewNote.objects.create(revision=draft, author=ani, author_name=NAME, text=f"Nothing. {NAME}")
    moderation.request_changes(draft, by=moderator, note=f"{NAME}: say so, and mail {EMAIL}")
    moderation.submit(draft, by=ani)
    revision = moderation.publish(draft, by=moderator)
    revision.case.confirmed_by = ani
    revision.case.confirmed_at = MOMENT.date()
    revision.case.save()
    return revision.case


def delete(client):
    return client.post(reverse("account_delete"))


def enter(client, user):
    """Signed in, and the password typed again a moment ago."""
    sign_in(client, user.email)
    reauthenticate(client)


def texts():
    """Every text in the database, with where it stands."""
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if not field.is_relation]
        for row in model._default_manager.all():
            for field in fields:
                value = getattr(row, field.attname)
                if isinstance(field, models.JSONField):
                    value = json.dumps(value, ensure_ascii=False)
                yield f"{model._meta.label}.{field.name}", str(value)


def places_of(*words):
    words = [word.casefold() for word in words]
    return {place for place, text in texts() if any(word in text.casefold() for word in words)}


# What there is: tests/exchange/steps/test_personal_data.py.
NOTHING_IN_THE_EXCHANGE = {
    name: []
    for name in (
        *("questions_asked", "question_begun", "questions_taken", "advice_given"),
        *("adoptions_entered", "reports_on_adoptions", "needs_and_offers"),
        *("introductions_asked", "introductions_decided", "flags", "flags_decided"),
        *("desk_notes", "updates_asked_for", "updates_answered", "calls_answered"),
        *("calls_marked", "mails_to_people"),
        *("seminars", "saved_searches", "followed_cases", "watched_news", "page_texts"),
        *("collections", "collected_policies"),
    )
}


def test_download_holds_what_is_stored_and_nothing_else(client):
    with time_machine.travel(MOMENT, tick=False):
        member = MemberFactory(name="Surabaya", slug="surabaya")
        user = person(name=NAME, email=EMAIL, muted=["reminder"])
        MembershipFactory(
            user=user, member=member, role=COORDINATOR, message="Hello", decided_at=MOMENT
        )
        other = MembershipFactory(member=member, decided_by=user, decided_at=MOMENT, note="Welcome")
        Invitation.objects.create(
            member=member,
            email="friend@surabaya.example",
            token_hash="1",
            invited_by=user,
            expires_at=MOMENT,
        )
        Invitation.objects.create(
            member=member, email=EMAIL, token_hash="2", invited_by=other.user, expires_at=MOMENT
        )
        LogEntry.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(User),
            object_id="7",
            object_repr="Somebody else",
            action_flag=CHANGE,
            action_time=MOMENT,
        )
        draft = RevisionFactory(case__member=member, case__created_by=user, created_by=user)
        moderation.submit(draft, by=user, note="Done")
        moderation.publish(draft, by=UserFactory(name="Min-jun Kim"))
        draft.case.refresh_from_db()
        draft.case.confirmed_by, draft.case.confirmed_at = user, MOMENT.date()
        draft.case.save()
        ReviewNote.objects.create(revision=draft, author=user, author_name=NAME, text="Thanks")
        Revision.objects.filter(pk=draft.pk).update(reviewer=user)
        Assessment.objects.create(
            revision=draft, criterion="quality", mark="met", remark="Clear", by=user, by_name=NAME
        )
        Correction.objects.create(
            revision=draft, field="title", before="Nite", after="Night", by=user, by_name=NAME
        )
        ImportRun.objects.create(original_name="cases.jsonl", by=user, by_name=NAME)
        audit.record("account-unblocked", user, by=other.user, reason="Back at work")
        proposals.propose(
            user, kind="ngo", name="Reef Watch", country="FJ", website="https://reef.example/"
        )
        MemberProposal.objects.create(
            user=other.user,
            kind="ngo",
            name="Dive Club",
            country="FJ",
            website="https://dive.example/",
            state="declined",
            note="A club",
            decided_by=user,
            decided_at=MOMENT,
        )
        # Only one notice, whatever the steps above told the person.
        Notice.objects.all().delete()
        Notice.objects.create(
            recipient=user,
            email=EMAIL,
            kind="published",
            context={"title": "Night buses"},
            path="/",
        )
        enter(client, user)
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        client.post(reverse("mfa_activate_totp"), {"code": one_time_code(secret)})
        answer = client.get(reverse("account_data_json"))

    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == NOTHING_IN_THE_EXCHANGE | {
        "account": {
            "email": EMAIL,
            "name": NAME,
            "created_at": STAMP,
            "last_login": STAMP,
            "notices_without_mail": ["reminder"],
            "secretariat": False,
        },
        "email_addresses": [{"email": EMAIL, "verified": True, "primary": True}],
        "second_factors": [
            {
                "kind": "totp",
                "name": "TOTP Authenticator",
                "created_at": STAMP,
                "last_used_at": None,
            },
            {
                "kind": "recovery_codes",
                "name": "Recovery codes",
                "created_at": STAMP,
                "last_used_at": None,
            },
        ],
        "sessions": [
            {"created_at": STAMP, "last_seen_at": STAMP, "ip": "127.0.0.1", "user_agent": ""}
        ],
        "memberships": [
            {
                "member__name": "Surabaya",
                "role": "coordinator",
                "status": "active",
                "message": "Hello",
                "created_at": STAMP,
                "note": "",
                "known_domain": "",
                "decided_at": STAMP,
            }
        ],
        "memberships_decided": [
            {
                "member__name": "Surabaya",
                "role": "official",
                "status": "active",
                "note": "Welcome",
                "decided_at": STAMP,
            }
        ],
        "invitations_sent": [
            {
                "member__name": "Surabaya",
                "role": "official",
                "created_at": STAMP,
                "accepted_at": None,
                "revoked_at": None,
                "ended_at": None,
            }
        ],
        "invitations_received": [
            {
                "member__name": "Surabaya",
                "email": EMAIL,
                "role": "official",
                "created_at": STAMP,
                "expires_at": STAMP,
                "accepted_at": None,
                "revoked_at": None,
                "ended_at": None,
            }
        ],
        "members_proposed": [
            {
                "name": "Reef Watch",
                "kind": "ngo",
                "country": "FJ",
                "website": "https://reef.example/",
                "message": "",
                "created_at": STAMP,
                "state": "proposed",
                "note": "",
                "decided_at": None,
            }
        ],
        "proposals_decided": [
            {"name": "Dive Club", "state": "declined", "note": "A club", "decided_at": STAMP}
        ],
        "notices": [
            {
                "kind": "published",
                "context": {"title": "Night buses"},
                "path": "/",
                "email": EMAIL,
                "created_at": STAMP,
                "read_at": None,
                "mail": "waiting",
                "mailed_at": None,
            }
        ],
        "secretariat_log": [
            {
                "action_time": STAMP,
                "content_type__model": "user",
                "object_id": "7",
                "action_flag": CHANGE,
            }
        ],
        "cases_created": [
            {
                "id": draft.case_id,
                "slug": "night-buses",
                "member__name": "Surabaya",
                "live__title": "Night buses",
                "created_at": STAMP,
            }
        ],
        "cases_confirmed": [
            {"id": draft.case_id, "slug": "night-buses", "confirmed_at": "2026-05-04"}
        ],
        "revisions_written": [
            {
                "case_id": draft.case_id,
                "number": 1,
                "state": "published",
                "created_at": STAMP,
                "submitted_at": STAMP,
                "language": "en",
                "title": "Night buses",
                "summary": "Buses through the night on nine lines.",
                "challenge": "",
                "solution": "",
                "results": "",
                "lessons": "",
                "transferability": "",
                "stage": "",
                "start": "",
                "end": "",
                "budget_amount": None,
                "budget_currency": "",
                "budget_year": None,
                "budget_scope": "",
                "budget_usd": None,
                "budget_usd_source": "",
                "budget_note": "",
                "budget_unavailable": "",
                "staff_fte": None,
                "staff_note": "",
                "staff_unavailable": "",
                "stakeholders_unavailable": "",
                "scale": "",
                "people_served": None,
                "people_served_qualifier": "",
                "people_served_note": "",
                "contact_office": "",
                "contact_url": "",
                "budget_qualifier": "",
                "budget_fiscal_year": "",
                "budget_basis": "",
                "staff_heads": None,
                "staff_volunteers": None,
                "staff_year": None,
            }
        ],
        "decisions": [
            {
                "revision__case_id": draft.case_id,
                "revision__number": 1,
                "from_state": "draft",
                "to_state": "submitted",
                "note": "Done",
                "public_reason": "",
                "actor_name": NAME,
                "created_at": STAMP,
            }
        ],
        "review_notes": [
            {
                "revision__case_id": draft.case_id,
                "revision__number": 1,
                "text": "Thanks",
                "author_name": NAME,
                "from_moderators": False,
                "created_at": STAMP,
            }
        ],
        "record_by": [
            {
                "action": "submitted",
                "subject_type": "policies.revision",
                "subject_id": str(draft.pk),
                "reason": "Done",
                "address": None,
                "created_at": STAMP,
            },
            {
                "action": "member-proposed",
                "subject_type": "members.memberproposal",
                "subject_id": str(user.proposals.get().pk),
                "reason": "",
                "address": None,
                "created_at": STAMP,
            },
        ],
        "record_about": [
            {
                "action": "account-unblocked",
                "subject_type": "members.user",
                "subject_id": str(user.pk),
                "reason": "Back at work",
                "created_at": STAMP,
            }
        ],
        "reviewing": [{"case_id": draft.case_id, "number": 1}],
        "assessments": [
            {
                "revision__case_id": draft.case_id,
                "revision__number": 1,
                "criterion": "quality",
                "mark": "met",
                "remark": "Clear",
                "by_name": NAME,
                "updated_at": STAMP,
            }
        ],
        "corrections": [
            {
                "revision__case_id": draft.case_id,
                "revision__number": 1,
                "field": "title",
                "before": "Nite",
                "after": "Night",
                "note": "",
                "by_name": NAME,
                "created_at": STAMP,
            }
        ],
        "imports": [
            {
                "original_name": "cases.jsonl",
                "publish": False,
                "state": "uploaded",
                "by_name": NAME,
                "created_at": STAMP,
                "updated_at": STAMP,
            }
        ],
    }
    assert [
        (event.action, event.subject, event.actor, event.address)
        for event in Event.objects.filter(action="personal-data-exported")
    ] == [("personal-data-exported", NAME, user, "127.0.0.1")]
    assert secret not in answer.text


def test_download_holds_nothing_about_others(client, ani, case, moderator):
    stranger = person()
    client.force_login(stranger)
    answer = client.get(reverse("account_data_json"))
    for word in (NAME, EMAIL, moderator.name, "Night buses"):
        assert word not in answer.text


def test_download_holds_no_draft_of_a_team_that_was_left(client):
    membership = MembershipFactory(user=person())
    by = {"created_by": membership.user, "case__created_by": membership.user}
    draft = RevisionFactory(case__member=membership.member, case__slug="named-by-colleagues", **by)
    public = LiveRevisionFactory(
        case__member=membership.member, case__slug="open", title="Open to all", **by
    )
    Revision.objects.filter(pk=draft.pk).update(title="Written on by colleagues")
    client.force_login(membership.user)
    address = reverse("account_data_json")
    assert "Written on by colleagues" in client.get(address).text
    Membership.objects.filter(pk=membership.pk).update(status="ended")
    answer = client.get(address)
    assert "Written on by colleagues" not in answer.text
    assert "named-by-colleagues" not in answer.text
    assert [(row["id"], row.get("slug")) for row in answer.json()["cases_created"]] == [
        (public.case_id, "open"),
        (draft.case_id, None),
    ]
    assert [(row["case_id"], row.get("title")) for row in answer.json()["revisions_written"]] == [
        (public.case_id, "Open to all"),
        (draft.case_id, None),
    ]


def test_everything_about_a_person_is_in_the_download_or_known_not_to_be():
    """A new column that points at a person has to be thought of in ``personal_data``."""
    columns = {
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for relation in User._meta.related_objects
    } | {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is User
    }
    assert columns == {
        "account.EmailAddress.user",
        *(f"alerts.{name}.user" for name in ("Follow", "SavedSearch", "Watch")),
        "admin.LogEntry.user",
        "collections.Collection.owner",
        "exchange.Addressee.taken_by",
        "exchange.Adoption.author",
        "exchange.AdoptionReport.by",
        "exchange.Advice.author",
        "exchange.Cooperation.author",
        "exchange.Flag.by",
        "exchange.Flag.decided_by",
        "exchange.Introduction.decided_by",
        "exchange.Introduction.from_user",
        "exchange.Question.author",
        "exchange.QuestionDraft.author",
        "members.Event.actor",
        "members.Invitation.invited_by",
        "members.MemberProposal.decided_by",
        "members.MemberProposal.user",
        "members.Membership.decided_by",
        "members.Membership.user",
        "members.Notice.recipient",
        "mfa.Authenticator.user",
        "policies.Assessment.by",
        *("policies.CallEntry.by", "policies.CallMark.by", "policies.DeskNote.by"),
        *("policies.Mailing.by", "policies.UpdateRequest.answered_by"),
        *("policies.UpdateRequest.by", "portal.PageText.by"),
        "policies.CaseStudy.confirmed_by",
        "policies.CaseStudy.created_by",
        # Deleted with the account: nobody else could read it.
        "policies.CaseStudy.held_by",
        "policies.Correction.by",
        "policies.ImportRun.by",
        "policies.ReviewEvent.actor",
        "policies.ReviewNote.author",
        "policies.Revision.created_by",
        "policies.Revision.decided_by",
        "policies.Revision.reviewer",
        "seminars.Registration.user",
        "usersessions.UserSession.user",
    }


def test_deletion_keeps_the_cases_and_drops_the_name_everywhere(
    client, ani, case, surabaya, moderator, synced
):
    colleague = MembershipFactory(
        member=surabaya, decided_by=ani, note=f"Approved. {NAME}", role=COORDINATOR
    ).user
    for recipient, email in ((colleague, colleague.email), (None, EMAIL)):
        Notice.objects.create(
            recipient=recipient,
            email=email,
            kind="membership-requested",
            context={"member": "Surabaya", "person": NAME, "message": f"{EMAIL} asks", "count": 1},
        )
    Invitation.objects.create(
        member=surabaya, email=EMAIL, token_hash="1", invited_by=colleague, expires_at=MOMENT
    )
    LogEntry.objects.create(
        user=moderator,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(ani.pk),
        object_repr=NAME,
        change_message=json.dumps([{"added": {"object": f"{NAME} – Surabaya"}}]),
        action_flag=CHANGE,
    )
    synced()
    before = Revision.objects.filter(case=case).values().get()
    assert len(places_of(NAME, EMAIL)) > 8

    request = memberships.request_membership(ani, MemberFactory(name="Suva"), f"I am {NAME}")
    decider = StaffFactory(is_superuser=True)
    proposals.propose(
        ani,
        kind="ngo",
        name="Reef Watch",
        country="FJ",
        website="https://reef.example/",
        message=f"{NAME} works there",
    )
    memberships.decline(request, decider, f"Who is {NAME}?")
    enter(client, ani)
    answer = delete(client)
    assert answer.url == reverse("account_overview")
    assert not is_signed_in(client)
    assert places_of(NAME, EMAIL) == set()
    assert not User.objects.filter(pk=ani.pk).exists()

    case.refresh_from_db()
    assert (case.created_by, case.confirmed_by) == (None, None)
    after = Revision.objects.filter(case=case).values().get()
    assert after == before | {"created_by_id": None}
    assert list(
        ReviewEvent.objects.filter(revision__case=case).values_list(
            "actor_name", "to_state", "note"
        )
    ) == [
        ("Former colleague of Surabaya", "submitted", "Done. Former colleague"),
        (
            "Min-jun Kim",
            "changes-requested",
            "Former colleague: say so, and mail Former colleague",
        ),
        ("Former colleague of Surabaya", "submitted", ""),
        ("Min-jun Kim", "published", ""),
    ]
    assert list(ReviewNote.objects.values_list("author_name", "text")) == [
        ("Min-jun Kim", "Dear Former colleague, what did it cost?"),
        ("Former colleague of Surabaya", "Nothing. Former colleague"),
    ]
    assert colleague.notices.get(kind="membership-requested").context == {
        "member": "Surabaya",
        "person": "Former colleague",
        "message": "Former colleague asks",
        "count": 1,
    }
    assert Invitation.objects.count() == 0
    assert list(
        Event.objects.exclude(subject_type="policies.revision")
        .order_by("pk")
        .values_list("action", "actor_name", "subject", "reason", "address")
    ) == [
        (
            "membership-requested",
            *("Former colleague", "Former colleague – Suva", "I am Former colleague", None),
        ),
        (
            "member-proposed",
            *("Former colleague", "Reef Watch", "Former colleague works there", None),
        ),
        (
            "membership-declined",
            *(decider.name, "Former colleague – Suva", "Who is Former colleague?", None),
        ),
        ("account-deleted", "Former colleague", "Former colleague", "", None),
        ("membership-ended", "Former colleague", "Former colleague – Surabaya", "", None),
    ]
    page = client.get(case.get_absolute_url())
    assert page.status_code == 200
    assert "Night buses" in page.text


def test_deleted_moderator_is_a_former_moderator(client, ani, case, moderator):
    unpublished = moderation.unpublish(case.live, by=moderator, note="Wrong figures")
    mine = {"by": moderator, "by_name": moderator.name}
    Assessment.objects.create(
        revision=unpublished, criterion="quality", remark="min-jun kim: weak", **mine
    )
    Correction.objects.create(revision=unpublished, field="title", note="Min-jun Kim", **mine)
    ImportRun.objects.create(original_name="cases.jsonl", **mine)
    PageText.objects.create(place="about", text="We are a network.", **mine)
    call = Call.objects.create(title="Award", opens="2026-01-01", closes="2099-01-01")
    entry = CallEntry.objects.create(call=call, case=unpublished.case, by_name=NAME)
    CallMark.objects.create(entry=entry, criterion="quality", remark="Min-jun Kim: weak", **mine)
    audit.record("account-blocked", ani, by=moderator, reason="Min-jun Kim was asked to")
    moderator.is_staff = False
    moderator.save()
    people.delete_account(moderator)
    assert places_of("Min-jun Kim", moderator.email) == set()
    assert list(ReviewEvent.objects.values_list("actor_name", flat=True)) == [
        NAME,
        "Former moderator",
        NAME,
        "Former moderator",
        "Former moderator",
    ]
    assert Revision.objects.get().decided_by_name == "Former moderator"
    for model in (Assessment, Correction, ImportRun, PageText, CallMark):
        assert model.objects.get().by_name == "Former moderator"
    assert Assessment.objects.get().remark == "Former colleague: weak"
    assert CallMark.objects.get().remark == "Former colleague: weak"
    assert list(Event.objects.order_by("pk").values_list("action", "actor_name", "reason")) == [
        ("submitted", NAME, f"Done. {NAME}"),
        ("changes-requested", "Former moderator", f"{NAME}: say so, and mail {EMAIL}"),
        ("submitted", NAME, ""),
        ("published", "Former moderator", ""),
        ("unpublished", "Former moderator", "Wrong figures"),
        ("account-blocked", "Former moderator", "Former colleague was asked to"),
        ("account-deleted", "Former moderator", ""),
    ]
    assert list(ReviewNote.objects.values_list("author_name", flat=True)) == [
        "Former moderator",
        NAME,
    ]


def test_record_says_for_whom_a_deleted_person_acted():
    """In a team what teams do was done for it; in none, for the secretariat."""
    acts = ["seminar-registered", "question-forwarded", "collection-closed", "entry-approved"]
    official, both, desk = UserFactory(), StaffFactory(), StaffFactory()
    MembershipFactory(user=official)
    MembershipFactory(user=both)
    for user in (official, both, desk):
        for action in acts:
            audit.record(action, user, by=user)
        people.delete_account(user)
    names = list(
        Event.objects.filter(action__in=acts).order_by("pk").values_list("actor_name", flat=True)
    )
    # An official who approved something was of the secretariat then.
    assert names[:4] == [*["Former colleague"] * 3, "Former moderator"]
    assert names[4:8] == [*["Former colleague"] * 3, "Former moderator"]
    assert names[8:] == ["Former moderator"] * 4


def test_moderator_submits_what_is_compiled_for_the_secretariat(surabaya):
    moderator = StaffFactory(groups=["Moderators"])
    draft = RevisionFactory(case__member=surabaya, case__provenance="secretariat")
    moderation.submit(draft, by=moderator)
    people.delete_account(moderator)
    assert draft.events.get().actor_name == "Former moderator"


def test_deletion_leaves_the_text_of_cases_and_other_people_alone(ani, case):
    namesake = UserFactory(name=NAME)
    elsewhere = RevisionFactory(summary=f"{NAME} built it.", case__created_by=namesake)
    Stakeholder.objects.create(revision=case.live, name=NAME)
    moderation.submit(elsewhere, by=namesake, note=f"From {NAME}")
    people.delete_account(ani)
    assert places_of(NAME) == {
        "members.Event.actor_name",
        "members.Event.reason",
        "members.Notice.context",
        "members.User.name",
        "policies.ReviewEvent.actor_name",
        "policies.ReviewEvent.note",
        "policies.Revision.summary",
        "policies.Stakeholder.name",
    }
    assert elsewhere.events.get().note == f"From {NAME}"


def test_deletion_drops_the_name_from_what_readers_are_told(ani, case, moderator):
    photo = PhotoFactory(revision=case.live)
    document = AttachmentFactory(revision=case.live)
    reason = "Asked for by Li, who took it. ".ljust(300, ".")
    User.objects.filter(pk=ani.pk).update(name="Li")
    for row in (photo, document):
        curation.take_down(case, row=row, by=moderator, reason=reason)
    curation.unpublish(case, by=moderator, reason="Wrong", public_reason=reason)
    people.delete_account(User.objects.get(pk=ani.pk))
    photo.refresh_from_db()
    document.refresh_from_db()
    told = {
        photo.removed_because,
        document.removed_because,
        ReviewEvent.objects.get(to_state="unpublished").public_reason,
    }
    # As much as the field takes.
    assert told == {"Asked for by Former colleague, who took it. ".ljust(300, ".")}


@pytest.mark.parametrize("name", ["An", "approved", "Kim Minji"])
def test_deletion_leaves_alone_what_the_person_had_no_part_in(surabaya, name):
    """The name may be a word, one that programs read, or somebody else's."""
    leader = MembershipFactory(member=surabaya, role=COORDINATOR).user
    asker = UserFactory(name="Kim Minji")
    asked = memberships.request_membership(asker, surabaya, "An office approved it. Kim Minji")
    memberships.approve(asked, leader, "An approved guest: Kim Minji")
    desk = StaffFactory(is_superuser=True)
    LogEntry.objects.create(
        user=desk,
        content_type=ContentType.objects.get_for_model(Membership),
        object_id=str(asked.pk),
        object_repr=str(asked),
        change_message="An approved change of Kim Minji",
        action_flag=CHANGE,
    )
    curation.feature(LiveRevisionFactory().case, by=desk, reason="An approved case. Kim Minji")

    def everything():
        told = Notice.objects.order_by("pk")
        return [
            *Membership.objects.filter(pk=asked.pk).values_list("message", "note"),
            *told.values_list("kind", "context"),
            text_of(asker.notices.get()),
            *LogEntry.objects.values_list("object_repr", "change_message"),
            *Event.objects.exclude(action="account-deleted").values_list("subject", "reason"),
        ]

    before = everything()
    stranger = UserFactory(name=name)
    # Whoever only asked, or proposed the city anew, took no part either.
    refused = memberships.request_membership(stranger, surabaya, "Kim Minji, of an office")
    facts = {"kind": "local-government", "country": "ID", "website": "https://surabaya.example/"}
    proposals.propose(stranger, name="Surabaya", message="", **facts)
    memberships.decline(refused, leader, "Unknown here.")
    people.delete_account(stranger)
    assert [each for each in everything() if each in before] == before


def test_deletion_leaves_what_programs_read_in_notices_of_the_own_team(surabaya):
    leader = MembershipFactory(member=surabaya, role=COORDINATOR, user__name="approved").user
    asked = memberships.request_membership(UserFactory(), surabaya)
    memberships.approve(asked, leader, "This is approved.")
    people.delete_account(leader)
    notice = asked.user.notices.get()
    facts = {name: notice.context[name] for name in ("decision", "note", "by")}
    assert facts == {
        "decision": "approved",
        "note": "This is Former colleague.",
        "by": "Former colleague",
    }
    assert "You are in the team of Surabaya" in "".join(text_of(notice))


def test_deletion_drops_the_name_from_the_record_of_what_others_did(ani, case, moderator, surabaya):
    reason = f"Said by {NAME}"
    leader = MembershipFactory(member=surabaya, role=COORDINATOR).user
    asked = memberships.request_membership(UserFactory(name=NAME), surabaya)
    memberships.approve(asked, leader, reason)
    proposed = proposals.propose(
        UserFactory(),
        kind="ngo",
        name="Reef Watch",
        country="FJ",
        website="https://reef.example/",
        message="",
    )
    administrator = StaffFactory(is_superuser=True)
    proposals.decline(proposed, by=administrator, note=reason)
    curation.ask_for_update(case, by=moderator, reason=reason)
    curation.feature(case, by=moderator, reason=reason)
    elsewhere = LiveRevisionFactory().case
    curation.feature(elsewhere, by=moderator, reason=reason)
    people.delete_account(ani)
    said = "Said by Former colleague"
    record = Event.objects.filter(reason__startswith="Said by").order_by("pk")
    assert list(record.values_list("action", "reason")) == [
        ("membership-approved", said),
        # What the person had no part in may be about somebody of the same name.
        ("member-proposal-declined", reason),
        ("update-asked", said),
        ("featured", said),
        ("featured", reason),
    ]
    # Nor does somebody else of that name lose it.
    assert Event.objects.get(action="membership-approved").subject == f"{NAME} – Surabaya"


def test_deletion_drops_a_former_address_that_was_invited():
    guest = person(name="Budi", email="budi@old.example")
    EmailAddress.objects.create(user=guest, email="desk@city.example", verified=True)
    for email in ("budi@old.example", "desk@city.example"):
        sent = invitations.invite(MemberFactory(), email, StaffFactory(is_superuser=True))
        invitations.accept(sent, guest)
    EmailAddress.objects.filter(user=guest).delete()
    EmailAddress.objects.create(user=guest, email="budi@new.example", verified=True, primary=True)
    User.objects.filter(pk=guest.pk).update(email="budi@new.example")
    noted = ReviewNote.objects.create(
        revision=RevisionFactory(created_by=guest), author_name="Ani", text="Ask budi@old.example."
    )
    # The other one has become somebody else's.
    person(name="Citra", email="desk@city.example")
    people.delete_account(User.objects.get(pk=guest.pk))
    assert places_of("budi") == set()
    assert list(Invitation.objects.values_list("email", flat=True)) == ["desk@city.example"]
    noted.refresh_from_db()
    assert noted.text == "Ask Former colleague."


@pytest.mark.parametrize("typed", ["as a further one", "at the sign-up"])
def test_address_that_was_typed_and_never_confirmed_is_not_the_persons(surabaya, typed):
    budi = person(name="Budi", email="budi@old.example")
    desk = StaffFactory(is_superuser=True)
    leader = MembershipFactory(member=surabaya, role=COORDINATOR).user
    memberships.request_membership(budi, surabaya, budi.email)
    invitations.accept(invitations.invite(MemberFactory(), budi.email, desk), budi)
    budi.emailaddress_set.all().delete()
    User.objects.filter(pk=budi.pk).update(email="budi@new.example")
    waiting = invitations.invite(surabaya, "mayor@suva.example", leader)
    claimed = ("Mayor@suva.example", "budi@old.example")
    people_who_typed = [UserFactory(name="", email=f"liar{i}@city.example") for i in (1, 2)]
    for liar, address in zip(people_who_typed, claimed, strict=True):
        if typed == "at the sign-up":
            liar.email = address
            liar.save()
        EmailAddress.objects.create(user=liar, email=address, verified=False)
        found = people.data_of(liar)
        assert (found["invitations_received"], found["record_about"]) == ([], [])
    # It stays the former address of who has proven it.
    assert len(people.data_of(User.objects.get(pk=budi.pk))["invitations_received"]) == 1
    told = Notice.objects.get(email=waiting.email)
    memberships.request_membership(UserFactory(email="x@suva.example"), surabaya, waiting.email)
    for liar in people_who_typed:
        people.delete_account(liar)
    assert set(Invitation.objects.values_list("email", flat=True)) == {
        *("mayor@suva.example", "budi@old.example")
    }
    assert Notice.objects.filter(pk=told.pk).exists()
    asked = leader.notices.filter(kind="membership-requested").order_by("pk")
    assert [each.context["message"] for each in asked] == ["budi@old.example", waiting.email]


def test_deletion_without_a_name_drops_the_address(case, ani, surabaya):
    nameless = person(name="", email="nn@surabaya.example")
    draft = RevisionFactory(case__member=surabaya)
    moderation.submit(draft, by=nameless, note="Everything is there.")
    people.delete_account(nameless)
    assert places_of("nn@surabaya.example") == set()
    event = draft.events.get()
    assert (event.actor_name, event.note) == (
        "Former colleague of Surabaya",
        "Everything is there.",
    )


def test_deletion_ends_every_session(client, ani):
    other = type(client)()
    sign_in(other, ani.email)
    enter(client, ani)
    delete(client)
    assert UserSession.objects.count() == 0
    assert other.get(reverse("account_name")).status_code == 302
    assert (Membership.objects.count(), Authenticator.objects.count()) == (0, 0)
    assert sign_in(client, EMAIL).status_code == 200


def test_deletion_is_confirmed_by_mail_and_the_address_is_free_again(client, ani, mailoutbox):
    enter(client, ani)
    delete(client)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        ([EMAIL], "Your account is deleted")
    ]
    client.post(reverse("account_signup"), {"name": "Ani", "email": EMAIL, "password1": PASSWORD})
    assert User.objects.get(email=EMAIL).name == "Ani"


@pytest.mark.parametrize("method", ["get", "post"])
def test_deletion_asks_for_the_password_first(client, ani, method):
    sign_in(client, ani.email)
    answer = getattr(client, method)(reverse("account_delete"))
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert User.objects.filter(pk=ani.pk).exists()


def test_second_click_on_delete_asks_to_sign_in(client, ani):
    sign_in(client, EMAIL)
    reauthenticate(client)
    assert delete(client).url == reverse("account_overview")
    answer = delete(client)
    assert answer.url.startswith(reverse("account_login"))
    assert not User.objects.exists()


def test_deletion_page_changes_nothing(client, ani):
    enter(client, ani)
    assert client.get(reverse("account_delete")).status_code == 200
    assert client.head(reverse("account_delete")).status_code == 200
    assert User.objects.filter(pk=ani.pk).exists()


def test_secretariat_hands_over_its_rights_before_deletion(client):
    staff = person(is_staff=True)
    enter(client, staff)
    page = client.get(reverse("account_delete"))
    assert "Ask an administrator to take them back first" in page.text
    assert "<form" not in page.text.partition("<main")[2]
    assert delete(client).status_code == 403
    assert User.objects.filter(pk=staff.pk).exists()


def test_last_coordinator_is_warned(client, ani, surabaya):
    enter(client, ani)
    warning = "You are the only coordinator of Surabaya."
    assert warning in client.get(reverse("account_delete")).text
    MembershipFactory(member=surabaya, role=COORDINATOR, status=Membership.Status.ENDED)
    assert warning in client.get(reverse("account_delete")).text
    MembershipFactory(member=surabaya, role=COORDINATOR)
    assert warning not in client.get(reverse("account_delete")).text


@pytest.mark.parametrize("how", ["one", "many"])
def test_deletion_in_the_admin_drops_the_name_too(client, ani, case, how):
    client.force_login(StaffFactory(is_superuser=True))
    if how == "one":
        client.post(reverse("admin:members_user_delete", args=[ani.pk]), {"post": "yes"})
    else:
        choice = {"action": "delete_selected", "_selected_action": [ani.pk], "post": "yes"}
        client.post(reverse("admin:members_user_changelist"), choice)
    assert not User.objects.filter(pk=ani.pk).exists()
    assert places_of(NAME, EMAIL) == set()


def test_case_of_a_deleted_person_stays_live(client, ani, case):
    live = LiveRevisionFactory(case__created_by=ani, created_by=ani)
    people.delete_account(ani)
    assert set(CaseStudy.objects.exclude(live=None)) == {case, live.case}
