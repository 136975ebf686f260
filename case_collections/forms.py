from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ModelChoiceFilter

from exchange.content.contact_details import contact_details
from members.models import Member
from policies.filters.strict import StrictFilterSet
from policies.forms.base import CleanedByFields

from .models import MAX_ITEMS, Collection, CollectionItem

Visibility = Collection.Visibility


class CollectionFilter(StrictFilterSet):
    """Narrows the public collections."""

    q = CharFilter(
        method="with_words",
        max_length=200,
        label=_("Words"),
        widget=forms.TextInput({"class": "in", "type": "search"}),
    )
    member = ModelChoiceFilter(
        queryset=Member.objects.all(), to_field_name="slug", widget=forms.HiddenInput
    )

    class Meta:
        model = Collection
        fields = []

    read_by_the_view = frozenset({"page"})

    def with_words(self, queryset, name, words):
        """Narrow to collections that have all words in their title or introduction."""
        for word in words.split():
            queryset = queryset.filter(Q(title__icontains=word) | Q(intro__icontains=word))
        return queryset


def untouched(form):
    """Return the names of the fields that say what the page showed when it was read: what somebody else
    has changed since is not undone by them."""
    return [
        name
        for name in form.fields
        if form.add_initial_prefix(name) in form.data and name not in form.changed_data
    ]


class CollectionForm(forms.ModelForm):
    """A collection; ``members`` are those that the person may write for."""

    class Meta:
        model = Collection
        fields = ["title", "intro", "member", "visibility"]
        widgets = {"intro": forms.Textarea({"rows": 4}), "visibility": forms.RadioSelect}

    def __init__(self, *args, members, is_secretariat, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_secretariat = is_secretariat
        self.fields["member"].queryset = members
        for field in self.fields.values():
            field.show_hidden_initial = True
        if not members.exists():
            del self.fields["member"]
            if not is_secretariat:
                self.fields["visibility"].choices = [Visibility.choices[0]]

    def clean(self):
        data = super().clean()
        same = set(untouched(self))
        # Who reads it, and in whose name, are one decision.
        if not {"visibility", "member"} & self.fields.keys() <= same:
            same -= {"visibility", "member"}
        data |= {name: getattr(self.instance, name) for name in same & data.keys()}
        chosen = data.get("visibility")
        if chosen == Visibility.PUBLIC and not (data.get("member") or self.is_secretariat):
            self.add_error("member", _("Choose in whose name it is public."))
        if chosen and chosen != Visibility.PRIVATE:
            for name in ("title", "intro"):
                self._refuse_contact_details(name, data.get(name, ""))
        return data

    def _refuse_contact_details(self, name, text):
        if found := contact_details(text):
            self.add_error(name, contact_message(found))


def contact_message(found):
    """Return what to say of an address or telephone number in a text that others read."""
    return _("Addresses and telephone numbers are not shown here: please take out “%(found)s”.") % {
        "found": found
    }


class ItemForm(CleanedByFields):
    """A policy of a collection: its place, and the note on it."""

    class Meta:
        model = CollectionItem
        fields = ["position", "note"]
        widgets = {"note": forms.Textarea({"rows": 2})}

    position = forms.IntegerField(
        label=_("Place"), min_value=1, max_value=999, help_text=_("From 1 on.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].show_hidden_initial = True

    def clean_note(self):
        if "note" in untouched(self):
            return self.instance.note
        note = self.cleaned_data["note"]
        if found := contact_details(note):
            raise ValidationError(contact_message(found))
        return note


class Items(forms.BaseInlineFormSet):
    """The policies of a collection; all that are sent have to be in it still."""

    def clean(self):
        if any(form.instance.pk is None for form in self.initial_forms):
            raise ValidationError(
                _("A policy was taken out meanwhile. Look at the list again and save once more.")
            )


ItemFormSet = forms.inlineformset_factory(
    Collection,
    CollectionItem,
    form=ItemForm,
    formset=Items,
    extra=0,
    can_delete=True,
    max_num=MAX_ITEMS,
    absolute_max=MAX_ITEMS * 2,
    validate_max=False,
)


class PutInForm(forms.Form):
    """Which collection the policies of the address go into: one that there is, or a new one."""

    collection = forms.ModelChoiceField(
        Collection.objects.none(),
        label=_("Collection"),
        required=False,
        empty_label=_("A new one"),
    )
    title = forms.CharField(
        label=_("Title of the new one"),
        max_length=120,
        required=False,
        help_text=_("For example: Before the seminar on waste. At first only you can read it."),
    )

    def __init__(self, *args, collections, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["collection"].queryset = collections
        if not collections:
            del self.fields["collection"]

    def clean(self):
        data = super().clean()
        if not (data.get("collection") or data.get("title") or self.errors):
            self.add_error("title", _("Write a title, so that you find it again."))
        return data
