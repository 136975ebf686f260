"""What the forms of all sections have in common, and the lists of rows below them."""

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext_lazy as _

from .fields import form_field

# More rows than fit are shown again with a message, up to this number.
MAX_SENT_ROWS = 200


class CleanedByFields(forms.ModelForm):
    """A form whose fields know the rules of the model; only rules between fields are left."""

    class Meta:
        formfield_callback = form_field

    use_required_attribute = False

    def _get_validation_exclusions(self):
        # Checking constraints in the database would cost a query for each row.
        return {field.name for field in self._meta.model._meta.get_fields()}


class SectionForm(CleanedByFields):
    """The fields of a section; drafts may leave out anything, but hold nothing wrong."""

    # Fields that have a value even when nobody has written anything.
    always_filled = frozenset({"language"})

    @classmethod
    def stored(cls, revision):
        """Return what the section holds in the database, by field."""
        return {name: getattr(revision, name) for name in cls._meta.fields}

    def write(self, revision):
        """Put what was typed into ``revision``; the caller saves it."""
        for name in self._meta.fields:
            setattr(revision, name, self.cleaned_data[name])


class RowForm(CleanedByFields):
    """One row of a list."""

    @classmethod
    def stored(cls, row):
        return {name: getattr(row, name) for name in cls._meta.fields}


class RowSet(BaseFormSet):
    """The rows of a list, in their order; rows left empty do not count."""

    def initial_form_count(self):
        # All rows of a sent form are new: a list is replaced on each save, which keeps its order.
        return 0 if self.is_bound else super().initial_form_count()

    def filled(self):
        """Return the forms of rows in which something was typed."""
        return [form for form in self.forms if form.has_changed()]

    def instances(self, revision, section_form):
        """Return the rows as unsaved objects of ``revision``."""
        rows = []
        for position, form in enumerate(self.filled()):
            row = form.instance
            row.revision, row.position = revision, position
            rows.append(row)
        return rows


def row_set(form, most, base=RowSet):
    """Return the formset class for a list of at most ``most`` rows."""
    row_set_class = forms.formset_factory(
        form, base, extra=0, max_num=most, validate_max=True, absolute_max=MAX_SENT_ROWS
    )
    row_set_class.default_error_messages = {
        "too_many_forms": _(
            "At most %(num)d rows fit here. Nothing is saved and nothing is lost: put small rows "
            "together, then save again."
        )
    }
    return row_set_class
