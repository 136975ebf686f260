"""What is asked of a library under load: drawn once, written down, the same in every run."""

import random
from itertools import accumulate
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from members.models import Member, Membership, User
from policies.forms.editor import fingerprint
from policies.forms.registry import BY_SLUG
from policies.management.synthetic import COUNTRIES, STAGES, Texts
from policies.models import CaseStudy, Revision, Theme
from policies.search.query import Question, ask
from sdg.models import Goal, Target

# Kind of question -> how many of a hundred.
SHARES = {"search": 60, "case": 20, "goal": 10, "export": 5, "write": 5}
ASKED = 40_000
# Different searches, and cases that are opened: asked for as people do, few of them very often.
SEARCHES, CASES, EXPORTS = 4000, 4000, 60
# Cases in an export.
FEWEST, MOST = 10, 200
WRITERS = 50
# Sections that are saved, and the field in which the text stands.
SECTIONS = {"challenge-solution": "challenge", "lessons": "lessons", "basics": "summary"}
SESSION_SECONDS = 10 * 365 * 24 * 60 * 60


def write(folder, writes):
    """Write the questions to ``folder`` and prepare ``writes`` texts to be saved, each once a step."""
    draw = random.Random(5)
    pools = {
        "search": _searches(draw),
        "case": _cases(draw),
        "goal": _goals(draw),
        "export": _exports(draw),
        "write": [""],
    }
    weights = {kind: [*accumulate(1 / (n + 1) for n in range(len(pools[kind])))] for kind in pools}
    kinds = draw.choices([*SHARES], [*SHARES.values()], k=ASKED)
    lines = [(kind, *draw.choices(pools[kind], cum_weights=weights[kind])) for kind in kinds]
    folder.mkdir(parents=True, exist_ok=True)
    _save(folder / "asked.tsv", lines)
    _save(folder / "writes.tsv", _writes(draw, writes))


def _save(path, rows):
    Path(path).write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))


def _searches(draw):
    """Addresses of searches: one to three words, facets with about half of them, some further pages."""
    texts = Texts(draw)
    found = dict.fromkeys([reverse("policies:list")])
    while len(found) < SEARCHES:
        words = draw.choices([0, 1, 2, 3], [15, 45, 30, 10])[0]
        pairs = [("q", texts.phrase(words))] if words else []
        pairs += _facets(draw, draw.choices([0, 1, 2, 3], [40, 35, 20, 5])[0])
        if draw.random() < 0.1:
            pairs.append(("sort", draw.choice(["newest", "budget", "staff"])))
        found[f"{reverse('policies:list')}?{urlencode(pairs)}"] = None
    return [*found]


def _facets(draw, number):
    """(name, value) of different facets."""
    values = {
        "goal": [str(goal) for goal in range(1, 18)],
        "theme": [*Theme.objects.values_list("slug", flat=True)],
        "country": [code for code, *_rest in COUNTRIES],
        "stage": [stage for stage in STAGES if stage],
        "budget": ["100k-1m", "1m-10m", "none"],
        "language": ["en", "ko"],
    }
    return [(name, draw.choice(values[name])) for name in draw.sample([*values], number)]


def _cases(draw):
    cases = CaseStudy.objects.live().order_by("pk")
    keys = [*cases.values_list("pk", flat=True)]
    chosen = CaseStudy.objects.in_bulk(draw.sample(keys, min(CASES, len(keys))))
    return [case.get_absolute_url() for case in chosen.values()]


def _goals(draw):
    pages = [each.get_absolute_url() for model in (Goal, Target) for each in model.objects.all()]
    return draw.sample(pages, len(pages))


def _exports(draw):
    """Addresses of exports of lists that are neither empty nor long."""
    found, tries = {}, 0
    while len(found) < EXPORTS and tries < 100 * EXPORTS:
        tries += 1
        pairs = _facets(draw, draw.choice([2, 3, 4]))
        total = ask(Question(chosen={name: (value,) for name, value in pairs}, limit=0)).total
        if FEWEST <= total <= MOST or tries > 50 * EXPORTS:
            form = draw.choice(["csv", "csv", "jsonl", "xlsx"])
            found[f"{reverse('policies:export', args=[form])}?{urlencode(pairs)}"] = None
    return [*found]


def _writes(draw, number):
    """(key, address, cookies, token, body) of texts that signed-in people save."""
    drafts = _drafts(-(-number // len(SECTIONS)))
    cookies = {}
    for draft in drafts:
        if draft.created_by_id not in cookies:
            cookies[draft.created_by_id] = _signed_in(draft.created_by)
        cookie, token = cookies[draft.created_by_id]
        for slug, field in SECTIONS.items():
            form = BY_SLUG[slug].form(instance=draft)
            values = {name: form[name].value() or "" for name in form.fields}
            values |= {field: f"Text STEP of {draft.pk}", "then": "stay"}
            values["seen"] = fingerprint(BY_SLUG[slug], draft)
            address = reverse("policies:section", args=[draft.case_id, slug])
            yield f"{draft.pk}-{field}", address, cookie, token, urlencode(values)


def _drafts(number):
    """Drafts of cities, written by people of their teams; those of an earlier run are used again."""
    member, _made = Member.objects.get_or_create(
        slug="load-city", defaults={"name": "Load City", "country": "ID"}
    )
    writers = [_writer(member, place) for place in range(WRITERS)]
    drafts = Revision.objects.filter(case__member=member).order_by("pk")
    drafts.update(**dict.fromkeys(SECTIONS.values(), ""))
    cases = CaseStudy.objects.bulk_create(
        CaseStudy(member=member, slug=f"load-{place}", created_by=writers[place % WRITERS])
        for place in range(drafts.count(), number)
    )
    Revision.objects.bulk_create(
        Revision(case=case, number=1, title=f"Load {case.pk}", created_by=case.created_by)
        for case in cases
    )
    return [*drafts.select_related("created_by", "case")[:number]]


def _writer(member, place):
    user, _made = User.objects.get_or_create(
        email=f"writer{place}@load.example", defaults={"name": f"Writer {place}"}
    )
    Membership.objects.get_or_create(
        user=user,
        member=member,
        defaults={"status": Membership.Status.ACTIVE, "decided_at": timezone.now()},
    )
    return user


def _signed_in(user):
    """The cookies of a session of ``user``, and its CSRF token."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(SESSION_SECONDS)
    session.save()
    token = get_random_string(32)
    cookies = {settings.SESSION_COOKIE_NAME: session.session_key, settings.CSRF_COOKIE_NAME: token}
    return "; ".join(f"{name}={value}" for name, value in cookies.items()), token
