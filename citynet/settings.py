"""Settings of the whole project, from the environment; safe when nothing is set.

``.env.example`` names every variable. A file ``.env`` beside ``manage.py`` is read if it exists. Sections
begin with ``# ----``: one file, so that nothing is set in two places or only in production.
"""

import socket
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env
from marshmallow.validate import OneOf, Range, Regexp

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

# ---- The site: folders, secret, addresses

DEBUG = env.bool("DEBUG", False)
VAR_DIR = BASE_DIR / env.path("VAR_DIR", "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("Set SECRET_KEY (or DEBUG=1 on a development machine).")
    SECRET_KEY = "for-development-only-" + "0" * 40
# Former secrets, so that links, sessions and second factors outlive a change of the secret.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
# Feeds, citations and the sitemap need the public address when no request is at hand.
SITE_URL = env.str("SITE_URL", "http://localhost:8000").rstrip("/")

# ---- Apps, middleware, templates

INSTALLED_APPS = [
    "members.apps.SecretariatConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_countries",
    "django_filters",
    "django_guid",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "citynet",
    "sdg",
    "members",
    "policies",
    "exchange",
    "seminars",
    "local_reviews",
    "alerts",
    "case_collections",
    "portal",
]

MIDDLEWARE = [
    # Outermost: errors, and answers that reach no view, get the same headers.
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "citynet.web.headers.set_headers",
    "citynet.web.request_log.log_requests",
    "django_guid.middleware.guid_middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "policies.statistics.uses.count_uses",
    # The tag is computed from the finished page, so whatever changes the page changes the tag.
    "citynet.web.middleware.ConditionalGetMiddleware",
    # It wraps everything that reads the database.
    "citynet.operations.replicas.read_replica",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "citynet.web.middleware.clean_typed_text",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "members.accounts.middleware.judge_session",
    "citynet.web.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "citynet.web.client_address.set_client_address",
    "citynet.web.middleware.throttle",
]

ROOT_URLCONF = "citynet.urls"
WSGI_APPLICATION = "citynet.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "citynet.templatetags.ui",
                "policies.templatetags.content",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
    # The few pieces that a page repeats by the dozen: see ``policies.jinja``.
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja2"],
        "OPTIONS": {
            "environment": "policies.jinja.environment",
            "autoescape": True,
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# ---- Database and replicas

# Database. SQLite by default; DATABASE_URL=postgresql://user:password@host/name in production.
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}", conn_max_age=60
    ),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A transaction that will write takes its lock at once: it waits, instead of failing half way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: a change that was acknowledged survives a power cut too. With NORMAL the last ones may
        # be gone. It costs one more sync of the disk a change (some milliseconds), reads nothing.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Seconds and milliseconds: a server that vanished from the network is noticed, not waited for.
    patience = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
    DATABASES["default"]["OPTIONS"] = patience | DATABASES["default"].get("OPTIONS", {})

# Streaming replicas of that PostgreSQL, which public pages are read from: one address as libpq takes
# it, with several hosts. Which of them answers is for libpq to find out.
if REPLICA_URL := env.str("REPLICA_URL", ""):
    from psycopg.conninfo import conninfo_to_dict

    replica = {
        "connect_timeout": 2,
        "tcp_user_timeout": 3_000,
        "options": "-c default_transaction_read_only=on -c statement_timeout=60s",
    } | conninfo_to_dict(REPLICA_URL)
    DATABASES["replica"] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": replica.pop("dbname"),
        "OPTIONS": replica,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"MIRROR": "default"},
    }
    DATABASE_ROUTERS = ["citynet.operations.replicas.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- Caches

# Caches: locmem:// keeps all in each process, db:// limits in a table of the database, and redis://
# public pages and how often they are asked for in a Redis that may be away.
CACHE_URL = env.str(
    "CACHE_URL",
    "locmem://" if DEBUG else "db://cache",
    validate=Regexp(r"(locmem|db|rediss?)://"),
)


def local_cache(name, entries):
    """Return the settings of a cache in each process, which forgets what is used least."""
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": name,
        "OPTIONS": {"MAX_ENTRIES": entries},
    }


def redis_cache(prefix):
    """Return the settings of a cache in Redis: one that is away or slow is as if it were empty."""
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": prefix,
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "LOG_IGNORED_EXCEPTIONS": False,
            "SOCKET_CONNECT_TIMEOUT": 0.1,  # seconds
            "SOCKET_TIMEOUT": 0.1,
        },
    }


CACHES = {
    # Limits, those of allauth too: here no failing cache can switch them off.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    "pages": local_cache("pages", 500),
    # How often public pages are asked for: no question to the database for each of them.
    "reading": local_cache("reading", 50_000),
}
if CACHE_URL.startswith("locmem"):
    CACHES["default"] = local_cache("default", 50_000)
if CACHE_URL.startswith("redis"):
    CACHES |= {name: redis_cache(name) for name in ("pages", "reading")}

# Public pages are cached for so many seconds: never longer than a change may take to be seen by all.
PAGE_CACHE_SECONDS = env.int("PAGE_CACHE_SECONDS", 0 if DEBUG else 20, validate=Range(0, 20))
if not PAGE_CACHE_SECONDS:
    CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
# Pages of one release are not shown by another.
RELEASE = env.str("RELEASE", "") or BASE_DIR.name

# ---- Languages, dates, names of countries

# Languages of the pages. Texts of cases carry a language of their own.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
# With one language there is nothing to look up: Django then leaves its translation machinery out,
# which takes a fifth of a page of lists. A second language above switches it on.
USE_I18N = len(LANGUAGES) > 1
LOCALE_PATHS = [BASE_DIR / "locale"]
# English dates in one form on all pages; those of other languages are Django's.
FORMAT_MODULE_PATH = "citynet.formats"
TIME_ZONE = "UTC"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# Names of countries come from django-countries (ISO 3166-1), in the form that the United Nations
# use where the two differ. A member of a country without label is shown by its own name only.
COUNTRIES_OVERRIDE = {
    "BN": _("Brunei Darussalam"),
    "FM": _("Micronesia (Federated States of)"),
    "GB": _("United Kingdom"),
    "HK": _("China, Hong Kong SAR"),
    "IR": _("Iran (Islamic Republic of)"),
    "KP": _("Democratic People’s Republic of Korea"),
    "KR": _("Republic of Korea"),
    "LA": _("Lao People’s Democratic Republic"),
    "MO": _("China, Macao SAR"),
    "RU": _("Russian Federation"),
    "US": _("United States of America"),
    "VN": _("Viet Nam"),
}
COUNTRIES_WITHOUT_LABEL = frozenset({"TW"})

# ---- Static files, storage, uploads

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / env.path("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
# Uploads go through Django's file storage only, so that any of its backends will do.
STORAGES = {
    "default": {
        "BACKEND": env.str("FILE_STORAGE", "citynet.uploads.storage.DurableFileSystemStorage"),
        "OPTIONS": env.json("FILE_STORAGE_OPTIONS", {}),
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

# What a form may carry besides files. A text far too long, or a list of 200 rows, is still read, so
# that its author gets it back with a message; what lies above is refused unread.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "citynet.uploads.files.UploadLimit",
]
# Bytes of one upload, and how many pixels a picture may have before anybody decodes it.
MAX_IMAGE_BYTES = env.int("MAX_IMAGE_BYTES", 10 * 1024**2)
MAX_FILE_BYTES = env.int("MAX_FILE_BYTES", 20 * 1024**2)
# Files that the secretariat imports hold many cases.
MAX_IMPORT_BYTES = env.int("MAX_IMPORT_BYTES", 200 * 1024**2)
MAX_IMAGE_PIXELS = env.int("MAX_IMAGE_PIXELS", 64_000_000)

# ---- Search, and pictures of cases

# Search: each machine keeps an index of its own, which can be deleted at any time. The code of one
# release does not read the index of another, so that a name relative to the code suits upgrades.
SEARCH_INDEX_DIR = BASE_DIR / env.path("SEARCH_INDEX_DIR", VAR_DIR / "index")

# Pictures of cases for links that are shared, drawn when first asked for: they can be deleted at any
# time. Fonts are those of the machine, where Debian puts them.
CARD_DIR = VAR_DIR / "cards"
FONT_DIR = env.str("FONT_DIR", "/usr/share/fonts")

# Seconds after which a process adds to the database how often cases were opened; None: never.
USES_WRITTEN_EVERY = env.int("USES_WRITTEN_EVERY", 60)

# ---- Mail, and whom people write to

email = env.dj_email_url("EMAIL_URL", "smtp://localhost:25")
EMAIL_BACKEND = "citynet.web.mailbox.EmailBackend" if DEBUG else email["EMAIL_BACKEND"]
EMAIL_FILE_PATH = email["EMAIL_FILE_PATH"] or None
EMAIL_HOST = email["EMAIL_HOST"]
EMAIL_PORT = email["EMAIL_PORT"]
EMAIL_HOST_USER = email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = email.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", f"Urban SDG Knowledge Platform <noreply@{urlsplit(SITE_URL).hostname}>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Seconds. A mail server that does not answer must not hold up a page for long.
EMAIL_TIMEOUT = 10
# On a development machine mail is kept here, to be read at /mailbox/.
MAILBOX_DIR = VAR_DIR / "mail"
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "")
# For reports of vulnerabilities, where that is another address: of mail, or of a page. And the page that
# says how reports are dealt with, if there is one.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "")
SECURITY_POLICY_URL = env.str("SECURITY_POLICY_URL", "")

# ---- Licence, DOIs, frames on other sites

# Terms under which the texts may be used: a name and an address. Nothing is claimed while it is empty.
CONTENT_LICENCE = env.str("CONTENT_LICENCE", "")

# DOIs for published texts, where the operator has an account at DataCite: the prefix, the name of the
# repository and its password. Nothing is registered while the prefix is empty.
DATACITE_PREFIX = env.str("DATACITE_PREFIX", "")
DATACITE_REPOSITORY = env.str("DATACITE_REPOSITORY", "")
DATACITE_PASSWORD = env.str("DATACITE_PASSWORD", "")
DATACITE_URL = env.str("DATACITE_URL", "https://api.datacite.org").rstrip("/")

# Pages of these sites may show cards, lists and the coverage of goals in a frame, as addresses
# (https://city.example.org) or * for every site; nobody's may while it is empty.
EMBED_SITES = env.list("EMBED_SITES", [])

# ---- Security: headers and cookies

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}
# What browsers may not offer to our pages: none needs a sensor, a camera or a payment. Passkeys are
# asked for by our own pages, never by a page within them.
PERMISSIONS_POLICY = {
    "accelerometer": [],
    "autoplay": [],
    "camera": [],
    "display-capture": [],
    "encrypted-media": [],
    "fullscreen": [],
    "geolocation": [],
    "gyroscope": [],
    "magnetometer": [],
    "microphone": [],
    "midi": [],
    "payment": [],
    "picture-in-picture": [],
    "publickey-credentials-create": ["self"],
    "publickey-credentials-get": ["self"],
    "screen-wake-lock": [],
    "usb": [],
    "xr-spatial-tracking": [],
}
HTTPS = env.bool("HTTPS", not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
# Load balancers ask over plain http, and a redirect would tell them nothing.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# Forms carry the token themselves; no script reads the cookie.
CSRF_COOKIE_HTTPONLY = True
# Browsers take a cookie with this prefix from this very host only, over https, for the whole of it:
# neither a neighbouring host nor a plain connection can set one in its place.
HOST_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{HOST_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{HOST_PREFIX}csrftoken"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Our files are for our pages.
WHITENOISE_ALLOW_ALL_ORIGINS = False
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "citynet.web.errors.csrf_failure"
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# ---- Limits

# How often somebody may ask, as times/seconds. Public pages are counted by network address, behind
# which there may be a whole city hall; what is sent by signed-in people is counted by person.
THROTTLES = env.bool("THROTTLES", True)
THROTTLE_LIMITS = {
    # 200 colleagues behind one address who each open three pages a minute. One core renders more
    # than that (measured), so a single visitor cannot use up the server.
    "search": env.str("THROTTLE_SEARCH", "600/60"),
    # One request for each letter or two that people type; each costs a tenth of a page.
    "suggest": env.str("THROTTLE_SUGGEST", "1200/60"),
    # Each may read the whole library. A feed reader asks once in a quarter of an hour.
    "export": env.str("THROTTLE_EXPORT", "120/600"),
    # By person: the 24 photos and files of four cases in an hour, each decoded and re-encoded.
    "upload": env.str("THROTTLE_UPLOAD", "100/3600"),
    # By person: a draft is saved every few seconds while one types.
    "writing": env.str("THROTTLE_WRITING", "120/60"),
    # By person: each goes to somebody by mail. A coordinator invites a whole department at once.
    "asking": env.str("THROTTLE_ASKING", "60/3600"),
    # By person of the secretariat: a team is told of each. One in twelve seconds is no longer reading.
    "deciding": env.str("THROTTLE_DECIDING", "300/3600"),
    # By person: all that is known of oneself, put together from every table, and recorded.
    "data": env.str("THROTTLE_DATA", "10/3600"),
}

# ---- Accounts, second factors, sessions

# People and accounts. An e-mail address is the login; it is verified before anybody is signed in.
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my:home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# NIST SP 800-63B-4, 3.1.1.2: at least 15 characters, everything allowed, nothing composed, a
# block-list of common, expected and context-specific passwords; changed only when there is cause.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "members.accounts.passwords.GuessablePasswordValidator"},
]
# Seconds. A link for a new password that lies in a mailbox is no key for days.
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_ADAPTER = "members.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "members.accounts.forms.SignupForm",
    "reset_password": "members.accounts.forms.ResetPasswordForm",
}
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# A link is opened by mail scanners too, so that a button on its page confirms.
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Against guessing and flooding with mail. "ip" is a network address, "key" an account or an e-mail
# address, "user" a signed-in person. A course of 30 people may sign up in one room.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    # Five wrong passwords or codes for an account in five minutes: 60 an hour at most.
    "login_failed": "20/m/ip,5/300s/key",
    "signup": "40/m/ip,200/h/ip",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    # allauth counts these by address alone: who types a stranger's keeps that person's mail away.
    "confirm_email": None,
    # "key" is here the account with the address (members/accounts/adapter.py).
    "confirmation_mail": "1/180s/key",
    # "key" is here the network address with the e-mail address.
    "signup_mail": "5/h/key",
    "manage_email": "10/m/user",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
MFA_RATE_LIMITS = {"webauthn_login": "20/m/ip"}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_overview"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# How many proxies of ours stand in front: limits are counted by the address that the outermost saw.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
MFA_ADAPTER = "members.accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate_webauthn": "members.accounts.forms.AuthenticateKeyForm",
    "login_webauthn": "members.accounts.forms.LoginKeyForm",
    "reauthenticate_webauthn": "members.accounts.forms.ReauthenticateKeyForm",
    "add_webauthn": "members.accounts.forms.AddKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Nobody signs in before the first address is verified; this lets who has a second factor change it.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Urban SDG Knowledge Platform"
# Clocks of telephones are wrong by some seconds: the code before and after counts too.
MFA_TOTP_TOLERANCE = 1
# Browsers offer passkeys without https on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# In the database alone: a copy in Redis could outlive a session that ends while Redis is away.
SESSION_ENGINE = "citynet.web.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
# Seconds after which who works for the secretariat signs in anew, active or not: a working day.
SECRETARIAT_SESSION_AGE = 12 * 60 * 60

# ---- The exchange

# The clock of the exchange, in days after a question was asked: when the asked team is reminded, when
# the secretariat is told that it waits too long, when the asker is offered further members, and when it
# is closed as unanswered; and after the first answer, when it is closed as settled. How many days before
# its end the team of a need or offer is warned; after how many days an introduction lapses that nobody
# decides on, and, from its acceptance, for how long its addresses are shown and when both sides are asked
# what came of it.
EXCHANGE_DAYS = {
    "remind": env.int("EXCHANGE_REMIND_DAYS", 7),
    "waits": env.int("EXCHANGE_WAITS_DAYS", 14),
    "offer_next": env.int("EXCHANGE_OFFER_NEXT_DAYS", 30),
    "unanswered": env.int("EXCHANGE_UNANSWERED_DAYS", 180),
    "settled": env.int("EXCHANGE_SETTLED_DAYS", 60),
    "warn_of_end": env.int("EXCHANGE_WARN_OF_END_DAYS", 14),
    "lapse": env.int("EXCHANGE_LAPSE_DAYS", 30),
    "addresses": env.int("EXCHANGE_ADDRESSES_DAYS", 90),
    "outcome": env.int("EXCHANGE_OUTCOME_DAYS", 60),
}
# How many months after the last report on an adoption its team is asked for the next one.
EXCHANGE_ADOPTION_MONTHS = env.list("EXCHANGE_ADOPTION_MONTHS", [6, 12, 24], subcast=int)
# How many entries a person may write in a day: so many keep nobody busy from asking, and no program
# from flooding others.
EXCHANGE_LIMITS = {
    "questions": env.int("EXCHANGE_QUESTIONS_A_DAY", 5),
    "questions_to_a_member": env.int("EXCHANGE_QUESTIONS_A_MEMBER_AND_DAY", 3),
    "advice": env.int("EXCHANGE_ADVICE_A_DAY", 20),
    "flags": env.int("EXCHANGE_FLAGS_A_DAY", 10),
    "introductions_a_month": env.int("EXCHANGE_INTRODUCTIONS_A_MONTH", 10),
    "needs": env.int("EXCHANGE_NEEDS_A_MEMBER", 3),
    "offers": env.int("EXCHANGE_OFFERS_A_MEMBER", 5),
    "offers_of_a_company": env.int("EXCHANGE_OFFERS_A_COMPANY", 1),
}

# ---- What apps tell each other: mails, personal data

# Kinds of notices of which the mail is looked at once more when it goes out, by a function of the
# notice that returns what it says now: what it names may be unpublished by then, or no longer for
# this person, and is then not mailed (None). Some tell what no notice holds.
READ_WHEN_MAILED = {
    "alert": "alerts.steps.facts_of_mail",
    "digest": "policies.workflow.digest.facts_of_mail",
    "introduction-made": "exchange.content.introductions.facts_of_mail",
    "membership-requested": "members.teams.proposals.facts_of_mail",
    "network-mail": "policies.workflow.calls.facts_of_mail",
    "receipt": "policies.statistics.turnaround.facts_of_receipt",
    "reminder": "policies.workflow.reminders.facts_of_mail",
    **dict.fromkeys(
        ("assigned", "note", "submitted", "withdrawn"),
        "policies.workflow.notifications.facts_of_mail",
    ),
    **dict.fromkeys(
        (
            *("question-asked", "question-waiting", "question-answered", "question-closed"),
            *("question-check", "flagged", "adoption-new", "adoption-answered", "adoption-due"),
            *("cooperation-ends", "introduction-asked", "introduction-no", "introduction-outcome"),
        ),
        "exchange.content.mailed.facts_of_mail",
    ),
    **dict.fromkeys(
        ("seminar-changed", "seminar-place", "seminar-soon"),
        "seminars.content.mailed.facts_of_mail",
    ),
}
# Kinds of notices whose mail has headers of its own.
MAIL_HEADERS = {"alert": "alerts.steps.headers_of_mail"}
# What each app knows about a person: for the download of personal data, the trail and the deletion.
PERSONAL_DATA = [
    "policies.workflow.personal_data",
    "exchange.steps.personal_data",
    "seminars.steps.personal_data",
    "alerts.personal_data",
    "case_collections.personal_data",
    "local_reviews.personal_data",
    "portal.personal_data",
    # Last: it ends the memberships that tell the others for whom a person acted.
    "members.teams.personal_data",
]

# ---- Log

# Each request has an id, in its answer and in each line of the log about it. nginx may give it.
DJANGO_GUID = {"GUID_HEADER_NAME": "X-Request-ID", "EXPOSE_HEADER": False}

# The log. Its lines are JSON objects, or texts to be read by people.
LOG_FORMAT = env.str("LOG_FORMAT", "line" if DEBUG else "json", validate=OneOf(["json", "line"]))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "citynet.web.logs.JsonFormatter"},
        "line": {"()": "citynet.web.logs.LineFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env.log_level("LOG_LEVEL", "INFO")},
    "loggers": {
        # Django gives its own loggers handlers that print the request; here they go the same way.
        "django": {"handlers": [], "propagate": True},
        # It would log the id of every request.
        "django_guid": {"level": "ERROR"},
        # It names the uploaded file.
        "pikepdf": {"level": "CRITICAL"},
    },
}
# Milliseconds from which a query, or the whole answer, is logged as slow.
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", 200)
SLOW_REQUEST_MS = env.int("SLOW_REQUEST_MS", 1000)

# ---- Operations: nodes, timers, backups, metrics, errors

# What this machine is called where several are told apart.
NODE_NAME = env.str("NODE_NAME", "") or socket.gethostname()
# Seconds for which /readyz bears with an index that is behind the database, and keeps its answer.
READY_INDEX_LAG = env.int("READY_INDEX_LAG", 900)
READINESS_KEPT_FOR = 1
# The commands of the timers, and after which time without success something is wrong with each. Each
# machine has an index of its own, so only its own runs of that command count.
TIMED_COMMANDS = {
    "backup": timedelta(days=2),
    "delete_unused_files": timedelta(days=2),
    "publish_dump": timedelta(days=2),
    "remind_exchange": timedelta(days=2),
    "remind_seminars": timedelta(days=2),
    "send_alerts": timedelta(days=2),
    "send_digest": timedelta(days=2),
    "send_notices": timedelta(minutes=15),
    "send_reminders": timedelta(days=2),
    "sync_search": timedelta(minutes=15),
}
TIMED_ON_EACH_NODE = ["sync_search"]

# Backups (manage.py backup): where they go unless the command says so, and where pg_dump, pg_restore
# and psql are; empty: on the PATH.
BACKUP_DIR = env.path("BACKUP_DIR", VAR_DIR / "backups")
PG_BIN = env.str("PG_BIN", "")
# What ``migrate`` and ``load_reference`` fill: rows there do not make an installation used.
REFERENCE_TABLES = [
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "policies_theme",
    "sdg_goal",
    "sdg_goaltext",
    "sdg_target",
    "sdg_targettext",
    "sdg_term",
    "sdg_thesaurusversion",
]

# Metrics for Prometheus at /metrics: to who has the token or, without one, to these addresses only.
METRICS = env.bool("METRICS", False)
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_ALLOW = env.list("METRICS_ALLOW", ["127.0.0.0/8", "::1/128"])

# Errors are sent to a Sentry of yours, without anything about people.
SENTRY_DSN = env.str("SENTRY_DSN", "")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", "production")
SENTRY_TRACES = env.float("SENTRY_TRACES", 0.0)
