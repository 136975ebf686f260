"""A case study: its page, its history, its single revisions, and how to cite it."""

import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from citynet.web.headers import open_to_other_sites
from citynet.web.text import LONGEST_NUMBER
from policies import interchange
from policies.content import citations, lists, sections, summary
from policies.content.case_page import case_context
from policies.content.diff import changes, compared
from policies.content.json_ld import case_data
from policies.content.key_facts import budget, duration
from policies.models import CaseStudy, Revision
from policies.search.query import similar

from .gone import kept_for, or_gone

# Changes a page of the history: each is compared anew.
CHANGES_PER_PAGE = 10
NEWEST_REVISIONS = 5
FILES = {
    "bib": (citations.bibtex, "application/x-bibtex; charset=utf-8"),
    "json": (citations.csl, "application/vnd.citationstyles.csl+json; charset=utf-8"),
    "ris": (citations.ris, "application/x-research-info-systems; charset=utf-8"),
}


@login_not_required
@require_safe
@page_cache.cache_public_page
@or_gone
def case(request, pk, slug=None):
    """The public page of a case; any other spelling of its address leads there."""
    found = Revision.objects.live().select_related("case__member").with_number_of_texts()
    live = live_revision(pk, found.annotate(**lists.ON_PAGES))
    if elsewhere := moved(request, live, "policies:case"):
        return elsewhere
    summary.read_rows(live)
    revisions = _texts(live)
    context = case_context(live) | {
        "crumbs": _crumbs(live),
        "gaps_for": "team" if _writes(request, live) else "readers",
        "revisions": revisions[:NEWEST_REVISIONS],
        "older": len(revisions) - NEWEST_REVISIONS,
        "similar": _similar(live),
        # A text that was restored became public again later than those after it.
        "data": case_data(live, min(each["decided_at"] for each in revisions)),
    }
    return _linked(render(request, "policies/case.html", context), live, context["cited"])


def _texts(live):
    """Return number and day of the texts of a case that were public, the newest first."""
    if live.number_of_texts == 1:
        return [{"number": live.number, "decided_at": live.decided_at}]
    citable = Revision.objects.citable().filter(case=live.case_id)
    return list(citable.order_by("-number").values("number", "decided_at"))


@login_not_required
@require_safe
@page_cache.cache_public_page
@or_gone
def history(request, pk, slug):
    """The published revisions of a case: what changed from each to the next, or between any two."""
    live = live_revision(pk)
    if elsewhere := moved(request, live, "policies:history"):
        return elsewhere
    numbers = dict(
        Revision.objects.citable()
        .filter(case_id=live.case_id)
        .order_by("-number")
        .values_list("pk", "number")
    )
    context = {
        "live": live,
        "numbers": numbers.values(),
        "crumbs": _crumbs(live, inner=True),
        "text_attributes": sections.text_attributes(live),
    }
    if "older" in request.GET or "newer" in request.GET:
        context |= _compared(request, numbers)
    else:
        context |= _steps(request, list(numbers))
    return render(request, "policies/history.html", context)


def _compared(request, numbers):
    """What differs between the two revisions that the reader chose."""
    chosen = [request.GET.get(name, "") for name in ("older", "newer")]
    keys = {str(number): key for key, number in numbers.items()}
    if not keys.keys() >= set(chosen):
        raise Http404(_("There is no such revision."))
    found = compared(Revision.objects.citable()).in_bulk([keys[number] for number in chosen])
    older, newer = sorted((found[keys[number]] for number in chosen), key=lambda each: each.number)
    return {
        "older": older,
        "newer": newer,
        "changes": changes(older, newer),
        "newer_attributes": sections.text_attributes(newer),
    }


def _steps(request, keys_of_all):
    """A page of the revisions, each with what it changed in the one before it."""
    try:
        page = Paginator(keys_of_all, CHANGES_PER_PAGE).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("The history has no such page.")) from error
    # The one before the last of the page is needed to say what that one changed.
    keys = keys_of_all[page.start_index() - 1 : page.end_index() + 1]
    found = compared(Revision.objects.citable()).in_bulk(keys)
    shown = [found[key] for key in keys if key in found]
    steps = [
        {
            "revision": revision,
            "text_attributes": sections.text_attributes(revision),
            "previous": previous,
            "changes": changes(previous, revision) if previous else None,
        }
        for revision, previous in zip(shown, [*shown[1:], None], strict=True)
    ][: len(page)]
    return {"page": page, "steps": steps}


@login_not_required
@require_safe
@page_cache.cache_public_page
@or_gone
def revision(request, pk, slug, number):
    """One published revision, as it was: to be read and cited for good."""
    found = Revision.objects.citable().filter(case_id=_number(pk), number=_number(number))
    shown = found.select_related("case__live").with_rows().first()
    if shown is None:
        if kept := kept_for(_number(pk)):
            # The numbers of its texts say nothing about those of the case that took its place.
            return redirect(kept, permanent=True)
        raise Http404(_("There is no such revision."))
    address = shown.get_absolute_url()
    if request.path != address:
        return redirect(address, permanent=True)
    live = shown.case.live
    live.case = shown.case
    context = case_context(shown) | {
        "crumbs": _crumbs(live, inner=True),
        "live": live,
        "is_live": shown.pk == live.pk,
    }
    return _linked(render(request, "policies/revision.html", context), shown, context["cited"])


def _linked(answer, shown, cited):
    """Return the page of a text with links to what to cite and what describes it, for programs
    (RFC 8574, signposting.org)."""
    arguments = [shown.case_id, shown.case.slug, shown.number]
    links = [f'<{cited.lasting}>; rel="cite-as"']
    for form, (_write, kind) in FILES.items():
        address = reverse("policies:revision-cite", args=[*arguments, form])
        links.append(f'<{address}>; rel="describedby"; type="{kind.partition(";")[0]}"')
    answer["Link"] = ", ".join(links)
    return answer


@open_to_other_sites
@require_safe
@or_gone
def cite(request, pk, slug, form):
    """The citation of a case's live revision as a file: ``form`` is bib, ris or json (CSL-JSON)."""
    live = live_revision(pk)
    if elsewhere := moved(request, live, "policies:cite", form=form):
        return elsewhere
    return _cited(live, form)


@open_to_other_sites
@require_safe
@or_gone
def cite_revision(request, pk, slug, number, form):
    """The citation of one published revision as a file, as above."""
    found = Revision.objects.citable().filter(case_id=_number(pk), number=_number(number))
    shown = found.select_related("case__member").first()
    if shown is None:
        if kept := kept_for(_number(pk)):
            return redirect("policies:cite", kept.pk, kept.slug, form, permanent=True)
        raise Http404(_("There is no such revision."))
    if elsewhere := moved(request, shown, "policies:revision-cite", number=shown.number, form=form):
        return elsewhere
    return _cited(shown, form)


def _cited(shown, form):
    write, content_type = FILES[form]
    cited = citations.citation(shown)
    return _file(f"{cited.key}.{form}", content_type, write(cited))


@open_to_other_sites
@require_safe
@or_gone
def case_jsonl(request, pk, slug):
    """The live revision of a case in the interchange format: one line."""
    live = live_revision(pk, Revision.objects.live().with_first_published().with_rows())
    if elsewhere := moved(request, live, "policies:case-jsonl"):
        return elsewhere
    (record,) = interchange.records([live])
    line = json.dumps(record, ensure_ascii=False) + "\n"
    name = f"{citations.citation(live).key}.jsonl"
    return _file(name, "application/jsonl; charset=utf-8", line)


def _writes(request, live):
    """Return whether the reader may write the case. Only of whoever has a session is it asked: for
    all others the page is the same."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return CaseStudy.objects.editable_by(request.user).filter(pk=live.case_id).exists()


def live_revision(pk, revisions=None):
    """Return the live revision of a case, or of the one that it was merged into; raise 404 where
    there is none.

    The address of a merged case is not that of the one that stays, so ``moved`` leads there.
    """
    if revisions is None:
        revisions = Revision.objects.live().select_related("case__member")
    # A case that was merged is not public, so it is looked for only where there is nothing to show.
    found = revisions.filter(case=_number(pk)).first()
    found = found or revisions.filter(case__merged=_number(pk)).first()
    if found is None:
        raise Http404(_("There is no such public case."))
    return found


def _number(text):
    """Return a number from an address; 404 where no row can have it."""
    if len(str(text)) > LONGEST_NUMBER:
        raise Http404(_("There is no such public case."))
    return int(text)


def moved(request, live, name, **kwargs):
    """A lasting redirect to the one address of the page, or None where the request came there."""
    address = reverse(name, kwargs={"pk": live.case_id, "slug": live.case.slug, **kwargs})
    return None if request.path == address else redirect(address, permanent=True)


def _file(name, content_type, text):
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=content_type, headers=headers)


def _crumbs(live, *, inner=False):
    """Return the way to a case by its first theme, or to a page of the case."""
    crumbs = [(_("Policies"), reverse("policies:list"))]
    if inner:
        return [*crumbs, (live.title, live.case.get_absolute_url())]
    crumbs += [
        (row.theme.name, reverse("policies:list", query={"theme": row.theme.slug}))
        for row in live.theme_rows.all()[:1]
    ]
    return crumbs


def _similar(live):
    """Return the live revisions most like this one, with what they share."""
    rows = []
    for each in lists.revisions(similar(live)):
        codes, themes = sections.shared_with(live, each)
        facts = [duration(each), budget(each)]
        rows.append({"revision": each, "codes": codes, "themes": themes, "facts": facts})
    return rows
