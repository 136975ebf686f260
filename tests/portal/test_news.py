"""News of the network, and the texts that the secretariat writes on pages, each with its history."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Event
from portal.models import News, PageText, texts_of
from tests.conftest import signed_in
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def text(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def news(title, days=0, words="For cities."):
    return News.objects.create(title=title, text=words, day=TODAY - timedelta(days=days))


def test_news_are_written_in_the_admin_with_their_history(moderator_client, editor_client):
    add = "/admin/portal/news/add/"
    wrong = {"title": "", "text": "a" * 3001, "day": "30 Februar"}
    refused = moderator_client.post(add, wrong)
    assert refused.status_code == 200
    assert {*refused.context["adminform"].form.errors} == {"title", "text", "day"}
    assert "30 Februar" in refused.text
    sent = {"title": "Congress", "text": "In Seoul.", "day": TODAY.isoformat()}
    moderator_client.post(add, sent)
    item = News.objects.get()
    change = f"/admin/portal/news/{item.pk}/"
    moderator_client.post(f"{change}change/", sent)
    moderator_client.post(f"{change}change/", sent | {"text": "In Busan."})
    assert moderator_client.post(f"{change}delete/", {"post": "yes"}).status_code == 403
    editor_client.post(f"{change}delete/", {"post": "yes"})
    was = f"{TODAY.isoformat()} Congress"
    assert list(Event.objects.order_by("pk").values_list("action", "actor__email", "reason")) == [
        ("news-added", moderator_client.person.email, ""),
        ("news-changed", moderator_client.person.email, f"{was}\n\nIn Seoul."),
        ("news-deleted", editor_client.person.email, f"{was}\n\nIn Busan."),
    ]


def test_each_of_several_news_deleted_at_once_is_on_record(editor_client):
    made = [news(title, day) for day, title in enumerate(("Congress", "Fair"))]
    sent = {"action": "delete_selected", "_selected_action": [each.pk for each in made]}
    editor_client.post("/admin/portal/news/", sent | {"post": "yes"})
    days = [TODAY.isoformat(), (TODAY - timedelta(days=1)).isoformat()]
    assert sorted(Event.objects.values_list("action", "reason")) == sorted(
        ("news-deleted", f"{day} {title}\n\nFor cities.")
        for day, title in zip(days, ("Congress", "Fair"), strict=True)
    )


def test_news_are_on_the_home_page_in_a_list_and_in_a_feed(client, reference):
    assert 'id="news"' not in client.get("/").text
    assert "There is no news yet." in client.get("/news/").text
    for days, title in enumerate(["Newest", "Second", "<b>Third</b>", "Fourth"]):
        last = news(title, days, words="See https://citynet-ap.org/ & come.\n\n- One\n- Two")
    later = news("Tomorrow", -1)
    home = client.get("/").text.partition('id="news"')[2].partition("</section>")[0]
    assert re.findall(r"<h3[^>]*><a[^>]*>(.*?)</a>", home) == [
        *("Newest", "Second"),
        "&lt;b&gt;Third&lt;/b&gt;",
    ]
    assert "<li>One</li>" in home
    listed = client.get("/news/").text
    assert "Fourth" in listed
    assert "Tomorrow" not in listed
    one = client.get(f"/news/{last.pk}/").text
    assert "<li>One</li>" in one
    assert '<a href="https://citynet-ap.org/" rel="nofollow">' in one
    assert client.get(f"/news/{later.pk}/").status_code == 404
    feed = client.get("/news/feed/")
    assert feed["Content-Type"].startswith("application/atom+xml")
    assert re.findall(r"<title>(.*?)</title>", feed.text) == [
        *("News of the network", "Newest", "Second"),
        *("&lt;b&gt;Third&lt;/b&gt;", "Fourth"),
    ]
    assert f"/news/{last.pk}/</id>" in feed.text
    for page in ("0", "x", "9" * 30):
        assert client.get("/news/", {"page": page}).status_code == 200
    assert client.get(f"/news/{'9' * 30}/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_lists_of_news_ask_as_often_for_many(client, django_assert_num_queries, number):
    for place in range(number):
        news(f"News {place}")
    for path, expected in [("/news/", 2), ("/news/feed/", 1)]:
        client.get(path)
        with django_assert_num_queries(expected, info=path):
            client.get(f"{path}?{number}")


def test_texts_of_pages_are_written_anew_and_the_old_ones_stay(editor_client, client):
    add = "/admin/portal/pagetext/add/"
    for words in ("Be polite.", "Be polite.\n\n- <b>One</b> follow-up", ""):
        editor_client.post(add, {"place": "rules", "text": words})
    editor_client.post(add, {"place": "times", "text": "Within five working days."})
    editor_client.post(add, {"place": "about", "text": "We are CityNet."})
    editor_client.post(add, {"place": "licence", "text": "CC BY 4.0 from 2027."})
    rows = PageText.objects.order_by("pk")
    assert [(row.place, row.by, row.by_name) for row in rows[:1]] == [
        ("rules", editor_client.person, editor_client.person.name)
    ]
    # With an empty text the built-in words are there again, as before any was written.
    assert texts_of("rules", "times") == {"times": "Within five working days."}
    assert "one follow-up is enough" in client.get("/review/").text
    second = rows[1]
    assert f'href="{add}?text={second.pk}"' in editor_client.get("/admin/portal/pagetext/").text
    begun = editor_client.get(add, {"text": second.pk})
    assert "follow-up</textarea>" in begun.text
    editor_client.post(add, {"place": "rules", "text": second.text})
    review = client.get("/review/?again").text
    assert "<li>&lt;b&gt;One&lt;/b&gt; follow-up</li>" in review
    assert "How long it takes now" in text(review).partition("Within five working days.")[0]
    about = text(client.get("/about/").text)
    assert "What it is We are CityNet. The library holds" in about
    # What the secretariat writes takes the place of the built-in words, each in its part alone.
    written = list(rows.all())
    for shown, built_in in [
        (review, "one follow-up is enough"),
        (review, "The time runs from submission"),
        (about, "A library of what cities"),
        (about, "founded in 1987"),
    ]:
        assert built_in not in shown
        PageText.objects.update(text="")
        page = "/review/" if shown is review else "/about/"
        assert built_in in client.get(f"{page}?{built_in}").text
        for row in written:
            row.save()
    for page in ("/about/", "/publish/", "/data/", "/codebook/"):
        shown = client.get(f"{page}?licence").text
        assert ("CC BY 4.0 from 2027." in shown, "No licence is stated" in shown) == (True, False)
    listed = editor_client.get("/admin/portal/pagetext/").context["cl"].result_list
    assert [(row.place, row.pk == row.newest) for row in listed] == [
        *(("rules", True), ("licence", True), ("about", True), ("times", True)),
        *(("rules", False),) * 3,
    ]
    assert Event.objects.filter(action="page-text-changed").count() == 7
    page = f"/admin/portal/pagetext/{second.pk}/"
    assert editor_client.post(f"{page}change/", {"text": "Changed"}).status_code == 403
    assert editor_client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    for begin in ("?place=rules", "?place=nothing", "?text=x", f"?text={'9' * 30}", "?text=٣"):
        assert editor_client.get(add + begin).status_code == 200
    long = editor_client.post(add, {"place": "rules", "text": "a" * 10_001})
    assert f"{'a' * 10_001}</textarea>" in long.text


def test_only_editors_in_chief_write_texts_of_pages(moderator_client):
    assert moderator_client.get("/admin/portal/pagetext/").status_code == 200
    assert moderator_client.get("/admin/portal/pagetext/add/").status_code == 403
    assert signed_in(StaffFactory()).get("/admin/portal/news/").status_code == 403
