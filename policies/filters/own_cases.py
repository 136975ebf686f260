"""The filters of a person's own page: which of the own cases are listed."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, ModelChoiceFilter

from members.models import Member
from policies.models import Revision

from .strict import StrictFilterSet

State = Revision.State

# What is asked of the city comes first, what is over comes last.
STATES = (
    (State.CHANGES_REQUESTED, _("The moderators ask for changes")),
    (State.DRAFT, _("Drafts")),
    (State.SUBMITTED, _("With the moderators")),
    (State.PUBLISHED, _("Published")),
    (State.REJECTED, _("Not accepted")),
    (State.UNPUBLISHED, _("Unpublished")),
    (State.WITHDRAWN, _("Withdrawn")),
)


def _own_members(request):
    return Member.objects.of(request.user)


class OwnCaseFilter(StrictFilterSet):
    """Narrows the current revisions of a person's cases."""

    state = ChoiceFilter(
        choices=STATES,
        label=_("State"),
        empty_label=_("All states"),
        widget=forms.Select({"class": "in"}),
    )
    member = ModelChoiceFilter(
        field_name="case__member",
        queryset=_own_members,
        to_field_name="slug",
        label=_("City or organisation"),
        empty_label=_("All my teams"),
        widget=forms.Select({"class": "in"}),
    )

    class Meta:
        model = Revision
        fields = []

    read_by_the_view = frozenset({"page"})

    @property
    def is_in_use(self):
        """Whether the address narrows the list, or tries to."""
        return any(self.data.get(name) for name in self.filters) or not self.is_valid()
