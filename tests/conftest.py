"""Fixtures that any test may ask for."""

import functools
import gc
import itertools
import shutil
import tempfile
from contextlib import contextmanager
from copy import copy
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.core.management import call_command
from django.db import connection, transaction
from django.template import RequestContext
from django.test import Client, override_settings
from django.test import client as test_client
from django.test.utils import ContextList
from django.utils import translation
from django.utils.crypto import get_random_string

from citynet.web import recent
from exchange.content import asked
from members import place_names
from policies.content import summary
from policies.models import Revision, Theme
from policies.search import index
from sdg import names
from sdg.models import Goal, Target, TargetText, Term, ThesaurusVersion
from tests.factories import StaffFactory
from tests.sessions import noted_of


def pytest_collection_finish():
    """Tests live as long as the process too: see ``CitynetConfig.ready``."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _cities_read_once():
    """To read the cities of the world takes longer than most tests that write a member."""
    with pytest.MonkeyPatch.context() as patch:
        read = place_names._cities

        @functools.cache
        def cities():
            found = read()
            # They stay, so nobody needs to look through them for garbage.
            gc.freeze()
            return found

        patch.setattr(place_names, "_cities", cities)
        yield


@contextmanager
def _translating(is_on):
    with override_settings(USE_I18N=is_on):
        # Which of its two ways Django takes is found out once.
        translation._trans.__dict__.clear()
        yield
    translation._trans.__dict__.clear()


@pytest.fixture(scope="session", autouse=True)
def _english_alone():
    """To translate English into English takes a tenth of the time of a page."""
    with _translating(False):
        yield


@pytest.fixture(autouse=True)
def _without_sidebar(request):
    """What every page of the secretariat lists beside it takes a third of its time: only browsers are
    shown it."""
    admin.site.enable_nav_sidebar = request.node.get_closest_marker("e2e") is not None


@pytest.fixture
def translated():
    """A site in several languages."""
    with _translating(True):
        yield


# A search index is written through to the disk, which takes longer than to make it: where a file
# system in memory has room, the tests use that.
MEMORY, ROOM = Path("/dev/shm"), 500_000_000  # noqa: S108 - the folders in it are our own


@pytest.fixture(scope="session")
def new_index(tmp_path_factory):
    """``with new_index() as folder:`` gives the path of a folder for an index, not made yet."""
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    where = MEMORY if is_roomy else tmp_path_factory.mktemp("indexes")
    numbers = itertools.count()
    with tempfile.TemporaryDirectory(prefix="index-", dir=where) as indexes:

        @contextmanager
        def make():
            folder = Path(indexes) / str(next(numbers))
            yield folder
            shutil.rmtree(folder, ignore_errors=True)

        yield make


def files_in(folder, index_folder):
    """Settings for uploads below a folder, and for a search index."""
    return {"MEDIA_ROOT": folder / "media", "SEARCH_INDEX_DIR": index_folder}


@pytest.fixture(autouse=True)
def _own_files(request, new_index):
    """Each test has its own uploads and search index, so that tests can run side by side, and reads
    its own goals and targets.

    Those that share the rows of their module share its files too.
    """
    names.forget()
    with new_index() as index_folder, new_index() as folder:
        files = files_in(folder, index_folder)
        if "shared" in request.fixturenames:
            files = request.getfixturevalue("shared").files
        with override_settings(**files):
            yield


@pytest.fixture(autouse=True)
def _own_entries():
    """What a process reads now and then is of the test's own rows."""
    asked.forget()
    recent.forget()


REFERENCE = (Goal, Target, Theme)
THESAURUS = (TargetText, Term, ThesaurusVersion)
KEPT = (REFERENCE, THESAURUS)


@pytest.fixture(scope="session")
def _kept_reference(django_db_setup, django_db_blocker):
    """Statements that fill the tables of ``REFERENCE`` and of ``THESAURUS`` from copies made once.

    To load them anew for each test took longer than most of the tests that ask for them.
    """
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        call_command("load_reference", verbosity=0)
        fill = {models: [_keep(cursor, model) for model in models] for models in KEPT}
        for model in reversed([*REFERENCE, *THESAURUS]):
            model.objects.all().delete()
    return fill


def _keep(cursor, model):
    """Copy the table of a model; return the statement that fills it from the copy."""
    table, fields = model._meta.db_table, model._meta.local_concrete_fields
    # A key that the database gives is left to it, so that it goes on counting from there; but the row
    # of the version is known by its key.
    is_given = model is ThesaurusVersion
    names = ", ".join(f'"{field.column}"' for field in fields if is_given or not field.db_returning)
    cursor.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608 - all names are our own
    order = model._meta.ordering[0] if model in REFERENCE else "id"
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM kept_{table} ORDER BY {order}"  # noqa: S608 - all names are our own


def fill_reference(statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def reference(_kept_reference, db):
    """The 17 goals, 169 targets and ten themes."""
    fill_reference(_kept_reference[REFERENCE])


@pytest.fixture
def thesaurus(_kept_reference, reference):
    """The terms and labels of targets in all languages, besides the goals, targets and themes."""
    fill_reference(_kept_reference[THESAURUS])


class Shared:
    """Where rows, files and the index are made that all tests of a module share."""

    def __init__(self, files, blocker, kept):
        self.files, self.blocker, self._kept = files, blocker, kept

    def fill_thesaurus(self):
        """Add the terms and labels of targets; to be called inside of ``made``."""
        fill_reference(self._kept[THESAURUS])

    @contextmanager
    def made(self):
        with self.blocker.unblock(), override_settings(**self.files):
            yield


@pytest.fixture(scope="module")
def shared(_kept_reference, django_db_blocker, tmp_path_factory, new_index):
    """``with shared.made():`` in a fixture of a module makes rows for all its tests, once.

    The goals, targets and themes are there. Each test works in a savepoint inside of the same
    transaction, so what it changes is undone at its end; not so what it changes in the objects and
    files that it is handed. Not for modules with tests that commit.
    """
    with new_index() as index_folder:
        files = files_in(tmp_path_factory.mktemp("shared"), index_folder)
        made = Shared(files, django_db_blocker, _kept_reference)
        transaction_of_all = transaction.atomic()
        with made.made():
            transaction_of_all.__enter__()
            fill_reference(_kept_reference[REFERENCE])
        yield made
        with made.made():
            transaction.set_rollback(True)
            transaction_of_all.__exit__(None, None, None)


@pytest.fixture
def synced(db):
    """What publishing does, for live revisions of the factories: ``synced()`` after making them."""

    def sync(**options):
        summary.rebuild(Revision.objects.live())
        return index.sync(**options)

    return sync


def _sign_in(client, user, backend=None):
    """As people sign in, in two queries. Django's own takes twenty, more than many of the pages that
    are asked for afterwards, and leaves out what our way notes in the session."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session._session_key = get_random_string(32, VALID_KEY_CHARS)
    session._session_cache = noted_of(user) | {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: backend or settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
    session.create_model_instance(session._session_cache).save(force_insert=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key


Client.force_login = _sign_in


def _keep_page(store, signal, sender, template, context, **_options):
    """Keep the context of a page for ``answer.context``: Django copies that of each widget and each
    part too, which takes a sixth of the time of a page with many fields."""
    if isinstance(context, RequestContext) and context.template is template:
        store.setdefault("templates", []).append(template)
        store.setdefault("context", ContextList()).append(copy(context))


test_client.store_rendered_templates = _keep_page


def signed_in(person):
    """A client of its own for ``person``, who is its ``.person``."""
    client = Client()
    client.force_login(person)
    client.person = person
    return client


@pytest.fixture
def commits_at_once(monkeypatch):
    """What waits for the end of a transaction runs at once, within its request."""
    monkeypatch.setattr(transaction, "on_commit", lambda run, **_options: run())


@pytest.fixture
def moderator_client(db):
    """A moderator with a second factor; the person is ``moderator_client.person``."""
    return signed_in(StaffFactory(groups=["Moderators"]))


@pytest.fixture
def editor_client(db):
    """An editor in chief with a second factor; the person is ``editor_client.person``."""
    return signed_in(StaffFactory(groups=["Editors in chief"]))


@pytest.fixture
def administrator_client(db):
    """A superuser with a second factor; the person is ``administrator_client.person``."""
    return signed_in(StaffFactory(is_superuser=True))
