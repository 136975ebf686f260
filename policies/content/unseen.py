"""Changes that nobody sees: another blank, a sign without a shape, a letter that looks like another."""

import unicodedata
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

# Cyrillic and Greek letters with the shape of a Latin one, and hyphens.
LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝАВЕКМНОРСТХІЈЅҺԌԚԜοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ\u2010\u2011",
    "aeopcyxijshdqwABEKMHOPCTXIJSHGQWoABEZHIKMNOPTYX--",
)
SHAPELESS = frozenset({"Cc", "Cf"})


def difference(old, new):
    """Return in words how two texts that look the same differ; "" where they look different."""
    if old == new or not old or not new or _looks(old) != _looks(new):
        return ""
    parts = []
    for kind, start, end, from_, to in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        gone, come = _names(old[start:end]), _names(new[from_:to])
        if kind == "replace":
            parts.append(_("%(new)s instead of %(old)s") % {"new": come, "old": gone})
        elif kind == "insert":
            parts.append(_("%(new)s added") % {"new": come})
        elif kind == "delete":
            parts.append(_("%(old)s removed") % {"old": gone})
    return ", ".join(dict.fromkeys(parts))


def _looks(text):
    """Return the shape of a text: the same for all that look like it."""
    text = unicodedata.normalize("NFC", text).translate(LOOK_ALIKES)
    shown = (" " if unicodedata.category(char) == "Zs" else char for char in text)
    return "".join(
        char for char in shown if unicodedata.category(char) not in SHAPELESS or char in "\t\n"
    )


def _names(text):
    """Return the names of characters in Unicode, which say what cannot be shown."""
    return " + ".join(unicodedata.name(char, f"U+{ord(char):04X}").capitalize() for char in text)
