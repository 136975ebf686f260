"""The sections that are texts: what it is, the problem and the answer, and what was learned."""

from django.utils.translation import gettext_lazy as _

from policies.models import Revision

from .base import SectionForm
from .fields import hint

BASICS_HELP = {
    "title": hint(
        _("What was done and where it shows, in a few words, without the name of the city."),
        _("“Night buses on nine lines”, not “A smart and sustainable mobility project”."),
    ),
    "summary": hint(
        _("Two or three sentences for somebody who reads nothing else: what, for whom, how much."),
        _("“Nine bus lines run through the night along the ways where most night calls are made.”"),
    ),
    "language": hint(
        _("The language in which you write. Any of these is welcome; names stay as they are."),
        _("“Korean”, when all texts of this case are in Korean."),
    ),
}


class BasicsForm(SectionForm):
    class Meta(SectionForm.Meta):
        model = Revision
        fields = ["title", "summary", "language"]
        help_texts = BASICS_HELP

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A draft has a name from the start; what it is can be written later.
        self.fields["summary"].required = False


class ChallengeSolutionForm(SectionForm):
    class Meta(SectionForm.Meta):
        model = Revision
        fields = ["challenge", "solution"]
        help_texts = {
            "challenge": hint(
                _(
                    "The problem before the policy: who had it, how large it was, and what had been "
                    "tried. Figures with a year help others to compare."
                ),
                _("“After midnight there was no public transport; taxis refused short trips.”"),
            ),
            "solution": hint(
                _(
                    "What the city did, step by step, and how it decided: laws, departments, "
                    "technology, what went to whom. A blank line begins a new paragraph; lines "
                    "that start with “- ” become a list."
                ),
                _("“The council changed the licence rules. Then the department drew nine lines …”"),
            ),
        }


class LessonsForm(SectionForm):
    class Meta(SectionForm.Meta):
        model = Revision
        fields = ["lessons", "transferability"]
        help_texts = {
            "lessons": hint(
                _(
                    "What you would do again and what not. What failed saves others more than what "
                    "went well."
                ),
                _("“We would ask the drivers first: two lines had to be redrawn after a month.”"),
            ),
            "transferability": hint(
                _("What another city needs before it starts: laws, data, staff, money, partners."),
                _("“Records of where people call taxis at night, and a contract with operators.”"),
            ),
        }
