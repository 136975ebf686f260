"""Template tags and filters that every page may use, without loading them."""

import json

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from citynet.web.addresses import address
from citynet.web.campaigns import is_of_campaign
from citynet.web.formats import number
from citynet.web.moments import moment
from citynet.web.sign_in import reason_for

register = template.Library()

AUTHOR_VIEWS = frozenset(
    f"policies:{name}"
    for name in (
        *(
            "new",
            "new-from-workbook",
            "edit",
            "section",
            "preview",
            "submit",
            "withdraw",
            "confirm",
            "notes",
        ),
        *("file-add", "file-edit", "file-remove"),
    )
)

# What ends a script element or opens another thing in HTML, written as JSON may write it.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
# Parts of the site that stand below another one in the navigation.
SECTIONS = {"seminars": "exchange", "local-reviews": "sdg", "collections": "policies"}

register.filter(number)
register.filter(moment)
register.simple_tag(address)


@register.filter
def plain(value):
    """Return a year or a key without separators: 2013, where Django would write "2,013"; "" for
    None."""
    return "" if value is None else str(value)


@register.filter
def with_colon(label):
    """Return a label to be followed by words about it: with a colon, unless it ends a sentence."""
    return (
        label if str(label).endswith((".", "?", "!", "…")) else _("%(label)s:") % {"label": label}
    )


@register.filter
def absolute(path):
    """Return the public address of a path of this site."""
    return settings.SITE_URL + str(path)


@register.filter
def prose(text):
    """Return a person's text as HTML: blank lines part paragraphs, lines that start with "- " are a
    list.

    Everything is escaped and nothing becomes a link. Belongs inside
    ``<div class="prose" lang="…" dir="…">``.
    """
    blocks = []
    parted = True
    for line in map(str.strip, str(text or "").splitlines()):
        if not line:
            parted = True
            continue
        kind = "ul" if line.startswith("- ") else "p"
        # A list goes on over a blank line, a paragraph does not.
        if not blocks or blocks[-1][0] != kind or (parted and kind == "p"):
            blocks.append((kind, []))
        blocks[-1][1].append(line.removeprefix("- ").strip())
        parted = False
    return jinja("prose.html", blocks=blocks)


@register.simple_tag
def json_ld(data):
    """Return a data block for search engines; nothing in it can end the block."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return SafeString(f'<script type="application/ld+json">{text}</script>')


@register.simple_block_tag(takes_context=True)
def noted(context, content, name):
    """Return what stands inside, and put it under ``name`` for the rest of the page's frame."""
    context[name] = SafeString(content.strip().replace('"', "&quot;"))
    return content


@register.simple_tag(takes_context=True)
def breadcrumb_list(context):
    """Return the way to the page for search engines; "" where the page stands on none."""
    crumbs, here = context.get("crumbs"), canonical(context)
    if not crumbs or not here:
        return ""
    steps = [(_("Home"), reverse("home")), *crumbs]
    items = [
        {
            "@type": "ListItem",
            "position": place,
            "name": str(label),
            **({"item": settings.SITE_URL + str(url)} if url else {}),
        }
        for place, (label, url) in enumerate(steps, 1)
    ]
    return json_ld(
        {
            "@context": "https://schema.org",
            "@type": "BreadcrumbList",
            "@id": f"{here}#way",
            "itemListElement": items,
        }
    )


@register.simple_tag
def not_reported():
    """ "Not reported" inside a sentence or a cell, hatched like every gap."""
    return format_html('<span class="nr">{}</span>', _("Not reported"))


@register.simple_tag
def jinja(template, **values):
    """Return a template of the second engine, made with these values only."""
    return SafeString(render_to_string(template, values, using="jinja2"))


@register.filter
def without_campaigns(query):
    """Return the parameters of an address without the marks of campaigns, for ``querystring``."""
    kept = query.copy()
    for name in filter(is_of_campaign, list(kept)):
        del kept[name]
    return kept


@register.simple_tag(takes_context=True)
def pager(context, page, query=None, label=""):
    """Return links to the pages of a list: see ``components/pager.html``, which does the same."""
    paginator, current = page.paginator, page.number
    if paginator.num_pages <= 1:
        return ""
    query = context.request.GET if query in (None, "") else query
    rest = [
        (name, values)
        for name, values in query.lists()
        if name != "page" and not is_of_campaign(name)
    ]
    first = "?" + urlencode(rest, doseq=True)

    def address(place):
        # The first page has no number.
        return f"{first}{'&' if rest else ''}page={place}" if place > 1 else first

    ends = {"first": page.start_index(), "last": page.end_index(), "total": paginator.count}
    ends = {name: number(value) for name, value in ends.items()}
    places = paginator.get_elided_page_range(current, on_each_side=1, on_ends=1)
    values = {
        "label": label,
        "current": current,
        "pages": [
            (place, "" if place in (current, paginator.ELLIPSIS) else address(place))
            for place in places
        ],
        "previous": address(current - 1) if page.has_previous() else "",
        "next": address(current + 1) if page.has_next() else "",
        "extent": _("%(first)s to %(last)s of %(total)s") % ends,
    }
    return jinja("pager.html", **values)


@register.simple_tag(takes_context=True)
def sign_in_reason(context):
    """Return why the visitor of a page of the sign-in came; "" where that is not said."""
    request = context.get("request")
    return reason_for(request) if request else ""


@register.simple_tag(takes_context=True)
def current_view(context):
    """Return the name of the page's view ("policies:list"); "" on error pages that know no view."""
    match = getattr(context.get("request"), "resolver_match", None)
    return match.view_name if match else ""


@register.simple_tag(takes_context=True)
def current_section(context):
    """Return the part of the masthead's navigation that the page belongs to; "" for none."""
    view = current_view(context)
    if view in AUTHOR_VIEWS:
        return "publish"
    # Comparing begins from cases and is no part of its own.
    section = view.partition(":")[0]
    return "" if view.startswith("policies:compare") else SECTIONS.get(section, section)


@register.simple_tag(takes_context=True)
def canonical(context):
    """Return the public address of the page without its query; "" where no request is known."""
    request = context.get("request")
    return settings.SITE_URL + request.path if request else ""
