"""Which themes and targets a case serves, and how."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.models import Contribution, Revision, RevisionTheme, Theme
from policies.models.case import MAX_TARGETS, MAX_THEMES
from sdg.models import Target

from .base import RowForm, RowSet, SectionForm
from .fields import hint


def _themes(revision):
    # A revision that was read with its rows is asked nothing again.
    rows = list(revision.theme_rows.all())
    prefetch_related_objects(rows, "theme")
    return [row.theme.slug for row in rows]


class TargetsForm(SectionForm):
    themes = forms.MultipleChoiceField(
        label=gettext_lazy("Themes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=hint(
            gettext_lazy("One to three: where would a colleague in another city look for it?"),
            gettext_lazy("“Transport”."),
        ),
    )
    # Its radio buttons are in the rows of the targets.
    primary = forms.CharField(required=False, max_length=5)

    class Meta(SectionForm.Meta):
        model = Revision
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.themes = {theme.slug: theme for theme in Theme.objects.all()}
        self.fields["themes"].choices = [(slug, each.name) for slug, each in self.themes.items()]

    @classmethod
    def stored(cls, revision):
        primary = [
            row.target_id
            for row in revision.contributions.all()
            if row.role == Contribution.Role.PRIMARY
        ]
        return {
            "themes": _themes(revision),
            "primary": "".join(primary),
        }

    def clean_themes(self):
        chosen = self.cleaned_data["themes"]
        if len(chosen) > MAX_THEMES:
            raise ValidationError(
                _("Choose at most %(most)d themes; you chose %(count)d.")
                % {"most": MAX_THEMES, "count": len(chosen)}
            )
        return chosen

    def write(self, revision):
        if "themes" in self.errors:
            return
        before = _themes(revision)
        chosen = self.cleaned_data["themes"]
        if sorted(before) == sorted(chosen):
            return
        # Checkboxes have no order: themes chosen earlier stay first.
        slugs = [slug for slug in before if slug in chosen]
        slugs += [slug for slug in chosen if slug not in before]
        revision.theme_rows.all().delete()
        RevisionTheme.objects.bulk_create(
            RevisionTheme(revision=revision, theme=self.themes[slug], position=position)
            for position, slug in enumerate(slugs)
        )


class ContributionForm(RowForm):
    target = forms.CharField(widget=forms.HiddenInput, label=gettext_lazy("Target"))

    class Meta(RowForm.Meta):
        model = Contribution
        fields = ["how"]
        labels = {"how": gettext_lazy("How it contributes")}
        help_texts = {
            "how": hint(
                gettext_lazy("What the policy does for this target, in one sentence."),
                gettext_lazy("“People who work at night reach home by public transport.”"),
            ),
        }

    @classmethod
    def stored(cls, row):
        return {"target": row.target_id, **super().stored(row)}


class ContributionSet(RowSet):
    """The targets of a case: each once, at most seven."""

    @property
    def codes(self):
        """Return the codes in the order of the rows, as typed or stored."""
        return [form["target"].value() or "" for form in self.forms]

    def clean(self):
        known = set(Target.objects.values_list("pk", flat=True))
        seen = set()
        for form in self.filled():
            code = form.cleaned_data.get("target", "")
            if code not in known:
                form.add_error("target", _("There is no such target."))
            elif code in seen:
                form.add_error("target", _("This target is listed twice."))
            seen.add(code)
        if len(seen) > MAX_TARGETS:
            raise ValidationError(
                _(
                    "Choose at most %(most)d targets; you chose %(count)d. Few and exact targets "
                    "are found more often than many."
                )
                % {"most": MAX_TARGETS, "count": len(seen)}
            )

    def instances(self, revision, stored, section_form):
        rows = super().instances(revision, stored, section_form)
        primary = section_form.cleaned_data.get("primary", "")
        for row in rows:
            # A single target is the primary one.
            is_primary = row.target_id == primary or len(rows) == 1
            row.role = Contribution.Role.PRIMARY if is_primary else Contribution.Role.SECONDARY
        return rows

    def instance(self, form, before, section_form):
        if "target" in form.errors:
            return None
        form.instance.target_id = form.cleaned_data["target"]
        return super().instance(form, before, section_form)
