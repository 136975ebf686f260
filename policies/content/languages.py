"""The languages of texts, as people look for them: by name, in the reader's language."""

from citynet.web.text import order_key
from policies.models import Revision


def choices():
    """Return (code, name) of the languages in the order of their names."""
    return sorted(Revision.Language.choices, key=lambda pair: order_key(str(pair[1])))


def in_order(field):
    """Return a form field whose choices are languages with these in the order of their names, behind
    what stands before them."""
    known = set(Revision.Language.values)
    before = [pair for pair in field.choices if pair[0] not in known]
    offered = {value for value, _label in field.choices}

    def ordered():
        return [*before, *(pair for pair in choices() if pair[0] in offered)]

    field.choices = ordered
    return field
