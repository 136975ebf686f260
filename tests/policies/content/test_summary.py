"""The summary that is stored with a revision when it becomes public."""

from io import StringIO

import pytest
from django.core.management import call_command

from policies.content import summary
from policies.models import FundingSource, Indicator, Revision, Source
from policies.workflow import authoring, moderation
from tests.factories import LiveRevisionFactory, MembershipFactory, RevisionFactory, UserFactory

pytestmark = pytest.mark.usefixtures("reference")


def fill(revision):
    for kind, role, part in [("ngo", "Runs it", "leads"), ("", "", "leads"), ("ngo", "", "")]:
        revision.stakeholders.create(name="Bus club", kind=kind, role=role, engagement=part)
    FundingSource.objects.create(revision=revision, name="Bank", kind="private", state="withdrawn")
    FundingSource.objects.create(revision=revision, name="City", position=1)
    Indicator.objects.create(revision=revision, name="Cars", baseline=9, evidence="evaluated")
    Indicator.objects.create(revision=revision, name="Riders", result=9, evidence="measured")
    Source.objects.create(revision=revision, title="A paper")
    return revision


FILLED = {
    "version": 6,
    "empty": [*("joint_members", "budget_lines", "staff_roles", "phases", "photos", "attachments")],
    "further_members": 0,
    "targets": ["11.2", "9.1"],
    "themes": ["transport"],
    "staff": "",
    "stakeholders": 3,
    "with_role": 1,
    "stakeholder_kinds": ["ngo"],
    "leading_kinds": ["ngo"],
    "funding": [["Bank", "withdrawn"], ["City", ""]],
    "funding_kinds": ["private"],
    "evidence": "measured",
    "evidence_kinds": ["evaluated", "measured"],
    "reporters": [],
    "documented": ["summary", "place", "targets", "stakeholders", "sources"],
}


def draft(**values):
    return fill(RevisionFactory(targets=["11.2", "9.1"], themes=["transport"], **values))


def test_publishing_stores_the_summary():
    revision = moderation.publish(draft(), name="Secretariat")

    assert revision.list_summary == FILLED
    assert Revision.objects.get().list_summary == FILLED


def test_restoring_stores_the_summary_anew():
    revision = moderation.publish(draft(), name="Secretariat")
    revision = moderation.unpublish(revision, name="Secretariat", note="An error")
    Revision.objects.update(list_summary={"version": 0})

    moderation.restore(revision, name="Secretariat", note="It was none")

    assert Revision.objects.get().list_summary == FILLED


def test_publishing_many_stores_their_summaries():
    revisions = [draft(), draft()]

    moderation.publish_all(revisions, name="Secretariat")

    assert [each.list_summary for each in Revision.objects.all()] == [FILLED, FILLED]


def test_a_further_draft_has_no_summary():
    user = UserFactory()
    revision = draft()
    MembershipFactory(user=user, member=revision.case.member)
    live = moderation.publish(revision, name="Secretariat")

    further = authoring.open_draft(live.case, user=user)

    assert further.list_summary == {}
    assert summary.summary_of(further)["targets"] == ["11.2", "9.1"]


def test_rebuilding_writes_only_what_differs(django_assert_num_queries):
    good = moderation.publish(draft(), name="Secretariat")
    stale = fill(LiveRevisionFactory(targets=["11.2", "9.1"], themes=["transport"]))
    untouched = draft()
    said = StringIO()

    call_command("rebuild_summaries", stdout=said)

    found = {each.pk: each.list_summary for each in Revision.objects.all()}
    assert found == {good.pk: FILLED, stale.pk: FILLED, untouched.pk: {}}
    assert "2 summaries looked at, 1 rebuilt" in said.getvalue()
    with django_assert_num_queries(15):
        assert summary.rebuild(Revision.objects.live()) == 0


def test_an_upgrade_looks_only_at_what_an_earlier_version_stored():
    moderation.publish(draft(), name="Secretariat")
    older = fill(LiveRevisionFactory(targets=["11.2", "9.1"], themes=["transport"]))
    Revision.objects.filter(pk=older.pk).update(list_summary=FILLED | {"version": 1})
    never = fill(LiveRevisionFactory(targets=["11.2", "9.1"], themes=["transport"]))
    said = StringIO()

    call_command("rebuild_summaries", "--outdated", stdout=said)

    assert "2 summaries looked at, 2 rebuilt" in said.getvalue()
    found = [each.list_summary for each in Revision.objects.filter(pk__in=[older.pk, never.pk])]
    assert found == [FILLED, FILLED]


def test_rebuilding_goes_batch_by_batch(monkeypatch):
    monkeypatch.setattr(summary, "BATCH", 2)
    for _number in range(3):
        LiveRevisionFactory()
    steps = []

    assert summary.rebuild(Revision.objects.live(), progress=lambda *step: steps.append(step)) == 3
    assert steps == [(2, 2), (3, 3)]


@pytest.mark.parametrize(
    ("rows", "text", "found"),
    [
        ([], "", "none"),
        ([], "Fewer cars.", "words"),
        ([{"planned": 5}], "Fewer cars.", "planned"),
        ([{"result": 0}], "", "unnamed"),
        ([{"result": 0, "evidence": "reported"}], "", "reported"),
    ],
)
def test_evidence_is_stored_without_words(rows, text, found):
    revision = RevisionFactory(results=text)
    for row in rows:
        Indicator.objects.create(revision=revision, name="Cars", **row)

    assert summary.summarise(revision)["evidence"] == found
