"""What a band or a range leaves out because it states nothing: said, and let in on request."""

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from citynet.web.formats import number

from .library import LET_IN

SAID = {
    "budget": ngettext_lazy(
        "%(number)s policy states no amount in US dollars and is left out.",
        "%(number)s policies state no amount in US dollars and are left out.",
        "count",
    ),
    "staff": ngettext_lazy(
        "%(number)s policy states no number of full-time equivalents and is left out.",
        "%(number)s policies state no number of full-time equivalents and are left out.",
        "count",
    ),
    "duration": ngettext_lazy(
        "%(number)s policy does not state how long it takes and is left out.",
        "%(number)s policies do not state how long they take and are left out.",
        "count",
    ),
    "population": ngettext_lazy(
        "%(number)s policy is of a member whose population is not known and is left out.",
        "%(number)s policies are of members whose population is not known and are left out.",
        "count",
    ),
    "start": ngettext_lazy(
        "%(number)s policy does not state when it started and is left out.",
        "%(number)s policies do not state when they started and are left out.",
        "count",
    ),
}
TURNS = {
    "budget": gettext_lazy("Amount not reported"),
    "staff": gettext_lazy("Staff not reported"),
    "duration": gettext_lazy("Duration not reported"),
    "population": gettext_lazy("Population not reported"),
    "start": gettext_lazy("Start not reported"),
}


class Unknown:
    """What the list of a ``LibraryFilter`` says of the policies that do not state what is limited."""

    def __init__(self, filters, answer):
        self.filters, self.answer = filters, answer
        self.is_let_in = filters.lets_unknown_in

    @cached_property
    def left_out(self):
        """A sentence for each figure that some policies do not state."""
        return [
            SAID[name] % {"count": count, "number": number(count)}
            for name, count in self.answer.left_out.items()
            if count
        ]

    @property
    def let_in(self):
        """The address of the list with them."""
        return self.filters.address(unknown=(LET_IN,))

    @property
    def leave_out(self):
        """The address of the list without them."""
        return self.filters.address(unknown=())

    @property
    def said(self):
        """A sentence on those that are let in; "" where there are none."""
        count = self.answer.total - self.answer.stated
        text = ngettext(
            "%(number)s of them does not report this figure and is at the end.",
            "%(number)s of them do not report this figure and are at the end.",
            count,
        )
        return text % {"number": number(count)} if count else ""

    @property
    def turn(self):
        """The heading above them."""
        return _(" or ").join(str(TURNS[name]) for name in self.filters.question().limited)

    def split(self, rows, first):
        """Return the rows that state all that is limited, and the others; ``first`` is the number of the
        first row in the whole list, from 1."""
        if not self.is_let_in:
            return rows, []
        place = max(self.answer.stated - first + 1, 0)
        return rows[:place], rows[place:]
