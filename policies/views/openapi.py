"""What the API is, as OpenAPI 3.1, made from what it is made of: the filters and the model fields."""

from django import forms
from django.conf import settings
from django.db import models
from django.http import JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from citynet.web import licence
from policies.content.facets import FACETS_BY_NAME
from policies.content.values import empty
from policies.filters.fields import MAX_WORDS, AmountField, FacetField
from policies.interchange.lines import (
    JOINT,
    LINKED,
    OF_NAMES,
    ROLE,
    THEME,
    Key,
    case_keys,
    parts,
)
from policies.models import CaseStudy
from sdg.models import Target

from . import api

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
ADDRESS = {"type": "string", "format": "uri"}
MOMENT = {"type": "string", "format": "date-time"}
# Each is asked for by a test, and what comes is held against the description.
EXAMPLES = {
    "policies": (
        "?target=11.6&target=11.2&sort=newest",
        "?q=flooding&country=PH&per_page=5",
        "?budget_max=100000&unknown=in&fields=title,budget,page",
        "?goal=6&stage=completed&page=1",
    ),
    "targets": ("",),
}


def or_null(schema):
    return schema | {"type": [schema["type"], "null"]}


# What a result says of which case and text it is, and besides its line.
OWN = {
    "id": NUMBER | {"description": "Number of the case; it never changes."},
    "url": ADDRESS | {"description": "Address of the case; it never changes."},
    "revision": NUMBER | {"description": "Which version of the text it is, counted from 1."},
    "published_at": MOMENT,
    "first_published_at": MOMENT,
    "licence": or_null(TEXT)
    | {"description": "Terms of use of the text; null where none are stated."},
    "member": TEXT | {"description": "Last part of the address of the member’s page."},
    "page": ADDRESS | {"description": "Where people read it."},
    "doi": or_null(TEXT),
    "country_code": or_null(TEXT) | {"description": "ISO 3166-1; null where none is shown."},
    "goals": {"type": "array", "items": NUMBER | {"minimum": 1, "maximum": 17}},
    "target_uris": {"type": "array", "items": ADDRESS},
    "photos": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"url": ADDRESS} | dict.fromkeys(("alt", "credit", "licence"), TEXT),
        },
    },
}
# What of other parts of the site belongs to the case, such as advice on it.
ENTRIES = {
    "type": "array",
    "items": {"type": "object", "properties": {"id": NUMBER, "url": ADDRESS}},
}
TARGET = {
    "code": TEXT | {"description": "A text: 16.10 is not 16.1.", "examples": ["11.6", "16.10"]},
    "uri": ADDRESS | {"description": "Its identifier by the United Nations."},
    "page": ADDRESS,
    "goal": NUMBER | {"minimum": 1, "maximum": 17},
    "kind": TEXT | {"enum": Target.Kind.values},
    "label": TEXT | {"description": "Short label in our own words."},
    "text": TEXT | {"description": "Wording of the resolution A/RES/70/1."},
    "policies": NUMBER | {"description": "How many public policies serve it."},
}


ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": TEXT,
        "mistakes": {
            "type": "array",
            "items": {"type": "object", "properties": {"parameter": TEXT, "message": TEXT}},
        },
    },
}

# How values of model fields stand in a line; a kind stands before those that it is one of.
KINDS = (
    (models.BooleanField, {"type": "boolean"}),
    (
        models.DecimalField,
        TEXT | {"description": "A plain decimal, as a text so that nothing is rounded."},
    ),
    (models.IntegerField, NUMBER),
    (models.JSONField, {}),
    (models.DateTimeField, MOMENT),
    (models.DateField, TEXT | {"format": "date"}),
)


def of_field(field):
    """Return the schema of a value of a model field as a line has it; what is unknown is null or ""."""
    if field == ROLE:
        return {"type": "boolean", "description": "Whether it is the primary target."}
    if field in (THEME, JOINT):
        return dict(TEXT)
    schema = dict(next((kind for model, kind in KINDS if isinstance(field, model)), TEXT))
    if field.choices:
        schema["enum"] = [value for value, _label in field.flatchoices]
        schema["enum"] += [nothing for nothing in ("", None) if nothing not in schema["enum"]]
    if "type" in schema and empty(field) is None:
        schema["type"] = [schema["type"], "null"]
    if field.help_text:
        schema["description"] = " ".join(
            filter(None, [schema.get("description"), str(field.help_text)])
        )
    return schema


def of_policy():
    """Return the schema of a policy: the line of the interchange format and what stands beside it."""
    properties = dict(OWN)
    properties |= {key.name: of_field(key.field) for key in case_keys()}
    for part in parts():
        holder = properties
        if part.block:
            block = properties.setdefault(part.block, {"type": "object", "properties": {}})
            holder = block["properties"]
        if isinstance(part, Key):
            holder[part.name] = of_field(part.field)
        elif part.model in OF_NAMES:
            holder[part.name] = {"type": "array", "items": dict(TEXT)}
        else:
            row = {key.name: of_field(key.field) for key in part.keys}
            holder[part.name] = {"type": "array", "items": {"type": "object", "properties": row}}
    properties |= dict.fromkeys(LINKED, ENTRIES)
    properties["synthetic"] = {
        "type": "boolean",
        "description": str(CaseStudy._meta.get_field("synthetic").help_text),
    }
    return {"type": "object", "required": ["id"], "properties": properties}


def parameters():
    """Return the filters as parameters of an address."""
    return [_parameter(name, each) for name, each in api.ApiFilter(QueryDict()).filters.items()]


def _parameter(name, found):
    field = found.field
    parameter = {"name": name, "in": "query", "description": str(found.label), "schema": dict(TEXT)}
    if isinstance(field, FacetField):
        facet, items = FACETS_BY_NAME[name], dict(TEXT)
        if facet.options:
            items["enum"] = [str(value) for value, _label in facet.options()]
            items["enum"] += [
                value for value in facet.unknown if facet.none and value not in items["enum"]
            ]
        parameter["schema"] = {"type": "array", "items": items}
        parameter |= {"style": "form", "explode": True}
    elif isinstance(field, AmountField):
        parameter["schema"] = {"type": "number", "minimum": 0}
    elif isinstance(field, forms.IntegerField):
        parameter["schema"] = dict(NUMBER)
        for end, limit in (("minimum", field.min_value), ("maximum", field.max_value)):
            if limit is not None:
                parameter["schema"][end] = limit
    elif isinstance(field, forms.ChoiceField):
        parameter["schema"]["enum"] = [value for value, _label in field.choices if value]
    elif name == "q":
        parameter["schema"]["maxLength"] = MAX_WORDS
    return parameter


def _answer(description, schema):
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _named(name):
    return {"$ref": f"#/components/schemas/{name}"}


def _page_of(name, **further):
    rows = {"results": {"type": "array", "items": _named(name)}}
    properties = {"count": NUMBER} | further | rows
    return {"type": "object", "required": list(properties), "properties": properties}


def description():
    """Return the whole description."""
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": settings.SITE_URL}],
        "externalDocs": {"url": settings.SITE_URL + reverse("codebook")},
        "paths": _paths(),
        "components": {
            "schemas": {
                "Policy": of_policy(),
                "Target": {"type": "object", "required": list(TARGET), "properties": TARGET},
                "Error": ERROR,
            }
        },
    }


def _info():
    name, address = licence.name_and_address()
    info = {
        "title": _("Urban SDG Knowledge Platform"),
        "version": "1",
        "description": _(
            "Policies of cities by SDG target, read only, with the filters of the list. No key is needed."
        ),
    }
    if name:
        info["license"] = {"name": name, **({"url": address} if address else {})}
    if settings.CONTACT_EMAIL:
        info["contact"] = {"email": settings.CONTACT_EMAIL}
    return info


def _paths():
    number = {"name": "id", "in": "path", "required": True, "schema": NUMBER | {"minimum": 1}}
    paging = {
        "page": NUMBER,
        "pages": NUMBER,
        "next": or_null(ADDRESS),
        "previous": or_null(ADDRESS),
    }
    return {
        reverse("api:policies"): _get(
            "policies",
            _("Policies that match, a page of them"),
            _answer(_("A page of policies."), _page_of("Policy", **paging)),
            refused=("400", "404"),
            parameters=parameters(),
        ),
        "/api/policies/{id}/": _get(
            "policy",
            _("One policy"),
            _answer(_("The policy."), _named("Policy")),
            refused=("404", "410"),
            parameters=[number],
        ),
        reverse("api:targets"): _get(
            "targets", _("The 169 targets"), _answer(_("All targets."), _page_of("Target"))
        ),
    }


def _get(name, summary, answer, *, refused=(), **further):
    """Return the description of what GET answers at an address; ``refused`` are the statuses of its own
    mistakes, beside those of limits and of a busy site, which all addresses have."""
    mistakes = dict.fromkeys(
        (*refused, "429", "503"), _answer(_("What was wrong."), _named("Error"))
    )
    answers = {"200": answer, **mistakes}
    return {"get": {"operationId": name, "summary": summary, **further, "responses": answers}}


@api.answered
def openapi(request):
    """The description, for programs."""
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False, "indent": 1})


@api.answered
def guide(request):
    """The page about the API for people, with examples to try."""
    rows = [
        {
            "name": each["name"],
            "label": each["description"],
            "values": each["schema"].get("enum") or each["schema"].get("items", {}).get("enum", []),
            "is_list": each["schema"].get("type") == "array",
        }
        for each in parameters()
    ]
    context = {
        "parameters": rows,
        "names": api.names(),
        "most": api.MOST_PER_PAGE,
        "examples": [
            reverse(f"api:{name}") + query for name, all_of in EXAMPLES.items() for query in all_of
        ],
        "licence": licence.name_and_address(),
        "crumbs": [(_("Data"), reverse("data"))],
    }
    return render(request, "policies/api.html", context)
