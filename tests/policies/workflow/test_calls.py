"""Calls: who may answer with what, marks of several reviewers, results by people, and where they show."""

import re
from datetime import timedelta

import lxml.html
import pytest
from django.core.management import call_command
from django.utils import timezone

from members.models import Event, Notice
from members.record.people import data_of
from policies.models import Call, CallEntry, CallMark, CaseStudy, Revision, Theme
from policies.workflow import calls
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

TODAY = timezone.localdate()


def ago(days):
    return TODAY - timedelta(days=days)


def make_call(title="Award of 2026", opens=1, closes=-10, **fields):
    return Call.objects.create(
        title=title, text="Send your best.", opens=ago(opens), closes=ago(closes), **fields
    )


def close(call):
    Call.objects.filter(pk=call.pk).update(closes=ago(1), opens=ago(9))


def text(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def suva():
    return MemberFactory(name="Suva", kind="local-government")


@pytest.fixture
def ani(suva):
    return MembershipFactory(member=suva, user__name="Ani", role="coordinator").user


@pytest.fixture
def cases(reference, suva):
    """Cases of Suva by what they are."""
    return {
        "public": LiveRevisionFactory(
            case__member=suva, title="Buses", themes=["transport"], targets=["11.2"]
        ).case,
        "submitted": RevisionFactory(
            case__member=suva, title="Trams", state="submitted", themes=["energy"]
        ).case,
        "draft": RevisionFactory(case__member=suva, title="Hidden", themes=["transport"]).case,
        "rejected": RevisionFactory(
            case__member=suva,
            state="rejected",
            decided_at=timezone.now(),
            decided_by_name="Mina",
            themes=["transport"],
        ).case,
        "other": LiveRevisionFactory(title="Elsewhere", themes=["transport"]).case,
    }


@pytest.mark.parametrize(
    ("themes", "targets", "kinds", "expected"),
    [
        ([], [], [], ["public", "submitted"]),
        (["transport"], [], [], ["public"]),
        (["energy"], ["11.2"], [], ["public", "submitted"]),
        ([], ["11.6"], [], []),
        (["transport"], [], ["local-government"], ["public"]),
        ([], [], ["company"], []),
    ],
)
def test_cases_answer_by_state_tags_and_kind_of_member(
    cases, ani, themes, targets, kinds, expected
):
    call = make_call(kinds=kinds)
    call.themes.set(Theme.objects.filter(slug__in=themes))
    call.targets.set(targets)
    found = calls.answering(call, ani)
    assert [name for name, case in cases.items() if case in found] == expected
    for name in set(cases) - set(expected):
        with pytest.raises(ActionRefused, match="cannot answer"):
            calls.enter(call, cases[name], by=ani)


def test_call_is_answered_on_its_page_and_taken_back_while_it_is_open(cases, ani, client):
    call = make_call()
    later = make_call("Next year", opens=-5, closes=-20)
    listed = client.get("/calls/").text
    assert "Award of 2026" in listed
    assert "Next year" not in listed
    page = client.get(f"/calls/{call.pk}/").text
    assert f'href="/calls/{call.pk}/answer/"' in page
    assert client.get(f"/calls/{later.pk}/").status_code == 404
    assert client.get(f"/calls/{'9' * 30}/").status_code == 404
    team = signed_in(ani)
    answer = f"/calls/{call.pk}/answer/"
    shown = text(team.get(answer).text)
    assert "These could Buses Suva Answer with it : Buses Trams Suva" in shown
    assert "Hidden" not in shown
    for wrong in ("", "x", "٣", "9" * 30, cases["draft"].pk, cases["other"].pk):
        assert team.post(answer, {"act": "enter", "case": wrong}).status_code == 404
        assert team.post(answer, {"act": "withdraw", "case": wrong}).status_code == 404
    for _click in range(2):
        team.post(answer, {"act": "enter", "case": cases["public"].pk})
    entry = CallEntry.objects.get()
    assert (entry.case, entry.by, entry.by_name) == (cases["public"], ani, "Ani")
    assert "These cases of yours answer it Buses" in text(team.get(answer).text)
    stranger = signed_in(MembershipFactory().user)
    taken = {"act": "withdraw", "case": cases["public"].pk}
    assert stranger.post(answer, taken).status_code == 404
    team.post(answer, taken)
    assert CallEntry.objects.count() == 0
    team.post(answer, {"act": "enter", "case": cases["public"].pk})
    close(call)
    late = team.post(answer, taken)
    assert (late.status_code, "not open now" in late.text) == (409, True)
    assert team.post(answer, {"act": "enter", "case": cases["submitted"].pk}).status_code == 409
    assert [event.action for event in Event.objects.order_by("pk")] == [
        *("call-answered", "call-answer-withdrawn", "call-answered"),
    ]


def test_several_reviewers_mark_and_people_decide(
    cases, ani, moderator_client, editor_client, client
):
    call = make_call()
    won = calls.enter(call, cases["public"], by=ani)
    calls.enter(call, cases["submitted"], by=ani)
    answers = f"/admin/policies/call/{call.pk}/answers/"
    marks = f"{answers}{won.pk}/"
    for reviewer, mark in ((moderator_client, "met"), (editor_client, "not-met")):
        reviewer.person.name = f"Reviewer {mark}"
        reviewer.person.save()
        sent = {"checklist-quality-mark": mark, "checklist-quality-remark": "<b>Why</b>"}
        reviewer.post(marks, sent)
    wrong = moderator_client.post(
        marks, {"checklist-quality-mark": "best", "checklist-quality-remark": "a" * 2001}
    )
    assert (wrong.status_code, f"{'a' * 2001}</textarea>" in wrong.text) == (422, True)
    assert CallMark.objects.count() == 2
    shown = text(moderator_client.get(answers).text)
    assert "Reviewer met: Met &lt;b&gt;Why&lt;/b&gt; Reviewer not-met: Not met" in shown
    assert "Marks of colleagues Reviewer not-met, Quality: Not met" in text(
        moderator_client.get(marks).text
    )
    # Marks do nothing by themselves; moderators mark and do not choose.
    chosen = {f"short-{won.pk}": "on", f"result-{won.pk}": "Finalist 2026"}
    assert moderator_client.post(answers, chosen).status_code == 403
    long = editor_client.post(answers, {f"result-{won.pk}": "a" * 61})
    assert (long.status_code, f'value="{"a" * 61}"' in long.text) == (422, True)
    early = editor_client.post(answers, chosen | {"act": "announce"})
    assert (early.status_code, 'value="Finalist 2026"' in early.text) == (409, True)
    close(call)
    editor_client.post(answers, chosen | {"act": "save"})
    public = f"/calls/{call.pk}/"
    case_page = cases["public"].get_absolute_url()
    assert "Finalist 2026" not in client.get(public).text + client.get(case_page).text
    # Nor does the download of one's own data say it before.
    assert [set(row) for row in data_of(ani)["calls_answered"]] == (
        [{"call_id", "case_id", "by_name", "created_at"}] * 2
    )
    for _click in range(2):
        editor_client.post(answers, chosen | {"act": "announce"})
    assert "Finalist 2026 Buses Suva" in text(client.get(f"{public}?1").text)
    assert f'<a href="{public}">Finalist 2026</a>' in client.get(f"{case_page}?1").text
    assert [(row["is_shortlisted"], row["result"]) for row in data_of(ani)["calls_answered"]] == [
        (True, "Finalist 2026"),
        (False, ""),
    ]
    notices = Notice.objects.filter(recipient=ani).order_by("pk")
    told = [notice.context["note"] for notice in notices]
    assert told == [
        "In the call “Award of 2026” it is: Finalist 2026",
        "The results of the call “Award of 2026” are there. Thank you for taking part.",
    ]
    # What was wrong is put right, on the case too.
    before = {f"initial-short-{won.pk}": "True", f"initial-result-{won.pk}": "Finalist 2026"}
    editor_client.post(answers, before | {f"result-{won.pk}": "Winner 2026", "act": "save"})
    assert [award["label"] for award in CaseStudy.objects.get(pk=cases["public"].pk).awards] == [
        "Winner 2026"
    ]
    assert CallEntry.objects.get(pk=won.pk).is_shortlisted is False
    assert Event.objects.filter(action="call-announced").count() == 1


def test_what_a_colleague_decided_meanwhile_stays(cases, ani, editor_client):
    call = make_call()
    entries = [calls.enter(call, cases[name], by=ani) for name in ("public", "submitted")]
    answers = f"/admin/policies/call/{call.pk}/answers/"
    page = lxml.html.fromstring(editor_client.get(answers).text).get_element_by_id("content")
    fields = {
        each.get("name"): each.get("value", "")
        for each in page.xpath(".//form//input[@name]")
        if each.get("type") != "checkbox" or each.get("checked") is not None
    }
    colleague = signed_in(StaffFactory(is_superuser=True))
    colleague.post(answers, {f"result-{entries[0].pk}": "Winner", "act": "save"})
    # On the page that was read before, only the other answer is touched.
    sent = fields | {f"short-{entries[1].pk}": "on", "act": "save"}
    assert editor_client.post(answers, sent).status_code == 302
    found = CallEntry.objects.order_by("pk").values_list("result", "is_shortlisted")
    assert list(found) == [("Winner", False), ("", True)]
    # Nor does an answer that was taken back hold up the others.
    calls.withdraw(entries[1], by=ani)
    decided = {key: {"result": "Finalist"} for key in (entries[0].pk, entries[1].pk)}
    calls.decide(call, decided, by=editor_client.person)
    assert list(CallEntry.objects.values_list("result", flat=True)) == ["Finalist"]


def test_those_who_have_not_answered_are_reminded_a_week_and_a_day_before_the_end(cases, ani):
    due = make_call("Due", opens=20, closes=-7)
    make_call("Over", opens=9, closes=1)
    lazy = MembershipFactory(role="coordinator").user
    MembershipFactory()
    calls.enter(due, cases["public"], by=ani)
    for _twice in range(2):
        call_command("send_reminders", verbosity=0)
    [notice] = Notice.objects.filter(kind="network-mail")
    assert (notice.recipient, notice.path) == (lazy, f"/calls/{due.pk}/")
    assert notice.context["note"] == f"The call “Due” closes on {ago(-7).isoformat()}."

    def told(call, days):
        """Return how many people are told on each of the days before the end, twice a day."""
        ends = Call.objects.get(pk=call.pk).closes
        return [calls.remind(ends - timedelta(days=day)) for day in days for _twice in range(2)]

    assert told(due, [6, 2, 1, 0]) == [0, 0, 0, 0, 1, 0, 0, 0]
    # The timer stood still; both are late, and it is told once. A call that is prolonged has two more.
    late = make_call("Late", opens=30, closes=-40)
    assert told(late, [9, 8, 1, 0, -1]) == [0, 0, 0, 0, 2, 0, 0, 0, 0, 0]
    Call.objects.filter(pk=late.pk).update(closes=late.closes + timedelta(days=30))
    assert told(late, [20, 7, 3, 1]) == [0, 0, 2, 0, 0, 0, 2, 0]


def test_call_is_written_by_editors_in_chief(editor_client, moderator_client, reference):
    add = "/admin/policies/call/add/"
    sent = {"title": "Award", "text": "Come.", "opens": ago(0), "closes": ago(1), "kinds": "ngo"}
    refused = editor_client.post(add, sent)
    assert "It cannot close before it opens." in refused.text
    assert "Come.</textarea>" in refused.text
    editor_client.post(add, sent | {"closes": ago(-1), "targets": ["11.2"]})
    call = Call.objects.get()
    assert (call.kinds, [target.pk for target in call.targets.all()]) == (["ngo"], ["11.2"])
    assert moderator_client.get(add).status_code == 403
    assert Event.objects.get().action == "call-added"


def test_record_says_that_somebody_marked_and_chose_the_own_team(cases, ani, editor_client):
    call = make_call()
    entry = calls.enter(call, cases["public"], by=ani)
    address = f"/admin/policies/call/{call.pk}/answers/{entry.pk}/"
    for is_own in (False, True):
        if is_own:
            MembershipFactory(member=cases["public"].member, user=editor_client.person)
        assert ("answer of your own team" in editor_client.get(address).text) == is_own
        calls.mark(entry, {"quality": ("met", "")}, by=editor_client.person)
        decided = {entry.pk: {"is_shortlisted": not is_own}}
        calls.decide(call, decided, by=editor_client.person)
        told = Event.objects.filter(action__in=["call-marked", "call-decided"]).order_by("-pk")[:2]
        words = ["An answer of the own team." in event.reason for event in told]
        assert words == [is_own, is_own]


@pytest.mark.parametrize("number", [1, 3])
def test_pages_ask_as_often_for_many(
    reference, moderator_client, ani, suva, client, django_assert_num_queries, number
):
    call = make_call()
    for _each in range(number):
        entry = calls.enter(call, LiveRevisionFactory(case__member=suva).case, by=ani)
        calls.mark(entry, {"quality": ("met", "")}, by=StaffFactory())
        LiveRevisionFactory(case__member=suva)
        CallEntry.objects.filter(pk=entry.pk).update(result="Finalist")
    Call.objects.update(announced_at=timezone.now())
    team = signed_in(ani)
    for who, path, expected in [
        (client, "/calls/", 2),
        (client, f"/calls/{call.pk}/", 4),
        (team, f"/calls/{call.pk}/answer/", 7),
        (moderator_client, f"/admin/policies/call/{call.pk}/answers/", 8),
        (moderator_client, f"/admin/policies/call/{call.pk}/answers/{entry.pk}/", 9),
    ]:
        who.get(path)
        with django_assert_num_queries(expected, info=path):
            who.get(f"{path}?{number}")
    assert Revision.objects.count() == 2 * number
