"""Importing: what goes in, what a second import does, and what is never touched."""

import io
import tracemalloc
from decimal import Decimal

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from members.models import Member, Notice
from policies.interchange import Importer, row
from policies.models import Attachment, CaseStudy, Contribution, Photo, ReviewEvent, Revision
from policies.workflow import authoring, moderation
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    UserFactory,
)
from tests.policies.lines import FULL, bring_in, encoded, full, rows, short

UNKNOWN = {
    "source_id": None,
    "member": "surabaya",
    "provenance": "secretariat",
    "confirmed_at": None,
    "language": "en",
    "title": "Night buses",
    "summary": "Buses.",
    "challenge": "",
    "solution": "",
    "results": "",
    "lessons": "",
    "transferability": "",
    "stage": None,
    "start": None,
    "end": None,
    "scale": None,
    "people_served": None,
    "people_served_qualifier": None,
    "people_served_note": "",
    "contact_office": "",
    "contact_url": "",
    "joint_members": [],
    "themes": [],
    "targets": [],
    "budget": {
        "amount": None,
        "qualifier": None,
        "currency": "",
        "year": None,
        "fiscal_year": "",
        "basis": None,
        "scope": None,
        "usd": None,
        "usd_source": "",
        "note": "",
        "unavailable": "",
        "lines": [],
        "funding": [],
    },
    "manpower": {
        "fte": None,
        "heads": None,
        "volunteers": None,
        "year": None,
        "note": "",
        "unavailable": "",
        "roles": [],
    },
    "stakeholders": [],
    "stakeholders_unavailable": "",
    "phases": [],
    "indicators": [],
    "sources": [],
}


@pytest.fixture(autouse=True)
def surabaya(reference):
    MemberFactory(slug="suwon", name="Suwon", country="KR")
    return MemberFactory(slug="surabaya", name="Surabaya", country="ID")


def counted(importer):
    """The counts that are not zero."""
    return {name: number for name, number in importer.counts.items() if number}


def states():
    """Number and state of every revision."""
    return list(Revision.objects.values_list("number", "state"))


# What goes in


def test_full_line_comes_out_as_it_went_in():
    importer, errors = bring_in(full())

    assert errors == []
    assert counted(importer) == {"created": 1}
    assert rows() == [FULL]
    assert list(FULL) == list(rows()[0])


def test_short_line_leaves_everything_else_unknown():
    bring_in(short())

    assert rows() == [UNKNOWN]


def test_null_and_empty_text_are_unknown_everywhere():
    def emptied(value, empty):
        if isinstance(value, dict):
            return {key: emptied(each, empty) for key, each in value.items()}
        return [] if isinstance(value, list) else empty

    required = short()
    nulls = emptied(UNKNOWN, None) | required
    texts = emptied(UNKNOWN, "") | required
    containers = dict.fromkeys(UNKNOWN) | required

    assert bring_in(nulls, texts, containers)[1] == []
    assert rows() == [UNKNOWN, UNKNOWN, UNKNOWN]


def test_line_becomes_a_draft_that_nobody_wrote(surabaya):
    bring_in(full())

    revision = Revision.objects.get()
    assert (revision.number, revision.state, revision.created_by) == (1, "draft", None)
    case = revision.case
    assert (case.member, case.slug, case.live, case.synthetic) == (
        surabaya, "night-buses", None, False
    )  # fmt: skip


def test_json_numbers_are_taken_as_decimals():
    budget = {"amount": 1300000000.05, "currency": "VND"}
    indicator = {"name": "Riders", "baseline": 6079, "result": 1e3, "planned": -0.0}
    text = '{"member": "surabaya", "language": "en", "title": "A", "summary": "B", '
    text += '"budget": {"amount": 0.10, "currency": "VND"}}'

    bring_in(short(budget=budget, indicators=[indicator]), text)

    first, second = rows()
    assert first["budget"]["amount"] == "1300000000.05"
    values = [first["indicators"][0][name] for name in ("baseline", "result", "planned")]
    assert values == ["6079", "1000", "0"]
    assert second["budget"]["amount"] == "0.1"


def test_years_may_be_texts():
    bring_in(short(budget={"year": "2013"}))

    assert rows()[0]["budget"]["year"] == 2013


def test_line_ends_of_windows_become_line_feeds():
    bring_in(short(solution="one\r\ntwo\rthree\n"))

    assert Revision.objects.get().solution == "one\ntwo\nthree\n"


def test_other_scripts_and_signs_are_kept():
    text = "서울 – الرياض 🚌 e\u0301 شارع\u200f"

    bring_in(short(title=text, solution=f"\t{text}\n"))

    assert (rows()[0]["title"], rows()[0]["solution"]) == (text, f"\t{text}\n")


def test_title_in_another_script_gives_the_plain_address():
    bring_in(short(title="심야버스", language="ko"))

    assert CaseStudy.objects.get().slug == "policy"


def test_targets_without_a_primary_one_are_all_secondary():
    bring_in(short(targets=[{"code": "11.2"}, {"code": "9.1", "primary": None}]))

    assert list(Contribution.objects.values_list("target", "role", "position")) == [
        ("11.2", "secondary", 0),
        ("9.1", "secondary", 1),
    ]


def test_synthetic_is_told_only_where_it_is_true():
    bring_in(short(synthetic=True), short(synthetic=False))

    assert [each.get("synthetic") for each in rows()] == [True, None]


# Amounts in USD


def test_amount_is_converted_at_the_rate_of_its_year():
    bring_in(short(budget={"amount": "10000", "currency": "EUR", "year": 2013}))

    assert Revision.objects.get().budget_usd.quantize(Decimal(1)) == 13_281
    assert (rows()[0]["budget"]["usd"], rows()[0]["budget"]["usd_source"]) == (None, "")


@pytest.mark.parametrize(
    "budget",
    [
        {"amount": "10000", "currency": "TMT", "year": 2013},
        {"amount": "10000", "currency": "EUR"},
        {"currency": "EUR", "year": 2013},
    ],
)
def test_amount_in_usd_stays_unknown_where_it_cannot_be_known(budget):
    bring_in(short(budget=budget))

    assert Revision.objects.get().budget_usd is None


def test_stated_amount_in_usd_is_kept_with_its_source():
    budget = {"amount": "10000", "currency": "EUR", "year": 2013}

    bring_in(short(budget=budget | {"usd": "12000", "usd_source": "The city"}))

    assert Revision.objects.get().budget_usd == 12_000
    assert (rows()[0]["budget"]["usd"], rows()[0]["budget"]["usd_source"]) == ("12000", "The city")


# Members


def test_member_that_is_described_is_made_once_as_listed():
    described = {"name": "Cirebon", "country": "ID", "kind": "local-government"}

    importer, _errors = bring_in(short(member=described), short(member=dict(described)))
    bring_in(short(member=described))

    member = Member.objects.get(name="Cirebon")
    assert (member.slug, member.country.code, member.status) == ("cirebon", "ID", "listed")
    assert member.cases.count() == 3
    assert counted(importer) == {"created": 2}


def test_described_member_that_exists_is_used(surabaya):
    described = {"name": "Surabaya", "country": "ID", "kind": "local-government"}

    bring_in(short(member=described))

    assert CaseStudy.objects.get().member == surabaya


def test_member_without_a_country_can_be_made():
    bring_in(short(member={"name": "Global Network", "kind": "ngo"}))

    assert Member.objects.get(name="Global Network").country_code == ""


def test_members_of_one_name_get_addresses_of_their_own():
    lines = [
        short(member={"name": "Surabaya", "country": "ID", "kind": "ngo"}),
        short(member={"name": "수원", "country": "KR", "kind": "local-government"}),
        short(member={"name": "창원", "country": "KR", "kind": "local-government"}),
    ]

    bring_in(*lines)

    assert [each["member"] for each in rows()] == ["surabaya-2", "member", "member-2"]


# Again


def test_same_file_again_changes_nothing():
    bring_in(full())
    before = list(Revision.objects.values())

    importer, errors = bring_in(full())

    assert (counted(importer), errors) == ({"unchanged": 1}, [])
    assert list(Revision.objects.values()) == before


def test_line_without_source_id_always_makes_a_case():
    bring_in(short())
    bring_in(short())

    assert CaseStudy.objects.count() == 2


def test_changed_line_rewrites_the_draft_of_the_import():
    bring_in(full())
    change = {"title": "Night trams", "themes": ["energy"], "stakeholders": [], "stage": None}

    importer, _errors = bring_in(full(**change))

    assert counted(importer) == {"updated": 1}
    assert rows() == [FULL | change]
    revision = Revision.objects.get()
    assert (revision.number, revision.version, revision.state) == (1, 0, "draft")


def test_rewritten_draft_has_the_amount_in_usd_of_its_new_budget():
    bring_in(full())

    bring_in(full(budget={"amount": "5", "currency": "USD"}))

    assert Revision.objects.get().budget_usd == 5


def test_changed_line_never_changes_a_public_text():
    bring_in(full(), publish=True)

    importer, _errors = bring_in(full(title="Night trams"))

    assert counted(importer) == {"updated": 1}
    assert states() == [(1, "published"), (2, "draft")]
    assert rows(live_of__isnull=False) == [FULL]
    assert rows(number=2) == [full(title="Night trams")]


def test_line_that_the_public_text_says_already_leaves_the_draft_alone():
    bring_in(full(), publish=True)
    bring_in(full(title="Night trams"))

    importer, _errors = bring_in(full(), publish=True)

    assert counted(importer) == {"unchanged": 1}
    assert states() == [(1, "published"), (2, "draft")]


def test_draft_of_a_person_is_not_touched():
    case = LiveRevisionFactory(case__source_id="night-buses", case__member__slug="hue").case
    draft = RevisionFactory(case=case, created_by=UserFactory(), title="Mine")

    importer, errors = bring_in(full(member="hue"), publish=True)

    assert errors == [(1, "source_id", "Revision 2 is being written or reviewed.")]
    assert counted(importer) == {"bad": 1}
    draft.refresh_from_db()
    assert (draft.title, draft.state) == ("Mine", "draft")


def test_imported_draft_that_somebody_has_changed_is_not_touched():
    bring_in(full())
    Revision.objects.update(title="Mine", version=1)

    _importer, errors = bring_in(full(), publish=True)

    assert errors == [(1, "source_id", "Revision 1 is being written or reviewed.")]
    assert states() == [(1, "draft")]


def test_photos_of_a_discarded_draft_are_not_published_by_an_import():
    bring_in(full())
    draft = Revision.objects.get()
    member = draft.case.member
    person = MembershipFactory(member=member).user
    PhotoFactory(revision=draft, caption="A secret plan")
    Revision.objects.update(version=1)
    authoring.withdraw(draft, user=person)

    _importer, errors = bring_in(full(title="Night trams"), publish=True)

    assert errors == []
    assert states() == [(1, "withdrawn"), (2, "published")]
    assert Revision.objects.live().get().photos.count() == 0


@pytest.mark.parametrize("publish", [False, True])
@pytest.mark.parametrize("line", [{}, {"title": "Night trams"}])
def test_draft_of_a_deleted_account_is_not_the_imports(line, publish):
    """Its author is gone as one of an import never was there."""
    bring_in(full())
    Revision.objects.update(is_imported=False)
    draft = Revision.objects.get()

    importer, errors = bring_in(full(**line), publish=publish)

    refused = [(1, "source_id", "Revision 1 is being written or reviewed.")] if line else []
    assert errors == refused
    assert counted(importer) == ({"bad": 1} if line else {"unchanged": 1})
    assert [*Revision.objects.values_list("pk", "title", "state", "updated_at")] == [
        (draft.pk, draft.title, "draft", draft.updated_at)
    ]
    assert not Revision.objects.known_to_secretariat().exists()


def test_imported_draft_that_nobody_has_changed_is_rewritten_again_and_again():
    bring_in(full())
    seen = authoring.edition(Revision.objects.get())

    for title in ("Night trams", "Night ferries"):
        importer, errors = bring_in(full(title=title))
        assert (counted(importer), errors) == ({"updated": 1}, [])

    draft = Revision.objects.known_to_secretariat().get()
    assert draft.title == "Night ferries"
    # Who has read the first text does not submit the third one.
    assert authoring.edition(draft) != seen


def test_what_cannot_be_true_is_not_published_at_once():
    wrong = full(
        source_id="wrong",
        member={"name": "Hue", "country": "VN", "kind": "local-government"},
        end="2085-05",
    )
    importer, errors = bring_in(full(), wrong, publish=True)

    assert [(line, field) for line, field, _message in errors] == [(2, "end")]
    assert errors[0][2].endswith("Until that is corrected, it can be imported as a draft only.")
    assert counted(importer) == {"created": 1, "published": 1, "bad": 1}
    assert [*Revision.objects.values_list("case__source_id", "state")] == [
        (FULL["source_id"], "published")
    ]
    assert Member.objects.filter(name="Hue").count() == 0
    importer, errors = bring_in(wrong)
    assert (counted(importer), errors) == ({"created": 1}, [])


@pytest.mark.parametrize("step", [moderation.submit, moderation.publish])
def test_text_that_moderators_have_is_not_touched(step):
    bring_in(full())
    step(Revision.objects.get(), name="Moderator")

    importer, errors = bring_in(full(), publish=True)

    assert (counted(importer), errors) == ({"unchanged": 1}, [])
    assert Revision.objects.count() == 1


def test_changed_line_of_a_text_in_review_is_an_error():
    bring_in(full())
    moderation.submit(Revision.objects.get(), name="City")

    _importer, errors = bring_in(full(title="Night trams"))

    assert errors == [(1, "source_id", "Revision 1 is being written or reviewed.")]
    assert rows() == [FULL]


def test_refused_text_does_not_come_back():
    bring_in(full())
    moderation.submit(Revision.objects.get(), name="City")
    moderation.reject(Revision.objects.get(), name="Moderator", note="No policy.")

    importer, _errors = bring_in(full(), publish=True)

    assert counted(importer) == {"unchanged": 1}
    assert states() == [(1, "rejected")]


def test_unpublished_text_does_not_come_back():
    bring_in(full(), publish=True)
    moderation.unpublish(Revision.objects.get(), name="Moderator", note="Wrong.")

    importer, _errors = bring_in(full(), publish=True)

    assert counted(importer) == {"unchanged": 1}
    assert CaseStudy.objects.get().live is None


def test_case_does_not_move_to_another_member():
    bring_in(full())
    MemberFactory(slug="hue")

    _importer, errors = bring_in(full(member="hue"))

    assert errors == [(1, "member", "The case belongs to another member; an import moves none.")]
    assert rows() == [FULL]


def test_known_cases_are_left_alone_when_asked():
    bring_in(full())

    importer, _errors = bring_in(full(title="Night trams"), update=False)

    assert counted(importer) == {"unchanged": 1}
    assert rows() == [FULL]


# About the case itself


def test_confirmation_of_a_public_case_changes_only_with_publishing():
    bring_in(full(confirmed_at=None), publish=True)

    unchanged, _errors = bring_in(full())
    changed, _errors = bring_in(full(), publish=True)

    assert (counted(unchanged), counted(changed)) == ({"unchanged": 1}, {"updated": 1})
    assert rows() == [FULL]
    assert states() == [(1, "published")]


def test_city_is_told_of_words_in_the_place_of_its_own_and_has_not_confirmed_them():
    bring_in(full(), publish=True)
    case = CaseStudy.objects.get()
    official = MembershipFactory(member=case.member).user
    MembershipFactory(member=case.member, status="ended", decided_at=timezone.now())

    for _again in range(2):
        # A day of the former text in the file is none of the new one, whenever it is read.
        bring_in(full(title="Night trams"), publish=True)
        case.refresh_from_db()
        assert (case.live.title, case.confirmed_at) == ("Night trams", None)
    [notice] = Notice.objects.all()
    assert (notice.recipient, notice.path) == (official, f"/policies/{case.pk}/edit/")
    assert notice.context["note"].startswith("The secretariat has made another text public")

    today = timezone.localdate()
    bring_in(full(title="Night trains", confirmed_at=today.isoformat()), publish=True)
    case.refresh_from_db()
    assert (case.live.title, case.confirmed_at) == ("Night trains", today)


def test_what_a_line_leaves_open_about_the_case_stays():
    bring_in(full(provenance="city"))
    line = full(confirmed_at=None, title="Night trams")
    del line["provenance"]

    bring_in(line)

    assert rows() == [full(provenance="city", title="Night trams")]


# Publishing


def test_published_lines_are_public_at_once_under_the_name_of_the_secretariat():
    with time_machine.travel("2026-05-31 12:00", tick=False):
        importer, _errors = bring_in(full(), short(), publish=True)

    assert counted(importer) == {"created": 2, "published": 2}
    assert Revision.objects.live().count() == 2
    for revision in Revision.objects.all():
        assert (revision.decided_by, revision.decided_by_name) == (None, "Secretariat")
        assert f"{revision.decided_at:%Y-%m-%d %H:%M}" == "2026-05-31 12:00"
    events = ReviewEvent.objects.values_list("from_state", "to_state", "actor_name")
    assert list(events) == [("draft", "published", "Secretariat")] * 2


def test_published_change_supersedes_what_was_public():
    bring_in(full(), publish=True)

    importer, _errors = bring_in(full(title="Night trams"), publish=True)

    assert counted(importer) == {"updated": 1, "published": 1}
    assert states() == [(1, "superseded"), (2, "published")]
    assert rows(live_of__isnull=False) == [full(title="Night trams", confirmed_at=None)]


def test_draft_of_an_import_is_published_by_importing_it_again():
    bring_in(full())

    importer, _errors = bring_in(full(), publish=True)

    assert counted(importer) == {"updated": 1, "published": 1}
    assert states() == [(1, "published")]


def test_rewritten_draft_is_published():
    bring_in(full())

    bring_in(full(title="Night trams"), publish=True)

    assert states() == [(1, "published")]
    assert rows(live_of__isnull=False) == [full(title="Night trams")]


def test_pictures_and_papers_stay_with_the_case():
    bring_in(full(), publish=True)
    revision = Revision.objects.get()
    photo = Photo(revision=revision, alt="A bus", original_name="bus.png", size=1, caption="Bus")
    photo.image.name, photo.small.name, photo.width, photo.height = "photos/a.webp", "s.webp", 2, 1
    Photo.objects.bulk_create([photo])
    Attachment.objects.create(
        revision=revision, original_name="plan.pdf", size=4, file=ContentFile(b"%PDF", "plan.pdf")
    )

    bring_in(full(title="Night trams"), publish=True)

    for model in (Photo, Attachment):
        old, new = model.objects.order_by("revision__number").values()
        assert (old.pop("revision_id"), new.pop("revision_id")) == tuple(
            Revision.objects.order_by("number").values_list("pk", flat=True)
        )
        assert old.pop("id") != new.pop("id")
        assert old == new


# Without writing, in batches, in few queries


def test_dry_run_counts_and_writes_nothing():
    bring_in(full())
    before = rows()
    described = {"name": "Cirebon", "country": "ID", "kind": "ngo"}

    importer, errors = bring_in(
        full(title="Night trams"), short(member=described), short(title=""),
        dry_run=True, publish=True,
    )  # fmt: skip

    assert counted(importer) == {"created": 1, "updated": 1, "published": 2, "bad": 1}
    assert len(errors) == 1
    assert rows() == before
    assert Member.objects.count() == 2


def test_batches_tell_how_far_the_import_is():
    importer = Importer(batch_size=2)
    stream = io.BytesIO(encoded(*[short()] * 3, "{", short()))

    batches = [(batch.read, len(batch.errors)) for batch in importer.run(stream)]

    assert batches == [(2, 0), (4, 1), (5, 0)]
    assert CaseStudy.objects.count() == 4


def test_batch_ends_early_where_lines_are_long():
    line = short(solution="x" * 49_000, results="x" * 49_000)
    stream = io.BytesIO(encoded(*[line] * 100))

    assert [batch.read for batch in Importer().run(stream)] == [82, 100]


class LongFile(io.RawIOBase):
    """A file of ``count`` lines that are made while they are read."""

    def __init__(self, count):
        super().__init__()
        self.lines = (
            encoded(short(source_id=f"case-{n}", solution="x" * 45_000)) for n in range(count)
        )
        self.rest = b""

    def readable(self):
        return True

    def readinto(self, buffer):
        self.rest = self.rest or next(self.lines, b"")
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


def test_import_of_any_length_needs_the_memory_of_one_batch():
    peaks = []
    tracemalloc.start()
    for _batch in Importer(batch_size=10).run(io.BufferedReader(LongFile(100))):
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.reset_peak()
    tracemalloc.stop()

    assert len(peaks) == 10
    # All lines together are 4.5 MB.
    assert max(peaks[5:]) < max(peaks[:3]) + 500_000
    assert CaseStudy.objects.count() == 100


# SQLite takes 999 values in a statement: those of some more revisions would need a second one.
@pytest.mark.parametrize("count", [1, 15])
def test_new_cases_take_the_same_queries_for_one_and_for_many(django_assert_num_queries, count):
    lines = [full(source_id=f"case-{number}") for number in range(count)]
    importer = Importer(publish=True)

    # The batch (2), the cases known (1), 11 tables, publishing (7) with the stored summary (14).
    with django_assert_num_queries(39):
        list(importer.run(io.BytesIO(encoded(*lines))))

    assert importer.counts["published"] == count


@pytest.mark.parametrize("count", [1, 20])
def test_known_cases_take_the_same_queries_for_one_and_for_many(django_assert_num_queries, count):
    lines = [full(source_id=f"case-{number}") for number in range(count)]
    bring_in(*lines, publish=True)
    importer = Importer(publish=True)

    # The batch (2), the cases (1), their revisions (2) and what these hold (11).
    with django_assert_num_queries(17):
        list(importer.run(io.BytesIO(encoded(*lines))))

    assert importer.counts["unchanged"] == count


@pytest.mark.parametrize("count", [1, 15])
def test_changed_cases_take_the_same_queries_for_one_and_for_many(django_assert_num_queries, count):
    bring_in(*[full(source_id=f"case-{number}") for number in range(count)], publish=True)
    changed = [full(source_id=f"case-{number}", title="Trams") for number in range(count)]
    importer = Importer(publish=True)

    # As before, the new revisions (11 tables), publishing, superseding, and whom to tell (3).
    with django_assert_num_queries(59):
        list(importer.run(io.BytesIO(encoded(*changed))))

    assert importer.counts["published"] == count


@pytest.mark.parametrize("count", [1, 3])
def test_row_asks_nothing_of_the_database(django_assert_num_queries, count):
    bring_in(*[full(source_id=f"case-{number}") for number in range(count)])
    revisions = list(Revision.objects.with_content())

    with django_assert_num_queries(0):
        assert len([row(revision) for revision in revisions]) == count
