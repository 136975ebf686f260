"""A case for search engines: schema.org terms as a JSON-LD object."""

from django.conf import settings

from citynet.web import licence
from sdg.models import UN_SDG

from .citations import PUBLISHER, address
from .sections import source_links


def case_data(revision, first_published):
    """Return the object of a live revision; ``first_published`` is when its case first was
    public."""
    case, places = revision.case, [_place(member) for member in revision.members]
    authors = [organisation(member) for member in revision.members]
    data = {
        "@context": "https://schema.org",
        "@type": "Report",
        "@id": settings.SITE_URL + case.get_absolute_url(),
        "url": settings.SITE_URL + case.get_absolute_url(),
        "headline": revision.title,
        "name": revision.title,
        "abstract": revision.summary,
        "inLanguage": revision.language,
        "author": authors if len(authors) > 1 else authors[0],
        "publisher": publisher(),
        "datePublished": first_published.isoformat(),
        "dateModified": revision.decided_at.isoformat(),
        "version": str(revision.number),
        "identifier": address(revision),
        "sameAs": f"https://doi.org/{revision.doi}" if revision.doi else "",
        "isAccessibleForFree": True,
        "keywords": [row.theme.name for row in revision.theme_rows.all()],
        "about": [_target(row.target) for row in revision.contributions.all()],
        "spatialCoverage": places if len(places) > 1 else places[0],
        "isBasedOn": [_source(link) for link in source_links(revision)],
    }
    _name, data["license"] = licence.name_and_address()
    if revision.start or revision.end:
        data["temporalCoverage"] = f"{revision.start or '..'}/{revision.end or '..'}"
    return {key: value for key, value in data.items() if value not in ("", [])}


def publisher():
    """Return the platform as a publisher, the same thing on every page."""
    return {
        "@type": "Organization",
        "@id": f"{settings.SITE_URL}/#publisher",
        "name": PUBLISHER,
        "url": settings.SITE_URL,
    }


def organisation(member):
    """Return a member as an author."""
    return {
        "@type": "Organization",
        "name": member.name,
        "url": settings.SITE_URL + member.get_absolute_url(),
    }


def _target(target):
    return {
        "@type": "DefinedTerm",
        "@id": target.uri,
        "termCode": target.code,
        "name": target.label,
        "description": target.text,
        "url": settings.SITE_URL + target.get_absolute_url(),
        "inDefinedTermSet": {
            "@type": "DefinedTermSet",
            "@id": UN_SDG,
            "name": "Sustainable Development Goals, A/RES/70/1",
        },
    }


def _place(member):
    place = {"@type": "Place", "name": member.name}
    if member.country_code:
        place["address"] = {"@type": "PostalAddress", "addressCountry": member.country_code}
    if member.latitude is not None:
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": float(member.latitude),
            "longitude": float(member.longitude),
        }
    return place


def _source(link):
    data = {"@type": "CreativeWork", "name": link.title}
    if link.url:
        data["url"] = link.url
    return data
