"""A secretariat for the browser tests: a moderator and an editor in chief with codes to sign in.

Some work waits for them.

Run beside the server, on its data: ``manage.py shell -c "…; secretariat.open_desk()"``.
"""

import json
from datetime import timedelta

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.db.models import F

from members.accounts import adapter
from members.models import User
from policies.content.fields import values_of
from policies.models import CaseStudy, Phrase, Revision
from policies.workflow import authoring, moderation

PASSWORD = "lanterns along nine lanes"
RACES = 8
A_WHILE = timedelta(hours=1)


def open_desk():
    """Print the people of the desk with their codes, and the numbers of what waits, as JSON."""
    author = User.objects.create_user("ani@desk.example", name="Ani Rahma")
    edited, *others = CaseStudy.objects.live().select_related("live", "member").order_by("pk")[:3]
    waiting = [_hand_in(edited, author, summary=f"{edited.live.summary} Ten lanes by now.")]
    waiting += [_hand_in(case, author, lessons="Ask before you dig.") for case in others]
    # They are the oldest, whatever else the tests have submitted.
    Revision.objects.filter(pk__in=waiting).update(submitted_at=F("submitted_at") - A_WHILE)
    races = [_new(edited.member, author, f"Race {number}") for number in range(RACES)]
    Phrase.objects.create(
        use="changes-requested", title="Year of the figures", text="Say of which year it is."
    )
    print(  # noqa: T201 - the answer
        json.dumps(
            {
                "codes": {name: _moderator(name) for name in ("mina", "lee")},
                "waiting": waiting,
                "races": races,
            }
        )
    )


def _moderator(name):
    """A code of recovery for a new moderator."""
    user = User.objects.create_user(
        f"{name}@desk.example", PASSWORD, name=name.title(), is_staff=True
    )
    adapter.verify(user)
    # Lee may also unpublish.
    group = "Editors in chief" if name == "lee" else "Moderators"
    user.groups.add(Group.objects.get(name=group))
    TOTP.activate(user, generate_totp_secret())
    return RecoveryCodes.activate(user).generate_codes()[0]


def _hand_in(case, author, **changed):
    """The number of an edit of a public case."""
    live = case.live
    texts = values_of(live) | changed
    edit = Revision.objects.create(case=case, number=live.number + 1, created_by=author, **texts)
    authoring.copy_rows(live, edit)
    return moderation.submit(edit, by=author).pk


def _new(member, author, title):
    """The number of a new case."""
    case = CaseStudy.objects.create(member=member, slug=CaseStudy.slug_for(title))
    draft = Revision.objects.create(
        case=case, number=1, created_by=author, title=title, summary="Short.", challenge="Dark."
    )
    return moderation.submit(draft, by=author).pk
