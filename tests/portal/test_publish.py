"""The page "How to publish", its blank forms, and the sign-in that follows it."""

import io
import re
from datetime import timedelta
from html import unescape

import openpyxl
import pytest
from django.utils import timezone
from odfdo import Document

from policies.forms.registry import SECTIONS
from policies.models import Revision
from portal.blank_form import ASKS, NEEDED, parts
from tests.factories import LiveRevisionFactory, RevisionFactory

pytestmark = pytest.mark.django_db


def words(client, path, **data):
    text = client.get(path, data).text
    main = text[text.index("<main") : text.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_says_who_decides_how_long_it_takes_and_what_waits(client, settings):
    settings.CONTENT_LICENCE = "CC BY 4.0 https://creativecommons.org/licenses/by/4.0/"
    live = LiveRevisionFactory(title="Night buses")
    for days in (2, 6):
        RevisionFactory(
            state=Revision.State.SUBMITTED, submitted_at=timezone.now() - timedelta(days=days)
        )
    said = words(client, "/publish/")
    assert "too few decisions were taken in the last year to say – " in said
    assert "submissions wait today; the oldest for 6 days 2" in said
    assert "Licence of the texts: CC BY 4.0" in said
    assert "Budget and funding Amount, currency, year, planned or spent" in said
    page = client.get("/publish/").text
    assert f'href="{live.case.get_absolute_url()}">See a finished case' in page
    assert 'href="/accounts/signup/?next=/policies/new/"' in page
    assert '<a href="/publish/" aria-current="page">Publish</a>' in page


def test_the_page_asks_the_same_number_of_queries_for_more_that_waits(
    client, django_assert_max_num_queries
):
    for number in (1, 3):
        for _ in range(number):
            RevisionFactory(state=Revision.State.SUBMITTED, submitted_at=timezone.now())
        with django_assert_max_num_queries(9):
            client.get("/publish/", {"n": number})


def test_every_section_and_field_is_in_each_blank_form(client):
    assert {section.slug for section in SECTIONS} == set(ASKS) >= set(NEEDED)
    labels = [q.label for part in parts() for q in part.questions]
    columns = [q.label for part in parts() for each in part.lists for q in each.questions]
    document = client.get("/publish/blank.odt")
    assert document["Content-Type"] == "application/vnd.oasis.opendocument.text"
    text = Document(io.BytesIO(document.content)).get_formatted_text()
    printed = words(client, "/publish/blank/")
    assert [label for label in labels if label not in text] == []
    assert [label for label in columns if label not in text] == []
    assert [label for label in labels if label not in printed] == []
    assert "5. Budget and funding" in printed
    assert "Needed to submit: Or why not." in printed
    book = openpyxl.load_workbook(io.BytesIO(client.get("/publish/blank.xlsx").content))
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert {"title", "challenge", "budget_amount"} <= set(heads)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/policies/new/", "Sign in to publish a policy: then you come to the first page"),
        ("/exchange/ask/?case=1&gap=budget", "Sign in to ask a city"),
        ("/exchange/introduce/?offer=1", "Sign in to ask to be put in touch."),
        ("/exchange/adopt/1/", "Sign in to say that your city adopts this policy."),
        ("/exchange/advise/?target=11.2", "Sign in to offer what your city knows"),
        ("/my/teams/join/", "Sign in to find your city and ask to join its team."),
        ("/my/teams/join/suva/", "Sign in to ask to join this team."),
        ("/calls/1/answer/", "Sign in to answer the call with a case of your city."),
        ("/policies/new/workbook/", "Sign in to upload the workbook"),
        ("/policies/1/edit/?gap=budget", "Sign in to work on this case with its team."),
        ("/my/alerts/save/?q=water", "Sign in to save this search"),
        ("/my/alerts/follow/1/", "Sign in to follow this case"),
        ("/seminars/1/register/", "Sign in to register for this seminar."),
        ("/sdgs/reviews/new/", "Sign in to enter a review or strategy of your city."),
        ("/my/collections/put-in/?case=1", "Sign in to collect policies"),
    ],
)
def test_the_sign_in_says_why_one_came(client, path, reason):
    asked = client.get(path, follow=True)
    assert asked.status_code == 200
    assert reason in asked.text
    sign_up = re.search(r'href="(/accounts/signup/[^"]*)"', asked.text)[1]
    assert reason in client.get(unescape(sign_up)).text


@pytest.mark.parametrize(
    "path", ["", "/", "/nowhere/", "//evil.example/policies/new/", "http://[", "a" * 3000]
)
def test_a_sign_in_without_a_reason_says_none(client, path):
    answer = client.get("/accounts/login/", {"next": path})
    assert answer.status_code == 200
    assert '<p class="note">' not in answer.text
