"""Checks for mistakes of our own that Django's deploy checks do not know."""

from django.conf import settings
from django.core import checks
from django.core.checks import Tags, register

from citynet.web import security_txt, throttles


@register(Tags.security, deploy=True)
def site_url_is_public(app_configs, **kwargs):
    """Feeds and citations carry ``SITE_URL``: it must be the public https address."""
    if settings.SITE_URL.startswith("https://"):
        return []
    return [
        checks.Warning(
            f"SITE_URL is {settings.SITE_URL!r}: feeds, citations and the sitemap would carry it.",
            hint="Set SITE_URL to the public address, beginning with https://.",
            id="citynet.W001",
        )
    ]


@register(Tags.caches, deploy=True)
def cache_is_shared(app_configs, **kwargs):
    """Counters kept per process are no limit once there are several processes."""
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        return [
            checks.Warning(
                "The cache is kept in each process, so limits and counters are not shared.",
                hint="Set CACHE_URL, for example redis://localhost:6379/0 or db://cache_table.",
                id="citynet.W002",
            )
        ]
    return []


@register("citynet")
def replicas_have_a_primary(app_configs, **kwargs):
    """Only PostgreSQL has replicas that can be asked how far they have come."""
    engines = {each["ENGINE"] for each in settings.DATABASES.values()}
    if settings.REPLICA_URLS and engines != {"django.db.backends.postgresql"}:
        return [
            checks.Error(
                "REPLICA_URLS is set, but not every database is a PostgreSQL.",
                hint="Set DATABASE_URL and REPLICA_URLS to addresses of PostgreSQL servers.",
                id="citynet.E001",
            )
        ]
    return []


@register(Tags.caches, deploy=True)
def machines_share_redis(app_configs, **kwargs):
    """Who has replicas has several machines, and they share limits and sessions in Redis."""
    if settings.REPLICA_URLS and "SharedCache" not in settings.CACHES["default"]["BACKEND"]:
        return [
            checks.Warning(
                "There are replicas of the database, but no Redis or Valkey that machines share.",
                hint="Set CACHE_URL to redis://host:6379/0.",
                id="citynet.W003",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def weakness_can_be_reported(app_configs, **kwargs):
    """Who finds a weakness has to know whom to tell."""
    if security_txt.contact():
        return []
    return [
        checks.Warning(
            "Nobody can be told of a weakness: /.well-known/security.txt has no contact.",
            hint="Set CONTACT_EMAIL, or SECURITY_CONTACT.",
            id="citynet.W004",
        )
    ]


@register(Tags.security, deploy=True)
def visitors_are_told_apart(app_configs, **kwargs):
    """Behind a proxy that nobody trusts, all visitors are one, and share one limit."""
    if settings.BEHIND_PROXY and not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return [
            checks.Warning(
                "All visitors seem to have the address of the proxy, and share its limits.",
                hint="Set TRUSTED_PROXY_COUNT to the number of your proxies, 1 for nginx alone.",
                id="citynet.W005",
            )
        ]
    return []


@register("citynet")
def limits_are_understood(app_configs, **kwargs):
    """A limit that cannot be read would fail on the first page."""
    found = []
    for kind, text in settings.THROTTLE_LIMITS.items():
        try:
            throttles.limit(text)
        except ValueError as error:
            found.append(checks.Error(f"THROTTLE_{kind.upper()}: {error}", id="citynet.E002"))
    return found
