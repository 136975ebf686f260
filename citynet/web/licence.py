"""Under what terms the texts of the library may be used, as far as the operator states any."""

from django.conf import settings
from django.utils.translation import gettext as _


def name_and_address():
    """Return name and address of the licence from ``CONTENT_LICENCE``; each "" where it has none."""
    words = settings.CONTENT_LICENCE.split()
    address = words.pop() if words and words[-1].startswith(("https://", "http://")) else ""
    return " ".join(words) or address, address


def terms():
    """Return the licence in words, or what to do where none is stated."""
    name, address = name_and_address()
    if not name:
        return _("No licence is stated: ask the contributing member before you use a text.")
    if address in ("", name):
        return name
    return _("%(name)s, %(address)s") % {"name": name, "address": address}
