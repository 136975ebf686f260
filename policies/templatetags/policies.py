"""Drawings and data blocks of the case page and the comparison."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from policies.content import gaps
from policies.content.charts import UNKNOWN, WITHDRAWN, anchor

register = template.Library()


@register.inclusion_tag("policies/case/gap.html", takes_context=True)
def leads_on(context, name):
    """Lead on from a gap of a case, one of ``policies.content.gaps.GAPS``.

    On pages whose context has ``gaps_for``: "team" or "readers" of the case.
    """
    whom = context.get("gaps_for")
    if not whom or not name:
        return {}
    case = context["case"]
    return {
        "label": gaps.GAPS[name].label,
        "filling": gaps.filling(case, name) if whom == "team" else "",
        "asking": gaps.asking(case, name) if whom == "readers" else "",
        "member": case.member,
    }


BAR = '<svg class="bar{}" aria-hidden="true" focusable="false">{}{}</svg>'
DASHED = SafeString(' stroke-dasharray="4 4"')
SHADES = ("", ".55", ".3")


def percent(value):
    """Return a position for an attribute: always with a point, whatever the reader's language."""
    return f"{value:.2f}%"


@register.simple_tag
def bar(drawn, thick=False):
    """Return a :class:`policies.content.charts.Bar` as SVG; decorative, the numbers stand beside
    it."""
    pieces = format_html_join("", "{}", ((_piece(piece),) for piece in drawn.pieces))
    mark = ""
    if drawn.mark is not None:
        at = percent(drawn.mark)
        mark = format_html('<line x1="{}" x2="{}" y1="-5" y2="100%"/>', at, at)
    return format_html(BAR, " thick" if thick else "", pieces, mark)


@register.simple_tag
def change_bar(drawn):
    """Return a :class:`policies.content.charts.Change` as SVG: from a ring to a dot."""
    start, end = percent(drawn.start), percent(drawn.end)
    line = format_html('<line x1="{}" x2="{}" y1="50%" y2="50%"/>', start, end)
    dots = format_html(
        '<circle class="start" cx="{}" cy="50%" r="5"/><circle class="end" cx="{}" cy="50%" r="6"/>',
        start,
        end,
    )
    return format_html(BAR, " line", line, dots)


@register.simple_tag
def curve(drawn):
    """Return a :class:`policies.content.charts.Curve` as SVG; the values stand in a table beside it.
    A stretch over years without a value is dashed."""
    lines = format_html_join(
        "",
        '<line x1="{}" y1="{}" x2="{}" y2="{}"{}/>',
        (
            (*map(percent, (*start, *end)), "" if is_next else DASHED)
            for start, end, is_next in drawn.stretches
        ),
    )
    dots = format_html_join(
        "", '<circle cx="{}" cy="{}" r="4"/>', (map(percent, each) for each in drawn.points)
    )
    return format_html(
        '<svg class="curve" aria-hidden="true" focusable="false">'
        '<svg height="80%" y="6%" overflow="visible">'
        '<line class="base" x1="0" x2="100%" y1="100%" y2="100%"/>{}{}</svg>'
        '<text x="0" y="100%">{}</text><text x="100%" y="100%" text-anchor="end">{}</text></svg>',
        lines,
        dots,
        drawn.first,
        drawn.last,
    )


@register.simple_tag
def axis(ticks, today=None):
    """Return the years below time bars, and the word "today" at its place (percent), if it has
    one."""
    marks = format_html_join("", "{}", ((_tick(tick),) for tick in ticks))
    now = _today(today) if today is not None else ""
    return format_html(
        '<svg class="axis" aria-hidden="true" focusable="false">{}{}</svg>', marks, now
    )


def _piece(piece):
    look = ""
    if piece.kind == UNKNOWN:
        look = SafeString(' fill="url(#hatch)"')
    elif piece.kind == WITHDRAWN:
        look = SafeString(' fill="none" stroke="currentColor" stroke-dasharray="4 3"')
    elif SHADES[piece.shade]:
        look = format_html(' fill-opacity="{}"', SHADES[piece.shade])
    start, width = percent(piece.start), percent(piece.width)
    return format_html('<rect x="{}" width="{}" height="100%"{}/>', start, width, look)


def _tick(tick):
    at = percent(tick.at)
    line = format_html('<line x1="{}" x2="{}" y1="0" y2="5"/>', at, at)
    if not tick.label:
        return line
    text = '<text x="{}" y="18" text-anchor="{}">{}</text>'
    return line + format_html(text, at, tick.anchor, tick.label)


def _today(at):
    where = percent(at)
    return format_html(
        '<line x1="{}" x2="{}" y1="-4" y2="6"/><text class="who" x="{}" y="18" text-anchor="{}">{}</text>',
        where,
        where,
        where,
        anchor(at),
        _("today"),
    )
