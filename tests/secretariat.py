"""The addresses of the secretariat, and a row of every kind to fill into them."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, get_resolver, reverse

from members.models import Member
from members.record import audit
from policies.models import ImportRun, Phrase, ReviewEvent, Theme
from policies.workflow import moderation
from sdg.models import Goal, Target
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MemberProposalFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    stored,
)

# Pages of a kind of row that are about none in particular.
WITHOUT_ROW = {"members_event_export", "policies_importrun_template"}


def names():
    """Names of all addresses of the admin, those of pages that belong to no model included."""
    namespaces = get_resolver().namespace_dict
    for namespace in ("admin", "desk"):
        for pattern in namespaces[namespace][1].url_patterns:
            inner = [pattern] if isinstance(pattern, URLPattern) else pattern.url_patterns
            yield from (f"{namespace}:{part.name}" for part in inner if part.name)


def make_rows():
    """Kind of row -> the key of one, and two people; needs the goals and targets."""
    city, other = MemberFactory(slug="surabaya"), MemberFactory()
    official = MembershipFactory(member=city).user
    stranger = MembershipFactory(member=other).user
    live = LiveRevisionFactory(case__member=city, targets=["11.6"], themes=["transport"])
    draft = RevisionFactory(case__member=city)
    moderation.submit(draft, by=official)
    session = UserSession.objects.create(user=official, ip="203.0.113.9", session_key="x")
    address = EmailAddress.objects.create(user=official, email=official.email)
    staff = StaffFactory(groups=["Moderators"])
    phrase = Phrase.objects.create(use="rejected", title="Spam", text="This is spam.")
    run = ImportRun.objects.create(
        file=stored("imports/cases.jsonl", b"{}\n"),
        original_name="cases.jsonl",
        by=staff,
        by_name=staff.name,
    )
    request = MembershipFactory(member=city, status="requested", decided_at=None)
    return {
        "official": official,
        "stranger": stranger,
        "account_emailaddress": address.pk,
        "auth_group": Group.objects.get(name="Moderators").pk,
        "members_event": audit.record("member-added", city, name="Secretariat").pk,
        "members_member": city.pk,
        "members_memberproposal": MemberProposalFactory().pk,
        "members_membership": request.pk,
        "members_user": official.pk,
        "mfa_authenticator": Authenticator.objects.get(user=staff).pk,
        "policies_casestudy": live.case_id,
        "policies_importrun": run.pk,
        "policies_phrase": phrase.pk,
        "policies_reviewevent": ReviewEvent.objects.first().pk,
        "policies_revision": draft.pk,
        "policies_theme": Theme.objects.first().pk,
        "sdg_goal": Goal.objects.first().pk,
        "sdg_target": Target.objects.first().pk,
        "usersessions_usersession": session.pk,
    }


def filled(name, rows):
    """The address of that name."""
    route = name.partition(":")[2]
    if route == "app_list":
        return reverse(name, args=["members"])
    if route == "view_on_site":
        kind = ContentType.objects.get_for_model(Member)
        return reverse(name, args=[kind.pk, rows["members_member"]])
    if route == "export":
        return reverse(name, args=["cases"])
    if route == "auth_user_password_change":
        return reverse(name, args=[rows["members_user"]])
    kind, page = "_".join(route.split("_")[:2]), "_".join(route.split("_")[2:])
    if kind not in rows or page in ("changelist", "add") or route in WITHOUT_ROW:
        return reverse(name)
    return reverse(name, args=[rows[kind]])
