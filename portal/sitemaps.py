"""The sitemap: every public page with the time it last changed, at the public address."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem
from django.contrib.sitemaps.views import sitemap as section_view
from django.db.models import Max
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from case_collections.models import Collection
from exchange.models import Adoption, Advice, Cooperation, Question
from members.models import Member
from policies.models import CaseStudy, Revision
from sdg.models import Goal, Target
from seminars.models import Seminar


class Address:
    """The public address, in the place where Django expects a row of the sites framework."""

    def __init__(self):
        address = urlsplit(settings.SITE_URL)
        self.protocol, self.domain = address.scheme, address.netloc


class PublicSitemap(Sitemap):
    """Pages at ``SITE_URL``, whichever host was asked."""

    limit = 10_000

    def get_urls(self, page=1, site=None, protocol=None):
        address = Address()
        return super().get_urls(page, site=address, protocol=address.protocol)


class PageSitemap(PublicSitemap):
    """Home, the lists and the pages about the platform."""

    LISTS = ("home", "policies:list", "sdg:goals", "sdg:coverage", "members:list")
    EXCHANGE = (
        *("exchange:home", "exchange:questions", "exchange:know-how", "exchange:adoptions"),
        *("exchange:cooperations", "seminars:list", "local-reviews:list", "collections:list"),
    )
    TEXTS = (
        *("about", "publish", "review", "news", "calls:list", "accessibility", "codebook", "data"),
        "api:guide",
    )

    def items(self):
        return [*self.LISTS, *self.EXCHANGE, *self.TEXTS]

    def location(self, name):
        return reverse(name)

    def lastmod(self, name):
        return self.newest if name in self.LISTS else None

    def get_urls(self, page=1, site=None, protocol=None):
        self.newest = Revision.objects.live().aggregate(Max("decided_at"))["decided_at__max"]
        return super().get_urls(page, site, protocol)


class CaseSitemap(PublicSitemap):
    """Every live case; it changed when its text was published."""

    def items(self):
        rows = CaseStudy.objects.live().annotate(changed=Max("live__decided_at"))
        return rows.only("slug").order_by("pk")

    def lastmod(self, case):
        return case.changed


class ServedSitemap(PublicSitemap):
    """Goals or targets; each changed when the newest of its cases was published."""

    path = None

    def items(self):
        newest = Revision.objects.live().order_by().values_list(self.path)
        self.newest = dict(newest.annotate(Max("decided_at")))
        return self.queryset.all()

    def lastmod(self, row):
        return self.newest.get(row.pk)


class GoalSitemap(ServedSitemap):
    queryset = Goal.objects
    path = "contributions__target__goal"


class TargetSitemap(ServedSitemap):
    queryset = Target.objects
    path = "contributions__target"


class MemberSitemap(PublicSitemap):
    """Profiles; each changed with the member's facts or with the newest of its cases."""

    def items(self):
        return Member.objects.annotate(newest=Max("cases__live__decided_at")).order_by("pk")

    def lastmod(self, member):
        return max(filter(None, [member.updated_at, member.newest]))


class EntrySitemap(PublicSitemap):
    """Entries of the exchange that everybody may read; each changed at the last of its dates."""

    model, dates = None, ()

    def items(self):
        return self.rows().only(*self.fields, *self.dates).order_by("pk")

    def rows(self):
        return self.model.objects.public()

    def lastmod(self, entry):
        return max(filter(None, (getattr(entry, name) for name in self.dates)), default=None)


class QuestionSitemap(EntrySitemap):
    model, fields = Question, ("title",)
    dates = ("opened_at", "answered_at", "closed_at")


class AdviceSitemap(EntrySitemap):
    """Advice that stands now: what was replaced leads on from its own page."""

    model, fields = Advice, ("state",)
    dates = ("text_changed_at", "english_at")

    def rows(self):
        return super().rows().filter(state=Advice.State.PUBLISHED)


class AdoptionSitemap(EntrySitemap):
    model, fields = Adoption, ("stage",)
    dates = ("published_at", "confirmed_by_origin_at", "newest_report")

    def items(self):
        return self.rows().annotate(newest_report=Max("reports__created_at")).order_by("pk")


class CooperationSitemap(EntrySitemap):
    """Needs and offers that are open."""

    model, fields = Cooperation, ("title", "kind")
    dates = ("opened_at",)

    def rows(self):
        return Cooperation.objects.open()


class SeminarSitemap(PublicSitemap):
    """Public seminars; each changed when it was last saved."""

    def items(self):
        return Seminar.objects.public().only("title", "kind", "changed_at").order_by("pk")

    def lastmod(self, seminar):
        return seminar.changed_at


class CollectionSitemap(PublicSitemap):
    """Public collections; each changed when it was last saved."""

    def items(self):
        return Collection.objects.public().only("key", "changed_at").order_by("pk")

    def lastmod(self, collection):
        return collection.changed_at


SITEMAPS = {
    "pages": PageSitemap,
    "policies": CaseSitemap,
    "goals": GoalSitemap,
    "targets": TargetSitemap,
    "members": MemberSitemap,
    "questions": QuestionSitemap,
    "know-how": AdviceSitemap,
    "adoptions": AdoptionSitemap,
    "cooperation": CooperationSitemap,
    "seminars": SeminarSitemap,
    "collections": CollectionSitemap,
}


@login_not_required
@require_safe
def index(request):
    """Lists the parts of the sitemap, because one file may hold 50,000 addresses at most."""
    parts = []
    for section, kind in SITEMAPS.items():
        address = settings.SITE_URL + reverse("sitemap-section", args=[section])
        pages = kind().paginator.num_pages
        parts.append(SitemapIndexItem(address))
        parts.extend(SitemapIndexItem(f"{address}?p={page}") for page in range(2, pages + 1))
    return TemplateResponse(
        request, "sitemap_index.xml", {"sitemaps": parts}, content_type="application/xml"
    )


@login_not_required
@require_safe
def section(request, section):
    """One part of the sitemap."""
    return section_view(request, SITEMAPS, section=section)
