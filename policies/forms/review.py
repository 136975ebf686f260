"""The forms of the review screen: decision with note, and checklist."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.models import Assessment, DeskNote, Phrase, ReviewNote, Revision
from policies.workflow import notifications, reviewing
from policies.workflow.criteria import QUESTIONS

from .fields import ValueField
from .registry import BY_SLUG, SECTIONS

State = Revision.State
# What a phrase may hold: less than a note.
MAX_PHRASE = 2000
NOTE = ReviewNote._meta.get_field("text")

DECISIONS = [
    (State.PUBLISHED, gettext_lazy("Publish it")),
    (State.CHANGES_REQUESTED, gettext_lazy("Ask for changes")),
    (State.REJECTED, gettext_lazy("Reject it")),
]


def words(label, rows, *, required=False, help_text="", model_field=NOTE):
    """Return a field for a moderator's own words."""
    return ValueField(
        model_field=model_field,
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
    )


class DecisionForm(forms.Form):
    """A decision on the submission that was shown, and the note to its author.

    ``act`` is the button that was pressed: "decide", "note" to write without deciding, "phrase" to
    save the note as a phrase.
    """

    prefix = "decision"

    decision = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        choices=DECISIONS,
        required=False,
        widget=forms.RadioSelect,
    )
    phrases = forms.MultipleChoiceField(
        label=gettext_lazy("Saved phrases"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = words(
        gettext_lazy("Note to the author"),
        6,
        help_text=gettext_lazy(
            "Negative decisions require a note. It is sent with the decision and kept on record. A line "
            "that begins with the name of a section or field and a colon, as “Budget and funding / "
            "Amount: …”, is shown at that place of the author’s form."
        ),
    )
    sections = forms.MultipleChoiceField(
        label=gettext_lazy("Sections it is about"),
        choices=[(section.slug, section.label) for section in SECTIONS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    phrase_title = forms.CharField(
        label=gettext_lazy("Name of the phrase"),
        required=False,
        max_length=Phrase._meta.get_field("title").max_length,
    )

    def __init__(self, *args, act="decide", **kwargs):
        super().__init__(*args, **kwargs)
        self.act = act
        self.saved = {str(phrase.pk): phrase for phrase in Phrase.objects.all()}
        self.fields["phrases"].choices = [(key, each.title) for key, each in self.saved.items()]

    def clean_phrases(self):
        chosen = self.cleaned_data["phrases"]
        return [phrase for key, phrase in self.saved.items() if key in chosen]

    def clean(self):
        cleaned = super().clean()
        for name, message in self._missing(cleaned):
            if name not in self.errors:
                self.add_error(name, message)
        return cleaned

    def _missing(self, sent):
        """Yield what the pressed button needs and lacks, as (field, message)."""
        decision, note = sent.get("decision"), sent.get("note") or ""
        said = note or sent.get("phrases")
        if self.act != "note" and not decision:
            yield "decision", _("Choose a decision.")
        if self.act == "decide" and decision in reviewing.NOTE_REQUIRED and not said:
            yield "note", _("Give a reason, so that the author knows how to go on.")
        if self.act == "note" and not said:
            yield "note", _("Write the note first.")
        if self.act == "phrase":
            if not note:
                yield "note", _("Write the phrase in the note first.")
            elif len(note) > MAX_PHRASE:
                most = {"most": MAX_PHRASE}
                yield "note", _("A phrase has at most %(most)d characters.") % most
            if not sent.get("phrase_title"):
                yield "phrase_title", _("Give the phrase a name, so that it is found again.")

    def text(self, case):
        """Return the whole note: phrases, own words, and links to the sections."""
        sent = self.cleaned_data
        sections = [BY_SLUG[slug] for slug in sent["sections"]]
        return reviewing.compose_note(sent["note"], sent["phrases"], sections, case)

    def phrases_by_use(self):
        """Return the checkboxes of the saved phrases by their use, as (label, [(box, phrase)])."""
        uses = dict(Phrase.Use.choices)
        groups = {}
        for box in self["phrases"]:
            phrase = self.saved[box.data["value"]]
            groups.setdefault(uses[phrase.use], []).append((box, phrase))
        return list(groups.items())

    @classmethod
    def typed(cls, data):
        """Return the form as it was sent, not validated."""
        sent = cls(data)
        lists = ("phrases", "sections")
        values = {name: sent[name].data for name in sent.fields}
        return cls(initial={k: v or ([] if k in lists else "") for k, v in values.items()})

    @property
    def is_begun(self):
        """Return whether anything is chosen or written in a form that is not validated."""
        return any(value for name, value in self.initial.items() if name != "seen")


class ChecklistForm(forms.Form):
    """Marks and remarks by the award criteria; only what was changed on the page is saved."""

    prefix = "checklist"

    def __init__(self, *args, assessments=(), **kwargs):
        super().__init__(*args, **kwargs)
        stored = {each.criterion: each for each in assessments}
        remark = Assessment._meta.get_field("remark")
        for criterion, label in Assessment.Criterion.choices:
            known = stored.get(criterion)
            self.fields[f"{criterion}-mark"] = forms.ChoiceField(
                label=_("%(criterion)s: mark") % {"criterion": label},
                choices=[("", _("No mark yet")), *Assessment.Mark.choices],
                required=False,
                initial=known.mark if known else "",
                show_hidden_initial=True,
            )
            self.fields[f"{criterion}-remark"] = words(
                _("%(criterion)s: remark") % {"criterion": label}, 1, model_field=remark
            )
            self.fields[f"{criterion}-remark"].initial = known.remark if known else ""
            self.fields[f"{criterion}-remark"].show_hidden_initial = True
        self.stored = stored

    def rows(self):
        """Yield the rows of the table: label, question, the two fields, and the stored assessment."""
        for criterion, label in Assessment.Criterion.choices:
            yield {
                "label": label,
                "question": QUESTIONS[criterion],
                "mark": self[f"{criterion}-mark"],
                "remark": self[f"{criterion}-remark"],
                "stored": self.stored.get(criterion),
            }

    def marks(self):
        """Return ``{criterion: (mark, remark)}`` of the criteria that this person has changed."""
        return {
            criterion: (
                self.cleaned_data[f"{criterion}-mark"],
                self.cleaned_data[f"{criterion}-remark"],
            )
            for criterion in Assessment.Criterion.values
            if {f"{criterion}-mark", f"{criterion}-remark"} & set(self.changed_data)
        }


class DeskForm(forms.Form):
    """What moderators write to each other about a submission, and to whom it is given."""

    prefix = "desk"

    text = words(
        gettext_lazy("Note among moderators"),
        3,
        help_text=gettext_lazy("Only moderators read it; its team never does."),
        model_field=DeskNote._meta.get_field("text"),
    )
    colleague = forms.ChoiceField(label=gettext_lazy("Colleague"), required=False)

    def __init__(self, *args, act="desk-note", **kwargs):
        super().__init__(*args, **kwargs)
        self.act = act
        people = notifications.moderators().order_by("name", "email")
        self.people = {str(person.pk): person for person in people}
        self.fields["colleague"].choices = [
            ("", _("Choose a colleague")),
            *((key, person.get_full_name()) for key, person in self.people.items()),
        ]

    def clean(self):
        cleaned = super().clean()
        if self.act == "desk-note" and not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write the note first."))
        if self.act == "hand-over" and not cleaned.get("colleague"):
            self.errors.pop("colleague", None)
            self.add_error("colleague", _("Choose a colleague who may decide."))
        return cleaned

    @property
    def chosen(self):
        return self.people.get(self.cleaned_data.get("colleague"))

    @classmethod
    def typed(cls, data):
        """Return the form as it was sent, not validated."""
        sent = cls(data)
        return cls(initial={name: sent[name].data or "" for name in sent.fields})

    @property
    def is_begun(self):
        """Return whether anything is written in a form that is not validated."""
        return bool(self.initial.get("text"))
