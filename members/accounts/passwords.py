"""Passwords that are long enough and still easily guessed."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

# Words that somebody who attacks this site tries first: they add nothing to a password.
EXPECTED = re.compile(r"urban|sdgs?|knowledge|platform|citynet|city|policy|password|passphrase")
# Of 0 to 4. From 3 on, guessing takes too long even for somebody who has stolen the database.
LEAST_SCORE = 3
# Longer texts take zxcvbn long to judge; whatever follows only makes them better.
MOST_CHARACTERS = 72


class GuessablePasswordValidator:
    """Refuses what zxcvbn guesses quickly: common passwords, repetitions, runs of the keyboard, dates.

    It asks for no kind of character: a sentence always passes.
    """

    def validate(self, password, user=None):
        plain = EXPECTED.sub("", password.casefold())
        # zxcvbn does not accept an empty text.
        known = [user.email, user.name] if user else []
        guessed = zxcvbn((plain or "0")[:MOST_CHARACTERS], user_inputs=known)
        if guessed["score"] >= LEAST_SCORE:
            return
        patterns = {match["pattern"] for match in guessed["sequence"]}
        if plain != password.casefold():
            reason = _("This password is mostly made of words that are expected on this site.")
        elif "repeat" in patterns:
            reason = _("This password repeats itself. A sentence of your own is better.")
        elif patterns & {"sequence", "spatial"}:
            reason = _("This password follows the alphabet or the keyboard. A sentence is better.")
        else:
            reason = _("This password is easily guessed. A sentence of your own is better.")
        raise ValidationError(reason, code="password_guessable")

    def get_help_text(self):
        return _(
            "Several words that only you would put together are easy to remember and hard to guess. "
            "Spaces and all scripts are allowed."
        )
