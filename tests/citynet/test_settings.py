"""The settings as each environment makes them; every one is read in a process of its own."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from citynet.checks import addresses_can_be_answered

PRODUCTION = {
    "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "SITE_URL": "https://sdg.example.org",
    "ALLOWED_HOSTS": "sdg.example.org",
    "CACHE_URL": "db://cache",
    "CONTACT_EMAIL": "desk@sdg.example.org",
}
# How settings, the configuration of gunicorn, and that of containers name a variable.
READ = [
    ("citynet/settings.py", re.compile(r'env(?:\.\w+)?\(\s*"([A-Z][A-Z0-9_]*)"')),
    ("deploy/gunicorn.conf.py", re.compile(r'value\(\s*"([A-Z][A-Z0-9_]*)"')),
    ("deploy/compose.yaml", re.compile(r"\$\{([A-Z][A-Z0-9_]*)")),
]


def run(folder, *arguments, **environment):
    """What ``python arguments`` answers with only these variables set; everything is kept in ``folder``."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        env=kept | {"VAR_DIR": str(folder)} | environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def values(folder, *names, **environment):
    """The settings of these names, as lists and texts."""
    code = (
        "import json; from citynet import settings; "
        f"print(json.dumps([getattr(settings, name) for name in {names!r}], default=str))"
    )
    answer = run(folder, "-c", code, **environment)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture
def folder(tmp_path):
    """A folder of its own. A file ``.env`` of the developer would be read, and change the answers."""
    if (settings.BASE_DIR / ".env").exists():
        pytest.skip("The file .env of this machine sets variables of its own.")
    return tmp_path


def test_nothing_starts_without_a_secret(folder):
    answer = run(folder, "-c", "import citynet.settings")

    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].endswith(
        "ImproperlyConfigured: Set SECRET_KEY (or DEBUG=1 on a development machine)."
    )


def test_all_is_safe_when_only_the_secret_is_set(folder):
    names = [
        "DEBUG",
        "ALLOWED_HOSTS",
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS",
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
    ]
    assert values(folder, *names, SECRET_KEY="x") == [
        False,
        ["localhost", "127.0.0.1", "[::1]"],
        True,
        True,
        True,
        31_536_000,
        False,
    ]


def test_cookies_are_bound_to_the_host_under_https(folder):
    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "CSRF_COOKIE_HTTPONLY"]
    assert values(folder, *names, SECRET_KEY="x") == [
        "__Host-sessionid",
        "__Host-csrftoken",
        True,
    ]
    assert values(folder, *names[:2], SECRET_KEY="x", HTTPS="0") == ["sessionid", "csrftoken"]
    # What browsers ask of such a cookie: secure, the whole host, and no other.
    names = ["SESSION_COOKIE_SECURE", "SESSION_COOKIE_PATH", "SESSION_COOKIE_DOMAIN"]
    code = (
        f"from django.conf import settings; print([getattr(settings, name) for name in {names!r}])"
    )
    answer = run(folder, "-c", code, SECRET_KEY="x", DJANGO_SETTINGS_MODULE="citynet.settings")
    assert answer.stdout == "[True, '/', None]\n"


@pytest.mark.parametrize(
    ("environment", "default", "reading"),
    [
        ({}, "DatabaseCache", "LocMemCache"),
        ({"CACHE_URL": "db://cache"}, "DatabaseCache", "LocMemCache"),
        ({"CACHE_URL": "locmem://"}, "LocMemCache", "LocMemCache"),
        ({"CACHE_URL": "redis://127.0.0.1:6379/0"}, "DatabaseCache", "RedisCache"),
        ({"DEBUG": "1"}, "LocMemCache", "LocMemCache"),
    ],
)
def test_limits_on_what_is_sent_are_never_counted_where_they_can_be_lost(
    folder, environment, default, reading
):
    (found,) = values(folder, "CACHES", SECRET_KEY="x", **environment)
    kinds = {name: each["BACKEND"].rpartition(".")[2] for name, each in found.items()}
    assert (kinds["default"], kinds["reading"]) == (default, reading)


def test_pages_are_cached_unless_it_is_switched_off(folder):
    (found,) = values(folder, "CACHES", SECRET_KEY="x", PAGE_CACHE_SECONDS="0")
    assert found["pages"]["BACKEND"] == "django.core.cache.backends.dummy.DummyCache"
    answer = run(folder, "-c", "import citynet.settings", SECRET_KEY="x", PAGE_CACHE_SECONDS="21")
    assert answer.returncode == 1


def test_served_files_are_hashed_outside_development(folder):
    (stores,) = values(folder, "STORAGES", SECRET_KEY="x")
    assert stores["staticfiles"] == {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    }


def test_deploy_checks_have_nothing_to_say_in_production(folder):
    answer = run(folder, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (answer.returncode, answer.stdout) == (
        0,
        "System check identified no issues (0 silenced).\n",
    )


# In one process each, since starting one takes longer than its checks.
MISTAKES = [
    {
        "SITE_URL": ("http://sdg.example.org", "citynet.W001"),
        "CACHE_URL": ("locmem://", "citynet.W002"),
        "SECRET_KEY": ("short", "security.W009"),
        "CONTACT_EMAIL": ("", "citynet.W004"),
        "BEHIND_PROXY": ("1", "citynet.W005"),
        "THROTTLE_SEARCH": ("many", "citynet.E002"),
    },
    {"DEBUG": ("1", "security.W018"), "DEFAULT_FROM_EMAIL": ("noreply@localhost", "citynet.W006")},
]


@pytest.mark.parametrize("mistakes", MISTAKES)
def test_deploy_checks_name_a_mistake(folder, mistakes):
    environment = PRODUCTION | {name: value for name, (value, _id) in mistakes.items()}
    answer = run(folder, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **environment)
    assert answer.returncode == 1
    named = re.findall(r"\(([a-z]+\.[A-Z]\d+)\)", answer.stderr)
    assert {expected for _value, expected in mistakes.values()} <= set(named)


@pytest.mark.parametrize(
    ("sender", "contact", "named"),
    [
        ("Platform <noreply@sdg.example.org>", "desk@sdg.example.org", []),
        ("noreply@localhost", "", ["DEFAULT_FROM_EMAIL"]),
        (
            "Platform <noreply@[127.0.0.1]>",
            "desk@host.local",
            ["DEFAULT_FROM_EMAIL", "CONTACT_EMAIL"],
        ),
        ("root@web1", "desk@Site.LocalDomain", ["DEFAULT_FROM_EMAIL", "CONTACT_EMAIL"]),
        ("noreply", "desk@10.0.0.7", ["DEFAULT_FROM_EMAIL", "CONTACT_EMAIL"]),
    ],
)
def test_addresses_of_this_machine_alone_are_named(settings, sender, contact, named):
    settings.DEFAULT_FROM_EMAIL, settings.CONTACT_EMAIL = sender, contact
    assert [found.msg.split()[0] for found in addresses_can_be_answered(None)] == named


def test_sqlite_writes_ahead_and_locks_at_once(folder):
    code = (
        "import django; django.setup(); from django.db import connection as c; "
        "k = c.cursor(); print(k.execute('PRAGMA journal_mode').fetchone()[0], c.transaction_mode)"
    )
    answer = run(folder, "-c", code, SECRET_KEY="x", DJANGO_SETTINGS_MODULE="citynet.settings")
    assert answer.stdout == "wal IMMEDIATE\n", answer.stderr


def test_database_of_production_is_postgresql(folder):
    (databases,) = values(
        folder, "DATABASES", SECRET_KEY="x", DATABASE_URL="postgresql://city:pw@db.example/sdg"
    )
    found = databases["default"]
    assert (found["ENGINE"], found["HOST"], found["NAME"]) == (
        "django.db.backends.postgresql",
        "db.example",
        "sdg",
    )
    assert found["CONN_HEALTH_CHECKS"] is True


def test_example_names_every_variable_and_no_other():
    read = {
        name
        for path, names in READ
        for name in names.findall((settings.BASE_DIR / path).read_text(encoding="utf-8"))
    }
    example = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", example, re.MULTILINE)) == read


def test_folders_may_be_named_from_that_of_the_code(folder):
    names = ("STATIC_ROOT", "SEARCH_INDEX_DIR")
    asked = {"STATIC_ROOT": "/srv/static", "SEARCH_INDEX_DIR": "index"}

    assert values(folder, *names, SECRET_KEY="x") == [f"{folder}/static", f"{folder}/index"]
    assert values(folder, *names, SECRET_KEY="x", **asked) == [
        "/srv/static",
        str(settings.BASE_DIR / "index"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/policies/", "/nowhere/", "/healthz", "/accounts/login/"])
def test_every_answer_forbids_what_is_not_ours(client, reference, path):
    policy = client.get(path)["Content-Security-Policy"]

    assert dict(part.split(" ", 1) for part in policy.split("; ")) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "manifest-src": "'self'",
    }


def test_several_machines_are_a_matter_of_the_environment(folder):
    databases, routers, engine, caches = values(
        folder,
        "DATABASES",
        "DATABASE_ROUTERS",
        "SESSION_ENGINE",
        "CACHES",
        **PRODUCTION
        | {
            "DATABASE_URL": "postgresql://u:p@primary/x?connect_timeout=3",
            "REPLICA_URL": "postgresql://u:p%23w@one:5433,two:5434/x?target_session_attrs="
            "prefer-standby&load_balance_hosts=random&connect_timeout=1",
            "CACHE_URL": "redis://cache:6379/0",
        },
    )
    assert databases.keys() == {"default", "replica"}
    assert databases["default"]["HOST"] == "primary"
    assert databases["default"]["OPTIONS"]["connect_timeout"] == 3
    assert databases["replica"]["NAME"] == "x"
    assert databases["replica"]["OPTIONS"] == {
        "user": "u",
        "password": "p#w",
        "host": "one,two",
        "port": "5433,5434",
        "target_session_attrs": "prefer-standby",
        "load_balance_hosts": "random",
        "connect_timeout": "1",
        "tcp_user_timeout": 3000,
        "options": "-c default_transaction_read_only=on -c statement_timeout=60s",
    }
    assert databases["replica"]["TEST"]["MIRROR"] == "default"
    assert routers == ["citynet.operations.replicas.Router"]
    # What may not be lost is in the database, whatever becomes of Redis.
    assert engine == "citynet.web.sessions"
    assert {name: each["BACKEND"].rpartition(".")[2] for name, each in caches.items()} == {
        "default": "DatabaseCache",
        "pages": "RedisCache",
        "reading": "RedisCache",
    }


def test_one_server_needs_none_of_what_several_share(folder):
    code = (
        "import sys, django; django.setup(); "
        "print({'redis', 'boto3', 'storages'} & {name.partition('.')[0] for name in sys.modules})"
    )
    environment = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "citynet.settings"}
    answer = run(folder, "-c", code, **environment)
    assert (answer.stdout, answer.stderr) == ("set()\n", "")
