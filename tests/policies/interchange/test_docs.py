"""docs/import.md lists every list, column and value that a file may have."""

import os
import re

from django.conf import settings

from members.models import Member
from policies.interchange import columns, library_book
from policies.models import Theme

DOCS = settings.BASE_DIR / "docs" / "import.md"
GENERATED = re.compile(r"(<!-- generated: [^\n]*-->\n)(.*?)(<!-- end -->)", re.DOTALL)


def generated():
    """The part of the page that follows from the models, in Markdown."""
    lines = ["| sheet | column of one cell | columns, or parts of an entry |", "|---|---|---|"]
    cells = {column.path: column for column in columns.columns().values()}
    for name, line_list in library_book.lists().items():
        parts = ", ".join(f"`{key.name}`" for key in line_list.keys)
        lines.append(f"| {name} | `{cells[line_list.path].name}` | {parts} |")
    lines += ["", "| column | values |", "|---|---|"]
    fields = {"member_kind": Member.kind.field}
    fields |= {column.name: column.field for column in cells.values() if column.field is not None}
    for name, line_list in library_book.lists().items():
        fields |= {f"{name}: {key.name}": key.field for key in line_list.keys}
    for name, field in fields.items():
        values = [str(value) for value, _label in field.flatchoices if value]
        if values and not name.endswith("primary"):
            lines.append(f"| {name} | {', '.join(f'`{value}`' for value in values)} |")
    slugs = ", ".join(f"`{theme.slug}`" for theme in Theme.objects.all())
    lines.append(f"| themes | {slugs}, or what the secretariat made of them since |")
    return "\n".join([*lines, ""])


def test_page_lists_what_the_models_allow(reference):
    page = DOCS.read_text(encoding="utf-8")
    expected = generated()
    if os.environ.get("UPDATE_DOCS"):
        page = GENERATED.sub(lambda found: found[1] + expected + found[3], page)
        DOCS.write_text(page, encoding="utf-8")
    assert GENERATED.search(page)[2] == expected


def test_page_lists_values_of_each_kind():
    """Some lines written out, so that an empty table would be noticed."""
    page = DOCS.read_text(encoding="utf-8")
    for line in (
        "| stage | `planned`, `under-way`, `completed`, `stopped` |",
        "| member_kind | `local-government`, `association`, `ngo`, `company`, `institute`, `agency` |",
        "| Stakeholders: engagement | `informed`, `consulted`, `involved`, `partner`, `leads` |",
    ):
        assert line in page.splitlines()
