"""Forms of teams."""

import re
import unicodedata

from django import forms
from django.core.validators import MaxLengthValidator, URLValidator
from django.utils import timezone
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _

from citynet.uploads import files, images
from members.countries import country_choices
from members.models import Member, Membership

from .city_facts import FIELDS, OF_PAGE

NOTE_LENGTH = 1000
MAX_ABOUT = 5000
FIRST_YEAR = 1900
LARGEST_CITY = 100_000_000
OF_POPULATION = frozenset({"population", "population_year", "population_source"})
MOST_DIGITS = 12
# Groups of three digits, as any country parts them.
_GROUPED = re.compile(r"\d{1,3}(?:[ .,'’_]\d{3})+")


def all_countries():
    """Return the countries and areas that can be chosen."""
    return [("", _("Choose")), *country_choices()]


class NoteField(forms.CharField):
    """A few lines, counted the way browsers count them: a line break is one character."""

    def __init__(self, **kwargs):
        super().__init__(
            max_length=NOTE_LENGTH,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
            **kwargs,
        )

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class MemberSearchForm(forms.Form):
    q = forms.CharField(
        label=_("Name of the city or organisation"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "organization"}),
    )


class RequestForm(forms.Form):
    message = NoteField(
        label=_("Message to the team (optional)"),
        help_text=_("Say where you work and what you do, so that they know who is asking."),
    )


class ProposeForm(forms.Form):
    """A city or organisation that is not listed, and who asks for it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Member.Kind)
    name = forms.CharField(
        label=_("Name of the city or organisation"),
        max_length=200,
        help_text=_("In English, as it calls itself."),
    )
    country = forms.ChoiceField(
        label=_("Country or area"),
        choices=all_countries,
        required=False,
        help_text=_("Leave it open where it is not in the list."),
    )
    website = forms.URLField(
        label=_("Website"),
        max_length=500,
        assume_scheme="https",
        help_text=_("Its own, so that the secretariat can see what it is."),
    )
    message = NoteField(
        label=_("Message to the secretariat (optional)"),
        help_text=_("Say where you work and what you do, so that they know who is asking."),
    )

    is_new = forms.BooleanField(label=_("It is none of these"), required=False)

    # Members that the name may mean: shown with the question whether it is one of them.
    near = ()

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if not any(map(str.isalpha, name)):
            raise forms.ValidationError(_("Write the name."))
        return name

    def clean(self):
        data = super().clean()
        if name := data.get("name"):
            self.near = Member.objects.near(name, data.get("country"))
        is_new = data.pop("is_new", False)
        if self.near and not is_new:
            names = ", ".join(member.name for member in self.near)
            self.add_error(
                "is_new", _("Did you mean %(names)s? It is in the list.") % {"names": names}
            )
        return data


class DecisionForm(forms.Form):
    """Approve or decline a request; a no needs its reason."""

    note = NoteField(
        label=_("Note"),
        help_text=_("The person reads it. Needed when you decline."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Membership.Role,
        required=False,
        help_text=_("Coordinators also decide who else joins the team."),
    )
    decision = forms.ChoiceField(
        choices=[("approve", _("Approve")), ("decline", _("Decline"))],
        error_messages={"required": _("Choose “Approve” or “Decline”.")},
    )

    def clean_role(self):
        return self.cleaned_data["role"] or Membership.Role.OFFICIAL

    def clean(self):
        data = super().clean()
        if data.get("decision") == "decline" and not data.get("note", "-"):
            self.add_error("note", _("Give a reason."))
        return data


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The invitation works for this address only."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role)


class LeaveForm(forms.Form):
    note = NoteField(
        label=_("Note (optional)"),
        help_text=_("The person reads it."),
    )


class PeopleField(forms.CharField):
    """A whole number of people, in digits of any script, in groups or not."""

    default_error_messages = {"invalid": _("Write a number of people, for example 473728.")}

    def to_python(self, value):
        text = " ".join(unicodedata.normalize("NFKC", super().to_python(value)).split())
        if not text:
            return None
        if _GROUPED.fullmatch(text):
            text = re.sub(r"\D", "", text)
        if not text.isdecimal() or len(text) > MOST_DIGITS or not 0 < int(text) <= LARGEST_CITY:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text)


def _web_address(label):
    return forms.URLField(
        label=label,
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url", "dir": "ltr"}),
        validators=[URLValidator(["http", "https"])],
    )


class OwnFactsForm(forms.ModelForm):
    """Facts of a member, as its team sees them on a page with what stood there when it was read: what
    somebody else has changed since is not undone by a form in which nobody touched it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def touched(self):
        """Return the cleaned data of the fields that differ from what the page showed."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.changed_data or self.add_initial_prefix(name) not in self.data
        }


class PageForm(OwnFactsForm):
    """What the public page of a member says of itself."""

    website = _web_address(_("Website"))
    contact_url = _web_address(_("Page of that office"))

    class Meta:
        model = Member
        fields = OF_PAGE
        labels = {
            "about": _("About"),
            "contact_office": _("Contact office"),
        }
        help_texts = {
            "about": _(
                "What other cities should know of you. A blank line begins a new paragraph."
            ),
            "contact_office": _(
                "The office that answers questions from other cities. No person, no e-mail address."
            ),
        }
        widgets = {"about": forms.Textarea(attrs={"rows": 6, "dir": "auto"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["about"].validators.append(MaxLengthValidator(MAX_ABOUT))

    def clean_contact_office(self):
        office = self.cleaned_data["contact_office"]
        if "@" in office:
            raise forms.ValidationError(
                gettext_now("No e-mail address here: give the public page of the office below.")
            )
        return office


class PagePhotoForm(forms.Form):
    """The photo of a member's page, with what it shows."""

    upload = forms.FileField(
        label=_("Photo"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(images.ENDINGS)}),
        error_messages={"required": _("Choose a photo."), "invalid": _("Choose a photo.")},
    )
    photo_alt = forms.CharField(
        label=_("What the picture shows"),
        max_length=300,
        help_text=_("For people who do not see it: it is read aloud in its place."),
    )
    photo_credit = forms.CharField(label=_("Credit"), max_length=200, required=False)

    def clean_upload(self):
        file = self.cleaned_data["upload"]
        return images.prepare(file, files.clean_name(file.name))


class CityFactsForm(OwnFactsForm):
    """What a city is compared by; the year goes with the population."""

    population = PeopleField(
        label=_("Population"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 24}),
        help_text=_("People in the area that the city governs, for example 473728."),
    )
    population_year = forms.IntegerField(
        label=_("Year of the population"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4}),
        error_messages={"invalid": _("Write a year, for example 2024.")},
    )

    class Meta:
        model = Member
        fields = FIELDS
        labels = {
            "population_source": _("Source of the population"),
            "climate": _("Climate"),
            "on_coast": _("On the coast"),
        }
        help_texts = {"population_source": _("For example the census.")}

    def clean_population_year(self):
        year, this_year = self.cleaned_data["population_year"], timezone.localdate().year
        if year is not None and not FIRST_YEAR <= year <= this_year:
            raise forms.ValidationError(
                gettext_now("Write a year from %(first)s to %(last)s.")
                % {"first": FIRST_YEAR, "last": this_year}
            )
        return year

    def clean(self):
        data = super().clean()
        if data.get("population") and "population_year" in data and not data["population_year"]:
            self.add_error("population_year", _("Say of which year the population is."))
        if not data.get("population") and "population" in data:
            data["population_year"] = None
        return data

    def touched(self):
        """Return the fields that were changed; a number of people goes with its year and its source."""
        found = super().touched()
        if found.keys() & OF_POPULATION:
            found |= {name: self.cleaned_data[name] for name in OF_POPULATION}
        return found
