"""How often somebody may ask for what is expensive: a limit a kind of request, counted in a cache.

Public reading is counted by the visitor's address, since asking who somebody is would make public
pages personal. It asks nothing of the database: where the cache "reading" is away nobody is counted,
and the limits of the web server in front remain. What people send is counted by person, in the
database, so that no failing cache lets somebody flood others with mail.

``BY_ADDRESS`` is the one place that says what is counted. What else is public costs no more than the page
of one thing, and is counted by the web server alone.

An address is counted whether or not what it asks for exists, so that a refusal tells nothing; who
has to sign in for a page at all is told so before.
"""

import ipaddress
import math
import time
from functools import lru_cache

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from .client_address import client_address

STATUS = 429
# Seconds, where it is not known how long somebody has to wait: as long as sign-in is closed to who
# has guessed too often.
LONGEST_WAIT = 300
# A household has at least 64 bits of addresses of its own.
IPV6_NETWORK = 64
MINUTE = 60  # seconds

SAFE = frozenset({"GET", "HEAD"})
SENDING = frozenset({"POST"})
# Name of an address -> (kind of limit, methods that count).
BY_ADDRESS = {
    "policies:list": ("search", SAFE),
    "policies:compare": ("search", SAFE),
    "policies:suggest": ("suggest", SAFE),
    "policies:feed": ("export", SAFE),
    "policies:export": ("export", SAFE),
    "policies:compare-csv": ("export", SAFE),
    "sdg:thesaurus": ("export", SAFE),
    "policies:compare-xlsx": ("export", SAFE),
    "api:policies": ("search", SAFE),
    "api:policy": ("search", SAFE),
    "api:targets": ("search", SAFE),
    "policies:card": ("search", SAFE),
    "sdg:goal-card": ("search", SAFE),
    "sdg:target-card": ("search", SAFE),
    "members:card": ("search", SAFE),
    "policies:brief": ("search", SAFE),
    "policies:estimate": ("search", SAFE),
    "policies:estimate-brief": ("search", SAFE),
    "members:list": ("search", SAFE),
    "members:like": ("search", SAFE),
    "local-reviews:list": ("search", SAFE),
    "collections:list": ("search", SAFE),
    "seminars:list": ("search", SAFE),
    "exchange:cooperations": ("search", SAFE),
    "sdg:coverage": ("search", SAFE),
    "embed:case": ("search", SAFE),
    "embed:target": ("search", SAFE),
    "embed:coverage": ("search", SAFE),
    "exchange:feed": ("export", SAFE),
    "news-feed": ("export", SAFE),
    "collections:feed": ("export", SAFE),
    "sitemap-section": ("export", SAFE),
    "data-catalogue": ("export", SAFE),
    "data-dump": ("export", SAFE),
    "data-package": ("export", SAFE),
    "data-targets": ("export", SAFE),
    "secretariat:marks-csv": ("export", SAFE),
    "secretariat:statistics-csv": ("export", SAFE),
    "secretariat:export": ("export", SENDING),
    "admin:members_event_export": ("export", SENDING),
    "my:photo": ("upload", SENDING),
    "policies:new-from-workbook": ("upload", SENDING),
    "policies:file-add": ("upload", SENDING),
    "policies:file-add-several": ("upload", SENDING),
    "admin:policies_importrun_add": ("upload", SENDING),
    "admin:policies_importrun_check": ("upload", SENDING),
    "policies:new": ("writing", SENDING),
    "policies:section": ("writing", SENDING),
    "policies:notes": ("asking", SENDING),
    "policies:update-answer": ("asking", SENDING),
    "policies:submit": ("asking", SENDING),
    "policies:withdraw": ("asking", SENDING),
    "policies:correction": ("asking", SENDING),
    "my:join": ("asking", SENDING),
    "my:request": ("asking", SENDING),
    "my:propose": ("asking", SENDING),
    "my:role": ("asking", SENDING),
    "my:remove": ("asking", SENDING),
    "my:leave": ("asking", SENDING),
    "my:invite": ("asking", SENDING),
    "my:invitation": ("asking", SENDING),
    "exchange:know-how": ("search", SAFE),
    "exchange:questions": ("search", SAFE),
    "exchange:similar": ("suggest", SAFE),
    "exchange:ask": ("asking", SENDING),
    "exchange:ask-next": ("asking", SENDING),
    "exchange:answer": ("asking", SENDING),
    "exchange:decline": ("asking", SENDING),
    "exchange:close": ("asking", SENDING),
    "exchange:adoptions": ("search", SAFE),
    "exchange:adoptions-csv": ("export", SAFE),
    "exchange:know-how-csv": ("export", SAFE),
    "exchange:questions-csv": ("export", SAFE),
    "exchange:adopt": ("asking", SENDING),
    "exchange:adoption-edit": ("writing", SENDING),
    "exchange:adoption-publish": ("asking", SENDING),
    "exchange:adoption-report": ("asking", SENDING),
    "exchange:adoption-origin": ("asking", SENDING),
    "exchange:advise": ("asking", SENDING),
    "exchange:advice-correct": ("asking", SENDING),
    "exchange:advice-replace": ("asking", SENDING),
    "exchange:english": ("asking", SENDING),
    "exchange:flag": ("asking", SENDING),
    "exchange:cooperation-new": ("writing", SENDING),
    "exchange:cooperation-edit": ("writing", SENDING),
    "exchange:cooperation-publish": ("asking", SENDING),
    "exchange:introduce": ("asking", SENDING),
    "my-exchange:introduction": ("asking", SENDING),
    "members:progress": ("search", SAFE),
    "members:progress-csv": ("export", SAFE),
    "publish-document": ("export", SAFE),
    "publish-workbook": ("export", SAFE),
    "policies:estimate-csv": ("export", SAFE),
    "my:page": ("writing", SENDING),
    "my:facts": ("writing", SENDING),
    "seminars:calendar": ("export", SAFE),
    "seminars:event": ("export", SAFE),
    "seminars:csv": ("export", SAFE),
    "local-reviews:csv": ("export", SAFE),
    "local-reviews:new": ("writing", SENDING),
    "local-reviews:edit": ("writing", SENDING),
    "my-alerts:save": ("writing", SENDING),
    "my-alerts:follow": ("writing", SENDING),
    "my-alerts:edit": ("writing", SENDING),
    "my-collections:edit": ("writing", SENDING),
    "my-collections:put-in": ("writing", SENDING),
    "collections:export": ("export", SAFE),
    "seminars:register": ("writing", SENDING),
    "seminars:cancel": ("writing", SENDING),
    "account_data_json": ("data", SAFE),
    # What the secretariat decides is told to whole teams.
    **dict.fromkeys(
        (
            *("admin:policies_revision_review", "admin:policies_revision_changelist"),
            *("admin:policies_casestudy_unpublish", "admin:policies_casestudy_restore"),
            *("admin:policies_casestudy_take-down", "admin:policies_casestudy_move"),
            *("admin:policies_importrun_run", "admin:policies_importrun_drafts"),
            *("admin:members_membership_decide", "admin:members_memberproposal_decide"),
            *("admin:members_member_merge", "admin:members_member_hand_over"),
            *("admin:members_user_change", "admin:members_user_add"),
            *("admin:members_user_block", "admin:members_user_unblock"),
            *("admin:exchange_question_approve", "admin:exchange_question_refuse"),
            *("admin:exchange_question_remove", "admin:exchange_question_restore"),
            *("admin:exchange_question_forward", "admin:exchange_question_duplicate"),
            *("admin:exchange_advice_approve", "admin:exchange_advice_refuse"),
            *("admin:exchange_advice_remove", "admin:exchange_advice_restore"),
            *("admin:exchange_cooperation_approve", "admin:exchange_cooperation_refuse"),
            *("admin:exchange_cooperation_remove", "admin:exchange_cooperation_restore"),
            *("admin:exchange_adoption_remove", "admin:exchange_adoption_restore"),
            *("admin:exchange_adoption_decide", "admin:exchange_adoption_add"),
            *("admin:exchange_adoption_change", "admin:exchange_addressee_reply"),
            *("admin:seminars_seminar_change", "admin:seminars_seminar_cancel"),
            *("admin:policies_casestudy_ask-update", "admin:policies_casestudy_take-back-update"),
            *("admin:policies_mailing_add", "admin:policies_mailing_preview"),
            "admin:policies_call_answers",
        ),
        ("deciding", SENDING),
    ),
}
# Views that only scripts call: they are refused in JSON.
AS_JSON = frozenset({"policies:suggest", "api:policies", "api:policy", "api:targets"})


def wait(request):
    """Count the request; return how many seconds to wait if that was one too many, else 0."""
    if not settings.THROTTLES:
        return 0
    match = request.resolver_match
    kind, methods = BY_ADDRESS.get(match and match.view_name, ("", ()))
    if request.method not in methods:
        return 0
    amount, seconds = limit(settings.THROTTLE_LIMITS[kind])
    now = time.time()
    window = int(now // seconds)
    count = _count_reading if _is_reading(request) else _count_sent
    if count(f"{kind}:{_who(request)}:{window}", seconds) <= amount:
        return 0
    return max(1, math.ceil((window + 1) * seconds - now))


@lru_cache
def limit(text):
    """Return (how many, in how many seconds) of "600/60"; raises ``ValueError`` for anything else."""
    amount, _slash, seconds = text.partition("/")
    if not (amount.isdecimal() and seconds.isdecimal() and int(seconds)):
        raise ValueError(f"{text!r} is no limit: write 600/60 for 600 times in 60 seconds.")
    return int(amount), int(seconds)


def _count_reading(key, seconds):
    """Return how often this key has come up within so many seconds, this time included; 0 where the
    cache is away."""
    cache = caches["reading"]
    if cache.add(key, 1, seconds):
        return 1
    try:
        return cache.incr(key) or 0
    except ValueError:  # forgotten between the two steps
        return 1


def _count_sent(key, seconds):
    """Return how often this key has come up within so many seconds, by the database, also when several
    requests come at one moment."""
    cache = caches["default"]
    if cache.add(key, 1, seconds):
        return 1
    with transaction.atomic():
        # Writing to the row locks it: who comes at the same moment reads what is written here.
        cache.touch(key, seconds)
        count = cache.get(key, 0) + 1
        cache.set(key, count, seconds)
    return count


def _who(request):
    """Return for whom it counts: the person where the page asks for one, else the network."""
    if not _is_reading(request) and request.user.is_authenticated:
        return f"person:{request.user.pk}"
    # Who hides the address shares the limit of all that came by the same way.
    address = client_address.get() or request.META.get("REMOTE_ADDR", "")
    return f"network:{network(address)}"


def _is_reading(request):
    """Return whether a public page is asked for, by whomever."""
    is_public = not getattr(request.resolver_match.func, "login_required", True)
    return request.method in SAFE and is_public


def network(address):
    """Return what counts as one visitor: an IPv4 address, or the first 64 bits of an IPv6 address."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.IPv6Network((address, IPV6_NETWORK), strict=False).network_address)
    except ValueError:
        return "unknown"


def in_words(seconds):
    """Return "40 seconds" or "3 minutes": when to come back, not too early."""
    if seconds < MINUTE:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = math.ceil(seconds / MINUTE)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def message(seconds):
    """Return what to say to who has to wait so many seconds."""
    return _("Too many requests. Please try again in %(time)s.") % {"time": in_words(seconds)}


@never_cache
def refusal(request, seconds=LONGEST_WAIT):
    """Return the page that says when to come back (429), or JSON for scripts; nobody may keep it."""
    match = request.resolver_match
    if match and match.view_name in AS_JSON:
        answer = JsonResponse({"error": message(seconds)}, status=STATUS)
    else:
        context = {"time": in_words(seconds)}
        answer = render(request, "429.html", context, status=STATUS)
    return delayed(answer, seconds)


def delayed(answer, seconds):
    """Return the answer with the time after which to ask again."""
    answer["Retry-After"] = str(seconds)
    return answer


def account_refusal(request):
    """Return the page of a refusal by the limits of accounts, which do not tell how long to wait."""
    return refusal(request)
