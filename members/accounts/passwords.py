"""Passwords that are long enough and still easily guessed."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Words that somebody who attacks this site tries first.
EXPECTED = re.compile(r"urban|sdgs?|knowledge|platform|citynet|city|policy|password|passphrase")
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
FEWEST_CHARACTERS = 5
LONGEST_RUN = 6
FEWEST_OTHERS = 6


class PredictablePasswordValidator:
    """Refuses repetitions, runs of the alphabet or keyboard, and the site's own name with trimmings.

    It extends the list of common passwords, whose entries are mostly shorter than the least length,
    and asks for no kind of character: a sentence always passes.
    """

    def validate(self, password, user=None):
        plain = password.casefold()
        if len(set(plain)) < FEWEST_CHARACTERS or self._repeats(plain):
            raise ValidationError(
                _("This password repeats itself. A sentence of your own is better."),
                code="password_repeats",
            )
        rest = self._without_runs(plain)
        if rest != plain and len(rest) < FEWEST_OTHERS:
            raise ValidationError(
                _("This password follows the alphabet or the keyboard. A sentence is better."),
                code="password_runs",
            )
        if len(re.sub(r"[\W\d_]", "", EXPECTED.sub("", plain))) < FEWEST_OTHERS and EXPECTED.search(
            plain
        ):
            raise ValidationError(
                _("This password is mostly made of words that are expected on this site."),
                code="password_expected",
            )

    def get_help_text(self):
        return _(
            "Several words that only you would put together are easy to remember and hard to guess. "
            "Spaces and all scripts are allowed."
        )

    @staticmethod
    def _repeats(text):
        """Whether the text is a shorter one, written several times."""
        return text in (text + text)[1:-1]

    @staticmethod
    def _without_runs(text):
        """The text without pieces of the alphabet, the digits or a row of keys, forwards or back."""
        rows = [row for run in RUNS for row in (run * 2, run[::-1] * 2)]
        rest, start = [], 0
        while start < len(text):
            length = 1
            while start + length < len(text) and any(
                text[start : start + length + 1] in row for row in rows
            ):
                length += 1
            if length < LONGEST_RUN:
                rest.append(text[start])
                length = 1
            start += length
        return "".join(rest)
