"""What was typed about a case is not lost: see :mod:`citynet.web.form_recovery`."""

from functools import partial

from citynet.web import form_recovery
from citynet.web.form_recovery import wants_json
from policies.workflow.errors import EditRefused

__all__ = ["keeps_what_was_typed", "wants_json"]

keeps_what_was_typed = partial(form_recovery.keeps_what_was_typed, refused=EditRefused)
