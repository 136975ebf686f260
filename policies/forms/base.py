"""What the forms of all sections have in common, and the lists of rows below them."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from policies.models.months import TWO_YEARS, clean_fiscal_year

from .fields import form_field

# More rows than fit are shown again with a message, up to this number.
MAX_SENT_ROWS = 200


class CleanedByFields(forms.ModelForm):
    """A form whose fields know the rules of the model; only rules between fields are left."""

    class Meta:
        formfield_callback = form_field

    use_required_attribute = False
    # Of amounts in a list without a currency of its own: that of the budget.
    currency = ""

    def _get_validation_exclusions(self):
        # Checking constraints in the database would cost a query for each row.
        return {field.name for field in self._meta.model._meta.get_fields()}

    def currency_of_amounts(self):
        """Return the currency that the amounts of this form are in, as typed or stored; or ""."""
        own = self._currency_field()
        if not own:
            return self.currency
        given = self.cleaned_data if self.is_bound else self.initial
        return given.get(own) or self.currency

    def clean(self):
        data = super().clean()
        for name, field in self.fields.items():
            if getattr(field, "written_currency", "") and name in data:
                self._settle_currency(name, field.written_currency, data)
        return data

    def _settle_currency(self, name, written, data):
        """Take the currency written beside an amount for that of the form, or say that they differ."""
        own = self._currency_field()
        if name.endswith("_usd"):
            beside = "USD"
        elif own and own not in self.errors and not data.get(own):
            beside = data[own] = written
        else:
            beside = self.currency_of_amounts()
        if written != beside:
            message = _("%(written)s is written here, and %(beside)s as the currency.")
            if not beside:
                message = _("Give the currency of the budget first, then amounts in it.")
            self.add_error(name, message % {"written": written, "beside": beside})

    def _currency_field(self):
        return next((name for name in self.fields if name.endswith("currency")), None)


class SectionForm(CleanedByFields):
    """The fields of a section; drafts may leave out anything, but hold nothing wrong."""

    # Fields that have a value even when nobody has written anything.
    always_filled = frozenset({"language"})

    @classmethod
    def stored(cls, revision):
        """Return what the section holds in the database, by field."""
        return {name: getattr(revision, name) for name in cls._meta.fields}

    def write(self, revision):
        """Put what is right of what was typed into ``revision``; the caller saves it.

        A field with an error keeps the value that it has.
        """
        for name in self._meta.fields:
            if name in self.cleaned_data:
                setattr(revision, name, self.cleaned_data[name])


class FiscalYearForm:
    """A form with a year and, where that is no calendar year, the fiscal year as it is written.

    ``years`` are the names of both. Who writes "2019/20" for the year means the fiscal year.
    """

    years = ("year", "fiscal_year")

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        if self.is_bound:
            self.data = _with_fiscal_year(self.data, *map(self.add_prefix, self.years))

    def clean(self):
        data = super().clean()
        year, fiscal_year = self.years
        if not self.errors.keys() & set(self.years):
            try:
                data[year] = clean_fiscal_year(data.get(year), data.get(fiscal_year, ""))
            except ValidationError as error:
                self.add_error(fiscal_year, error)
        return data


def _with_fiscal_year(data, year, fiscal_year):
    """Return what was sent, with a fiscal year that was typed as the year in its own place."""
    typed = data.get(year) or ""
    if data.get(fiscal_year) or not TWO_YEARS.fullmatch(typed.strip()):
        return data
    changed = data.copy()
    changed[year], changed[fiscal_year] = "", typed.strip()
    return changed


def _default(field):
    """Return what a field of a form has where nobody has said anything."""
    model_field = field.form._meta.model._meta.get_field(field.name)
    return model_field.get_default() or ""


class RowForm(CleanedByFields):
    """One row of a list."""

    # The fields that stand in one line on a wide screen, the others are folded below; none: all do.
    in_line = ()
    # How many sources the case names; None where that does not matter.
    source_count = None

    def cells(self):
        """Return the fields of the line."""
        return [
            each for each in self.visible_fields() if not self.in_line or each.name in self.in_line
        ]

    def folded(self):
        """Return the fields that are folded below the line."""
        return [
            each for each in self.visible_fields() if self.in_line and each.name not in self.in_line
        ]

    def folded_answers(self):
        """Return how many of the folded fields say something."""
        return sum(
            str(each.value() or "") not in {"", str(_default(each))} for each in self.folded()
        )

    def is_unfolded(self):
        """Return whether one has to see a folded field: it is wrong, or doubted."""
        return any(each.errors or getattr(each, "doubts", None) for each in self.folded())

    @classmethod
    def stored(cls, row):
        return {name: getattr(row, name) for name in cls._meta.fields}

    def clean_source_number(self):
        number, most = self.cleaned_data["source_number"], self.source_count
        if number is None or most is None or number <= most:
            return number
        if not most:
            raise ValidationError(
                _("The case names no source yet: add it below “Photos, files and sources” first.")
            )
        message = ngettext(
            "There is no source %(number)d: the case names %(count)d.",
            "There is no source %(number)d: the case names %(count)d, counted from 1.",
            most,
        )
        raise ValidationError(message % {"number": number, "count": most})


class RowSet(BaseFormSet):
    """The rows of a list, in their order; rows left empty do not count."""

    def initial_form_count(self):
        # All rows of a sent form are new: a list is replaced on each save, which keeps its order.
        return 0 if self.is_bound else super().initial_form_count()

    def filled(self):
        """Return the forms of rows in which something was typed."""
        return [form for form in self.forms if form.has_changed()]

    def write(self, revision, stored, section_form):
        """Replace the rows of ``revision``, which are ``stored``, by what is right of those typed.

        A list that is wrong as a whole stays as it is. Return what the person is to be told.
        """
        if self.non_form_errors():
            return []
        rows = self.instances(revision, stored, section_form)
        manager = self.form._meta.model.objects
        manager.filter(revision=revision).delete()
        manager.bulk_create(rows)
        return self.after(revision, stored, rows)

    def after(self, revision, before, rows):
        """Change what depends on the list, now ``rows``; return what the person is to be told."""
        return []

    def instances(self, revision, stored, section_form):
        """Return the rows as unsaved objects of ``revision``.

        A field with an error has the value of the stored row that the typed one was; a row without
        one is left out where it cannot do without the field.
        """
        left, rows = list(stored), []
        for form in self.filled():
            before = _same_row(form, left)
            row = self.instance(form, before, section_form)
            if before:
                left.remove(before)
            if row:
                row.revision, row.position = revision, len(rows)
                rows.append(row)
        return rows

    def instance(self, form, before, section_form):
        """Return the row of a form, or None; ``before`` is the stored row that it was, or None."""
        row = form.instance
        wrong = [row._meta.get_field(name) for name in form.errors if name in form.fields]
        for field in wrong:
            if before is None and not field.blank:
                return None
            setattr(row, field.attname, getattr(before, field.attname, _nothing(field)))
        try:
            row.clean()
        except ValidationError:
            # What is right fits only to what is wrong: a period has two ends.
            for field in wrong:
                setattr(row, field.attname, _nothing(field))
        return row


def _nothing(field):
    return None if field.null else ""


def _same_row(form, rows):
    """Return the stored row that has most in common with a typed one, or None."""

    def agreements(row):
        return sum(
            form.cleaned_data[name] not in (None, "") and form.cleaned_data[name] == value
            for name, value in form.stored(row).items()
            if name in form.cleaned_data
        )

    best = max(rows, key=agreements, default=None)
    return best if best is not None and agreements(best) else None


def row_set(form, most, base=RowSet):
    """Return the formset class for a list of at most ``most`` rows."""
    row_set_class = forms.formset_factory(
        form, base, extra=0, max_num=most, validate_max=True, absolute_max=MAX_SENT_ROWS
    )
    row_set_class.default_error_messages = {
        "too_many_forms": _(
            "At most %(num)d rows fit here. Nothing is lost: put small rows together, then save "
            "again."
        )
    }
    return row_set_class
