"""Deploy checks for mistakes that Django's own checks do not find."""

import re
from email.utils import parseaddr

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
def limits_are_shared(app_configs, **kwargs):
    """Limits do not hold when each of several processes counts on its own."""
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        return [
            checks.Warning(
                "Limits are counted in each process, so that several processes allow more.",
                hint="Set CACHE_URL to db://cache, or to redis://host:6379/0.",
                id="citynet.W002",
            )
        ]
    return []


@register("citynet")
def replicas_have_a_primary(app_configs, **kwargs):
    """Only PostgreSQL has replicas."""
    if settings.REPLICA_URL and "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        return [
            checks.Error(
                "REPLICA_URL is set, but the database is no PostgreSQL.",
                hint="Set DATABASE_URL to the PostgreSQL whose replicas these are.",
                id="citynet.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def vulnerability_can_be_reported(app_configs, **kwargs):
    """Whoever finds a vulnerability has to know where to report it."""
    if security_txt.contact():
        return []
    return [
        checks.Warning(
            "Nobody can be told of a vulnerability: /.well-known/security.txt has no contact.",
            hint="Set CONTACT_EMAIL, or SECURITY_CONTACT.",
            id="citynet.W004",
        )
    ]


# Names of machines that nobody outside can answer to (RFC 2606 and 6762, and what installers write).
_LOCAL = re.compile(
    r"[^.]*|[\d.]+|\[.*\]|.*\.(local|localhost|localdomain|internal|lan|invalid|test)",
    re.IGNORECASE,
)


@register("citynet", deploy=True)
def addresses_can_be_answered(app_configs, **kwargs):
    """Mail from an address of this machine alone is refused or lost, and so is every answer to it."""
    found = []
    for name in ("DEFAULT_FROM_EMAIL", "CONTACT_EMAIL"):
        address = parseaddr(getattr(settings, name))[1]
        if getattr(settings, name) and _LOCAL.fullmatch(address.rpartition("@")[2]):
            found.append(
                checks.Warning(
                    f"{name} is {getattr(settings, name)!r}: nobody outside can write to it.",
                    hint=f"Set {name} to an address of the site's own domain.",
                    id="citynet.W006",
                )
            )
    return found


@register(Tags.security, deploy=True)
def visitors_are_told_apart(app_configs, **kwargs):
    """Behind a proxy that is not trusted, all visitors have one address and share one limit."""
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
    """A limit in a wrong format would only fail on the first request."""
    found = []
    for kind, text in settings.THROTTLE_LIMITS.items():
        try:
            throttles.limit(text)
        except ValueError as error:
            found.append(checks.Error(f"THROTTLE_{kind.upper()}: {error}", id="citynet.E002"))
    return found
