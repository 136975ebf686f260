"""The library described for programs: a Frictionless data package, schema.org, DCAT."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citynet.web import licence
from policies.content import json_ld
from policies.content.citations import PUBLISHER
from policies.interchange import spreadsheet

from .tables import tables

JSONL = "application/jsonl"
TITLE = gettext_lazy("Policies of the Urban SDG Knowledge Platform")


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
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": _page(),
        "@type": "dcat:Catalog",
        "dct:title": str(TITLE),
        "dct:description": _("What cities did for the Sustainable Development Goals, as data."),
        "dct:language": settings.LANGUAGE_CODE,
        "foaf:homepage": {"@id": settings.SITE_URL + reverse("home")},
        "dct:publisher": {
            "@id": f"{settings.SITE_URL}/#publisher",
            "@type": "foaf:Agent",
            "foaf:name": PUBLISHER,
        },
        **_rights(),
        "dcat:dataset": [
            *(_dcat_of_table(table) for table in tables()),
            *(_dcat_of_dump(dump) for dump in dumps),
        ],
        "dcat:service": _dcat_of_service(),
    }


def _page():
    return settings.SITE_URL + reverse("data")


def _rights():
    _name, address = licence.name_and_address()
    return {"dct:license": {"@id": address}} if address else {"dct:rights": licence.terms()}


def _dcat_of_table(table):
    rows = [_distribution(table.title, table.path, table.media_type)]
    if table.name == "policies":
        path = reverse("policies:export", args=["jsonl"])
        rows.append(_distribution(_("All policies with all details"), path, JSONL))
    return _dcat_dataset(table.name, table.title, rows)


def _dcat_of_dump(dump):
    checksum = {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
        "spdx:checksumValue": _typed(dump.sha256, "hexBinary"),
    }
    file = _distribution(dump.name, reverse("data-dump", args=[dump.month]), "application/zip")
    file |= {
        "dcat:byteSize": _typed(dump.size, "nonNegativeInteger"),
        "spdx:checksum": checksum,
    }
    title = _("%(title)s, %(month)s") % {"title": str(TITLE), "month": dump.month}
    issued = {"dct:issued": _typed(dump.made_at.isoformat(), "dateTime")}
    return _dcat_dataset(dump.month, title, [file]) | issued


def _dcat_of_service():
    site = settings.SITE_URL
    return {
        "@id": site + reverse("api:guide"),
        "@type": "dcat:DataService",
        "dct:title": _("Policies for programs"),
        "dcat:endpointURL": {"@id": site + reverse("api:policies")},
        "dcat:endpointDescription": {"@id": site + reverse("api:openapi")},
        "dcat:servesDataset": {"@id": f"{_page()}#policies"},
    }


def _dcat_dataset(name, title, distributions):
    return {
        "@id": f"{_page()}#{name}",
        "@type": "dcat:Dataset",
        "dct:title": title,
        "dct:description": title,
        "dct:publisher": {"@id": f"{settings.SITE_URL}/#publisher"},
        "dcat:landingPage": {"@id": _page()},
        "dcat:distribution": distributions,
    }


def _distribution(title, path, media_type):
    return {
        "@type": "dcat:Distribution",
        "dct:title": title,
        "dcat:accessURL": {"@id": _page()},
        "dcat:downloadURL": {"@id": settings.SITE_URL + path},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
        **_rights(),
    }


def _typed(value, kind):
    return {"@type": f"xsd:{kind}", "@value": str(value)}
