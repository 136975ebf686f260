"""The sections that are texts: what it is, the problem and the answer, and what was learned."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from members.models import Member
from members.names import identity
from policies.models import JointMember, Revision

from .base import SectionForm
from .fields import QUALIFIER, hint

MAX_JOINT = 20


def _not_one(name, found):
    """Return what is said of a name that is not that of exactly one member."""
    if not found:
        return gettext("There is no member “%(name)s”. Write its name as on its page.") % {
            "name": name
        }
    names = ", ".join(f"{each.name} ({each.slug})" for each in found)
    return gettext("Which member is “%(name)s”? Write one of these: %(names)s") % {
        "name": name,
        "names": names,
    }


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


class TitleForm(SectionForm):
    """What a case has from its start."""

    class Meta(SectionForm.Meta):
        model = Revision
        fields = ["title", "summary", "language"]
        help_texts = BASICS_HELP

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A draft has a name from the start; what it is can be written later.
        self.fields["summary"].required = False


class BasicsForm(TitleForm):
    joint_members = forms.CharField(
        label=gettext_lazy("Further members of a joint case"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=hint(
            gettext_lazy(
                "Members whose policy it is too, a name a line. The case is then on their pages; "
                "you still write it."
            ),
            gettext_lazy("“Suwon City”."),
        ),
    )

    class Meta(TitleForm.Meta):
        fields = [
            *TitleForm.Meta.fields,
            "scale",
            "people_served",
            "people_served_qualifier",
            "people_served_note",
            "contact_office",
            "contact_url",
        ]
        labels = {
            "people_served_qualifier": _("How exact that number is"),
            "people_served_note": _("Who they are"),
            "contact_url": _("Page of that office"),
        }
        help_texts = BASICS_HELP | {
            "scale": hint(
                _("How far it reached. Costs per resident make sense for a whole city only."),
                _("“Neighbourhood”, for a pilot in two streets."),
            ),
            "people_served": hint(_("How many people it reaches, if somebody counted."), "300,000"),
            "people_served_qualifier": QUALIFIER,
            "people_served_note": hint(
                _("Who is counted, and by whom."), _("“Residents of three wards, census of 2020.”")
            ),
            "contact_office": hint(
                _("The office that answers questions about it. No person, no e-mail address."),
                _("“Transport department, night bus unit”."),
            ),
            "contact_url": hint(
                _("The public page on which that office can be reached."),
                "https://city.example/transport",
            ),
        }

    @classmethod
    def stored(cls, revision):
        # A revision that was read with its rows is asked nothing again.
        rows = list(revision.joint_members.all())
        prefetch_related_objects(rows, "member")
        return {
            **super().stored(revision),
            "joint_members": "\n".join(row.member.name for row in rows),
        }

    def clean_joint_members(self):
        """Return the names of the members that were named, each found; ``members`` has them."""
        self.members = []
        typed = filter(None, map(str.strip, self.cleaned_data["joint_members"].splitlines()))
        for name in list(typed)[: MAX_JOINT + 1]:
            found = Member.objects.near(name)
            same = [each for each in found if identity(name) in map(identity, each.names)]
            if len(same) != 1:
                raise ValidationError(_not_one(name, found))
            self.members.append(same[0])
        self.members = list(dict.fromkeys(self.members))
        if len(self.members) > MAX_JOINT:
            raise ValidationError(
                gettext("At most %(most)d further members fit here.") % {"most": MAX_JOINT}
            )
        return "\n".join(member.name for member in self.members)

    def write(self, revision):
        super().write(revision)
        if "joint_members" not in self.cleaned_data:
            return
        before = [row.member_id for row in revision.joint_members.all()]
        members = [each for each in self.members if each.pk != revision.case.member_id]
        if before != [each.pk for each in members]:
            revision.joint_members.all().delete()
            JointMember.objects.bulk_create(
                JointMember(revision=revision, member=member, position=position)
                for position, member in enumerate(members)
            )


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
