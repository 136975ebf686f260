"""What is asked for: the sample library, and rows of every kind with people of every role."""

import gc
import logging
import shutil

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from alerts import steps as alerts
from alerts.models import SavedSearch, Watch
from local_reviews.models import LocalReview
from policies.models import Call, CallEntry, CaseStudy
from portal.data.dumps import make_dump
from seminars.models import Seminar
from tests.addresses import make_world
from tests.exchange import factories as exchange
from tests.seminars import factories as seminars

CASES = 40


def make():
    """Return the :class:`tests.addresses.World` in a database that is filled for it."""
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    # What is tried is not how long a password takes.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    logging.disable(logging.CRITICAL)
    for command in ("migrate", "createcachetable", "load_reference", "load_samples"):
        call_command(command, verbosity=0)
    # Most exports hold the whole library: forty cases take as many ways through the code as all.
    kept = CaseStudy.objects.order_by("pk")[:CASES].values_list("pk", flat=True)
    CaseStudy.objects.exclude(pk__in=list(kept)).delete()
    world = make_world(slug="fuzz-city")
    for factories in (exchange, seminars):
        for name, kind in sorted(vars(factories).items()):
            if (
                name.endswith("Factory")
                and not name.startswith("_")
                and kind.__module__ == factories.__name__
            ):
                kind()
    _followed(world)
    call_command("sync_search", verbosity=0)
    return world


def _followed(world):
    """What people want to be told of, take part in and answer, reviews of all kinds, and the file of a
    month: rows of which no other page of the world leads to the forms."""
    live, coming = world.live, Seminar.objects.filter(registrations=None).first()
    for person in filter(None, world.people.values()):
        alerts.save_search(person, query="target=11.6&sort=newest", name="Waste", every="month")
        alerts.follow(person, live.case)
        alerts.watch(person, [*Watch.Kind.values])
        seminars.RegistrationFactory(seminar=coming, user=person)
    paused = {"paused_at": timezone.now()}
    SavedSearch.objects.filter(user=world.people["official"]).update(**paused)
    for kind in LocalReview.Kind.values:
        review = LocalReview.objects.create(
            member=live.case.member,
            title=f"Of {kind}",
            kind=kind,
            year=2024,
            languages=["en", "ko"],
        )
        review.goals.set([11, 6])
    CallEntry.objects.create(call=Call.objects.earliest("pk"), case=live.case, by_name="Ani")
    # Links that stand in mails alone.
    token = alerts.token_of(world.people["official"])
    world.addresses["my-alerts:stop"] = reverse("my-alerts:stop", args=[token])
    month = timezone.now().strftime("%Y-%m")
    make_dump(month)
    world.addresses["data-dump"] = reverse("data-dump", args=[month])


def copies(number):
    """Return the names of ``number`` copies of the database, to be asked side by side."""
    name = connection.settings_dict["NAME"]
    names = [f"{name}-{place}" for place in range(number)]
    if connection.vendor == "sqlite":
        connections.close_all()
        for each in names:
            shutil.copy(name, each)
        return names
    quote = connection.ops.quote_name
    # From another database: one that somebody uses cannot be copied.
    connections.close_all()
    connection.settings_dict["NAME"] = "template1"
    with connection.cursor() as cursor:
        for each in names:
            cursor.execute(f"CREATE DATABASE {quote(each)} TEMPLATE {quote(name)}")
    connections.close_all()
    return names


def use(name):
    """Ask the database ``name`` from now on in this process."""
    connections.close_all()
    connection.settings_dict["NAME"] = name
    gc.collect()
    gc.freeze()
