"""A filter set that refuses what it does not know."""

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django_filters import FilterSet

from citynet.web.campaigns import is_of_campaign

from .fields import shown


def without_empty(data):
    """Return the parameters of an address; a filter that is given without a value is not given."""
    data = data.copy()
    for name in data:
        data.setlist(name, [value for value in data.getlist(name) if value])
    return data


class StrictFilterSet(FilterSet):
    """A filter set for which a parameter without a filter is a mistake, as a wrong value is.

    ``is_valid()`` is False for anything unknown or malformed: then nothing is found, never all.
    Parameters of campaigns are ignored, and those in ``read_by_the_view`` are left to the view.
    """

    read_by_the_view = frozenset()

    @cached_property
    def form(self):
        """The form that has read the address, its mistakes included."""
        form = super().form
        form.full_clean()
        for name in self.data:
            if not (name in self.filters or name in self.read_by_the_view or is_of_campaign(name)):
                message = _("There is no filter named “%(name)s”.") % {"name": shown(name)}
                form.add_error(None, message)
        return form

    @property
    def qs(self):
        """What matches, nothing where the address is not understood."""
        return super().qs if self.is_valid() else self.queryset.none()
