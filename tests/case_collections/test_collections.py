"""Collections: who may make, read and change which, what they show, and that nothing of them leaks."""

import json

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from case_collections import steps
from case_collections.models import MAX_COLLECTIONS, Collection, CollectionItem
from exchange.steps.errors import NotAllowed
from members.accounts import blocking
from members.models import Event, Notice
from members.notices.mail_texts import text_of
from members.record import people
from members.teams import memberships, merging
from policies.content import summary
from policies.models import Revision
from policies.search import index
from policies.workflow import curation
from tests import races
from tests.conftest import signed_in
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def make(title="Before the seminar", cases=(), *, by=None, visibility="public", **facts):
    """Return a collection; without ``by`` it is that of the team of Hue."""
    if by is None:
        membership = MembershipFactory(member__name="Hue", member__slug="hue")
        by, facts["member"] = membership.user, membership.member
    collection = steps.save(Collection(title=title, **facts), by=by, visibility=visibility)
    steps.put_in(collection, cases, by=by)
    return collection


def test_link_of_a_person_ends_and_lives_with_the_place_in_a_team(client):
    place, colleague = MembershipFactory(), MembershipFactory()
    own = make(by=place.user, owner=place.user, visibility="link")
    of_team = make(by=place.user, member=place.member, owner=place.user, visibility="link")
    of_desk = make(by=StaffFactory(groups=["Moderators"]), visibility="link")
    Collection.objects.filter(pk=of_desk.pk).update(owner=StaffFactory(groups=["Moderators"]))
    desk = StaffFactory(is_superuser=True)

    def shared():
        found = [
            client.get(each.get_absolute_url()).status_code for each in (own, of_team, of_desk)
        ]
        assert found[1:] == [200, 200]
        for rows in (Collection.objects.shared(), Collection.objects.readable_by(colleague.user)):
            assert rows.filter(pk=own.pk).exists() == (found[0] == 200)
        return found[0]

    assert shared() == 200
    memberships.leave(place, place.user)
    assert shared() == 404
    # The person goes on reading it.
    assert Collection.objects.readable_by(place.user).filter(pk=own.pk).exists()
    MembershipFactory(user=place.user)
    assert shared() == 200
    blocking.block(place.user, by=desk, reason="Spam")
    assert shared() == 404
    blocking.unblock(place.user, by=desk, reason="A mistake")
    assert shared() == 200


def titles(answer):
    return [revisions[0].title for revisions, _note in answer.context["policies"]]


def sent(collection, *rows, **texts):
    """Return what the form of a collection sends; ``rows`` are (item, place, note, is taken out)."""
    data = {
        "title": collection.title,
        "intro": collection.intro,
        "member": collection.member_id or "",
        "visibility": collection.visibility,
        "items-TOTAL_FORMS": len(rows),
        "items-INITIAL_FORMS": len(rows),
    }
    for number, (item, place, note, is_out) in enumerate(rows):
        row = f"items-{number}"
        data |= {f"{row}-id": item.pk, f"{row}-position": place, f"{row}-note": note}
        data |= {f"{row}-DELETE": "on"} if is_out else {}
    return data | texts


def test_a_person_collects_orders_notes_and_shares(reference):
    membership = MembershipFactory(member__name="Hue")
    client = signed_in(membership.user)
    cases = [LiveRevisionFactory(title=title).case for title in ("Bus", "Tram", "Ferry")]
    query = "&".join(f"case={case.pk}" for case in cases)
    page = client.get(f"/my/collections/put-in/?{query}").text
    assert all(case.live.title in page for case in cases)
    assert client.post(f"/my/collections/put-in/?{query}", {"title": ""}).status_code == 422
    client.post(f"/my/collections/put-in/?{query}", {"title": "Ways <b>to</b> go"})
    collection = Collection.objects.get()
    # The same again puts nothing in twice.
    client.post(f"/my/collections/put-in/?{query}", {"collection": collection.pk})
    bus, tram, ferry = collection.items.all()
    form = client.get(f"/my/collections/{collection.pk}/").text
    assert "Ways &lt;b&gt;to&lt;/b&gt; go" in form
    rows = (bus, 2, "Second", False), (tram, 2, "", True), (ferry, 1, "See the <i>boat</i>", False)
    facts = {"visibility": "link", "member": membership.member.pk}
    assert client.post(f"/my/collections/{collection.pk}/", sent(collection, *rows, **facts)).url
    answer = Client().get(collection.get_absolute_url())
    assert titles(answer) == ["Ferry", "Bus"]
    assert "See the &lt;i&gt;boat&lt;/i&gt;" in answer.text
    assert '<meta name="robots" content="noindex">' in answer.text
    assert f'href="/policies/compare/?case={cases[2].pk}&amp;case={cases[0].pk}"' in answer.text
    assert list(collection.items.values_list("position", flat=True)) == [1, 2]
    for wrong in ("case=0", "case=x", "case=" + "9" * 30, "&".join(["case=1"] * 70) + "&case=-1"):
        assert client.get(f"/my/collections/put-in/?{wrong}").status_code == 404


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(reference):
    collection = make(cases=[LiveRevisionFactory().case], visibility="private")
    client = signed_in(collection.owner)
    (item,) = collection.items.all()
    data = sent(
        collection,
        (item, 0, "call +62 812 3456 7890", False),
        title="Mail me@city.example",
        intro="x" * 1501,
        visibility="public",
    )
    answer = client.post(f"/my/collections/{collection.pk}/", data)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"title", "intro"}
    assert set(answer.context["rows"].errors[0]) == {"position", "note"}
    assert "call +62 812 3456 7890" in answer.text
    for facts in ({"visibility": "secret"}, {"member": 0}, {"visibility": "public", "member": ""}):
        answer = client.post(f"/my/collections/{collection.pk}/", sent(collection, **facts))
        assert (answer.status_code, len(answer.context["form"].errors)) == (422, 1)
    stored = Collection.objects.get()
    assert (stored.title, stored.visibility) == ("Before the seminar", "private")
    # The row of another collection, or one that is gone, is no row of this one.
    other = make(
        "Other", [LiveRevisionFactory().case], by=collection.owner, member=collection.member
    )
    data = sent(collection, (other.items.get(), 1, "Mine now", False))
    assert client.post(f"/my/collections/{collection.pk}/", data).status_code == 422
    assert other.items.get().note == ""


@pytest.mark.parametrize(
    ("visibility", "listed", "by_link"),
    [("private", False, 404), ("link", False, 200), ("public", True, 200)],
)
def test_who_reads_and_changes_which(reference, visibility, listed, by_link):
    case = LiveRevisionFactory().case
    collection = make(cases=[case], visibility=visibility)
    address, form = collection.get_absolute_url(), f"/my/collections/{collection.pk}/"
    colleague = MembershipFactory(member=collection.member).user
    moderator = StaffFactory(groups=["Moderators"])
    for person, reads, changes in (
        (None, by_link, 302),
        (UserFactory(), by_link, 404),
        (colleague, 200, 200),
        # The secretariat may remove what a team shares, not write or delete it.
        (moderator, by_link, 404),
    ):
        client = signed_in(person) if person else Client()
        got = [client.get(path).status_code for path in (address, f"{address}export.csv", form)]
        assert got == [reads, reads, changes]
    assert client.post(f"{form}delete/").status_code == 404
    assert collection.title not in client.get("/my/collections/").text
    public = ("/collections/", "/collections/feed/", "/sitemap-collections.xml")
    for path in (*public, case.get_absolute_url()):
        assert (collection.key in Client().get(path).text) is listed, path
    actions = list(Event.objects.order_by("pk").values_list("action", flat=True))
    assert actions == (["collection-public", "collection-changed"] if listed else [])


def test_nobody_shares_in_the_name_of_a_member_without_being_in_its_team():
    place, city = MembershipFactory(user=StaffFactory(groups=["Moderators"])), MemberFactory()
    moderator, edit = place.user, "/my/collections/{}/".format
    own = make(by=moderator, visibility="private")
    for visibility in ("private", "link", "public"):
        typed = sent(own, member=city.pk, visibility=visibility)
        answer = signed_in(moderator).post(edit(own.pk), typed)
        assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"member"})
        # As where the person has left the team since the form was read.
        for given in (Collection(title="New"), Collection.objects.get(pk=own.pk)):
            given.member = city
            with pytest.raises(NotAllowed):
                steps.save(given, by=moderator, visibility=visibility)
    assert [*Collection.objects.values_list("member", "visibility")] == [(None, "private")]
    typed = sent(own, member=place.member_id, visibility="public")
    assert signed_in(moderator).post(edit(own.pk), typed).status_code == 302
    own.refresh_from_db()
    assert (own.member, own.visibility) == (place.member, "public")
    # Who of the secretariat is in no team is offered none, and publishes in the secretariat's name.
    desk = StaffFactory(groups=["Moderators"])
    other = make(by=desk, visibility="private")
    page = signed_in(desk).get(edit(other.pk))
    assert "member" not in page.context["form"].fields
    signed_in(desk).post(edit(other.pk), sent(other, member=city.pk, visibility="public"))
    other.refresh_from_db()
    assert (other.member, other.visibility) == (None, "public")
    # What there is of a member that the person is not in is still removed.
    steps.remove(own, by=desk, reason="It sells something.")


def test_without_a_team_collections_are_ones_own_only(reference):
    user = UserFactory()
    client = signed_in(user)
    client.post("/my/collections/put-in/", {"title": "Mine"})
    collection = Collection.objects.get()
    assert "No policy is in this collection yet." in client.get(collection.get_absolute_url()).text
    for visibility in ("link", "public"):
        data = sent(collection, visibility=visibility)
        assert client.post(f"/my/collections/{collection.pk}/", data).status_code == 422
    assert Client().get(collection.get_absolute_url()).status_code == 404
    Collection.objects.bulk_create(
        Collection(owner=user, title="x") for _more in range(MAX_COLLECTIONS - 1)
    )
    answer = client.post("/my/collections/put-in/", {"title": "One more"})
    assert (answer.status_code, Collection.objects.count()) == (409, MAX_COLLECTIONS)
    case = LiveRevisionFactory().case
    cases = [LiveRevisionFactory(case__member=case.member).case for _more in range(3)]
    CollectionItem.objects.bulk_create(
        CollectionItem(collection=collection, case=each, position=place)
        for place, each in enumerate(cases)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "MAX_ITEMS", 3)
        data = {"collection": collection.pk}
        answer = client.post(f"/my/collections/put-in/?case={case.pk}", data)
    assert "A collection holds 3 policies at most; this one has 3." in answer.text


def test_collections_follow_cases_that_are_merged_and_hide_what_is_not_public(reference):
    kept, double, gone = (LiveRevisionFactory(title=title) for title in ("Bus", "Buses", "Draft"))
    collection = make(cases=[double.case, gone.case, kept.case])
    staff = StaffFactory(groups=["Editors in chief"])
    curation.merge_cases(double.case, kept.case, by=staff, reason="The same.")
    gone.case.live = None
    gone.case.save()
    answer = Client().get(collection.get_absolute_url())
    assert titles(answer) == ["Bus"]
    assert "Draft" not in answer.text
    assert "In collections" in Client().get(kept.case.get_absolute_url()).text
    form = signed_in(collection.owner).get(f"/my/collections/{collection.pk}/").text
    assert "A policy that is not public now" in form
    other = MemberFactory(name="Hue City")
    merging.merge(collection.member, other, by=staff, reason="The same.")
    collection.refresh_from_db()
    assert collection.member == other


def test_files_and_data_block_have_its_policies_in_order(reference):
    cases = [LiveRevisionFactory(title=title).case for title in ("Bus", "Tram", "Ferry")]
    index.sync()
    collection = make(cases=cases[::-1], intro="For Hue.")
    address = collection.get_absolute_url()
    lines = Client().get(f"{address}export.jsonl").getvalue().decode().splitlines()
    assert [json.loads(line)["title"] for line in lines] == ["Ferry", "Tram", "Bus"]
    rows = Client().get(f"{address}export.csv").getvalue().decode("utf-8-sig").splitlines()
    assert len(rows) == 4
    assert Client().get(f"{address}export.xlsx").getvalue().startswith(b"PK")
    data = Client().get(address).context["data"]
    assert [part["name"] for part in data["hasPart"]] == ["Ferry", "Tram", "Bus"]
    assert data["author"]["name"] == "Hue"
    feed = feedparser.parse(Client().get("/collections/feed/").content)
    assert (feed.bozo, [entry.title for entry in feed.entries]) == (False, ["Before the seminar"])


def test_the_list_is_narrowed_by_words_and_member(reference):
    make("Waste and <water>")
    make("Buses", by=StaffFactory(groups=["Moderators"]))
    page = Client().get("/collections/").text
    assert ("Waste and &lt;water&gt;" in page, "The secretariat" in page) == (True, True)

    def found(query):
        answer = Client().get(f"/collections/?{query}")
        return [row.title for row in answer.context["page"]] if answer.status_code == 200 else 400

    assert found("q=WATER+waste") == ["Waste and <water>"]
    assert found("member=hue") == ["Waste and <water>"]
    assert found("q=tram") == []
    assert [found(query) for query in ("member=x", "colour=red", "q=" + "x" * 300)] == [400] * 3
    Collection.objects.all().delete()
    assert "No collection is public yet." in Client().get("/collections/").text


def test_the_secretariat_removes_one_and_the_team_is_told_why(reference):
    collection = make("Buy our lamps")
    moderator = StaffFactory(groups=["Moderators"])
    client = signed_in(moderator)
    path = f"/admin/collections/collection/{collection.pk}/"
    assert "Buy our lamps" in client.get(f"{path}change/").text
    assert client.post(f"{path}remove/", {"reason": ""}).status_code == 422
    client.post(f"{path}remove/", {"reason": "It sells something."})
    assert Client().get(collection.get_absolute_url()).status_code == 404
    assert client.get(f"{path}remove/").status_code == 404
    notice = Notice.objects.get(kind="entry-removed")
    assert notice.recipient == collection.owner
    assert "It sells something." in text_of(notice)[1]
    event = Event.objects.get(action="collection-closed")
    assert (event.actor, event.reason) == (moderator, "It sells something.")
    with pytest.raises(steps.CollectionError):
        steps.remove(collection, by=collection.owner, reason="x")
    # Its team goes on writing it, and cannot share it again by itself, nor by a page of before.
    own, edit = signed_in(collection.owner), f"/my/collections/{collection.pk}/"
    for visibility in ("public", "link"):
        refused = own.post(edit, sent(collection) | {"visibility": visibility})
        assert (refused.status_code, "It sells something." in refused.text) == (409, True)
    assert own.post(edit, sent(collection) | {"visibility": "private"}).status_code == 302
    assert Client().get(collection.get_absolute_url()).status_code == 404
    # The secretariat lifts it, and reads nothing of what is written for oneself meanwhile.
    private = {"title": "For my interview", "intro": "My own notes", "visibility": "private"}
    assert own.post(edit, sent(collection) | private).status_code == 302
    found = client.get("/admin/collections/collection/").text
    assert (f"{path}lift/" in found, "It sells something." in found) == (True, True)
    assert [client.get(page).status_code for page in (edit, f"{path}change/")] == [404, 302]
    assert client.post(f"{edit}delete/").status_code == 404
    assert client.post(f"{path}lift/", {"reason": ""}).status_code == 422
    read = [client.get(page).text for page in (f"{path}lift/", "/my/collections/")]
    assert client.post(f"{path}lift/", {"reason": "It is mended."}).status_code == 302
    event = Event.objects.order_by("-pk").first()
    assert (event.action, event.reason) == ("entry-restored", "It is mended.")
    # What is there no longer is no link.
    assert (f"{path}change/" in read[0], f"Collection {collection.pk}" in read[0]) == (False, True)
    read += [event.subject, found]
    assert not [text for text in read if "interview" in text or "My own notes" in text]
    assert client.get(f"{path}lift/").status_code == 404
    notice = Notice.objects.order_by("-pk").first()
    assert (notice.recipient, notice.context["decision"]) == (collection.owner, "lifted")
    assert "You may share it again." in text_of(notice)[1]
    with pytest.raises(steps.CollectionError):
        steps.lift(collection.pk, by=collection.owner, reason="x")
    assert own.post(edit, sent(collection) | {"visibility": "public"}).status_code == 302
    assert Client().get(collection.get_absolute_url()).status_code == 200
    assert own.post(edit, sent(collection) | {"visibility": "link"}).status_code == 302
    own.post(edit, sent(collection))
    own.post(f"{edit}delete/")
    assert Event.objects.order_by("-pk").first().action == "collection-deleted"
    assert not Collection.objects.exists()


def test_of_an_account_that_is_deleted_the_own_ones_go_and_no_name_stays(reference):
    membership = MembershipFactory(user__name="Kim Minji", member__name="Hue")
    user, case = membership.user, LiveRevisionFactory().case
    team = make("By Kim Minji", [case], by=user, member=membership.member)
    team.items.update(note="Ask Kim Minji")
    steps.remove(team, by=StaffFactory(is_superuser=True), reason="Kim Minji sells lamps")
    make("Mine", [case], by=user, visibility="private")
    # Of one that is gone there is the record alone.
    steps.delete(make("Kim Minji’s choice", [case], by=user, member=membership.member), by=user)
    data = people.data_of(user)
    assert [row["title"] for row in data["collections"]] == ["By Kim Minji", "Mine"]
    assert {row["case_id"] for row in data["collected_policies"]} == {case.pk}
    assert (
        "By Kim Minji"
        in signed_in(StaffFactory(is_superuser=True))
        .get(f"/admin/members/user/{user.pk}/trail/")
        .text
    )
    people.delete_account(user)
    team = Collection.objects.get()
    texts = [team.title, team.removed_reason, team.items.get().note]
    texts += Event.objects.values_list("reason", flat=True)
    texts += Event.objects.values_list("subject", flat=True)
    assert (team.owner, [text for text in texts if "Kim" in text]) == (None, [])
    assert team.removed_reason == "Former colleague of Hue sells lamps"
    # What the secretariat published stays with it; taken back, it is whose act that was.
    moderator, other = (StaffFactory(groups=["Moderators"]) for _two in range(2))
    make("For the congress", by=moderator)
    people.delete_account(moderator)
    kept = Collection.objects.get(title="For the congress")
    client = signed_in(other)
    client.post(f"/my/collections/{kept.pk}/", sent(kept, visibility="private"))
    kept.refresh_from_db()
    assert (kept.owner, kept.visibility) == (other, "private")


def test_collections_that_a_colleague_began_lose_the_name_of_who_wrote_in_them():
    place = MembershipFactory(user__name="Kim Minji", member__name="Hue")
    colleague = MembershipFactory(member=place.member).user
    desk, other = (
        StaffFactory(groups=["Moderators"], name="Kim Minji"),
        StaffFactory(groups=["Moderators"]),
    )
    case, words = LiveRevisionFactory().case, "Kim Minji has read them."
    # The team changes what is not public without a record.
    shared, kept = (
        make(cases=[case], by=colleague, member=place.member, visibility=visibility)
        for visibility in ("public", "private")
    )
    published, elsewhere = make(by=other), make(cases=[case], intro=words)
    for written, by in ((shared, place.user), (kept, place.user), (published, desk)):
        written.intro = words
        steps.save(written, by=by, visibility=written.visibility)
    CollectionItem.objects.update(note=words)
    # To remove one is not to write in it.
    steps.remove(elsewhere, by=desk, reason=words)
    people.delete_account(place.user)
    people.delete_account(desk)
    texts = {
        each.pk: [each.intro, *each.items.values_list("note", flat=True)]
        for each in Collection.objects.all()
    }
    assert texts == {
        shared.pk: ["Former colleague of Hue has read them."] * 2,
        kept.pk: ["Former colleague of Hue has read them."] * 2,
        published.pk: ["Former moderator has read them."],
        elsewhere.pk: [words] * 2,
    }


def test_who_is_taken_out_of_the_team_meanwhile_changes_nothing(reference, monkeypatch):
    case = LiveRevisionFactory().case
    collection = make("Buses")
    leader = MembershipFactory(member=collection.member, role="coordinator").user
    path = f"/my/collections/{collection.pk}/"
    mine = sent(collection, title="Mine", member="", visibility="private")
    for address, data in (
        (f"{path}delete/", {}),
        (path, mine),
        (f"/my/collections/put-in/?case={case.pk}", {"collection": collection.pk}),
    ):
        client = signed_in(MembershipFactory(member=collection.member).user)
        place, left = collection.member.memberships.last(), []
        races.before_the_lock(
            monkeypatch,
            Collection,
            lambda place=place, left=left: left.append(memberships.leave(place, leader).status),
        )
        assert client.post(address, data).status_code == 404
        assert left == ["ended"]
        found = Collection.objects.values_list("title", "member", "visibility", "items")
        assert found.get() == ("Buses", collection.member.pk, "public", None)


def test_a_page_of_before_undoes_nothing_that_a_colleague_did(reference):
    collection = make("Buses", [LiveRevisionFactory().case], intro="Ours")
    (item,) = collection.items.all()
    shown = {"title": "Buses", "intro": "Ours", "member": collection.member.pk}
    stale = {f"initial-{name}": value for name, value in (shown | {"visibility": "public"}).items()}
    stale["initial-items-0-note"] = ""
    row = (item, 1, "", False)
    steps.save(collection, by=collection.owner, visibility="private")
    collection.items.update(note="See the map")
    own, edit = signed_in(collection.owner), f"/my/collections/{collection.pk}/"
    page = own.get(edit).text
    assert all(f'name="{name}"' in page for name in stale)

    def saved(**typed):
        data = sent(collection, row, **{"visibility": "public"} | typed) | stale
        assert own.post(edit, data).status_code == 302
        kept = Collection.objects.get()
        return kept.title, kept.visibility, kept.member_id, kept.items.get().note

    member = collection.member.pk
    assert saved(title="Trams") == ("Trams", "private", member, "See the map")
    assert saved(**{"items-0-note": "Mine"}) == ("Trams", "private", member, "Mine")
    assert saved(visibility="link") == ("Trams", "link", member, "Mine")
    assert saved(member="", visibility="private") == ("Trams", "private", None, "Mine")


def test_the_record_of_a_collection_that_is_closed_has_the_title_that_was_public():
    collection = make("Buses", visibility="public")
    collection.title = "Only for us"
    steps.save(collection, by=collection.owner, visibility="private")
    assert Event.objects.get(action="collection-closed").subject == "Buses"


def test_who_left_the_team_neither_gets_nor_downloads_what_it_keeps(reference):
    membership, colleague = (
        MembershipFactory(member=member) for member in [MemberFactory(name="Hue", slug="hue")] * 2
    )
    leaver, case = membership.user, LiveRevisionFactory().case
    ours = make("Ours", [case], by=leaver, member=membership.member, visibility="private")
    make("Mine", [case], by=leaver, visibility="private")
    memberships.leave(membership, leaver)
    ours.items.update(note="What colleagues noted later")
    data = people.data_of(leaver)
    began = {"member__name": "Hue", "created_at": ours.created_at}
    assert [row.get("title") for row in data["collections"]] == ["Mine", None]
    assert data["collections"][1] == began
    assert [row["note"] for row in data["collected_policies"]] == [""]
    # Who takes it out of the team's hands has it, not who began it.
    edit = f"/my/collections/{ours.pk}/"
    assert signed_in(colleague.user).post(edit, sent(ours, member="")).status_code == 302
    assert [signed_in(each).get(edit).status_code for each in (leaver, colleague.user)] == [
        404,
        200,
    ]
    # So it is with what the secretariat published.
    first, second = (StaffFactory(groups=["Moderators"]) for _two in range(2))
    public = make("For the congress", by=first)
    edit = f"/my/collections/{public.pk}/"
    signed_in(second).post(edit, sent(public, visibility="private"))
    assert [signed_in(each).get(edit).status_code for each in (first, second)] == [404, 200]


def test_pages_ask_as_many_queries_for_three_as_for_one(reference):
    collection = make(cases=[LiveRevisionFactory(targets=["11.2"]).case])
    client, numbers = signed_in(collection.owner), []
    paths = ("/collections/", collection.get_absolute_url(), "/my/collections/")
    paths = (f"/my/collections/{collection.pk}/", *paths[::2], paths[1])
    for path in paths:
        client.get(path)
    for _more in range(2):
        # Publishing stores them.
        summary.rebuild(Revision.objects.live())
        counts = []
        for path in paths:
            with CaptureQueriesContext(connection) as asked:
                client.get(path)
            counts.append(len(asked))
        numbers.append(counts)
        cases = [LiveRevisionFactory(targets=["11.6"]).case for _two in range(2)]
        steps.put_in(collection, cases, by=collection.owner)
        for title in ("One", "Two"):
            other = Collection(title=title, member=collection.member)
            steps.save(other, by=collection.owner, visibility="public")
    assert numbers[0] == numbers[1]
    assert max(numbers[0]) <= 8


def test_of_two_moderators_the_second_is_told_and_what_has_nobody_falls_to_who_removes_it():
    desk = StaffFactory(groups=["Moderators"])
    collection = make(by=desk, owner=None)
    Collection.objects.filter(pk=collection.pk).update(owner=None)
    removed = steps.remove(collection, by=desk, reason="It sells something.")
    assert (removed.owner, removed.visibility) == (desk, "private")
    with pytest.raises(steps.CollectionError, match="It is not shared"):
        steps.remove(collection, by=desk, reason="Again.")
    steps.lift(collection.pk, by=desk, reason="It is mended.")
    with pytest.raises(steps.CollectionError, match="It is not removed any more"):
        steps.lift(collection.pk, by=desk, reason="Again.")
    reasons = Event.objects.filter(action__in=["collection-closed", "entry-restored"])
    assert list(reasons.order_by("pk").values_list("reason", flat=True)) == [
        *("It sells something.", "It is mended."),
    ]
