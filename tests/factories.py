"""Objects for tests, valid by themselves and without surprises. Targets come from the fixture
``reference`` (the real goals and targets), never from here."""

import functools
import io
from importlib import import_module
from types import SimpleNamespace

import factory
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image

from members.models import Member, MemberProposal, Membership, User
from policies.models import (
    Attachment,
    CaseStudy,
    Contribution,
    Photo,
    Revision,
    RevisionTheme,
    Theme,
)
from sdg.models import Target


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence("person{}@city.example".format)
    name = factory.Sequence("Person {}".format)


def group(name):
    """A group of the secretariat, also where a test has emptied the tables before."""
    if not Group.objects.filter(name=name).exists():
        editor = SimpleNamespace(connection=connection)
        import_module("policies.migrations.0002_groups").make_groups(apps, editor)
        import_module("exchange.migrations.0002_groups").give_rights(apps, editor)
        import_module("portal.migrations.0002_groups").give_rights(apps, editor)
    return Group.objects.get(name=name)


class StaffFactory(UserFactory):
    """Somebody of the secretariat with a second factor; ``groups=["Moderators"]`` gives rights,
    ``second_factor=False`` leaves the factor out."""

    name = factory.Sequence("Moderator {}".format)
    is_staff = True

    @factory.post_generation
    def groups(self, create, names, **kwargs):
        self.groups.set(map(group, names or []))

    @factory.post_generation
    def second_factor(self, create, wanted, **kwargs):
        if wanted is not False:
            give_second_factor(self)
            # As the person of a request whose session was begun with it.
            self.is_in_secretariat_session = True


def give_second_factor(user):
    """Let ``user`` use an authenticator app, and give its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


class MemberFactory(DjangoModelFactory):
    class Meta:
        model = Member

    kind = Member.Kind.LOCAL_GOVERNMENT
    name = factory.Sequence("City {}".format)
    slug = factory.Sequence("city-{}".format)
    country = "ID"
    latitude = "-7.24917"
    longitude = "112.75083"
    population = 3_018_022
    population_source = "GeoNames"
    status = Member.Status.FULL


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    member = factory.SubFactory(MemberFactory)
    role = Membership.Role.OFFICIAL
    status = Membership.Status.ACTIVE
    decided_at = factory.LazyFunction(timezone.now)


class MemberProposalFactory(DjangoModelFactory):
    """A city that somebody misses in the list."""

    class Meta:
        model = MemberProposal

    user = factory.SubFactory(UserFactory)
    kind = Member.Kind.LOCAL_GOVERNMENT
    name = factory.Sequence("Unlisted City {}".format)
    country = "FJ"
    website = "https://unlisted.example/"


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme
        django_get_or_create = ["slug"]

    slug = "transport"
    name = factory.LazyAttribute(lambda theme: theme.slug.replace("-", " ").capitalize())
    position = factory.Sequence(int)


class CaseStudyFactory(DjangoModelFactory):
    """A case without any revision; most tests want ``RevisionFactory`` or ``live_case``."""

    class Meta:
        model = CaseStudy

    member = factory.SubFactory(MemberFactory)
    slug = "night-buses"


class RevisionFactory(DjangoModelFactory):
    """A draft; ``targets=["11.2"]`` (needs ``reference``) and ``themes=["transport"]`` add rows."""

    class Meta:
        model = Revision
        skip_postgeneration_save = True

    case = factory.SubFactory(CaseStudyFactory)
    number = factory.LazyAttribute(lambda revision: revision.case.revisions.count() + 1)
    title = "Night buses"
    summary = "Buses through the night on nine lines."

    @factory.post_generation
    def targets(self, create, codes, **kwargs):
        for position, code in enumerate(codes or []):
            Contribution.objects.create(
                revision=self,
                target=Target.objects.get(pk=code),
                position=position,
                role=Contribution.Role.SECONDARY if position else Contribution.Role.PRIMARY,
            )

    @factory.post_generation
    def themes(self, create, slugs, **kwargs):
        for position, slug in enumerate(slugs or []):
            RevisionTheme.objects.create(
                revision=self, theme=ThemeFactory(slug=slug), position=position
            )


class LiveRevisionFactory(RevisionFactory):
    """A published revision that is the public text of its case."""

    class Meta:
        model = Revision
        skip_postgeneration_save = True

    state = Revision.State.PUBLISHED
    submitted_at = factory.LazyFunction(timezone.now)
    decided_at = factory.LazyFunction(timezone.now)
    decided_by_name = "Secretariat"

    @factory.post_generation
    def live(self, create, extracted, **kwargs):
        self.case.live = self
        self.case.save(update_fields=["live"])


def stored(name, content):
    return default_storage.save(name, ContentFile(content))


@functools.cache
def webp(width, height):
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "WEBP")
    return written.getvalue()


class PhotoFactory(DjangoModelFactory):
    """A photo of 1,200 by 800 pixels with its two stored files."""

    class Meta:
        model = Photo

    revision = factory.SubFactory(RevisionFactory)
    image = factory.LazyFunction(lambda: stored("photos/large.webp", webp(1200, 800)))
    small = factory.LazyFunction(lambda: stored("photos/small.webp", webp(640, 427)))
    width = 1200
    height = 800
    size = 12_345
    alt = "A night bus at a stop"
    original_name = "bus.jpg"


class AttachmentFactory(DjangoModelFactory):
    """A table for download, stored."""

    class Meta:
        model = Attachment

    revision = factory.SubFactory(RevisionFactory)
    file = factory.LazyFunction(lambda: stored("attachments/table.csv", b"line,riders\n3,900\n"))
    size = 18
    original_name = "riders.csv"
