"""The whole library as one file for each month, which stays as it is."""

import hashlib
import json
import tempfile
import zipfile

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from citynet.web import licence
from citynet.web.csv import BYTE_ORDER_MARK, lines
from policies import interchange
from policies.interchange import spreadsheet
from policies.models import Dump, Revision
from sdg import thesaurus

from .descriptions import TITLE, package
from .tables import TARGET_COLUMNS, THESAURUS_COLUMNS, target_rows

CHUNK = 500


def make_dump(month):
    """Write the library of now as the file of a month; return its :class:`Dump`.

    It takes the place of one of that month, which was withdrawn.
    """
    before = Dump.objects.filter(month__lt=month).first()
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            state = _fill(archive, month)
        size = file.tell()
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        old = before.state if before else {}
        facts = {
            "made_at": timezone.now(),
            "size": size,
            "sha256": digest,
            "state": state,
            "cases": len(state),
            "added": [int(key) for key in state if key not in old] if before else [],
            "changed": [int(key) for key in state if key in old and state[key] != old[key]],
            "removed": [int(key) for key in old if key not in state],
        }
        file.seek(0)
        with transaction.atomic():
            dump, _is_new = Dump.objects.select_for_update().update_or_create(
                month=month, defaults=facts
            )
            # Stored under a new name, so that who reads the former one now is not broken off.
            dump.file.save(f"{month}-{digest[:12]}.zip", File(file), save=True)
    return dump


def _fill(archive, month):
    """Add all files; return number of each case -> number of its revision."""
    local, state = {}, {}
    live = Revision.objects.live().with_first_published().with_rows().order_by("case_id")

    def noted():
        for revision in live.iterator(chunk_size=CHUNK):
            state[str(revision.case_id)] = revision.number
            yield revision

    def add(name, pieces):
        digest, size = hashlib.sha256(), 0
        with archive.open(name, "w", force_zip64=True) as file:
            for piece in pieces:
                data = piece.encode()
                digest.update(data)
                size += len(data)
                file.write(data)
        local[name] = size, digest.hexdigest()

    header = spreadsheet.header()
    add("policies.csv", _plain(lines(header, spreadsheet.rows(noted()))))
    add("targets.csv", _plain(lines(TARGET_COLUMNS, target_rows())))
    words = ((*row, "no") for row in thesaurus.rows())
    add("thesaurus.csv", _plain(lines(THESAURUS_COLUMNS, words)))
    listed = (each for each in live.iterator(chunk_size=CHUNK) if str(each.case_id) in state)
    records = interchange.records(listed)
    add("policies.jsonl", (json.dumps(each, ensure_ascii=False) + "\n" for each in records))
    text = json.dumps(package(month, local), ensure_ascii=False, indent=2) + "\n"
    archive.writestr("datapackage.json", text)
    archive.writestr("SHA256SUMS", "".join(f"{d}  {n}\n" for n, (_s, d) in local.items()))
    archive.writestr("README.txt", f"{TITLE}, {month}\n{settings.SITE_URL}\n{licence.terms()}\n")
    return state


def _plain(pieces):
    """Yield the pieces of a CSV file without the mark for spreadsheets, which programs take for a letter."""
    for piece in pieces:
        yield piece.removeprefix(BYTE_ORDER_MARK)
