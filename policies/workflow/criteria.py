"""What moderators ask of a case: the criteria of the network's award, as questions."""

from django.utils.translation import gettext_lazy as _

from policies.models import Assessment

QUESTIONS = {
    "innovation": _("What is new in it, for this city or for others?"),
    "leadership": _("Who answers for it, and who took part in deciding?"),
    "implementation": _("Can a reader follow who did what, when, and with what?"),
    "quality": _("Is the text clear, exact, and backed by sources?"),
    "outcomes": _("Are results told with figures, the failures included?"),
    "sustainability": _("What keeps it going when the first money is spent?"),
    "replicability": _("Does it say what another city needs to do the same?"),
}


def criteria():
    """Return (name, question) of each criterion in order."""
    return [(each.label, QUESTIONS[each]) for each in Assessment.Criterion]
