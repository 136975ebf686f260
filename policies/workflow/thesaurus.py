"""Changes of the thesaurus by the secretariat. Each is recorded, and the search takes it up within a
minute."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.record import audit
from sdg.models import Term, ThesaurusVersion

from .errors import ActionRefused


@transaction.atomic
def add(term, *, by):
    """Save a new term, or bring back the same one that was removed, and return it.

    Raises :class:`ActionRefused` where the target has it already.
    """
    term.origin = Term.Origin.SECRETARIAT
    try:
        with transaction.atomic():
            term.save()
    except IntegrityError as error:
        same = Term.objects.same_as(term.target_id, term.language, term.text)
        removed = same.select_for_update().filter(is_removed=True).first()
        if removed is None:
            raise ActionRefused(_("This target has the word already.")) from error
        term.pk, term.is_removed = removed.pk, False
        term.save(force_update=True)
    return _changed("term-added", term, by)


@transaction.atomic
def remove(term, *, by):
    """Take a term out of the thesaurus and return it; the row stays, so that no loading brings it
    back."""
    if Term.objects.in_use().filter(pk=term.pk).update(is_removed=True):
        _changed("term-removed", term, by)
    term.is_removed = True
    return term


def _changed(action, term, by):
    audit.record(action, term, by=by)
    ThesaurusVersion.renew()
    return term
