"""What was typed about a case is not lost: see :mod:`citynet.kept`."""

from functools import partial

from citynet import kept
from citynet.kept import wants_json

from .. import authoring

__all__ = ["keeps_what_was_typed", "wants_json"]

keeps_what_was_typed = partial(kept.keeps_what_was_typed, refused=authoring.NotAllowed)
