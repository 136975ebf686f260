"""Whether readers can open the address of a source."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

# Names that no public page has (RFC 6761, RFC 6762, RFC 8375, and what offices use), and those that
# stand for a page in manuals (RFC 2606).
PRIVATE_NAMES = (
    *("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp"),
    *("home.arpa", "private", "invalid", "test"),
)
NAMES_OF_MANUALS = ("example", "example.com", "example.net", "example.org")
NUMBERS_AS_HOST = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*")


def not_public(url):
    """Return why readers cannot open an address, or ""."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host = _host(parts)
    except ValueError:
        return _("This address cannot be read.")
    if parts.username or parts.password:
        return _("This address holds a name or password, which readers would see.")
    if _is_private(host):
        message = _("Readers cannot open %(host)s: it is no address of the public internet.")
        return message % {"host": host or url}
    return ""


def from_manuals(url):
    """Return what to ask about an address that stands for a page in manuals, or ""; of public ones."""
    host = _host(urlsplit(url))
    if not _is_below(host, NAMES_OF_MANUALS):
        return ""
    return _("%(host)s is an example address from manuals. Which page is it?") % {"host": host}


def _host(parts):
    return (parts.hostname or "").rstrip(".").lower()


def _is_private(host):
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or _is_below(host, PRIVATE_NAMES) or _is_short_address(host)


def _is_below(host, names):
    return host in names or host.endswith(tuple(f".{name}" for name in names))


def _is_short_address(host):
    """Return whether browsers read a host as an address in numbers: 127.1, 0x7f.1."""
    return bool(NUMBERS_AS_HOST.fullmatch(host))
