"""``python -m tests.servers.fill`` puts something of everything into a new installation."""

import json
import sys

import django


def main():
    """Reference data, real cases, people, drafts with files, decisions, notices and a session."""
    django.setup()
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 - as above
    from django.core.management import call_command  # noqa: PLC0415

    from members.models import Member, Membership  # noqa: PLC0415
    from policies.models import CaseStudy, Phrase  # noqa: PLC0415
    from policies.workflow import authoring, moderation  # noqa: PLC0415
    from tests.factories import (  # noqa: PLC0415
        MembershipFactory,
        PhotoFactory,
        StaffFactory,
    )

    for command in ("migrate", "load_reference", "load_samples"):
        call_command(command, verbosity=0)
    moderator = StaffFactory(groups=["Moderators"])
    member = Member.objects.first()
    official = MembershipFactory(member=member, role=Membership.Role.COORDINATOR).user
    draft = authoring.start_case(
        user=official, member=member, title="Büsses ‘at’ night: 夜间巴士\u2028", summary="x\ty\r\nz"
    )
    PhotoFactory(revision=draft)
    moderation.submit(draft, by=official, note="Ours")
    moderation.publish(draft, by=moderator, note="Well done")
    PhotoFactory(revision=authoring.open_draft(draft.case, user=official))
    # The highest numbers were given to rows that are gone.
    Phrase.objects.create(use="rejected", title="Gone", text="Gone").delete()
    CaseStudy.objects.create(member=member, slug="gone").delete()
    SessionStore().create()
    json.dump({"case": draft.case_id}, sys.stdout)


if __name__ == "__main__":
    main()
