"""``python -m tests.servers.writing NAME`` writes case after case until it is stopped.

After each commit it prints the number of the case that is now sure to be kept: "begun 3", then
"kept 3". Of each case it starts a draft, adds a photo, hands it in and publishes it.
"""

import sys

import django


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(name):
    django.setup()
    from django.db import transaction  # noqa: PLC0415 - only once Django is set up

    from citynet.uploads.images import Picture  # noqa: PLC0415
    from members.models import Membership, User  # noqa: PLC0415
    from policies.workflow import authoring, files, moderation  # noqa: PLC0415
    from tests.factories import webp  # noqa: PLC0415

    authoring.MAX_OPEN_DRAFTS = 10**9
    membership = Membership.objects.active().select_related("user", "member").first()
    moderator = User.objects.filter(is_staff=True).first()
    number = 0
    while True:
        number += 1
        say(f"begun {number}")
        picture = Picture(webp(64 + number % 64, 64), webp(32, 32), 64 + number % 64, 64)
        with transaction.atomic():
            draft = authoring.start_case(
                user=membership.user,
                member=membership.member,
                title=f"{name} {number}",
                summary=f"{name} {number}",
            )
        files.attach_photo(
            draft, user=membership.user, picture=picture, name=f"{number}.webp", alt=f"{number}"
        )
        with transaction.atomic():
            moderation.submit(draft, by=membership.user)
            moderation.publish(draft, by=moderator)
        say(f"kept {number}")


if __name__ == "__main__":
    main(sys.argv[1])
