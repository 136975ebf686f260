"""DOIs for published texts, registered with DataCite by its REST API (schema 4).

A DOI names one revision, whose text never changes. Of a text that was unpublished it leads to
the page that says so, and the registry leaves it out of its search.
"""

import base64
import json
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from django.conf import settings

from citynet.web import licence
from policies.content.citations import PUBLISHER, citation
from sdg.models import UN_SDG

TIMEOUT = 20  # seconds
TOO_MANY, SERVER_ERROR = 429, 500
PUBLISH, HIDE = "publish", "hide"


class RegistryAwayError(Exception):
    """The registry does not answer just now; a later run will do."""


class RefusedError(Exception):
    """The registry does not accept what it was sent."""


def doi_of(revision):
    """Return the DOI of a revision, whether or not it is registered."""
    return f"{settings.DATACITE_PREFIX}/urbansdg.{revision.case_id}.{revision.number}"


def attributes(revision):
    """Return what is registered of a revision from ``with_rows("contributions")``, by DataCite's
    names."""
    cited = citation(revision)
    name, address = licence.name_and_address()
    rights = [{"rights": name, **({"rightsUri": address} if address else {})}] if name else []
    return {
        "doi": doi_of(revision),
        "url": cited.url,
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Report", "resourceType": "Policy case study"},
        "titles": [{"title": cited.title, "lang": cited.language}],
        "creators": [
            {"name": author, "nameType": "Organizational"} for author, _country in cited.authors
        ],
        "publisher": PUBLISHER,
        "publicationYear": cited.date.year,
        "dates": [{"date": f"{cited.date:%Y-%m-%d}", "dateType": "Issued"}],
        "language": cited.language,
        "version": str(cited.number),
        "descriptions": [
            {
                "description": cited.summary,
                "descriptionType": "Abstract",
                "lang": cited.language,
            }
        ],
        "subjects": [
            {
                "subject": f"{row.target_id} {row.target.label}",
                "subjectScheme": "Sustainable Development Goals",
                "schemeUri": UN_SDG,
                "valueUri": row.target.uri,
            }
            for row in revision.contributions.all()
        ],
        "rightsList": rights,
        "relatedIdentifiers": [
            {
                "relatedIdentifier": before.doi,
                "relatedIdentifierType": "DOI",
                "relationType": "IsNewVersionOf",
            }
            for before in revision.case.revisions.filter(number__lt=revision.number)
            .exclude(doi="")
            .order_by("-number")[:1]
        ],
    }


def register(revision):
    """Register the revision, or what has changed of it; return its DOI.

    Raises ``RegistryAwayError`` or ``RefusedError``. Safe to repeat.
    """
    sent = attributes(revision)
    _put(sent["doi"], sent | {"event": PUBLISH})
    return sent["doi"]


def hide(revision):
    """Take the DOI of a revision out of the registry's search, and return it; it goes on leading to its
    address. Raises as ``register`` does. Safe to repeat."""
    _put(revision.doi, attributes(revision) | {"doi": revision.doi, "event": HIDE})
    return revision.doi


def _put(doi, sent):
    body = {"data": {"id": doi, "type": "dois", "attributes": sent}}
    key = f"{settings.DATACITE_REPOSITORY}:{settings.DATACITE_PASSWORD}".encode()
    request = Request(  # noqa: S310 - an address that the operator has set
        f"{settings.DATACITE_URL}/dois/{quote(doi, safe='/')}",
        json.dumps(body).encode(),
        {
            "Content-Type": "application/vnd.api+json",
            "Authorization": f"Basic {base64.b64encode(key).decode()}",
        },
        method="PUT",
    )
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
            answer.read()
    except HTTPError as error:
        text = error.read(500).decode(errors="replace")
        if error.code == TOO_MANY or error.code >= SERVER_ERROR:
            raise RegistryAwayError(f"{error.code} {text}") from error
        raise RefusedError(f"{error.code} {text}") from error
    except (URLError, TimeoutError, ConnectionError) as error:
        raise RegistryAwayError(str(error)) from error
