"""Forms of the secretariat for cases and themes: a reason, and another case, member or theme that is
searched by words."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citynet.web.text import is_key
from members.models import Member
from policies.models import Attachment, CaseStudy, Photo, Revision, Theme
from policies.workflow import moderation, removal, screening

from .texts import BasicsForm

MAX_REASON = 2000  # characters
MAX_FOUND = 20


def filled(form, data, *, initial=None, **kwargs):
    """Return a form as it was sent; after the button ``find`` with what was typed, not validated.

    ``data`` is None where nothing was sent.
    """
    if data is not None and "find" in data:
        return form(typed=data, initial={**(initial or {}), **data.dict()}, **kwargs)
    return form(data, typed=data, initial=initial, **kwargs)


class ReasonForm(forms.Form):
    """A reason, and the state of the case that the person has seen."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Kept in the record; the team of the case reads it too."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    use_required_attribute = False
    # Fields that are handed to the function by their names.
    given = ("reason", "seen")

    def __init__(self, data=None, *, case, typed=None, **kwargs):
        super().__init__(data, **kwargs)
        self.case, self.typed = case, typed or {}

    def run(self, function, user):
        """Call a ``function`` of ``policies.workflow.curation`` with what was filled in."""
        given = {name: self.cleaned_data[name] for name in self.given}
        return function(self.case, *self.others(), by=user, **given)

    def left_over(self):
        """Return what is to be looked at once the function has been called, as texts."""
        return []

    def others(self):
        """Return what is chosen besides the case."""
        return [self.cleaned_data["chosen"]] if "chosen" in self.fields else []


class OptionalReasonForm(ReasonForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False
        self.fields["reason"].help_text = _("Kept in the record; may be left empty.")


class UnpublishForm(ReasonForm):
    """The reason, and what readers may know of it."""

    public_reason = forms.CharField(
        label=_("What readers are told"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Whoever opens an address of the case reads its title, the day, and this sentence. "
            "Leave it empty to give no reason."
        ),
    )
    field_order = ["reason", "public_reason", "seen"]
    given = ("reason", "public_reason", "seen")


class TakeDownForm(ReasonForm):
    """What is taken out of the texts: a photo, a file, or a passage."""

    PASSAGE = "passage"
    what = forms.ChoiceField(label=_("What is taken out"), widget=forms.RadioSelect)
    passage = forms.CharField(
        label=_("The passage, copied exactly"),
        required=False,
        min_length=3,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Copy it from the page. Everything else of the text stays."),
    )
    field = forms.ChoiceField(label=_("Where it stands"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Readers see it in the place of what is gone, with the day."),
    )
    field_order = ["what", "passage", "field", "reason", "seen"]
    given = ("reason", "seen", "row", "passage", "field")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = {}
        for model in (Photo, Attachment):
            # What a team has not submitted is not shown here either.
            texts = Revision.objects.filter(case=self.case).known_to_secretariat()
            texts = texts.exclude(state__in=Revision.OPEN_STATES).order_by()
            rows = model.objects.filter(revision__in=texts.values("pk"), removed_on=None)
            rows = rows.order_by("-revision", "position")
            of_model = {}
            for row in rows:
                stored = row.image if model is Photo else row.file
                of_model.setdefault(stored.name, row)
            kind = model._meta.model_name
            self.rows |= {f"{kind}-{row.pk}": row for row in of_model.values()}
        self.fields["what"].choices = [
            (self.PASSAGE, _("A passage of the text")),
            *((key, self._label(row)) for key, row in self.rows.items()),
        ]
        if not self.rows:
            self.fields["what"].initial = self.PASSAGE
        self.fields["field"].choices = [("", _("Anywhere")), *removal.places()]

    def left_over(self):
        passage = self.cleaned_data["passage"]
        places = removal.elsewhere(self.case, passage) if passage else []
        if not places:
            return []
        told = gettext(
            "The passage still stands in what people wrote about the case, which nobody changes for "
            "them, or in other cases. Look there too: %(places)s."
        )
        return [told % {"places": "; ".join(places)}]

    @staticmethod
    def _label(row):
        name = ": ".join(filter(None, [row.original_name, row.caption]))
        return f"{capfirst(row._meta.verbose_name)} · {name}"

    def clean(self):
        data = super().clean()
        data["row"] = self.rows.get(data.get("what", ""))
        passage = data.get("passage", "").replace("\r\n", "\n")
        # With a photo or file chosen, what stands here is not meant.
        data["passage"] = passage if data.get("what") == self.PASSAGE else ""
        if data.get("what") == self.PASSAGE and not passage and "passage" not in self.errors:
            self.add_error("passage", _("Copy the passage that is taken out."))
        if passage and passage in data.get("reason", ""):
            self.add_error("reason", _("The reason must not hold the passage itself."))
        return data


class RevisionField(forms.ModelChoiceField):
    widget = forms.RadioSelect

    def label_from_instance(self, revision):
        state = revision.get_state_display().lower()
        day = date_format(timezone.localtime(revision.decided_at), "DATE_FORMAT")
        return f"{revision.number} · {revision.title} · {state} · {day}"


class RestoreForm(ReasonForm):
    """The text that becomes public again."""

    chosen = RevisionField(
        label=_("The revision that becomes public again"),
        queryset=Revision.objects.none(),
        empty_label=None,
    )
    field_order = ["chosen", "reason", "seen"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        texts = self.case.revisions.filter(state__in=moderation.RESTORABLE)
        self.fields["chosen"].queryset = texts.order_by("-number")


class FoundField(forms.ModelChoiceField):
    """A choice among the rows found by a search, as radio buttons."""

    widget = forms.RadioSelect
    default_error_messages = {"required": _("Find it by its name and choose it.")}

    def offer(self, rows, chosen):
        """Offer these rows, and the one that was chosen before."""
        known = {row.pk: row for row in [*rows, *filter(None, [chosen])]}
        self.choices = [(key, self.label_from_instance(row)) for key, row in known.items()]


class FindForm(forms.Form):
    """Words to look for, and the choice among what was found; works without a script.

    A subclass returns rows from ``find(words)``; its field ``chosen`` is a :class:`FoundField`.
    """

    words = forms.CharField(required=False, max_length=200)

    use_required_attribute = False

    def look(self, typed):
        """Search for the words that were typed, and offer what is found."""
        self.looked_for = typed.get("words", "").strip()[:200]
        field, key = self.fields["chosen"], typed.get("chosen", "")
        rows = list(self.find(self.looked_for))
        field.offer(rows, field.queryset.filter(pk=key).first() if is_key(key) else None)
        self.has_found = bool(rows)


class CaseField(FoundField):
    def label_from_instance(self, case):
        return f"{case.pk} · {case.live.title} · {case.member}"


class MergeForm(ReasonForm, FindForm):
    """The case that stays."""

    chosen = CaseField(label=_("The case that stays"), queryset=CaseStudy.objects.none())
    field_order = ["words", "chosen", "reason", "seen"]

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["words"].label = _("Find a public case by its number, title or member")
        cases = CaseStudy.objects.live().exclude(pk=self.case.pk)
        self.fields["chosen"].queryset = cases.select_related("live", "member")
        self.look(self.typed)

    def find(self, words):
        """Return public cases by words; without words, similar ones."""
        cases = self.fields["chosen"].queryset
        if not words:
            texts = Revision.objects.known_to_secretariat().with_content().filter(case=self.case)
            text = texts.filter(pk=self.case.live_id).first() or texts.last()
            alike = screening.look_alikes(text, limit=5) if text else []
            return cases.filter(pk__in=[each.revision.case_id for each in alike])
        named = Q(live__title__icontains=words) | Q(member__in=Member.objects.named(words))
        if is_key(words):
            named |= Q(pk=words)
        return cases.filter(named)[:MAX_FOUND]


class MemberField(FoundField):
    def label_from_instance(self, member):
        return ", ".join(filter(None, [member.name, member.local_name, str(member.country_name)]))


class FindMemberForm(FindForm):
    def look(self, typed):
        self.fields["words"].label = _("Find a member by its name")
        super().look(typed)

    def find(self, words):
        """Return the members that the words name, in any spelling."""
        if not words:
            return []
        return self.fields["chosen"].queryset.named(words)[:MAX_FOUND]


class MoveForm(ReasonForm, FindMemberForm):
    """The member to which the case goes."""

    chosen = MemberField(label=_("The new member"), queryset=Member.objects.none())
    field_order = ["words", "chosen", "reason", "seen"]

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["chosen"].queryset = Member.objects.exclude(pk=self.case.member_id)
        self.look(self.typed)


class CompileForm(FindMemberForm, BasicsForm):
    """The first fields of a case that the secretariat writes on behalf of a member."""

    chosen = MemberField(label=_("On behalf of"), queryset=Member.objects.all())
    reason = forms.CharField(
        label=_("From which sources"),
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the record, not in the text: sources have a section of their own."),
    )
    field_order = ["words", "chosen", "title", "summary", "language", "reason"]

    def __init__(self, data=None, *, typed=None, **kwargs):
        super().__init__(data, instance=Revision(), **kwargs)
        self.look(typed or {})


class ThemeMergeForm(forms.Form):
    """The theme that stays: there are few of them."""

    into = forms.ModelChoiceField(label=_("The theme that stays"), queryset=Theme.objects.none())
    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Kept in the record."),
    )

    use_required_attribute = False

    def __init__(self, data=None, *, theme):
        super().__init__(data)
        self.fields["into"].queryset = Theme.objects.exclude(pk=theme.pk)
