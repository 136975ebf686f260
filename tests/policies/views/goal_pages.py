"""What the tests of the pages of goals and targets share."""

import re
from html import unescape

from tests.factories import CaseStudyFactory, LiveRevisionFactory


def live(member, *targets, **fields):
    return LiveRevisionFactory(case=CaseStudyFactory(member=member), targets=targets, **fields)


def text(response):
    """The words of a page, without markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())
