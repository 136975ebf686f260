"""The forms of needs and offers, and of asking to be put in touch about one."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.models import Cooperation, CooperationForm
from exchange.models.cooperation import (
    MAX_CASES,
    MAX_FORMS,
    MAX_LANGUAGES,
    MAX_TARGETS,
    MAX_THEMES,
)
from exchange.steps.cooperation import (
    DEFAULT_MONTHS,
    MAX_MONTHS,
    months_after,
    wrong_date_message,
)
from policies.content.languages import choices as languages_by_name
from policies.forms.fields import form_field
from policies.models import CaseStudy, Revision, Theme

from .contact import NoContactDetails
from .targets import TargetsField, too_many

KINDS = [
    (Cooperation.Kind.NEED, gettext_lazy("A need: we look for support")),
    (Cooperation.Kind.OFFER, gettext_lazy("An offer: we can show or give something")),
]

# A long list of short names stands in columns.
COLUMNS = {"class": "columns"}


class OwnCasesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, case):
        return case.live.title


class CooperationEditForm(NoContactDetails, forms.Form):
    """A need or offer as a whole; only whole ones are kept, also as drafts."""

    title = form_field(
        Cooperation._meta.get_field("title"),
        label=gettext_lazy("Title"),
        help_text=gettext_lazy(
            "What it is about in one line, at most 120 characters. “How to begin sorting at source”."
        ),
    )
    text = form_field(
        Cooperation._meta.get_field("text"),
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy(
            "Of a need: the challenge, and what you tried. Of an offer: what you can show, and what "
            "not. At most 1,500 characters; no addresses and no telephone numbers."
        ),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of your text"),
        choices=Revision.Language,
        initial=Revision.Language.ENGLISH,
    )
    targets = TargetsField(
        most=MAX_TARGETS,
        label=gettext_lazy("Targets"),
        help_text=gettext_lazy("One to five; open a goal to see its targets."),
        error_messages={"required": gettext_lazy("Choose at least one target.")},
    )
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.all(),
        label=gettext_lazy("Themes (optional)"),
        help_text=gettext_lazy("At most three."),
        required=False,
        widget=forms.CheckboxSelectMultiple(COLUMNS),
    )
    forms_of_support = forms.MultipleChoiceField(
        label=gettext_lazy("Forms of support"),
        help_text=gettext_lazy(
            "One to five. A need is shown to those who offer at least one of them."
        ),
        choices=CooperationForm.Form,
        widget=forms.CheckboxSelectMultiple(COLUMNS),
        error_messages={"required": gettext_lazy("Choose at least one form of support.")},
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages in which you can work together"),
        help_text=gettext_lazy("One to four."),
        choices=languages_by_name,
        widget=forms.CheckboxSelectMultiple(COLUMNS),
        initial=[Revision.Language.ENGLISH],
        error_messages={"required": gettext_lazy("Choose at least one language.")},
    )
    cases = OwnCasesField(
        None,
        label=gettext_lazy("Your policies that show it (optional)"),
        help_text=gettext_lazy("At most three of those that are published."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    limit = form_field(
        Cooperation._meta.get_field("limit"),
        label=gettext_lazy("How much (optional)"),
        help_text=gettext_lazy("“Four people, once”, “two visits a year”."),
    )
    who_pays = forms.ChoiceField(
        label=gettext_lazy("Who pays"),
        choices=[("", gettext_lazy("Not said")), *Cooperation.WhoPays.choices],
        required=False,
    )
    valid_until = forms.DateField(
        label=gettext_lazy("Open until"),
        help_text=gettext_lazy(
            "At most twelve months from now. Your team is warned two weeks before, and can renew it "
            "with one click."
        ),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Write the date as 2027-03-31.")},
    )

    use_required_attribute = False
    public_texts = ("title", "text", "limit")
    most = {
        "themes": MAX_THEMES,
        "forms_of_support": MAX_FORMS,
        "languages": MAX_LANGUAGES,
        "cases": MAX_CASES,
    }

    def __init__(self, *args, cases_of, **kwargs):
        super().__init__(*args, **kwargs)
        cases = CaseStudy.objects.live().filter(
            Q(member__in=cases_of) | Q(live__joint_members__member__in=cases_of)
        )
        cases = cases.select_related("live").order_by("live__title", "pk").distinct()
        self.fields["cases"].queryset = cases
        if not cases.exists():
            del self.fields["cases"]
        today = timezone.localdate()
        dates = self.fields["valid_until"]
        dates.initial = months_after(today, DEFAULT_MONTHS)
        dates.widget.attrs["max"] = months_after(today, MAX_MONTHS).isoformat()

    @classmethod
    def stored(cls, entry):
        """Return what a need or offer holds, by field."""
        return {
            **{
                name: getattr(entry, name)
                for name in ("title", "text", "language", "limit", "who_pays", "valid_until")
            },
            "targets": [target.pk for target in entry.targets.all()],
            "themes": [theme.pk for theme in entry.themes.all()],
            "cases": [case.pk for case in entry.cases.all()],
            "forms_of_support": [row.form for row in entry.forms.all()],
            "languages": [row.language for row in entry.languages.all()],
        }

    def clean_valid_until(self):
        day = self.cleaned_data["valid_until"]
        wrong = wrong_date_message(day)
        if wrong:
            raise ValidationError(wrong)
        return day

    def clean(self):
        data = super().clean()
        for name, most in self.most.items():
            if len(data.get(name) or ()) > most:
                self.add_error(name, too_many(most, len(data[name])))
        member, cases = data.get("member"), data.get("cases")
        if member and cases and any(not _belongs(case, member) for case in cases):
            self.add_error("cases", _("Choose policies of %(member)s only.") % {"member": member})
        return data

    @property
    def data_of_step(self):
        """What the step writes down."""
        data = self.cleaned_data
        return data | {"forms": data["forms_of_support"], "cases": data.get("cases", [])}


def _belongs(case, member):
    return case.member_id == member.pk or case.live.joint_members.filter(member=member).exists()


class CooperationNewForm(CooperationEditForm):
    """A new need or offer: also its kind and its member, which cannot be changed later."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether it is a need or an offer.")},
    )
    member = forms.ModelChoiceField(None, label=gettext_lazy("In the name of"))

    field_order = ["kind", "member"]

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members
        own = list(members[:2])
        if len(own) == 1:
            self.fields["member"].initial = own[0].pk
            self.fields["member"].empty_label = None


class CloseForm(NoContactDetails, forms.Form):
    """What came of a need or offer that is closed."""

    outcome = form_field(
        Cooperation._meta.get_field("outcome"),
        label=gettext_lazy("What came of it (optional)"),
        help_text=gettext_lazy(
            "Readers of its page see it: at most 500 characters, also if nothing came of it."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    use_required_attribute = False
    public_texts = ("outcome",)
