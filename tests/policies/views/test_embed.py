"""Parts of the library in frames on pages of other sites."""

import re
from datetime import UTC, datetime

import pytest

from policies.models import ReviewEvent, Revision
from tests.answers import POLICY
from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.django_db
PAGES = ("/embed/targets/11.6/", "/embed/coverage/")


@pytest.fixture
def live(reference, synced):
    revision = LiveRevisionFactory(title="Trash to cash", targets=["11.6"])
    synced()
    return revision


def test_only_named_sites_may_show_it_in_a_frame(client, live, settings):
    pages = (*PAGES, f"/embed/policies/{live.case_id}/")
    for address in pages:
        answer = client.get(address)
        assert answer["X-Frame-Options"] == "DENY"
        assert sorted(answer["Content-Security-Policy"].split("; ")) == sorted(POLICY.split("; "))
    settings.EMBED_SITES = ["https://city.example", "https://*.network.example"]
    for address in pages:
        answer = client.get(address)
        assert "X-Frame-Options" not in answer
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
            "form-action 'none'; frame-ancestors https://city.example https://*.network.example"
        )
        assert not re.search(r"<(script|form|input|button)\b", answer.text)
        assert '<base target="_blank">' in answer.text
        assert "Set-Cookie" not in answer
    # No other page.
    for address in ("/", "/policies/", live.case.get_absolute_url(), "/accounts/login/"):
        assert client.get(address)["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in client.get(address)["Content-Security-Policy"]
    shown = client.get("/data/").text
    assert "https://city.example" in shown
    assert "/embed/targets/11.6/" in shown


def test_frame_shows_a_case_a_list_and_the_coverage(client, live):
    case = client.get(f"/embed/policies/{live.case_id}/").text
    assert f'<a href="{live.case.get_absolute_url()}">Trash to cash</a>' in case
    assert "Not reported" in case
    target = client.get("/embed/targets/11.6/").text
    assert f'<a href="{live.case.get_absolute_url()}">Trash to cash</a>' in target
    assert "No policy has been published yet." in client.get("/embed/targets/6.1/").text
    coverage = client.get("/embed/coverage/").text
    assert coverage.count('<a class="cell') == 169
    assert "1 of the 169 targets have a policy." in coverage
    assert client.get("/embed/targets/011.06/").url == "/embed/targets/11.6/"


def test_what_is_not_public_is_not_framed(client, live):
    for address in ("/embed/policies/0/", f"/embed/policies/{10**30}/", "/embed/targets/18.1/"):
        assert client.get(address).status_code == 404
    case, other = live.case, LiveRevisionFactory().case
    case.live = None
    case.save()
    Revision.objects.filter(pk=live.pk).update(state=Revision.State.UNPUBLISHED)
    ReviewEvent.objects.create(
        revision=live,
        actor_name="Mina",
        from_state="published",
        to_state="unpublished",
        public_reason="Asked for by the city.",
        created_at=datetime(2026, 5, 1, tzinfo=UTC),
    )
    gone = client.get(f"/embed/policies/{case.pk}/")
    assert (gone.status_code, "Asked for by the city." in gone.text) == (410, True)
    case.merged_into = other
    case.save()
    assert client.get(f"/embed/policies/{case.pk}/").url == f"/embed/policies/{other.pk}/"
