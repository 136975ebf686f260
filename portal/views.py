"""Home, the pages about the platform, and what search engines may visit."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import licence, maps, page_cache
from policies.content import json_ld, lists
from policies.models import CaseStudy, Revision
from policies.search.counts import count_cases, goals_with_counts, members_with_counts
from policies.statistics import turnaround
from policies.workflow import criteria
from sdg.models import Term

from . import codebook as codebook_page
from .example_searches import example_searches
from .models import News, PageText, texts_of

Place = PageText.Place

NEWEST = 4
FEATURED = 4
NEWS = 3
NEWS_A_PAGE = 20
# Crawlers need not visit what people ask for one at a time, nor the same list in other formats.
ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /policies/suggest/
Disallow: /policies/export.
Disallow: /policies/compare/

Sitemap: {sitemap}
"""


@login_not_required
@require_safe
@page_cache.cache_public_page
def home(request):
    """Search, the goals, the newest cases, a map of members, and totals of the library."""
    featured = list(CaseStudy.objects.featured().values_list("live", flat=True)[:FEATURED])
    # Some of the newest may be featured as well, and are shown there only.
    counts = count_cases(newest=NEWEST + len(featured))
    newest = [key for key in counts.newest if key not in featured][:NEWEST]
    shown = lists.read([*featured, *newest])
    goals = goals_with_counts(counts)
    members = members_with_counts(counts)
    covered = sum(goal.covered for goal in goals)
    context = {
        "counts": counts,
        "reported": Revision.objects.live().reported(),
        # Only those shown by name, so that it is the number that the filter lists.
        "countries": len({member.country_code for member in members} - {""}),
        "goals": goals,
        "columns": _columns(goals),
        "covered": covered,
        "empty": sum(len(goal.rows) for goal in goals) - covered,
        "members": members,
        "points": maps.points(members),
        "outside": maps.outside(members),
        "featured": [each for each in shown if each.pk in featured],
        "revisions": [each for each in shown if each.pk not in featured],
        "examples": example_searches(counts),
        "site": _site(),
        "news": News.objects.public()[:NEWS],
    }
    return render(request, "portal/home.html", context)


def _site():
    """Return the platform and its search in schema.org terms, for search engines."""
    found = {"@type": "EntryPoint"}
    found["urlTemplate"] = settings.SITE_URL + reverse("policies:list") + "?q={words}"
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "@id": f"{settings.SITE_URL}/#site",
        "url": settings.SITE_URL + reverse("home"),
        "name": _("Urban SDG Knowledge Platform"),
        "inLanguage": [code for code, name in settings.LANGUAGES],
        "publisher": json_ld.publisher() | {"logo": settings.SITE_URL + static("img/icon-512.png")},
        "potentialAction": {
            "@type": "SearchAction",
            "target": found,
            "query-input": "required name=words",
        },
    }


def _columns(goals):
    """Return the histogram of cases by goal: for each goal its column, in percent as text."""
    highest = max((goal.case_count for goal in goals), default=0) or 1
    width = 100 / max(len(goals), 1)
    columns = []
    for slot, goal in enumerate(goals):
        height = 78 * goal.case_count / highest
        columns.append(
            {
                "goal": goal,
                "x": f"{slot * width:.2f}%",
                "width": f"{width - 0.5:.2f}%",
                "middle": f"{slot * width + (width - 0.5) / 2:.2f}%",
                "y": f"{88 - height:.1f}%",
                "height": f"{height:.1f}%",
                "label_y": f"{85 - height:.1f}%",
            }
        )
    return columns


@login_not_required
@require_safe
@page_cache.cache_public_page
def about(request):
    """What the platform is, how cases are written, and how to use its data."""
    context = {
        "contact": settings.CONTACT_EMAIL,
        "total": CaseStudy.objects.live().count(),
        "licence": licence.name_and_address(),
        "texts": texts_of(Place.ABOUT, Place.LICENCE),
    }
    return render(request, "portal/about.html", context)


@login_not_required
@require_safe
@page_cache.cache_public_page
def review(request):
    """Who decides on submissions, by which criteria, how long it takes, and what an edit means."""
    median, ninety, decided = turnaround.of_last_year()
    context = {
        "days": settings.EXCHANGE_DAYS,
        "criteria": criteria.criteria(),
        # Whole days: nobody plans by hours.
        "median": None if median is None else round(median),
        "ninety": None if ninety is None else round(ninety),
        "decided": decided,
        "waiting": Revision.objects.awaiting_review().count(),
        "contact": settings.CONTACT_EMAIL,
        "texts": texts_of(Place.RULES, Place.TIMES),
    }
    return render(request, "portal/review.html", context)


@login_not_required
@require_safe
@page_cache.cache_public_page
def news(request):
    """News of the network, a page at a time."""
    page = Paginator(News.objects.public(), NEWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/news.html", {"page": page, "crumbs": []})


@login_not_required
@require_safe
@page_cache.cache_public_page
def news_item(request, pk):
    """One of the news."""
    item = get_object_or_404(News.objects.public(), pk=pk)
    context = {"item": item, "crumbs": [(_("News of the network"), reverse("news"))]}
    return render(request, "portal/news.html", context)


@login_not_required
@require_safe
@page_cache.cache_public_page
def accessibility(request):
    """The accessibility statement."""
    return render(request, "portal/accessibility.html", {"contact": settings.CONTACT_EMAIL})


@login_not_required
@require_safe
@page_cache.cache_public_page
def codebook(request):
    """Every field of a case study, from the models themselves, and the thesaurus."""
    context = {
        "sections": codebook_page.sections() + codebook_page.adoptions() + codebook_page.entries(),
        "computed": codebook_page.computed(),
        "bands": codebook_page.bands(),
        "facets": codebook_page.facets(),
        "terms": Term.objects.in_use().count(),
        "languages": Term.Language.choices,
        "licence": licence.name_and_address(),
        "texts": texts_of(Place.LICENCE),
    }
    return render(request, "portal/codebook.html", context)


@login_not_required
@require_safe
def robots(request):
    """What search engines may visit, and where the sitemap is."""
    text = ROBOTS.format(sitemap=settings.SITE_URL + reverse("sitemap"))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
