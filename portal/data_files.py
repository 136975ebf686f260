"""The library as data: which tables there are, what their columns are, and a month as one file.

The columns of the policies are those of the CSV file (``policies.interchange.spreadsheet``), so the
Frictionless description, schema.org's and DCAT's all follow from them.
"""

import hashlib
import json
import tempfile
import zipfile
from dataclasses import dataclass

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citynet.web import licence
from citynet.web.csv import BYTE_ORDER_MARK, lines
from exchange.content import columns as exchange_columns
from policies import interchange
from policies.content import json_ld
from policies.content.citations import PUBLISHER
from policies.interchange import columns, spreadsheet
from policies.models import Dump, Revision
from sdg import thesaurus
from sdg.models import UN_SDG, Target

CHUNK = 500
CSV, JSONL = "text/csv", "application/jsonl"
TITLE = gettext_lazy("Policies of the Urban SDG Knowledge Platform")
# Kind of a column -> its type by the Frictionless Table Schema. Codes of targets are texts: 16.10
# would become 16.1.
TYPES = {
    columns.NUMBER: {"type": "number"},
    columns.WHOLE: {"type": "integer"},
    columns.YEAR: {"type": "year"},
    columns.DATE: {"type": "date"},
    columns.TRUTH: {"type": "boolean"},
    columns.MONTH: {
        "type": "string",
        "constraints": {"pattern": r"(19|20)[0-9]{2}(-M(0[1-9]|1[0-2]))?"},
    },
    columns.TARGETS: {
        "type": "string",
        "constraints": {"pattern": r"SDG [0-9]{1,2}\.([0-9]{1,2}|[a-d])(; SDG [0-9.a-d]+)*"},
    },
}
TARGET_COLUMNS = {
    "code": ({"type": "string"}, "Number of the target, a text: 16.10 is not 16.1."),
    "uri": ({"type": "string", "format": "uri"}, "Its identifier by the United Nations."),
    "goal": ({"type": "integer"}, "Number of its goal."),
    "goal_title": ({"type": "string"}, "Short title of the goal."),
    "kind": ({"type": "string"}, "Whether it is an outcome or a means of implementation."),
    "label": ({"type": "string"}, "Short label of the target in our own words."),
    "text": ({"type": "string"}, "Wording of the resolution A/RES/70/1."),
}
THESAURUS_COLUMNS = {
    "target": ({"type": "string"}, "Number of the target."),
    "language": ({"type": "string"}, "Language of the words, ISO 639."),
    "kind": (
        {"type": "string"},
        "Whether it is our label of the target or a term of the thesaurus.",
    ),
    "text": ({"type": "string"}, "The words."),
    "read_by_native_speaker": (
        {"type": "string"},
        "Whether a native speaker has read them: yes or no.",
    ),
}


@dataclass(frozen=True)
class Table:
    """A file of the library: its name, what is in it, where it is had now, and its columns."""

    name: str
    title: str
    path: str
    media_type: str
    fields: list
    key: str = ""
    # Whether it is in the file of a month. What cities ask and advise is not: its team may take it back
    # any day, and copies that stay as they are would go on saying it.
    is_of_month: bool = True


def tables():
    """Return the files of the whole library as it is now."""
    return [
        Table(
            "policies",
            _("All policies, a row each"),
            reverse("policies:export", args=["csv"]),
            CSV,
            [
                {
                    "name": column.name,
                    "description": str(column.meaning),
                    **TYPES.get(column.kind, {"type": "string"}),
                }
                for column in spreadsheet.columns()
            ],
            "id",
        ),
        Table(
            "targets",
            _("The 169 targets with their goals"),
            reverse("data-targets"),
            CSV,
            _fields(TARGET_COLUMNS),
            "code",
        ),
        Table(
            "thesaurus",
            _("The words that people use for each target, in fifteen languages"),
            reverse("sdg:thesaurus", args=["csv"]),
            CSV,
            _fields(THESAURUS_COLUMNS),
        ),
        *(
            Table(name, title, reverse(address), CSV, fields, is_of_month=False)
            for name, title, address, fields in exchange_columns.tables()
        ),
    ]


def _fields(described):
    return [
        {"name": name, "description": meaning, **kind}
        for name, (kind, meaning) in described.items()
    ]


def target_rows():
    """Yield a row for each target, in the order of the resolution."""
    for target in Target.objects.select_related("goal"):
        yield (
            *(target.code, UN_SDG + target.code, target.goal_id, target.goal.title),
            *(target.kind, target.label, target.text),
        )


def package(version, local=None):
    """Return the Frictionless Data Package of the library; ``version`` is its day or month.

    ``local`` has (size, SHA-256) of the files beside it by their name; else they are had by address.
    """
    name, address = licence.name_and_address()
    found = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "profile": "data-package",
        "name": "urban-sdg-policies",
        "id": settings.SITE_URL + reverse("data"),
        "title": str(TITLE),
        "description": licence.terms(),
        "homepage": settings.SITE_URL + reverse("data"),
        "version": version,
        "keywords": ["Sustainable Development Goals", "cities", "policies", "Asia and the Pacific"],
        "contributors": [{"title": PUBLISHER, "role": "publisher"}],
        "resources": [
            _resource(table, local) for table in tables() if table.is_of_month or not local
        ],
    }
    if address:
        found["licenses"] = [{"title": name, "path": address}]
    return found


def _resource(table, local):
    file = f"{table.name}.csv"
    resource = {
        "name": table.name,
        "title": table.title,
        "type": "table",
        "path": settings.SITE_URL + table.path,
        "format": "csv",
        "mediatype": table.media_type,
        "encoding": "utf-8",
        "schema": {"fields": table.fields, "missingValues": [""]},
    }
    if table.key:
        resource["schema"]["primaryKey"] = [table.key]
    if local:
        size, digest = local[file]
        resource |= {"path": file, "bytes": size, "hash": f"sha256:{digest}"}
    return resource


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
    """The pieces of a CSV file without the mark for spreadsheets, which programs take for a letter."""
    for piece in pieces:
        yield piece.removeprefix(BYTE_ORDER_MARK)


def dataset(newest=None):
    """Return the library as a schema.org ``Dataset``; ``newest`` is its last :class:`Dump`."""
    site, (_name, address) = settings.SITE_URL, licence.name_and_address()
    files = [(table.title, table.path, table.media_type) for table in tables()]
    files.append(
        (_("All policies with all details"), reverse("policies:export", args=["jsonl"]), JSONL)
    )
    distributions = [
        {
            "@type": "DataDownload",
            "name": title,
            "contentUrl": site + path,
            "encodingFormat": media_type,
        }
        for title, path, media_type in files
    ]
    if newest:
        distributions.append(
            {
                "@type": "DataDownload",
                "name": newest.name,
                "contentUrl": site + reverse("data-dump", args=[newest.month]),
                "encodingFormat": "application/zip",
                "sha256": newest.sha256,
                "contentSize": str(newest.size),
                "uploadDate": newest.made_at.isoformat(),
            }
        )
    found = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"{site}{reverse('data')}#dataset",
        "name": str(TITLE),
        "description": _(
            "Policies of cities in Asia and the Pacific by SDG target, each with its budget, staff, "
            "stakeholders, time, results and sources, in the same form."
        ),
        "url": site + reverse("data"),
        "isAccessibleForFree": True,
        "keywords": ["Sustainable Development Goals", "cities", "policies", "budgets"],
        "creator": json_ld.publisher(),
        "publisher": json_ld.publisher(),
        "spatialCoverage": {"@type": "Place", "name": _("Asia and the Pacific")},
        "measurementTechnique": site + reverse("codebook"),
        "variableMeasured": [column.name for column in spreadsheet.columns()],
        "distribution": distributions,
    }
    return found | ({"license": address} if address else {})


def catalogue(dumps):
    """Return the library as a DCAT catalogue (version 3) in JSON-LD, for portals of data."""
    site, (_name, address) = settings.SITE_URL, licence.name_and_address()
    page = site + reverse("data")
    rights = {"dct:license": {"@id": address}} if address else {"dct:rights": licence.terms()}
    publisher = {"@id": f"{site}/#publisher", "@type": "foaf:Agent", "foaf:name": PUBLISHER}

    def distribution(title, path, media_type, **further):
        return {
            "@type": "dcat:Distribution",
            "dct:title": title,
            "dcat:accessURL": {"@id": page},
            "dcat:downloadURL": {"@id": site + path},
            "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
            **rights,
            **further,
        }

    def dataset_of(name, title, distributions, **further):
        return {
            "@id": f"{page}#{name}",
            "@type": "dcat:Dataset",
            "dct:title": title,
            "dct:description": title,
            "dct:publisher": {"@id": publisher["@id"]},
            "dcat:landingPage": {"@id": page},
            "dcat:distribution": distributions,
            **further,
        }

    datasets = []
    for table in tables():
        rows = [distribution(table.title, table.path, table.media_type)]
        if table.name == "policies":
            rows.append(
                distribution(
                    _("All policies with all details"),
                    reverse("policies:export", args=["jsonl"]),
                    JSONL,
                )
            )
        datasets.append(dataset_of(table.name, table.title, rows))
    datasets += [
        dataset_of(
            dump.month,
            _("%(title)s, %(month)s") % {"title": str(TITLE), "month": dump.month},
            [
                distribution(
                    dump.name,
                    reverse("data-dump", args=[dump.month]),
                    "application/zip",
                    **{"dcat:byteSize": _typed(dump.size, "nonNegativeInteger")},
                    **{
                        "spdx:checksum": {
                            "@type": "spdx:Checksum",
                            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                            "spdx:checksumValue": _typed(dump.sha256, "hexBinary"),
                        }
                    },
                )
            ],
            **{"dct:issued": _typed(dump.made_at.isoformat(), "dateTime")},
        )
        for dump in dumps
    ]
    service = {
        "@id": site + reverse("api:guide"),
        "@type": "dcat:DataService",
        "dct:title": _("Policies for programs"),
        "dcat:endpointURL": {"@id": site + reverse("api:policies")},
        "dcat:endpointDescription": {"@id": site + reverse("api:openapi")},
        "dcat:servesDataset": {"@id": f"{page}#policies"},
    }
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": page,
        "@type": "dcat:Catalog",
        "dct:title": str(TITLE),
        "dct:description": _("What cities did for the Sustainable Development Goals, as data."),
        "dct:language": settings.LANGUAGE_CODE,
        "foaf:homepage": {"@id": site + reverse("home")},
        "dct:publisher": publisher,
        **rights,
        "dcat:dataset": datasets,
        "dcat:service": service,
    }


def _typed(value, kind):
    return {"@type": f"xsd:{kind}", "@value": str(value)}
