"""Lines of the interchange format for tests."""

import copy
import io
import json
import re

from policies.interchange import Importer, row
from policies.models import Revision

FULL = {
    "source_id": "night-buses",
    "member": "surabaya",
    "provenance": "secretariat",
    "confirmed_at": "2025-11-30",
    "language": "en",
    "title": "Night buses",
    "summary": "Buses through the night on nine lines.",
    "challenge": "No buses at night.",
    "solution": "Lines drawn from phone data.\n\n- Two at first\n- nine later",
    "results": "Fewer taxis.",
    "lessons": "Start small.",
    "transferability": "An operator that shares data.",
    "stage": "under-way",
    "start": "2013-04",
    "end": "2014",
    "scale": "city",
    "people_served": 120000,
    "people_served_qualifier": "about",
    "people_served_note": "Riders in a year, by the operator",
    "contact_office": "Transport department, bus unit",
    "contact_url": "https://example.org/buses",
    "joint_members": ["suwon"],
    "themes": ["transport", "urban-planning"],
    "targets": [
        {"code": "11.2", "primary": True, "how": "Cheap fares."},
        {"code": "9.1", "primary": False, "how": ""},
    ],
    "budget": {
        "amount": "1300000000.5",
        "qualifier": "about",
        "currency": "KRW",
        "year": 2013,
        "fiscal_year": "2013/14",
        "basis": "spent",
        "scope": "annual",
        "usd": "1187000",
        "usd_source": "The city",
        "note": "Without the drivers.",
        "unavailable": "",
        "lines": [
            {
                "category": "operating",
                "amount": "900000000",
                "note": "Fuel",
                "qualifier": "at-most",
                "source_number": 2,
            }
        ],
        "funding": [
            {
                "kind": "own-budget",
                "name": "City",
                "amount": "900000000",
                "state": "received",
                "note": "",
                "qualifier": "at-least",
                "currency": "USD",
                "year": 2014,
                "fiscal_year": "2014/15",
                "source_number": 1,
            },
            {
                "kind": None,
                "name": "A bank",
                "amount": None,
                "state": None,
                "note": "Asked",
                "qualifier": None,
                "currency": "",
                "year": None,
                "fiscal_year": "",
                "source_number": None,
            },
        ],
    },
    "manpower": {
        "fte": "12.5",
        "heads": 20,
        "volunteers": 6,
        "year": 2014,
        "note": "Drivers are the operator's.",
        "unavailable": "",
        "roles": [
            {
                "role": "Planner",
                "organisation": "City",
                "people": "2.5",
                "months": "18",
                "counted": "fte",
                "source_number": 1,
            },
            {
                "role": "Driver",
                "organisation": "",
                "people": None,
                "months": None,
                "counted": None,
                "source_number": None,
            },
        ],
    },
    "stakeholders": [
        {
            "name": "Operator",
            "kind": "private",
            "role": "Gives data",
            "engagement": "partner",
            "source_number": 2,
        },
        {"name": "Riders", "kind": None, "role": "", "engagement": None, "source_number": None},
    ],
    "stakeholders_unavailable": "",
    "phases": [
        {
            "name": "Trial",
            "start": "2013-04",
            "end": "2013-08",
            "note": "Two lines",
            "source_number": 1,
        },
        {"name": "All lines", "start": None, "end": None, "note": "", "source_number": None},
    ],
    "indicators": [
        {
            "name": "Riders a day",
            "unit": "riders",
            "baseline": "-0.25",
            "baseline_year": 2012,
            "planned": "5000",
            "result": "6079.125",
            "result_year": 2013,
            "source": "Count",
            "evidence": "measured",
            "baseline_qualifier": "at-most",
            "planned_qualifier": "at-least",
            "result_qualifier": "about",
            "reporter": "city",
            "series": "2012: -0.25; 2013: 6079.125; 2014: 7000",
            "source_number": 1,
        }
    ],
    "sources": [
        {"title": "A study", "url": "https://example.org/study", "accessed": "2026-01-31"},
        {"title": "A paper", "url": "", "accessed": None},
    ],
}
SHORT = {"member": "surabaya", "language": "en", "title": "Night buses", "summary": "Buses."}


def full(**changes):
    """A line in which every key has a value."""
    return copy.deepcopy(FULL) | changes


def short(**changes):
    """A line with only the keys that are required."""
    return SHORT | changes


def changed(path, value, line=None):
    """The full line, or ``line``, with another value at a path like "budget.lines[0].amount"."""
    line = line or full()
    *way, last = re.findall(r"[^.\[\]]+", path)
    place = line
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    place[int(last) if isinstance(place, list) else last] = value
    return line


def encoded(*lines):
    """Lines as the bytes of a file; texts and bytes are taken as they are."""
    data = b""
    for line in lines:
        text = json.dumps(line) if isinstance(line, dict) else line
        data += (text if isinstance(text, bytes) else text.encode()) + b"\n"
    return data


def bring_in(*lines, **options):
    """Import lines and give (the importer, its errors as (line, field, message))."""
    importer = Importer(**options)
    batches = importer.run(io.BytesIO(encoded(*lines)))
    errors = [(each.line, each.field, each.message) for batch in batches for each in batch.errors]
    return importer, errors


ABOUT = ("id", "url", "revision", "published_at", "first_published_at", "licence")
LINKED = ("questions", "advice", "adoptions")


def content_of(line):
    """A line without what the export says of the case and the revision."""
    return {name: value for name, value in line.items() if name not in (*ABOUT, *LINKED)}


def rows(**filters):
    """The lines of all revisions, in their order."""
    return [row(revision) for revision in Revision.objects.with_content().filter(**filters)]
