import json
import secrets
from decimal import Decimal

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from members.accounts import adapter
from members.mail_domains import own_domain
from members.models import FormerAddress, Member, MemberEvidence, Membership, User
from members.place_names import add_place_names
from policies.interchange import Importer
from policies.search import index
from sdg.models import Target

MEMBERS_FILE = settings.BASE_DIR / "members" / "samples" / "members.jsonl"
CASES_FILE = settings.BASE_DIR / "policies" / "samples" / "cases.jsonl"
OFFICIAL_OF = "seoul"


class Command(BaseCommand):
    help = (
        "Load the sample library: real members and case studies. What is there already stays as "
        "it is. With DEBUG also accounts to try things with; their passwords and the codes of "
        "their second factors are shown once."
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
        # A member that was merged or has another address now is not made again.
        there = {
            *Member.objects.values_list("slug", flat=True),
            *FormerAddress.objects.values_list("slug", flat=True),
        }
        new, evidence = [], []
        for row in rows:
            if row["slug"] not in there:
                statements = row.pop("evidence")
                member = Member(**row, email_domain=own_domain(row.get("website", "")))
                new.append(member)
                evidence += [MemberEvidence(member=member, **each) for each in statements]
        add_place_names(new)
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
        """People to try things with: the secretariat's three kinds, and an official."""
        member = Member.objects.get(slug=OFFICIAL_OF)
        for email, name, rights, group in [
            ("admin@example.org", "Demo administrator", {"is_superuser": True}, None),
            ("editor@example.org", "Demo editor in chief", {}, "Editors in chief"),
            ("moderator@example.org", "Demo moderator", {}, "Moderators"),
            ("official@example.org", f"Demo official of {member.name}", {}, None),
        ]:
            if User.objects.filter(email=email).exists():
                self.stdout.write(f"account {email}: there already")
                continue
            password = secrets.token_urlsafe(12)
            is_staff = bool(rights or group)
            user = User.objects.create_user(email, password, name=name, is_staff=is_staff, **rights)
            adapter.verify(user)
            if group:
                user.groups.add(Group.objects.get(name=group))
            self.stdout.write(f"account {email}: password {password} ({name})")
            if is_staff:
                self._give_second_factor(user)
            else:
                Membership.objects.create(
                    user=user,
                    member=member,
                    status=Membership.Status.ACTIVE,
                    decided_at=timezone.now(),
                )

    def _give_second_factor(self, user):
        """The secretariat's pages ask for one. It can be used at once, without any app."""
        key = generate_totp_secret()
        TOTP.activate(user, key)
        codes = RecoveryCodes.activate(user).generate_codes()
        self.stdout.write(f"  codes, each for one sign-in: {' '.join(codes)}")
        self.stdout.write(f"  or the key for an authenticator app: {key}")

    def _say(self, what, added, there):
        self.stdout.write(f"{what}: {added} added, {there} there already")
