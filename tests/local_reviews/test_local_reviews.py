"""Local reviews: the list, the pages that show them, entering them, and the samples."""

import csv
import io
import json
from pathlib import Path

import lxml.html
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from local_reviews import views
from local_reviews.models import LocalReview
from members.models import Event, Member, Notice, User
from members.notices.mail_texts import text_of
from members.record.people import delete_account
from members.teams import memberships, merging
from tests import races
from tests.conftest import signed_in
from tests.factories import MemberFactory, MembershipFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parents[2] / "local_reviews" / "samples"
LINES = [
    json.loads(line) for line in (FOLDER / "reviews.jsonl").read_text(encoding="utf-8").splitlines()
]


def run(*args):
    out = io.StringIO()
    call_command("load_reviews", *args, stdout=out)
    return out.getvalue()


def add(title="Hue and the goals", goals=(), **facts):
    facts.setdefault("member", None)
    facts["member"] = facts["member"] or MemberFactory(name="Hue")
    review = LocalReview.objects.create(title=title, **facts)
    review.goals.set(goals)
    return review


def found(query=""):
    answer = Client().get(f"/sdgs/reviews/?{query}")
    return [review.title for review in answer.context["page"]] if answer.status_code == 200 else 400


def test_the_list_is_narrowed_by_its_address(reference):
    hue = MemberFactory(name="Hue", slug="hue")
    add("Old", year=2019, goals=[11], member=hue)
    add("New", year=2024, kind="sdg-strategy", goals=[3, 11], member=hue)
    add("Unknown year")
    assert found() == ["New", "Old", "Unknown year"]
    assert found("goal=3") == ["New"]
    assert found("kind=vlr&member=hue") == ["Old"]
    assert found("year=2019") == ["Old"]
    assert found("year=2001") == []
    text = Client().get("/sdgs/reviews/reviews.csv?goal=3").getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert [row[name] for name in ("title", "member_slug", "year", "kind", "goals")] == [
        *("New", "hue", "2024", "sdg-strategy", "3; 11"),
    ]
    assert Client().get("/sdgs/reviews/reviews.csv?goal=18").status_code == 400
    for query in ("kind=poem", "goal=18", "year=x", "colour=red", "year=" + "9" * 30):
        assert found(query) == 400


def test_what_is_not_known_is_said(reference):
    add(url="https://hue.example/", url_is="announcement")
    add("Bare")
    text = Client().get("/sdgs/reviews/").content.decode()
    assert "the link leads to an announcement" in text
    for words in (
        "year not reported",
        "where to read it is not known",
        "Which goals it reports on",
    ):
        assert words in text
    LocalReview.objects.all().delete()
    assert "No local review is here yet." in Client().get("/sdgs/reviews/").content.decode()


def test_pages_of_members_and_goals_show_them(reference):
    review = add(goals=[11], year=2024)
    page = Client().get(review.member.get_absolute_url()).content.decode()
    assert "Hue and the goals" in page
    assert "Hue and the goals" in Client().get("/sdgs/11/").content.decode()
    assert "Hue and the goals" not in Client().get("/sdgs/12/").content.decode()


def test_a_team_enters_changes_and_deletes_its_own(reference):
    membership, other = MembershipFactory(), add()
    client = signed_in(membership.user)
    sent = {
        "member": membership.member.pk,
        "title": "Our <b>review</b>",
        "kind": "vlr",
        "year": 2025,
        "url": "city.example/vlr.pdf",
        "goals": [11, 13],
        "languages": ["en"],
    }
    client.post("/sdgs/reviews/new/", sent)
    mine = LocalReview.objects.get(member=membership.member)
    assert (mine.url, mine.url_is, mine.languages) == (
        "https://city.example/vlr.pdf",
        "report",
        ["en"],
    )
    assert "Our &lt;b&gt;review&lt;/b&gt;" in Client().get("/sdgs/reviews/").content.decode()
    wrong = sent | {"member": other.member.pk, "year": 99999, "url": "javascript:x", "goals": [18]}
    answer = client.post("/sdgs/reviews/new/", wrong)
    assert set(answer.context["form"].errors) == {"member", "year", "url", "goals"}
    assert answer.status_code == 422
    # What is public at once holds nobody's address or number; what stood before is left alone.
    for given in ({"title": "Ask an@hue.example"}, {"note": "Call +84 912 345 678"}):
        answer = client.post("/sdgs/reviews/new/", sent | given)
        assert (set(answer.context["form"].errors), answer.status_code) == ({*given}, 422)
    page = lxml.html.fromstring(client.get(f"/sdgs/reviews/{mine.pk}/edit/").content)
    assert "cannot be brought back" in page.xpath("//details[.//form]")[0].text_content()
    for path in (f"/sdgs/reviews/{other.pk}/edit/", f"/sdgs/reviews/{other.pk}/delete/"):
        assert client.post(path, sent).status_code == 404
    client.post(f"/sdgs/reviews/{mine.pk}/edit/", sent | {"title": "Ours"})
    client.post(f"/sdgs/reviews/{mine.pk}/delete/")
    assert [review.pk for review in LocalReview.objects.all()] == [other.pk]
    actions = Event.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [f"local-review-{act}" for act in ("added", "changed", "deleted")]
    # Who is in no team is told why one is needed; the secretariat writes for all.
    assert signed_in(UserFactory()).get("/sdgs/reviews/new/").status_code == 403
    secretariat = signed_in(StaffFactory(groups=["Moderators"]))
    assert secretariat.get(f"/sdgs/reviews/{other.pk}/edit/").status_code == 200


def test_of_an_account_that_is_deleted_no_name_stays(reference):
    place = MembershipFactory(user__name="Kim Minji", member__name="Hue")
    colleague = MembershipFactory(member=place.member).user
    words = "By Kim Minji"
    add(member=MemberFactory(), title=words, note=words)
    typed = {"member": place.member_id, "title": words, "kind": "vlr", "note": words}
    client, desk = signed_in(place.user), signed_in(StaffFactory(groups=["Moderators"]))
    client.post("/sdgs/reviews/new/", typed)
    changed = add(member=place.member, title="Ours")
    client.post(f"/sdgs/reviews/{changed.pk}/edit/", typed)
    mine = LocalReview.objects.get(title=words, member=place.member, pk__lt=changed.pk)
    reason = {"reason": "Kim Minji asks for it."}
    desk.post(f"/sdgs/reviews/{mine.pk}/delete/", reason)
    delete_account(place.user)
    texts = [*LocalReview.objects.order_by("pk").values_list("title", "note")]
    assert texts == [(words, words), ("By Former colleague of Hue",) * 2]
    told = Notice.objects.get(recipient=colleague).context
    assert [told["title"], told["note"]] == [
        *("By Former colleague", "Former colleague asks for it."),
    ]
    record = Event.objects.filter(subject_type="local_reviews.localreview")
    assert record.exists()
    assert "Kim" not in str([*record.values_list("subject", "reason", "actor_name")])


def test_a_team_is_told_why_the_secretariat_deletes_its_review(reference):
    membership, alone = MembershipFactory(), add()
    review = add("VLR", member=membership.member)
    desk = signed_in(StaffFactory(groups=["Moderators"]))
    edit, delete = (f"/sdgs/reviews/{review.pk}/{act}/" for act in ("edit", "delete"))
    assert "gets your reason by mail" in desk.get(edit).text
    assert "gets your reason by mail" not in signed_in(membership.user).get(edit).text
    refused = desk.post(delete, {"reason": " "})
    assert (refused.status_code, refused.context["delete_form"].errors.keys()) == (422, {"reason"})
    assert refused.context["form"].initial["title"] == "VLR"
    desk.post(delete, {"reason": "It is of another Hue."})
    desk.post(f"/sdgs/reviews/{alone.pk}/delete/")  # nobody is there to be told
    assert not LocalReview.objects.exists()
    notice = Notice.objects.get()
    assert (notice.recipient, notice.context["note"]) == (membership.user, "It is of another Hue.")
    assert "The secretariat has deleted your local review “VLR”." in text_of(notice)[1]
    assert [*Event.objects.order_by("pk").values_list("reason", flat=True)] == [
        *("It is of another Hue.", "")
    ]


def test_what_its_city_writes_in_is_no_longer_compiled(reference):
    membership = MembershipFactory()
    review = LocalReview.objects.create(member=membership.member, title="VLR", is_compiled=True)
    review.sources.create(title="A list", url="https://list.example/")
    sent = {"member": membership.member.pk, "kind": "vlr", "initial-title": "VLR"}
    people = StaffFactory(groups=["Moderators"]), membership.user
    for person, title, is_compiled in zip(people, ("VLR 1", "VLR 2"), (True, False), strict=True):
        signed_in(person).post(f"/sdgs/reviews/{review.pk}/edit/", sent | {"title": title})
        review.refresh_from_db()
        assert (review.title, review.is_compiled) == (title, is_compiled)
        text = Client().get("/sdgs/reviews/").text
        assert ("Compiled by the secretariat from:" in text) == is_compiled


def test_one_person_enters_so_many_a_day(reference, monkeypatch):
    monkeypatch.setattr(views, "MAX_A_DAY", 2)
    membership = MembershipFactory()
    client = signed_in(membership.user)
    sent = {"member": membership.member.pk, "kind": "vlr", "languages": ["en"]}
    for title in ("One", "Two"):
        client.post("/sdgs/reviews/new/", sent | {"title": title})
    refused = client.post("/sdgs/reviews/new/", sent | {"title": "Three"})
    assert refused.status_code == 422
    assert "You have entered 2 local reviews today." in refused.text
    assert 'value="Three"' in refused.text
    # What is there can be changed, and colleagues go on.
    first = LocalReview.objects.get(title="One")
    client.post(f"/sdgs/reviews/{first.pk}/edit/", sent | {"title": "First"})
    colleague = signed_in(MembershipFactory(member=membership.member).user)
    colleague.post("/sdgs/reviews/new/", sent | {"title": "Three"})
    titles = LocalReview.objects.order_by("pk").values_list("title", flat=True)
    assert [*titles] == ["First", "Two", "Three"]


def test_what_a_colleague_has_changed_meanwhile_is_not_undone(reference):
    membership = MembershipFactory()
    review = LocalReview.objects.create(member=membership.member, title="Our review", year=2023)
    review.goals.set([11])
    client = signed_in(membership.user)
    address = f"/sdgs/reviews/{review.pk}/edit/"
    page = lxml.html.fromstring(client.get(address).text)
    form = next(each for each in page.forms if "note" in each.fields)
    LocalReview.objects.update(title="Our report", url="https://x.example/", url_is="announcement")
    review.goals.set([6])
    sent = [(name, value) for name, value in form.form_values() if name != "note"]
    sent = {name: [value for key, value in sent if key == name] for name, _value in sent}
    assert client.post(address, sent | {"note": "With figures."}).status_code == 302
    found = LocalReview.objects.get()
    assert (found.title, found.note, found.year) == ("Our report", "With figures.", 2023)
    assert (found.url, found.url_is) == ("https://x.example/", "announcement")
    assert list(found.goals.values_list("pk", flat=True)) == [6]
    # One that is gone does not come back.
    review.delete()
    assert client.post(address, sent).status_code == 404


def test_who_is_taken_out_of_the_team_meanwhile_changes_nothing(reference, monkeypatch):
    leader = MembershipFactory(role="coordinator")
    review = add("VLR", member=leader.member)
    data = {"member": leader.member.pk, "title": "Mine", "kind": "vlr", "initial-title": "VLR"}
    for address, locked in (
        ("new/", User),
        (f"{review.pk}/edit/", LocalReview),
        (f"{review.pk}/delete/", LocalReview),
    ):
        place, left = MembershipFactory(member=leader.member), []
        client = signed_in(place.user)
        races.before_the_lock(
            monkeypatch,
            locked,
            lambda place=place, left=left: left.append(memberships.leave(place, leader.user)),
        )
        assert client.post(f"/sdgs/reviews/{address}", data).status_code == 404
        assert [each.status for each in left] == ["ended"]
        assert LocalReview.objects.values_list("title", "member").get() == ("VLR", leader.member.pk)
    assert not Event.objects.filter(action__startswith="local-review").exists()


def test_they_move_with_members_that_are_merged(reference):
    review, kept = add(), MemberFactory(name="Hue City")
    merging.merge(review.member, kept, by=StaffFactory(), reason="The same.")
    review.refresh_from_db()
    assert review.member == kept


def test_queries_do_not_grow(reference):
    numbers = []
    for _more in range(2):
        add(goals=[11], year=2024)
        pages = ("/sdgs/reviews/", "/sdgs/11/")
        Client().get("/sdgs/11/")
        counts = []
        for page in pages:
            with CaptureQueriesContext(connection) as asked:
                Client().get(page)
            counts.append(len(asked))
        numbers.append(counts)
        add(goals=[11])
    assert numbers[0] == numbers[1]
    assert numbers[0][0] <= 8


@pytest.mark.sqlite
def test_the_samples_are_loaded_once_with_their_sources(reference):
    places = (FOLDER / "members.jsonl").read_text(encoding="utf-8")
    own = {json.loads(line)["slug"] for line in places.splitlines()}
    for slug in {line["member"] for line in LINES} - own:
        MemberFactory(slug=slug)
    assert run() == "members: 29 added\nlocal reviews: 55 added, 0 there already\n"
    assert run() == "members: 0 added\nlocal reviews: 0 added, 55 there already\n"
    assert all(review.sources.all() for review in LocalReview.objects.prefetch_related("sources"))
    assert LocalReview.objects.filter(goals=None).count() == 41
    assert LocalReview.objects.filter(year=None).count() == 4
    assert LocalReview.objects.filter(url="").count() == 33
    assert set(Member.objects.filter(slug__in=own).values_list("status")) == {("listed",)}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({}, "needs a source_id"),
        ({"member": "nowhere"}, "no member “nowhere”"),
        ({"year": 99999}, "Write a year"),
        ({"kind": "poem"}, "not a valid choice"),
    ],
)
def test_a_wrong_line_changes_nothing_and_is_named(reference, tmp_path, line, message):
    MemberFactory(slug="hue")
    whole = {"source_id": "a", "member": "hue", "title": "Hue", "kind": "vlr"}
    path = tmp_path / "reviews.jsonl"
    lines = [whole | {"source_id": "b"}, whole | line if line else {"member": "hue"}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with pytest.raises(CommandError, match=f"Line 2: .*{message}"):
        run(str(path))
    assert not LocalReview.objects.exists()


@pytest.mark.parametrize("command", ["load_reviews", "load_seminars"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, command):
    with pytest.raises(CommandError, match=r"absent\.jsonl: No such file or directory"):
        call_command(command, str(tmp_path / "absent.jsonl"))
    torn = tmp_path / "torn.jsonl"
    torn.write_text('{"title": "Hue"', encoding="utf-8")
    with pytest.raises(CommandError, match=r"torn\.jsonl is not JSON Lines: "):
        call_command(command, str(torn))


@pytest.mark.parametrize("path", ["/sdgs/reviews/", "/collections/", "/exchange/adoptions/"])
def test_a_page_of_a_list_that_there_is_not_is_no_page(client, reference, path):
    assert [client.get(f"{path}?page={page}").status_code for page in ("1", "2", "x", "0")] == [
        *(200, 404, 404, 404),
    ]
