import json
import secrets
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from members import accounts
from members.models import Member, MemberEvidence, Membership, User
from policies.interchange import Importer
from policies.search import index
from sdg.models import Target

MEMBERS_FILE = settings.BASE_DIR / "members" / "samples" / "members.jsonl"
CASES_FILE = settings.BASE_DIR / "policies" / "samples" / "cases.jsonl"
OFFICIAL_OF = "seoul"


class Command(BaseCommand):
    help = (
        "Load the sample library: real members and case studies. What is there already stays as "
        "it is. With DEBUG also accounts to try things with; their passwords are shown once."
    )

    def handle(self, *args, **options):
        if not Target.objects.exists():
            raise CommandError("Run load_reference first.")
        with transaction.atomic():
            self._load_members()
            self._load_cases()
        index.sync()
        if settings.DEBUG:
            self._make_accounts()

    def _load_members(self):
        with MEMBERS_FILE.open(encoding="utf-8") as lines:
            rows = [json.loads(line, parse_float=Decimal) for line in lines]
        there = set(Member.objects.values_list("slug", flat=True))
        new, evidence = [], []
        for row in rows:
            if row["slug"] not in there:
                statements = row.pop("evidence")
                member = Member(**row)
                new.append(member)
                evidence += [MemberEvidence(member=member, **each) for each in statements]
        Member.objects.bulk_create(new)
        MemberEvidence.objects.bulk_create(evidence)
        self._say("members", len(new), len(rows) - len(new))

    def _load_cases(self):
        importer = Importer(publish=True, update=False)
        with CASES_FILE.open("rb") as stream:
            errors = [error for batch in importer.run(stream) for error in batch.errors]
        if errors:
            raise CommandError("\n".join(map(str, errors)))
        self._say("case studies", importer.counts["created"], importer.counts["unchanged"])

    def _make_accounts(self):
        """People to try things with: an administrator, a moderator and an official."""
        member = Member.objects.get(slug=OFFICIAL_OF)
        for email, name, rights in [
            ("admin@example.org", "Demo administrator", {"is_staff": True, "is_superuser": True}),
            ("moderator@example.org", "Demo moderator", {"is_staff": True}),
            ("official@example.org", f"Demo official of {member.name}", {}),
        ]:
            if User.objects.filter(email=email).exists():
                self.stdout.write(f"account {email}: there already")
                continue
            password = secrets.token_urlsafe(12)
            user = User.objects.create_user(email, password, name=name, **rights)
            accounts.verify(user)
            if rights == {"is_staff": True}:
                user.user_permissions.set(moderators_permissions())
            if not rights:
                Membership.objects.create(
                    user=user,
                    member=member,
                    status=Membership.Status.ACTIVE,
                    decided_at=timezone.now(),
                )
            self.stdout.write(f"account {email}: password {password} ({name})")

    def _say(self, what, added, there):
        self.stdout.write(f"{what}: {added} added, {there} there already")


def moderators_permissions():
    """To read everything of the library in the admin, and to edit members and themes."""
    return Permission.objects.filter(
        Q(content_type__app_label__in=["members", "policies", "sdg"], codename__startswith="view_")
        | Q(content_type__model__in=["member", "memberevidence", "theme"])
    )
