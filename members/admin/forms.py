"""Forms of the secretariat's own pages on people, members and teams."""

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import ValidationError
from django.core.validators import slug_re, validate_slug
from django.utils.translation import gettext_lazy as _

from members.models import FormerAddress, Member, Membership, User
from members.names import joined
from members.teams.forms import NoteField

MAX_MEANT = 5


class UserCreationForm(AdminUserCreationForm):
    """A person signs in with the e-mail address; Django's own form asks for a user name."""

    class Meta:
        model = User
        fields = ["email", "name"]

    def clean_email(self):
        return self.cleaned_data["email"].lower()


class ReasonForm(forms.Form):
    """Why something is done; it is kept in the record."""

    reason = NoteField(label=_("Reason"), help_text=_("It is kept in the record."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True


class HandOverForm(forms.Form):
    """Who coordinates from now on, out of the people of the team."""

    membership = forms.ModelChoiceField(
        label=_("New coordinator"),
        queryset=Membership.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
    )
    alone = forms.BooleanField(
        label=_("Present coordinators become officials"), required=False, initial=True
    )
    note = NoteField(label=_("Note (optional)"), help_text=_("It is kept in the record."))

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        people = member.memberships.active().filter(user__is_active=True).select_related("user")
        self.fields["membership"].queryset = people.order_by("user__name", "pk")
        self.fields["membership"].label_from_instance = _in_team


def _in_team(membership):
    return f"{membership.user} ({membership.user.email}), {membership.get_role_display()}"


def member_called(typed):
    """Return the member with this address, or the only one of this name.

    Raises ``ValidationError``, with the members that may be meant.
    """
    member = Member.objects.at(typed).first()
    if member:
        return member
    found = list(Member.objects.named(typed)[:MAX_MEANT]) or Member.objects.near(typed)
    if len(found) == 1 and joined(typed) in map(joined, found[0].names):
        return found[0]
    if not found:
        raise ValidationError(_("No member has this address."))
    names = ", ".join(f"{member.name} ({member.slug})" for member in found)
    raise ValidationError(
        _("No member has this address. Did you mean %(names)s?"), params={"names": names}
    )


class KeptMemberForm(forms.Form):
    """Which member stays; written, because there are too many to choose from."""

    kept = forms.CharField(
        label=_("Address of the member that stays"),
        max_length=100,
        help_text=_("The last part of the address of its page, as in “seoul”, or its name."),
    )

    def __init__(self, *args, double, **kwargs):
        super().__init__(*args, **kwargs)
        self.double = double

    def clean_kept(self):
        kept = member_called(self.cleaned_data["kept"])
        if kept == self.double:
            raise ValidationError(_("A member cannot be merged with itself."))
        return kept


class MergeForm(KeptMemberForm, ReasonForm):
    """The reason of a merge, once it was shown what will move."""

    kept = forms.CharField(widget=forms.HiddenInput, max_length=100)


class ProposalForm(forms.Form):
    """Make a member of a proposal, say which member it means, or decline it with a reason."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("new", _("It is new: add it")),
            ("known", _("It is listed already: let the person into the team of that member")),
            ("decline", _("Decline")),
        ],
        widget=forms.RadioSelect,
    )
    slug = forms.CharField(
        label=_("Address"),
        max_length=100,
        required=False,
        help_text=_(
            "The last part of the address of its page, as in “seoul”: of the new member, or of "
            "the one that is listed, which its name tells too."
        ),
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=Member.Status, initial=Member.Status.LISTED, required=False
    )
    role = forms.ChoiceField(label=_("Role of the person"), choices=Membership.Role, required=False)
    note = NoteField(label=_("Note"), help_text=_("The person reads it. Needed when you decline."))

    def clean_status(self):
        return self.cleaned_data["status"] or Member.Status.LISTED

    def clean_role(self):
        return self.cleaned_data["role"] or Membership.Role.OFFICIAL

    def clean(self):
        data = super().clean()
        decision, slug = data.get("decision"), data.get("slug", "")
        if decision == "decline":
            if not data.get("note", "-").strip():
                self.add_error("note", _("Give a reason."))
        elif decision and "slug" not in self.errors:
            self._check_slug(decision, slug)
        return data

    def _check_slug(self, decision, slug):
        taken = Member.objects.filter(slug=slug).first() if slug else None
        if decision == "known" and slug and taken is None:
            try:
                taken = member_called(slug)
            except ValidationError as error:
                self.add_error("slug", error)
                return
        if not slug:
            self.add_error("slug", _("Write the address."))
        elif decision == "new" and not slug_re.match(slug):
            self.add_error("slug", validate_slug.message)
        elif decision == "new" and (taken or FormerAddress.objects.filter(slug=slug).exists()):
            self.add_error("slug", _("This address leads to another member."))
        self.cleaned_data["known"] = taken
