"""Forms about a case: what their fields are called, and what is shown when an edit is refused."""

from functools import wraps

from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citynet.web.form_recovery import field_labels, recover_form
from policies.workflow.errors import EditRefused


def edit_view(label):
    """Decorator for views with a form about a case.

    ``label(name, **kwargs)`` returns what the page calls a field. A refused edit is answered with
    the reason and what was typed, so that it can be copied.
    """

    def decorate(view):
        @wraps(view)
        def answer(request, *args, **kwargs):
            try:
                return view(request, *args, **kwargs)
            except EditRefused as refusal:
                return recover_form(request, "closed", str(refusal))

        allowed = require_http_methods(["GET", "HEAD", "POST"])
        return field_labels(label)(never_cache(allowed(answer)))

    return decorate
