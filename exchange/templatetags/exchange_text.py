"""Texts that people wrote in the exchange, as HTML."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from citynet.templatetags.ui import prose

register = template.Library()

# In text that is escaped already: quotation marks and brackets end an address.
ADDRESS = re.compile(r"https?://(?:(?!&(?:#3[49]|lt|gt);)[^\s<])+")
# So does punctuation at its end, which belongs to the sentence.
AFTER = ".,:!?)]»”"


@register.filter
def written(text):
    """Return a person's text as :func:`prose` does, with its web addresses as links that search
    engines do not count."""
    return SafeString(ADDRESS.sub(_link, prose(text)))


def _link(found):
    address = found[0].rstrip(AFTER)
    link = format_html('<a href="{0}" rel="ugc nofollow noopener">{0}</a>', SafeString(address))
    return link + SafeString(found[0][len(address) :])
