"""Addresses of a case that was unpublished answer that it is gone, and what may be known."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from policies.models import CaseStudy
from policies.search import index
from policies.workflow import authoring, curation, moderation
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 12, 3, 9, tzinfo=datetime.UTC)
REASON = "The city asked for it."


@pytest.fixture
def editor():
    return StaffFactory(groups=["Editors in chief"])


@pytest.fixture
def case(reference, editor):
    """A case with two public texts, a photo and a file, that was unpublished."""
    membership = MembershipFactory()
    former = LiveRevisionFactory(
        case__member=membership.member, title="Night buses", targets=["11.2"], themes=["transport"]
    )
    PhotoFactory(revision=former)
    AttachmentFactory(revision=former)
    draft = authoring.open_draft(former.case, user=membership.user)
    moderation.publish(draft, by=editor)
    # Never public.
    authoring.open_draft(draft.case, user=membership.user)
    index.sync()
    return CaseStudy.objects.get(pk=former.case_id)


def addresses(case):
    page = case.get_absolute_url()
    (former, public) = case.revisions.exclude(state="draft").order_by("number")
    return [
        page,
        f"/policies/{case.pk}/",
        f"/policies/{case.pk}/another-title/",
        f"{page}history/",
        *(f"{page}revisions/{number}/" for number in (1, 2)),
        *(f"{page}cite.{form}" for form in ("bib", "ris", "json")),
        f"{page}export.jsonl",
        *(each.photos.get().small_url for each in (former, public)),
        *(each.attachments.get().url for each in (former, public)),
    ]


def status(client, place):
    """The status of an answer that is read to its end."""
    answer = client.get(place)
    assert answer.getvalue() or answer.status_code == 301
    return answer.status_code


@time_machine.travel(NOW, tick=False)
def test_what_was_public_is_gone_and_comes_back(client, case, editor):
    places = addresses(case)
    before = {place: status(client, place) for place in places}
    assert {*before.values()} <= {200, 301}
    curation.unpublish(case, by=editor, reason="Said so by phone", public_reason=REASON)
    for place in places:
        answer = client.get(place)
        assert (place, answer.status_code) == (place, 410)
        assert REASON in answer.text
        assert "by phone" not in answer.text
    page = client.get(places[0]).text
    assert "Night buses" in page
    assert "This policy was unpublished on 3 December 2026." in page
    assert '<meta name="robots" content="noindex">' in page
    for place in ("/policies/", "/policies/feed/", "/policies/export.csv", "/sitemap-policies.xml"):
        answer = client.get(place)
        assert b"night-buses" not in (b"".join(answer) if answer.streaming else answer.content)
    # What nobody could read before is unknown, as ever.
    assert client.get(f"{places[0]}revisions/3/").status_code == 404
    case.refresh_from_db()
    curation.restore(case, case.revisions.get(number=2), by=editor, reason="A mistake")
    assert {place: status(client, place) for place in places} == before


def test_case_merged_into_one_that_is_off_the_site_is_gone_with_it(client, case, editor):
    kept = LiveRevisionFactory(title="Kept").case
    places = [
        *addresses(case),
        reverse("api:policy", args=[case.pk]),
        f"/embed/policies/{case.pk}/",
    ]
    curation.merge_cases(case, kept, by=editor, reason="The same")
    curation.unpublish(kept, by=editor, reason="By phone", public_reason=REASON)
    found = [client.get(place) for place in places]
    told = [
        (place, answer.status_code, REASON in answer.text)
        for place, answer in zip(places, found, strict=True)
    ]
    assert told == [(place, 410, True) for place in places]
    assert client.get(f"{places[0]}revisions/3/").status_code == 404


def test_addresses_of_a_merged_case_lead_on(client, case, editor):
    kept = LiveRevisionFactory(title="Kept", number=4).case
    page, others = case.get_absolute_url(), kept.get_absolute_url()
    *_pages, photo, _photo, file, _file = addresses(case)
    curation.merge_cases(case, kept, by=editor, reason="The same")
    for place, there in {
        f"{page}revisions/1/": others,
        f"{page}revisions/1/cite.bib": f"{others}cite.bib",
        reverse("policies:card", args=[case.pk, 1]): reverse("policies:card", args=[kept.pk, 4]),
    }.items():
        answer = client.get(place)
        assert (place, answer.status_code, answer.url) == (place, 301, there)
        assert client.get(there).status_code == 200
    for place in (photo, file):
        answer = client.get(place)
        assert (answer.status_code, others in answer.text) == (410, True)
    draft = AttachmentFactory(revision=case.revisions.get(number=3))
    assert client.get(draft.url).status_code == 404


def test_text_that_was_unpublished_is_gone_while_another_is_public(client, case, editor):
    page = case.get_absolute_url()
    former, gone = case.revisions.exclude(state="draft").order_by("number")
    curation.unpublish(case, by=editor, reason="By phone", public_reason=REASON)
    draft = case.revisions.get(state="draft")
    moderation.publish(draft, by=editor)
    other = LiveRevisionFactory().case
    curation.unpublish(other, by=editor, reason="By phone")
    places = [
        f"{page}revisions/2/",
        f"{page}revisions/2/cite.bib",
        gone.photos.get().small_url,
        gone.attachments.get().url,
    ]
    for place in places:
        answer = client.get(place)
        assert (place, answer.status_code, REASON in answer.text) == (place, 410, True)
    text = client.get(places[0]).text
    assert "This text of the policy was unpublished on" in text
    assert f'<a href="{page}" lang="en" dir="ltr">{draft.title}</a>' in text
    # The others of the case are public.
    readable = [page, f"{page}revisions/1/", f"{page}revisions/3/", former.photos.get().small_url]
    assert {status(client, place) for place in readable} == {200}
    curation.unpublish(CaseStudy.objects.get(pk=case.pk), by=editor, reason="Again")
    text = client.get(places[0]).text
    assert "This policy was unpublished on" in text
    curation.restore(CaseStudy.objects.get(pk=case.pk), gone, by=editor, reason="A mistake")
    assert {status(client, place) for place in [*places, *readable[:2]]} == {200}


def test_reason_may_stay_untold(client, case, editor):
    curation.unpublish(case, by=editor, reason="Said so by phone")
    assert "No reason is given." in client.get(case.get_absolute_url()).text


def test_editor_says_what_readers_are_told(client, case, editor):
    client.force_login(editor)
    address = reverse("admin:policies_casestudy_unpublish", args=[case.pk])
    assert client.post(address, {"reason": "By phone", "public_reason": REASON}).status_code == 302
    assert REASON in client.get(case.get_absolute_url()).text


@pytest.mark.parametrize("state", ["draft", "submitted", "rejected", "withdrawn"])
def test_what_never_was_public_is_unknown(client, state):
    decided = {"decided_at": NOW, "decided_by_name": "Mina"} if state == "rejected" else {}
    case = RevisionFactory(state=state, **decided).case
    page = case.get_absolute_url()
    for place in (page, f"{page}revisions/1/", f"{page}cite.bib"):
        assert client.get(place).status_code == 404
