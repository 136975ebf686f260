"""Rows pasted from a spreadsheet or a document, what rows add up to, and pasted bullets."""

import pytest
from django.http import QueryDict

from policies.forms import paste as paste_module
from policies.forms.editor import Editor
from policies.forms.fields import with_lists
from policies.forms.registry import BY_SLUG
from tests.factories import MembershipFactory, RevisionFactory
from tests.policies.authors import address, fields_of, save, section_of

from .sections import editor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return RevisionFactory(budget_currency="PHP", budget_amount=1_250_000, staff_fte=10)


@pytest.fixture
def official(client, draft):
    client.force_login(MembershipFactory(member=draft.case.member).user)
    return client


SLUGS = {
    "stakeholders": "stakeholders",
    "staff_roles": "manpower",
    "budget_lines": "budget",
    "funding_sources": "budget",
    "phases": "time",
    "indicators": "results",
}


def paste(client, draft, name, text, act="paste", **more):
    slug = SLUGS[name]
    sent = section_of(client, draft.case, slug, **more)
    sent |= {f"paste-{name}": text, "row": f"{act}:{name}"}
    return client.post(address(draft.case, slug), sent)


# What is pasted into which list, and the rows that come of it.
SHEETS = {
    "heads of the page, in another order": (
        "stakeholders",
        "Kind\tName\tWhat they did\nUtility\tPower grid\tLaid cables\nNGO\tWalkers\tChose lanes\n",
        [
            {"name": "Power grid", "kind": "utility", "role": "Laid cables"},
            {"name": "Walkers", "kind": "ngo", "role": "Chose lanes"},
        ],
    ),
    "no heads: the order of the form": (
        "budget_lines",
        "Lanterns\tCapital\t900.000\tAbout\nGuards\toperating\t50000\t\n",
        [
            {"note": "Lanterns", "category": "capital", "amount": "900.000", "qualifier": "about"},
            {"note": "Guards", "category": "operating", "amount": "50000"},
        ],
    ),
    "a list of a word processor, with marks and no table": (
        "stakeholders",
        "•\tWalkers’ union\n•\tPower grid\n",
        [{"name": "Walkers’ union"}, {"name": "Power grid"}],
    ),
    "names, a line each, numbered": (
        "staff_roles",
        "1. Electrician\n\n2) Planner\n",
        [{"role": "Electrician"}, {"role": "Planner"}],
    ),
    "a quoted cell of two lines and a bar table": (
        "phases",
        '"Trial\nof two lanes"\t2019-05\t2020\n',
        [{"name": "Trial of two lanes", "start": "2019-05", "end": "2020"}],
    ),
    "a table in plain text": (
        "phases",
        "| Name | Start |\n|------|-------|\n| Nine lanes | May 2020 |\n",
        [{"name": "Nine lanes", "start": "May 2020"}],
    ),
    "an inch sign is no quotation": (
        "indicators",
        'Pipes of 12"\tkm\t0\nPipes\tkm\t3\n',
        [
            {"name": 'Pipes of 12"', "unit": "km", "baseline": "0"},
            {"name": "Pipes", "unit": "km", "baseline": "3"},
        ],
    ),
    "funding, with a column that is unknown": (
        "funding_sources",
        "Who paid\tRemarks\tAmount\nCity of Lanes\tlate\t12 tỷ\n",
        [{"name": "City of Lanes", "amount": "12 tỷ"}],
    ),
}


@pytest.mark.parametrize("case", SHEETS)
def test_rows_are_added_as_they_are_understood(draft, case):
    name, text, rows = SHEETS[case]
    sent = QueryDict(mutable=True)
    sent[f"paste-{name}"] = text
    section = BY_SLUG[SLUGS[name]]
    for act in ("paste", "add-pasted"):
        editor, _place = Editor.typed(section, draft, sent, f"{act}:{name}")
        [list_of] = [each for each in editor.lists if each.kind.name == name]
        if act == "paste":
            assert len(list_of.pasted.values) == len(rows)
            assert list_of.rows.forms == []
    found = [
        {field.name: field.value() for field in form if field.value()}
        for form in list_of.rows.forms
    ]
    assert found == rows


# One list with heads and one without.
@pytest.mark.parametrize("case", list(SHEETS)[:2])
def test_rows_are_shown_first_and_then_added_behind_those_there_are(official, draft, case):
    name, text, rows = SHEETS[case]
    shown = paste(official, draft, name, text)
    assert f"{len(rows)} row" in shown.text
    assert f"{name}-0-" not in "".join(fields_of(shown)).replace("__prefix__", "")
    assert getattr(draft, name).count() == 0
    chosen = {key: value for key, [value] in fields_of(shown).items() if key.startswith("paste-")}
    assert chosen.pop(f"paste-{name}") == text
    added = paste(official, draft, name, text, act="add-pasted", **chosen)
    fields = fields_of(added)
    found = [
        {
            key.rpartition("-")[2]: value
            for key, [value] in fields.items()
            if key.startswith(f"{name}-{number}-") and value
        }
        for number in range(len(rows))
    ]
    assert found == rows
    assert fields[f"paste-{name}"] == [""]
    assert getattr(draft, name).count() == 0


def test_what_is_not_understood_is_said_and_left_to_the_person(official, draft):
    shown = paste(official, draft, "stakeholders", "Name\tKind\nGuild\tGuildhall\n")
    assert "Row 1, Kind: “Guildhall” is none of the values." in shown.text
    added = paste(official, draft, "stakeholders", "Name\tKind\nGuild\tGuildhall\n", "add-pasted")
    assert fields_of(added)["stakeholders-0-name"] == ["Guild"]


def test_a_column_can_be_another_one_or_left_out(official, draft):
    text = "Chose lanes\tWalkers\tx\n"
    more = {
        "paste-stakeholders-0": "role",
        "paste-stakeholders-1": "name",
        "paste-stakeholders-2": "",
    }
    added = fields_of(paste(official, draft, "stakeholders", text, "add-pasted", **more))
    assert (added["stakeholders-0-name"], added["stakeholders-0-role"]) == (
        ["Walkers"],
        ["Chose lanes"],
    )
    assert added["stakeholders-0-kind"] == [""]


def test_limits_are_said_before_and_nothing_is_cut_silently(official, draft):
    assert "At most 40 rows." in official.get(address(draft.case, "stakeholders")).text
    typed = {f"stakeholders__{n}__name": f"Row {n}" for n in range(38)}
    text = "\n".join(f"Pasted {n}" for n in range(5))
    shown = paste(official, draft, "stakeholders", text, **typed)
    assert "5 rows are pasted; 2 more fit, and the rest is left out." in shown.text
    added = fields_of(paste(official, draft, "stakeholders", text, "add-pasted", **typed))
    assert added["stakeholders-39-name"] == ["Pasted 1"]
    assert "stakeholders-40-name" not in added


def test_saving_with_pasted_rows_that_were_not_added_loses_nothing(official, draft):
    answer = save(official, draft.case, "stakeholders", paste__stakeholders="Guild\nUnion")
    assert "What you pasted is not among the rows yet" in answer.text
    assert "Add these 2 rows" in answer.text
    assert fields_of(answer)["paste-stakeholders"] == ["Guild\nUnion"]


SCRIPT = "<script>alert(1)</script>\tx"
ANYTHING = [
    *("\t\t\t\n" * 9, '"', '"\t', "|||\n---|---", "x\t" * 500, "=cmd|' /C calc'!A0\t1"),
    *(SCRIPT, "\u202e\u200b\tx", "a" * 300_000, "\t".join("ab") * 9000),
]


@pytest.mark.parametrize("name", ["stakeholders", "indicators"])
def test_whatever_is_pasted_is_shown_and_breaks_nothing(draft, name):
    section = BY_SLUG[SLUGS[name]]
    for text in ANYTHING:
        sent = QueryDict(mutable=True)
        sent.update({f"paste-{name}": text, f"paste-{name}-0": "nowhere"})
        editor, _place = Editor.typed(section, draft, sent, f"paste:{name}")
        [shown] = [each.pasted for each in editor.lists if each.kind.name == name]
        if not text.strip():
            assert shown is None
            continue
        assert shown.text == text[: paste_module.MAX_CHARACTERS]
        assert len(shown.columns) <= paste_module.MAX_COLUMNS
        editor, _place = Editor.typed(section, draft, sent, f"add-pasted:{name}")
        [added] = [each.rows.forms for each in editor.lists if each.kind.name == name]
        assert len(added) >= len(shown.values)


@pytest.mark.parametrize("act", ["paste", "add-pasted"])
def test_what_is_pasted_is_shown_escaped(official, draft, act):
    # A column that the person gives to no field that there is holds what its place says.
    answer = paste(official, draft, "indicators", SCRIPT, act, **{"paste-indicators-0": "nowhere"})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_unknown_lists_and_targets_take_no_pasted_rows(official, draft):
    page = official.get(address(draft.case, "targets-themes")).text
    assert "paste-" not in page
    sent = section_of(official, draft.case, "stakeholders") | {"row": "add-pasted:nowhere"}
    assert official.post(address(draft.case, "stakeholders"), sent).status_code == 200


def said(client, draft, slug, name, **typed):
    """What is said of the sum of a list once it is saved."""
    if name == "budget_lines":
        typed["budget_lines__0__category"] = "capital"
    answer = save(client, draft.case, slug, **typed)
    assert answer.status_code == 302
    page = client.get(address(draft.case, slug)).text
    start = page.index(f'data-sum="{name}"')
    return page[page.index(">", start) + 1 : page.index("</output>", start)]


SUMS = {
    "lines": (
        *("budget", "budget_lines", {"budget_lines__0__amount": "900,000"}),
        "Together 900,000 PHP of 1,250,000 PHP (72 %); 350,000 PHP is in no row.",
    ),
    "lines above": (
        *("budget", "budget_lines", {"budget_lines__0__amount": "1,350,000"}),
        "Together 1,350,000 PHP, which is 100,000 PHP more than the whole of 1,250,000 PHP.",
    ),
    "no whole": (
        "budget",
        "budget_lines",
        {"budget_amount": "", "budget_lines__0__amount": "5"},
        "Together 5 PHP.",
    ),
    "nothing": ("budget", "budget_lines", {"budget_lines__0__note": "Lamps"}, ""),
    "money of others, and what was withdrawn": (
        "budget",
        "funding_sources",
        {
            "funding_sources__0__name": "A",
            "funding_sources__0__amount": "1,250,000",
            "funding_sources__1__name": "B",
            "funding_sources__1__amount": "7",
            "funding_sources__1__currency": "USD",
            "funding_sources__2__name": "C",
            "funding_sources__2__amount": "9",
            "funding_sources__2__state": "withdrawn",
        },
        "Together 1,250,000 PHP: that is the whole.",
    ),
    "people": (
        "manpower",
        "staff_roles",
        {
            "staff_roles__0__role": "A",
            "staff_roles__0__people": "2.5",
            "staff_roles__1__role": "B",
            "staff_roles__1__people": "90",
            "staff_roles__1__counted": "volunteers",
        },
        "Together 2.5 FTE of 10 FTE (25 %); 7.5 FTE is in no row.",
    ),
}


def test_rows_are_added_up_against_the_whole(official, draft):
    found = {}
    for case, (slug, name, typed, _words) in SUMS.items():
        category = {"budget_lines__0__category": "capital"} if name == "budget_lines" else {}
        editor = editor_of(official, draft, slug, **typed, **category)
        assert editor.is_valid()
        found[case] = editor.sums()[name]
    assert found == {case: words for case, (_slug, _name, _typed, words) in SUMS.items()}


@pytest.mark.parametrize("case", ["lines above", "people"])
def test_sum_of_rows_stands_below_them(official, draft, case):
    slug, name, typed, words = SUMS[case]
    assert said(official, draft, slug, name, **typed) == words


def test_the_sum_follows_when_the_page_saves_by_itself(official, draft):
    sent = section_of(official, draft.case, "budget", budget_lines__0__amount="250,000")
    answer = official.post(
        address(draft.case, "budget"), sent, headers={"Accept": "application/json"}
    )
    assert answer.json()["sums"] == {
        "budget_lines": "Together 250,000 PHP of 1,250,000 PHP (20 %); 1,000,000 PHP is in no row.",
        "funding_sources": "",
    }


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("•\tFirst\n•\tSecond", "- First\n- Second"),
        ("Steps:\n  ● One\n\uf0b7 Two\no\tthree", "Steps:\n- One\n- Two\n- three"),
        ("– Dash\n- Kept\n* Star", "- Dash\n- Kept\n- Star"),
        ("o clock\n-5 degrees\n**bold**\n2 – 3", "o clock\n-5 degrees\n**bold**\n2 – 3"),
        ("•\n\n• ", "•\n\n• "),
    ],
)
def test_bullets_of_word_processors_become_lists(official, draft, pasted, kept):
    assert with_lists(pasted) == kept
    save(official, draft.case, "lessons", lessons=f"Learnt.\n{pasted}")
    draft.refresh_from_db()
    assert draft.lessons == f"Learnt.\n{kept}".strip()


def test_a_long_line_of_rules_is_read_as_soon_as_any_other(official, draft):
    """An expression that looked for a rule anywhere took a minute for it."""
    answer = paste(official, draft, "budget_lines", "-" * 99_000 + "x\n---|---\nLanterns\tcapital")
    assert answer.status_code == 200
    assert "Lanterns" in answer.text


@pytest.mark.parametrize(
    ("slug", "name", "typed"),
    [
        ("budget", "budget_amount", "1" * 1_000_001),
        ("budget", "budget_amount", "1 " + "trillion " * 90_000),
        ("budget", "budget_amount", ".-" * 500_000 + "1"),
        ("time", "start", "1." * 500_000),
        ("manpower", "staff_fte", "9" * 5000),
    ],
)
def test_a_number_or_date_without_end_is_refused_at_once(official, draft, slug, name, typed):
    editor = editor_of(official, draft, slug, **{name: typed})
    assert editor.is_valid() is False
    assert [(each[0], str(each[2])) for each in editor.problems()] == [
        (f"id_{name}", "Write it in at most 2000 characters.")
    ]
