"""``python -m tests.servers.numbers`` prints the number that the next case and phrase would get."""

import json
import sys

import django


def main():
    django.setup()
    from django.db import transaction  # noqa: PLC0415 - only once Django is set up

    from members.models import Member  # noqa: PLC0415
    from policies.models import CaseStudy, Phrase  # noqa: PLC0415

    with transaction.atomic():
        case = CaseStudy.objects.create(member=Member.objects.first(), slug="next")
        phrase = Phrase.objects.create(use="rejected", title="Next", text="Next")
        json.dump([case.pk, phrase.pk], sys.stdout)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
