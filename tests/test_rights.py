"""The one table of rights: every address, every role, what GET and an empty POST are answered.

The addresses come from the URL configuration: a new one without a row here fails the test. What
nobody may see is 404; what needs an account leads to the sign-in (302) or, where something may have
been typed, says so (401). Another city's data, and a draft of our own, are there to leak.

It is the one walk over all addresses: what every answer has to say of itself, what no page may hold
and where links lead is looked at on the way.
"""

import re
from contextlib import contextmanager, nullcontext
from copy import copy, deepcopy
from unittest import mock
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse

from members.accounts import middleware
from members.models import Event, Membership
from policies.models import Photo, Revision
from tests.addresses import HIDDEN_TITLE, PUBLIC, make_world, names, of_secretariat
from tests.answers import POLICY, SANDBOX, Links, forbidden, is_page, said, strict_transport
from tests.conftest import signed_in
from tests.factories import LiveRevisionFactory, RevisionFactory, StaffFactory
from tests.sweeps import TIMES, some

pytestmark = pytest.mark.django_db

ROLES = (
    "anonymous",
    "stranger",  # an official of another member
    "official",
    "coordinator",
    "staff",  # of the secretariat, in no group
    "moderator",
    "editor",
    "administrator",
)
TEAM_ROLES = ("official", "coordinator")
# Who is asked for the pages that are the same for everybody.
READERS = {"anonymous", "official", "administrator"}
# Whose links are followed, and at least so many are on the pages.
LINKS = {"anonymous": 150, "official": 200, "administrator": 400}
# Public pages are the same for everybody, so they offer what is for the team of a case alone.
# To be introduced, one has to be in a team: who is in none is told so.
BROKEN_LINKS = {
    "administrator": {
        "/policies/N/edit/",
        "/exchange/introduce/?advice=N",
        "/exchange/introduce/?cooperation=N",
    }
}
REFUSALS = {401, 403, 404, 405}
# Answers in the order of the roles. Everybody; nobody, by this method; everybody is led elsewhere.
ALL = (200,) * 8
NO_METHOD = (405,) * 8
AWAY = (302,) * 8
# Who is signed in; the same where the method is another one, and where there is nothing to be found.
SIGNED_IN = (302, 200, 200, 200, 200, 200, 200, 200)
SIGNED_IN_NO_METHOD = (302, 405, 405, 405, 405, 405, 405, 405)
NOTHING_THERE = (302, 404, 404, 404, 404, 404, 404, 404)
# The team of a case: its pages, what leads on, an empty form, and what an empty form does. Drafts and
# their files are not for the secretariat.
TEAM = (302, 404, 200, 200, 404, 404, 404, 404)
TEAM_SENT_ON = (302, 404, 302, 302, 404, 404, 404, 404)
TEAM_EMPTY = (401, 404, 422, 422, 404, 404, 404, 404)
TEAM_DONE = (401, 404, 302, 302, 404, 404, 404, 404)
DRAFT_FILE = (404, 404, 200, 200, 404, 404, 404, 404)
# Who leads a team: its coordinator, and the secretariat.
LEADERS = (302, 404, 404, 200, 404, 200, 200, 200)
LEADERS_EMPTY = (302, 404, 404, 422, 404, 422, 422, 422)
LEADERS_DONE = (302, 404, 404, 302, 404, 302, 302, 302)
# Who writes local reviews: a team its own, and the secretariat.
WRITERS = (302, 404, 200, 200, 404, 200, 200, 200)
WRITERS_EMPTY = (401, 404, 422, 422, 404, 422, 422, 422)
WRITERS_DONE = (302, 404, 302, 302, 404, 302, 302, 302)
# Of an offer that is a draft: nothing to close or renew.
COORDINATORS_WRONG_STATE = (302, 404, 403, 409, 404, 404, 404, 404)
# In the exchange the secretariat acts for members: the team of an entry, and who may moderate.
TEAM_AND_MODERATORS = (302, 404, 200, 200, 404, 200, 200, 200)
TEAM_AND_MODERATORS_EMPTY = (401, 404, 422, 422, 404, 422, 422, 422)
TEAM_AND_MODERATORS_DONE = (302, 404, 302, 302, 404, 302, 302, 302)
# Everybody in the network; who is in no team is told why one is needed.
NETWORK = (302, 200, 200, 200, 403, 200, 200, 200)
NETWORK_EMPTY = (401, 422, 422, 422, 403, 422, 422, 422)
# Name -> the answers to GET and to an empty POST.
PAGES = {
    "about": (ALL, NO_METHOD),
    "accessibility": (ALL, NO_METHOD),
    "account_change_password": (SIGNED_IN, SIGNED_IN),
    "account_confirm_email": (ALL, (200, 302, 302, 302, 302, 302, 302, 302)),
    "account_confirm_login_code": (AWAY, AWAY),
    "account_data": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "account_data_json": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "account_delete": (AWAY, AWAY),
    "account_email": (SIGNED_IN, AWAY),
    "account_email_verification_sent": (ALL, NO_METHOD),
    "account_inactive": (ALL, NO_METHOD),
    "account_login": (
        (200, 302, 302, 302, 302, 302, 302, 302),
        (200, 302, 302, 302, 302, 302, 302, 302),
    ),
    "account_logout": (SIGNED_IN, AWAY),
    "account_name": (SIGNED_IN, SIGNED_IN),
    "account_overview": (ALL, NO_METHOD),
    # Who has a second factor is asked for that, not for the password.
    "account_reauthenticate": ((302, 200, 200, 200, 302, 302, 302, 302),) * 2,
    "account_reset_password": (ALL, ALL),
    "account_reset_password_done": (ALL, NO_METHOD),
    "account_reset_password_from_key": (ALL, ALL),
    "account_reset_password_from_key_done": (ALL, NO_METHOD),
    "account_set_password": (AWAY, AWAY),
    "account_signup": (
        (200, 302, 302, 302, 302, 302, 302, 302),
        (200, 302, 302, 302, 302, 302, 302, 302),
    ),
    "api:guide": (ALL, NO_METHOD),
    "api:openapi": (ALL, NO_METHOD),
    "api:policies": (ALL, NO_METHOD),
    "api:policy": (ALL, NO_METHOD),
    "api:targets": (ALL, NO_METHOD),
    "change-password": (AWAY, NO_METHOD),
    "calls:answer": (SIGNED_IN, NOTHING_THERE),
    "calls:call": (ALL, NO_METHOD),
    "calls:list": (ALL, NO_METHOD),
    "codebook": (ALL, NO_METHOD),
    "collections:detail": (ALL, NO_METHOD),
    "collections:export": (ALL, NO_METHOD),
    "collections:feed": (ALL, NO_METHOD),
    "collections:list": (ALL, NO_METHOD),
    "data": (ALL, NO_METHOD),
    "data-catalogue": (ALL, NO_METHOD),
    # None is made yet.
    "data-dump": ((404, 404, 404, 404, 404, 404, 404, 404), NO_METHOD),
    "data-package": (ALL, NO_METHOD),
    "data-targets": (ALL, NO_METHOD),
    "embed:case": (ALL, NO_METHOD),
    "embed:coverage": (ALL, NO_METHOD),
    "embed:target": (ALL, NO_METHOD),
    "exchange:answer": (NETWORK, NETWORK_EMPTY),
    # Who is in no team may write a question too: it is kept until the person is in one.
    "exchange:ask": (SIGNED_IN, (401, 422, 422, 422, 302, 422, 422, 422)),
    # The asker and, to forward a question, the secretariat: nobody is ticked.
    "exchange:ask-next": (
        SIGNED_IN_NO_METHOD,
        (302, 404, 422, 422, 404, 422, 422, 422),
    ),
    "exchange:close": (SIGNED_IN_NO_METHOD, TEAM_SENT_ON),
    "exchange:decline": (SIGNED_IN_NO_METHOD, TEAM_EMPTY),
    # The asker only; there is nothing to judge yet.
    "exchange:judge": (SIGNED_IN_NO_METHOD, (302, 404, 422, 422, 404, 404, 404, 404)),
    "exchange:question": (ALL, NO_METHOD),
    "exchange:question-short": ((301, 301, 301, 301, 301, 301, 301, 301), NO_METHOD),
    "exchange:questions": (ALL, NO_METHOD),
    "exchange:similar": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "exchange:take": (SIGNED_IN_NO_METHOD, TEAM_SENT_ON),
    # What a city writes about itself: its team alone.
    "exchange:adopt": (SIGNED_IN, (401, 422, 403, 403, 403, 403, 403, 403)),
    "exchange:adoption": (ALL, NO_METHOD),
    "exchange:adoption-delete": (SIGNED_IN_NO_METHOD, TEAM_SENT_ON),
    "exchange:adoption-edit": (TEAM, TEAM_EMPTY),
    "exchange:adoption-origin": (AWAY, (401, *AWAY[1:])),
    "exchange:adoption-publish": (SIGNED_IN_NO_METHOD, TEAM_SENT_ON),
    "exchange:adoption-report": (TEAM, TEAM_EMPTY),
    "exchange:adoptions": (ALL, NO_METHOD),
    "exchange:adoptions-csv": (ALL, NO_METHOD),
    "exchange:know-how-csv": (ALL, NO_METHOD),
    "exchange:questions-csv": (ALL, NO_METHOD),
    "exchange:adoptions-network": (
        (302, 200, 200, 200, 404, 200, 200, 200),
        SIGNED_IN_NO_METHOD,
    ),
    "exchange:cooperation": (ALL, NO_METHOD),
    "exchange:cooperation-close": (SIGNED_IN_NO_METHOD, (401, *COORDINATORS_WRONG_STATE[1:])),
    "exchange:cooperation-edit": (TEAM, TEAM_EMPTY),
    # Who is in no team is told why one is needed.
    "exchange:cooperation-new": (
        (302, 200, 200, 200, 403, 200, 200, 200),
        (401, 422, 422, 422, 403, 422, 422, 422),
    ),
    "exchange:cooperation-publish": (
        SIGNED_IN_NO_METHOD,
        (302, 404, 403, 302, 404, 404, 404, 404),
    ),
    "exchange:cooperation-renew": (SIGNED_IN_NO_METHOD, COORDINATORS_WRONG_STATE),
    "exchange:cooperation-take-back": (
        SIGNED_IN_NO_METHOD,
        (302, 404, 302, 302, 404, 404, 404, 404),
    ),
    "exchange:cooperations": (ALL, NO_METHOD),
    # Without saying about what.
    "exchange:introduce": (NOTHING_THERE, (401, *NOTHING_THERE[1:])),
    "exchange:advice": (ALL, NO_METHOD),
    "exchange:advice-cite": (ALL, NO_METHOD),
    "exchange:advice-confirm": (SIGNED_IN_NO_METHOD, TEAM_AND_MODERATORS_DONE),
    # Only its author may correct it, in the first half hour; others of the team are led to the page.
    "exchange:advice-correct": (TEAM_AND_MODERATORS, TEAM_AND_MODERATORS_EMPTY),
    # Whoever may write the case; an empty form names no figure.
    "exchange:advice-into-case": (SIGNED_IN_NO_METHOD, NOTHING_THERE),
    "exchange:advice-replace": (TEAM_AND_MODERATORS, TEAM_AND_MODERATORS_EMPTY),
    "exchange:advice-withdraw": (SIGNED_IN_NO_METHOD, TEAM_AND_MODERATORS_DONE),
    "exchange:advise": (NETWORK, NETWORK_EMPTY),
    "exchange:english": (TEAM_AND_MODERATORS, TEAM_AND_MODERATORS_EMPTY),
    "exchange:flag": (NETWORK, NETWORK_EMPTY),
    "exchange:home": (ALL, NO_METHOD),
    "exchange:know-how": (ALL, NO_METHOD),
    "exchange:network": (NETWORK, (302, 405, 405, 405, 405, 405, 405, 405)),
    "exchange:feed": (ALL, NO_METHOD),
    "favicon": (AWAY, NO_METHOD),
    "healthz": (ALL, NO_METHOD),
    "home": (ALL, NO_METHOD),
    "manifest": (ALL, NO_METHOD),
    "members:card": (ALL, NO_METHOD),
    "members:detail": (ALL, NO_METHOD),
    "members:like": (ALL, NO_METHOD),
    "members:list": (ALL, NO_METHOD),
    "local-reviews:csv": (ALL, NO_METHOD),
    # Who is not of its team gives a reason.
    "local-reviews:delete": (
        SIGNED_IN_NO_METHOD,
        (401, 404, 302, 302, 404, 422, 422, 422),
    ),
    "local-reviews:edit": (WRITERS, WRITERS_EMPTY),
    "local-reviews:list": (ALL, NO_METHOD),
    "local-reviews:new": (NETWORK, NETWORK_EMPTY),
    "members:progress": (ALL, NO_METHOD),
    "members:progress-csv": (ALL, NO_METHOD),
    # It has none.
    "members:photo": ((404,) * 8, NO_METHOD),
    "mfa_activate_totp": (AWAY, AWAY),
    "mfa_add_webauthn": (AWAY, AWAY),
    "mfa_authenticate": (AWAY, AWAY),
    "mfa_deactivate_totp": (
        (302, 404, 404, 404, 302, 302, 302, 302),
        (302, 404, 404, 404, 302, 302, 302, 302),
    ),
    "mfa_download_recovery_codes": (NOTHING_THERE, NOTHING_THERE),
    "mfa_edit_webauthn": (AWAY, AWAY),
    "mfa_generate_recovery_codes": (AWAY, AWAY),
    "mfa_index": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "mfa_list_webauthn": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "mfa_login_webauthn": (AWAY, AWAY),
    "mfa_reauthenticate": ((302, 302, 302, 302, 200, 200, 200, 200),) * 2,
    "mfa_reauthenticate_webauthn": (AWAY, AWAY),
    "mfa_remove_webauthn": (AWAY, AWAY),
    "mfa_view_recovery_codes": (NOTHING_THERE, SIGNED_IN_NO_METHOD),
    # An alert of nobody.
    "my-collections:delete": (SIGNED_IN_NO_METHOD, TEAM_SENT_ON),
    "my-collections:edit": (TEAM, TEAM_EMPTY),
    "my-collections:mine": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "my-collections:put-in": (SIGNED_IN, (401, 422, 422, 422, 422, 422, 422, 422)),
    "my-alerts:delete": (SIGNED_IN_NO_METHOD, NOTHING_THERE),
    "my-alerts:edit": (NOTHING_THERE, (401, *NOTHING_THERE[1:])),
    "my-alerts:follow": (SIGNED_IN, AWAY),
    "my-alerts:home": (SIGNED_IN, (401, *AWAY[1:])),
    "my-alerts:mail": (SIGNED_IN_NO_METHOD, AWAY),
    "my-alerts:renew": (SIGNED_IN_NO_METHOD, NOTHING_THERE),
    "my-alerts:save": (SIGNED_IN, (401, 422, 422, 422, 422, 422, 422, 422)),
    # A token that is none.
    "my-alerts:stop": ((404,) * 8, (404,) * 8),
    "my-exchange:home": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "my-exchange:introduction": (
        (302, 404, 200, 200, 404, 200, 200, 200),
        (401, 404, 422, 422, 404, 422, 422, 422),
    ),
    # Whoever is in the team or leads it leads on to its page.
    "my:facts": ((302, 404, 302, 302, 404, 302, 302, 302),) * 2,
    "my:find": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "my:home": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "my:invitation": (ALL, (302, 403, 302, 302, 403, 403, 403, 403)),
    "my:invitation-revoke": (SIGNED_IN_NO_METHOD, LEADERS_DONE),
    "my:invite": (SIGNED_IN_NO_METHOD, LEADERS_EMPTY),
    "my:join": (SIGNED_IN, (302, 302, 409, 409, 302, 302, 302, 302)),
    "my:leave": (TEAM, TEAM_SENT_ON),
    "my:notice-read": (SIGNED_IN_NO_METHOD, NOTHING_THERE),
    "my:notices": (SIGNED_IN, AWAY),
    "my:notices-read": (SIGNED_IN_NO_METHOD, AWAY),
    "my:proposal-take-back": (SIGNED_IN_NO_METHOD, NOTHING_THERE),
    # Whoever is in the team or leads it.
    "my:page": ((302, 404, 302, 302, 404, 302, 302, 302),) * 2,
    "my:photo": (
        (302, 404, 302, 302, 404, 302, 302, 302),
        (302, 404, 422, 422, 404, 422, 422, 422),
    ),
    "my:propose": (SIGNED_IN, (302, 422, 422, 422, 422, 422, 422, 422)),
    "my:remove": (LEADERS, LEADERS_DONE),
    "my:request": (LEADERS, LEADERS_EMPTY),
    "my:requests": ((302, 404, 404, 404, 404, 200, 200, 200), SIGNED_IN_NO_METHOD),
    "my:role": (SIGNED_IN_NO_METHOD, LEADERS_EMPTY),
    "my:unsubscribe": (ALL, ALL),
    "my:team": ((302, 404, 200, 200, 404, 200, 200, 200), SIGNED_IN_NO_METHOD),
    "opensearch": (ALL, NO_METHOD),
    "news": (ALL, NO_METHOD),
    "news-feed": (ALL, NO_METHOD),
    "news-item": (ALL, NO_METHOD),
    "policies:attachment": (DRAFT_FILE, NO_METHOD),
    "policies:case": (ALL, NO_METHOD),
    "policies:case-jsonl": (ALL, NO_METHOD),
    "policies:case-short": ((301, 301, 301, 301, 301, 301, 301, 301), NO_METHOD),
    "policies:cite": (ALL, NO_METHOD),
    "policies:change-member": (TEAM_SENT_ON, TEAM_SENT_ON),
    "policies:compare": (ALL, NO_METHOD),
    "policies:estimate": (ALL, NO_METHOD),
    # Nothing is asked for.
    "policies:estimate-csv": ((400, 400, 400, 400, 400, 400, 400, 400), NO_METHOD),
    "policies:compare-csv": ((400, 400, 400, 400, 400, 400, 400, 400), NO_METHOD),
    "policies:compare-xlsx": ((400, 400, 400, 400, 400, 400, 400, 400), NO_METHOD),
    "policies:confirm": (TEAM_SENT_ON, TEAM_SENT_ON),
    "policies:corrections": (TEAM_SENT_ON, TEAM_SENT_ON),
    "policies:correction": (TEAM_SENT_ON, TEAM_SENT_ON),
    "policies:edit": (TEAM, TEAM_SENT_ON),
    "policies:export": (ALL, NO_METHOD),
    "policies:export-schema": (ALL, NO_METHOD),
    "policies:feed": (ALL, NO_METHOD),
    "policies:file-add": (TEAM, TEAM_EMPTY),
    "policies:file-add-several": (TEAM_SENT_ON, TEAM_DONE),
    "policies:file-edit": (TEAM, TEAM_EMPTY),
    "policies:file-move": (TEAM_SENT_ON, TEAM_DONE),
    "policies:file-remove": (TEAM, TEAM_DONE),
    "policies:history": (ALL, NO_METHOD),
    "policies:list": (ALL, NO_METHOD),
    "policies:new": (
        (302, 200, 200, 200, 302, 302, 302, 302),
        (401, 422, 422, 422, 302, 302, 302, 302),
    ),
    # Whoever is in no team is led to asking for one.
    "policies:new-from-workbook": (
        (302, 200, 200, 200, 302, 302, 302, 302),
        (401, 422, 422, 422, 302, 302, 302, 302),
    ),
    "policies:notes": (TEAM_SENT_ON, TEAM_EMPTY),
    "policies:photo": (DRAFT_FILE, NO_METHOD),
    "policies:preview": (TEAM, SIGNED_IN_NO_METHOD),
    "policies:brief": (ALL, NO_METHOD),
    "policies:card": (ALL, NO_METHOD),
    # Nothing is asked for: it leads to the form.
    "policies:estimate-brief": (AWAY, NO_METHOD),
    "policies:revision": (ALL, NO_METHOD),
    "policies:revision-cite": (ALL, NO_METHOD),
    # Nothing is not what was there: the person is shown both.
    "policies:section": (TEAM, (401, 404, 409, 409, 404, 404, 404, 404)),
    "policies:submit": (TEAM_SENT_ON, (302, 404, 422, 422, 404, 404, 404, 404)),
    "policies:suggest": (ALL, NO_METHOD),
    "policies:targets": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "policies:update-answer": (TEAM_SENT_ON, TEAM_EMPTY),
    "policies:withdraw": (TEAM, TEAM_SENT_ON),
    **dict.fromkeys(
        ("publish", "publish-blank", "publish-document", "publish-workbook"), (ALL, NO_METHOD)
    ),
    "readyz": (ALL, NO_METHOD),
    "review": (ALL, NO_METHOD),
    "robots": (ALL, NO_METHOD),
    "seminars:csv": (ALL, NO_METHOD),
    "seminars:calendar": (ALL, NO_METHOD),
    # Nobody is registered.
    "seminars:cancel": (SIGNED_IN_NO_METHOD, AWAY),
    "seminars:detail": (ALL, NO_METHOD),
    "seminars:event": (ALL, NO_METHOD),
    "seminars:list": (ALL, NO_METHOD),
    "seminars:material": (ALL, NO_METHOD),
    # An empty form registers a person for themselves.
    "seminars:register": (AWAY, (401, *AWAY[1:])),
    "sdg:coverage": (ALL, NO_METHOD),
    "sdg:goal-card": (ALL, NO_METHOD),
    "sdg:target-card": (ALL, NO_METHOD),
    "sdg:goal": (ALL, NO_METHOD),
    "sdg:goals": (ALL, NO_METHOD),
    "sdg:target": (ALL, NO_METHOD),
    "sdg:thesaurus": (ALL, NO_METHOD),
    "security-txt": ((404, 404, 404, 404, 404, 404, 404, 404), NO_METHOD),
    "sitemap": (ALL, NO_METHOD),
    "sitemap-section": (ALL, NO_METHOD),
    "usersessions_list": (SIGNED_IN, AWAY),
}

# Kind of row -> who may see, add, change and delete it on its standard pages:
# (m)oderators, (e)ditors in chief, (a)dministrators.
RIGHTS = {
    "account_emailaddress": ("a", "", "", ""),
    "auth_group": ("a", "a", "a", "a"),
    "collections_collection": ("mea", "", "", ""),
    "exchange_addressee": ("mea", "", "", ""),
    "exchange_adoption": ("mea", "mea", "", ""),
    "exchange_adoptionreport": ("mea", "", "", ""),
    "exchange_advice": ("mea", "", "", ""),
    "exchange_cooperation": ("mea", "", "", ""),
    "exchange_flag": ("mea", "", "", ""),
    "exchange_introduction": ("mea", "", "", ""),
    "exchange_question": ("mea", "", "", ""),
    "members_event": ("mea", "", "", ""),
    "members_member": ("mea", "mea", "mea", "a"),
    "members_memberproposal": ("mea", "", "", ""),
    "members_membership": ("mea", "", "", ""),
    "members_notice": ("mea", "", "", ""),
    "members_user": ("mea", "a", "a", "a"),
    "mfa_authenticator": ("a", "", "", "a"),
    "policies_call": ("mea", "ea", "ea", ""),
    "policies_casestudy": ("mea", "mea", "", ""),
    "policies_importrun": ("mea", "ea", "", ""),
    "policies_mailing": ("mea", "ea", "ea", "ea"),
    "policies_missedquestion": ("mea", "", "", ""),
    "policies_phrase": ("mea", "mea", "mea", "ea"),
    "policies_reviewevent": ("mea", "", "", ""),
    "policies_revision": ("mea", "", "", ""),
    "policies_theme": ("mea", "ea", "ea", "ea"),
    "portal_news": ("mea", "mea", "mea", "ea"),
    "portal_pagetext": ("mea", "ea", "", ""),
    "sdg_goal": ("mea", "", "", ""),
    "sdg_target": ("mea", "", "", ""),
    "sdg_term": ("mea", "mea", "", "mea"),
    "seminars_seminar": ("mea", "mea", "mea", ""),
    "usersessions_usersession": ("a", "", "", ""),
}
SEE, ADD, CHANGE, DELETE = range(4)
# Standard page -> the right that GET needs, and that POST needs.
STANDARD = {
    "changelist": (SEE, SEE),
    "add": (ADD, ADD),
    "change": (SEE, CHANGE),
    "history": (SEE, SEE),
    "delete": (DELETE, DELETE),
}
# All other pages of the secretariat: what its people are answered, from "staff" on. Everybody else is
# led to the sign-in.
EVERY_STAFF = (200, 200, 200, 200)
ON_FROM_HERE = (302, 302, 302, 302)
EVERYBODY = (403, 200, 200, 200)
OTHER_METHOD = (405, 405, 405, 405)
NOT_MODERATORS = (403, 403, 200, 200)
NO_SUCH_ACT = (403, 302, 302, 302)
SECRETARIAT = {
    "admin:index": (EVERY_STAFF, EVERY_STAFF),
    "admin:app_list": ((404, 200, 200, 200), (404, 200, 200, 200)),
    "admin:logout": (OTHER_METHOD, EVERY_STAFF),
    "admin:password_change": (ON_FROM_HERE, ON_FROM_HERE),
    "admin:password_change_done": (EVERY_STAFF, OTHER_METHOD),
    # Without saying for which field.
    "admin:autocomplete": ((403, 403, 403, 403), OTHER_METHOD),
    "admin:jsi18n": (EVERY_STAFF, OTHER_METHOD),
    "admin:view_on_site": ((404, 302, 302, 302), (404, 302, 302, 302)),
    "admin:auth_user_password_change": ((403, 403, 403, 200), (403, 403, 403, 200)),
    # What an entry that stands, and that nobody has flagged or disputed, does not allow leads back.
    "admin:collections_collection_lift": ((403, 404, 404, 404), (403, 404, 404, 404)),
    "admin:collections_collection_remove": (EVERYBODY, (403, 422, 422, 422)),
    "admin:exchange_adoption_decide": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_adoption_dismiss-flags": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_adoption_remove": (EVERYBODY, (403, 422, 422, 422)),
    "admin:exchange_adoption_restore": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_advice_dismiss-flags": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_advice_approve": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_advice_refuse": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_advice_remove": (EVERYBODY, (403, 422, 422, 422)),
    "admin:exchange_advice_restore": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_cooperation_dismiss-flags": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_cooperation_approve": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_cooperation_refuse": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_cooperation_remove": (EVERYBODY, (403, 422, 422, 422)),
    "admin:exchange_cooperation_restore": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_question_dismiss-flags": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_question_duplicate": (EVERYBODY, (403, 422, 422, 422)),
    "admin:exchange_question_forward": (EVERYBODY, (403, 422, 422, 422)),
    "admin:exchange_question_approve": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_question_refuse": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_question_remove": (EVERYBODY, (403, 422, 422, 422)),
    "admin:exchange_question_restore": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:exchange_addressee_letter": (EVERYBODY, (403, 302, 302, 302)),
    "admin:exchange_addressee_reply": (EVERYBODY, (403, 422, 422, 422)),
    "admin:exchange_question_figures": (EVERYBODY, OTHER_METHOD),
    "admin:exchange_question_figures-csv": (EVERYBODY, OTHER_METHOD),
    "admin:members_event_export": (OTHER_METHOD, EVERYBODY),
    "admin:members_member_hand_over": (EVERYBODY, (403, 422, 422, 422)),
    "admin:members_member_invite": (EVERYBODY, (403, 422, 422, 422)),
    "admin:members_member_merge": (NOT_MODERATORS, NOT_MODERATORS),
    "admin:members_memberproposal_decide": (EVERYBODY, (403, 422, 422, 422)),
    "admin:members_membership_decide": (EVERYBODY, (403, 422, 422, 422)),
    "admin:members_user_trail": (EVERYBODY, OTHER_METHOD),
    "admin:members_user_block": (NOT_MODERATORS, (403, 403, 422, 422)),
    "admin:members_user_unblock": (NOT_MODERATORS, (403, 403, 422, 422)),
    "admin:policies_casestudy_add": (EVERYBODY, (403, 422, 422, 422)),
    "admin:policies_casestudy_feature": (NOT_MODERATORS, (403, 403, 302, 302)),
    # The case is public, and is neither on the home page nor merged.
    "admin:policies_casestudy_unfeature": ((403, 403, 302, 302), (403, 403, 302, 302)),
    "admin:policies_casestudy_unpublish": (NOT_MODERATORS, (403, 403, 422, 422)),
    "admin:policies_casestudy_take-down": (NOT_MODERATORS, (403, 403, 422, 422)),
    "admin:policies_casestudy_restore": ((403, 403, 302, 302), (403, 403, 422, 422)),
    "admin:policies_casestudy_merge": (NOT_MODERATORS, (403, 403, 422, 422)),
    "admin:policies_casestudy_unmerge": ((403, 403, 302, 302), (403, 403, 422, 422)),
    "admin:policies_casestudy_move": (NOT_MODERATORS, (403, 403, 422, 422)),
    "admin:policies_call_answers": (EVERYBODY, (403, 403, 302, 302)),
    "admin:policies_call_marks": (EVERYBODY, NO_SUCH_ACT),
    "admin:policies_casestudy_ask-update": (EVERYBODY, (403, 422, 422, 422)),
    # Nothing is asked of its team.
    "admin:policies_casestudy_take-back-update": (NO_SUCH_ACT, NO_SUCH_ACT),
    "admin:policies_importrun_template": (NOT_MODERATORS, NOT_MODERATORS),
    "admin:policies_importrun_check": (OTHER_METHOD, NOT_MODERATORS),
    "admin:policies_importrun_run": (OTHER_METHOD, (403, 403, 302, 302)),
    "admin:policies_importrun_drafts": (OTHER_METHOD, (403, 403, 302, 302)),
    "admin:policies_importrun_errors": (NOT_MODERATORS, (403, 403, 405, 405)),
    # Without saying what, a test is sent to oneself.
    "admin:policies_mailing_preview": (EVERYBODY, (403, 403, 302, 302)),
    "admin:policies_revision_review": (EVERYBODY, (403, 422, 422, 422)),
    "admin:policies_revision_preview": (EVERYBODY, OTHER_METHOD),
    "admin:policies_theme_merge": (NOT_MODERATORS, (403, 403, 422, 422)),
    # Only a draft is announced or deleted.
    "admin:seminars_seminar_announce": (EVERYBODY, (403, 409, 409, 409)),
    "admin:seminars_seminar_cancel": (EVERYBODY, (403, 422, 422, 422)),
    "admin:seminars_seminar_copy": (EVERYBODY, (403, 302, 302, 302)),
    "admin:seminars_seminar_discard": (EVERYBODY, (403, 409, 409, 409)),
    # It has not begun, so that nobody came yet: said on the page.
    "admin:seminars_seminar_registrations": (EVERYBODY, (403, 302, 302, 302)),
    "admin:seminars_seminar_registrations-csv": (EVERYBODY, OTHER_METHOD),
    "secretariat:statistics": (EVERYBODY, OTHER_METHOD),
    "secretariat:statistics-csv": (EVERYBODY, OTHER_METHOD),
    "secretariat:marks": (EVERYBODY, OTHER_METHOD),
    "secretariat:marks-csv": (EVERYBODY, OTHER_METHOD),
    "secretariat:exports": (EVERYBODY, OTHER_METHOD),
    "secretariat:export": (OTHER_METHOD, EVERYBODY),
}


def of_kind(kind):
    """Return the answers on the standard pages of a kind of row."""
    rights = RIGHTS[kind]
    for page, needed in STANDARD.items():
        yield (
            f"admin:{kind}_{page}",
            tuple(
                (403, *(200 if letter in rights[right] else 403 for letter in "mea"))
                for right in needed
            ),
        )


STANDARD_PAGES = {name for kind in RIGHTS for name, _answers in of_kind(kind)}
AT_THE_DOOR = (302,) * 4
SIGN_IN = (302, 403, 403, 403, *ON_FROM_HERE)
ANSWERS = PAGES | {
    name: tuple(AT_THE_DOOR + answers for answers in both)
    for name, both in (dict(row for kind in RIGHTS for row in of_kind(kind)) | SECRETARIAT).items()
}
ANSWERS["admin:login"] = (SIGN_IN, SIGN_IN)
# Pages for signed-in people only, that must be kept by no cache.
PRIVATE = {
    name
    for name in PAGES
    if name.startswith(("my:", "my-exchange:", "my-alerts:", "my-collections:"))
} | {
    *("exchange:cooperation-new", "exchange:cooperation-publish"),
    *("policies:new", "policies:new-from-workbook"),
    "policies:targets",
    *(name for name, (get, _post) in PAGES.items() if get in {TEAM, TEAM_SENT_ON}),
}
# Stored files for download: whatever is in them may do nothing.
FILES = {"policies:attachment", "seminars:material"}
# They are the same for everybody, and read nothing of who asks; or files, which say it themselves.
OPEN_TO_ALL = {
    *PUBLIC,
    *("policies:photo", "members:photo"),
    *FILES,
    "account_confirm_email",
    "account_email_verification_sent",
    "account_inactive",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
}


@pytest.fixture(scope="module")
def made_once(shared):
    with shared.made():
        return make_world()


@pytest.fixture
def world(made_once, db):
    return deepcopy(made_once)


def session_key(person):
    return signed_in(person).cookies["sessionid"].value if person else None


# What an answer of refusal must leave as it is.
LEFT_ALONE = "|".join(model._meta.db_table for model in (Event, Photo, Revision, Membership))
WRITE = re.compile(rf'(INSERT INTO|UPDATE|DELETE FROM) "({LEFT_ALONE})"')


@contextmanager
def writes():
    """Give the list of the statements that change what a refusal must leave as it is."""
    found = []

    def watch(execute, sql, *arguments):
        if WRITE.match(sql):
            found.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(watch):
        yield found


def unseen():
    """Pages are not written where only their status is looked at, which takes a fifth of the time."""
    return mock.patch.object(Template, "render", return_value="")


@contextmanager
def read_once():
    """Who has a session, with their rights, is read for its first request; all others are handed the
    same."""
    person_of, people = middleware._person_of, {}

    def person_again(request):
        key = request.COOKIES.get("sessionid")
        if key not in people:
            people[key] = person_of(request)
            # A person keeps the rights that were read.
            people[key].get_all_permissions()
        # What depends on who asks says so, in its headers.
        request.session.accessed = True
        return copy(people[key])

    with mock.patch.object(middleware, "_person_of", person_again):
        yield


# What campaigns add to the addresses that they spread.
CAMPAIGN = (
    "utm_source=x&utm_id=7&msclkid=a&srsltid=b&gclid=c&fbclid=d&gbraid=e&mc_cid=f&_hsenc=g&_gl=h&"
    "mtm_campaign=i&mkt_tok=j&igsh=k&ttclid=l&campaignid=m&UTM_Medium=n&li_fat_id=o&yclid=p"
)
MARKS = ("utm_source", "srsltid", "_hsenc", "UTM_Medium")


def answers_to(key, addresses, *, seen=lambda _name, _method: True):
    """Yield (name, method, answer), asked with this key of a session or none.

    What a request changes is undone after the answer was looked at; ``answer.writes`` are its
    statements. Pages are written for (name, method) that are ``seen``.
    """
    # Limits are another matter.
    cache.clear()
    # One of it, as each reads the middleware anew.
    client = Client()
    for name, address in addresses.items():
        for method in ("get", "post"):
            client.cookies.clear()
            if key:
                client.cookies["sessionid"] = key
            with transaction.atomic():
                with writes() as written, nullcontext() if seen(name, method) else unseen():
                    answer = getattr(client, method)(address, secure=True)
                    # A file is sent to its end; breaking it off would end the connection.
                    answer.body = answer.getvalue().decode(errors="replace")
                answer.writes = written
                yield name, method, answer
                transaction.set_rollback(True)


# Both lead to the same page, the second one by way of the first.
DOORS = ("account_login", "admin:login")


def is_behind_the_door(name):
    return of_secretariat(name) and name not in {"admin:login", "admin:logout"}


def leads_to_a_door(answer, address):
    return answer.url in [f"{reverse(door)}?next={quote(address)}" for door in DOORS]


def test_every_address_is_in_the_table():
    assert sorted(ANSWERS) == names()


# Public data, which pages of other sites may read.
FOR_OTHER_SITES = {
    *("policies:export", "policies:export-schema", "policies:feed", "sdg:thesaurus"),
    *("policies:case-jsonl", "policies:cite", "policies:revision-cite", "policies:card"),
    *("sdg:goal-card", "sdg:target-card", "members:card"),
    *("api:guide", "api:openapi", "api:policies", "api:policy", "api:targets"),
    *("data-package", "data-catalogue", "data-targets", "data-dump"),
    *("collections:feed", "collections:export", "seminars:csv", "local-reviews:csv"),
}
# Parts of pages, which a script puts into the form that asked for them.
FRAGMENTS = {"exchange:similar"}


def wrong_in(answer, name, *, with_page):
    """Return what is wrong with the headers of an answer and, ``with_page``, with what it shows."""
    policy = SANDBOX if name in FILES and answer.status_code == 200 else POLICY
    # That nothing is there is said by a page of ours.
    is_open = name in FOR_OTHER_SITES and answer.status_code != 404
    wrong = said(answer, policy=policy, is_open=is_open)
    if not with_page:
        return wrong
    wrong |= dict.fromkeys((mark for mark in MARKS if mark in answer.body), "shown")
    if not is_page(answer):
        return wrong
    wrong |= dict.fromkeys(forbidden(answer.body), "forbidden")
    is_part = name.endswith("_preview") or name in FRAGMENTS
    is_whole = answer.status_code == 200 and not is_part
    if is_whole and answer.request["REQUEST_METHOD"] == "GET":
        title = re.search(r"<title>\s*(.*?)\s*</title>", answer.body, re.DOTALL)[1]
        if (
            not title.endswith("Urban SDG Knowledge Platform")
            or '<html lang="en' not in answer.body
        ):
            wrong["title"] = title
    return wrong


def check_refusal(world, role, name, answer):
    """Assert that an answer leaks nothing and that a refusal left everything as it was."""
    # One's own account, requests, alerts and places in seminars may change.
    own = ("account_", "mfa_", "my-alerts:", "my-collections:", "seminars:")
    is_own = name.startswith(own) or name == "my:join"
    if answer.status_code in REFUSALS or (role == "stranger" and not is_own):
        assert answer.writes == [], name
    if role not in TEAM_ROLES and not of_secretariat(name):
        assert HIDDEN_TITLE not in answer.body, name
    if ROLES.index(role) < len(AT_THE_DOOR) and is_behind_the_door(name):
        assert leads_to_a_door(answer, world.addresses[name]), name
    if name in PRIVATE and answer.status_code < 400:
        directives = {part.strip() for part in answer["Cache-Control"].split(",")}
        assert {"no-store", "private"} <= directives, name


def is_kept(answer, name):
    """Return whether caches may keep what they were answered for a person."""
    is_private = "no-store" in answer.get("Cache-Control", "")
    return name not in OPEN_TO_ALL and answer.status_code < 400 and not is_private


def asked_by(role, addresses):
    """Return the addresses that somebody of a role asks for, by their names.

    Marks of campaigns change no public page: officials ask with them, all others without.
    """
    if role == "official":
        return {
            name: f"{address}?{CAMPAIGN}" if name in PUBLIC else address
            for name, address in addresses.items()
        }
    if role in READERS:
        return addresses
    return {name: address for name, address in addresses.items() if name not in PUBLIC}


@pytest.mark.parametrize("role", ROLES)
def test_role_is_answered_as_the_table_says(world, settings, role):
    strict_transport(settings)
    place, key = ROLES.index(role), session_key(world.people[role])
    wrong, faults, links = [], {}, Links()
    addresses = asked_by(role, world.addresses)

    def seen(name, method):
        # An empty form shows the page once more.
        if name in STANDARD_PAGES and method == "post":
            return False
        # All others see what the official or the administrator sees, or less; what may not leak to
        # the rest of the network is looked for in the pages of a stranger.
        return role in READERS or (role == "stranger" and not of_secretariat(name))

    with read_once():
        for name, method, answer in answers_to(key, addresses, seen=seen):
            expected = ANSWERS[name][method == "post"][place]
            if answer.status_code != expected:
                wrong.append((name, method, answer.status_code, expected))
            check_refusal(world, role, name, answer)
            found = wrong_in(answer, name, with_page=role in READERS)
            # A page that is not written has not asked who is there.
            if key and seen(name, method) and is_kept(answer, name):
                found["Cache-Control"] = answer.get("Cache-Control")
            if found:
                faults[name, method, answer.status_code] = found
            if role in LINKS and method == "get" and answer.status_code == 200:
                links.read(answer, world.addresses[name], is_public=name in PUBLIC)
    assert not wrong, "\n".join(map(str, wrong))
    assert faults == {}
    if role in LINKS:
        assert len(links.found) > LINKS[role]
        client = signed_in(world.people[role]) if key else Client()
        with read_once(), nullcontext() if TIMES > 1 else unseen():
            broken = links.broken(client, visitor=not key)
        assert {*broken} == BROKEN_LINKS.get(role, set()), broken


# Officials and visitors are in the table.
OUTSIDERS = {
    "staff without a second factor": {"second_factor": False},
    "blocked administrator": {"is_active": False},
}


@pytest.mark.parametrize("role", OUTSIDERS)
def test_nobody_outside_the_secretariat_is_shown_or_may_do_anything(world, role):
    key = session_key(StaffFactory(is_superuser=True, **OUTSIDERS[role]))
    pages = {name: address for name, address in world.addresses.items() if is_behind_the_door(name)}
    with read_once():
        for name, _method, answer in answers_to(key, pages):
            assert (name, answer.status_code) == (name, 302)
            assert leads_to_a_door(answer, pages[name])
            assert answer.writes == []


def test_blocked_person_is_nobody(world):
    person = world.people["coordinator"]
    key = session_key(person)
    person.is_active = False
    person.save()
    addresses = {name: address for name, address in world.addresses.items() if name not in PUBLIC}
    with read_once():
        found = {
            (name, method): answer.status_code
            for name, method, answer in answers_to(
                key, addresses, seen=lambda _name, _method: False
            )
        }
    assert found == {
        (name, method): ANSWERS[name][method == "post"][0]
        for name in addresses
        for method in ("get", "post")
        # An invitation ends with the right of who sent it.
    } | {
        ("my:invitation", "get"): 410,
        # Nothing is sent any more, so there is nothing to leave.
        ("my:unsubscribe", "get"): 404,
        ("my:unsubscribe", "post"): 404,
    }


def test_form_of_another_site_does_nothing(world):
    client = signed_in(world.people["administrator"])
    client.handler.enforce_csrf_checks = True
    # These answer a form of another site with nothing but an address to go to.
    harmless = {"admin:login", "admin:password_change", "admin:view_on_site"}
    pages = {*filter(of_secretariat, world.addresses)} - harmless
    with writes() as written:
        assert {client.post(world.addresses[name]).status_code for name in pages} == {403}
    assert written == []


def test_signing_out_of_the_secretariat_leads_to_its_door(world):
    answer = signed_in(world.people["official"]).post(reverse("admin:logout"))
    assert (answer.status_code, answer.url) == (302, reverse("admin:index"))


CITABLE = {"published", "superseded"}
HIDDEN_STATES = [
    "draft",
    "submitted",
    "changes-requested",
    "rejected",
    "withdrawn",
    "unpublished",
]
OF_A_CASE = (
    "policies:case",
    "policies:history",
    "policies:case-jsonl",
    "policies:revision",
    "policies:cite",
    "policies:case-short",
)


def test_states_are_public_or_hidden():
    assert sorted(Revision.State.values) == sorted([*CITABLE, *HIDDEN_STATES])


def addresses_of(revision):
    """Return name -> address of each page of a case."""
    numbers = {"number": revision.number, "form": "bib", "slug": revision.case.slug}
    wanted = {
        "policies:case-short": (),
        "policies:revision": ("slug", "number"),
        "policies:cite": ("slug", "form"),
    }
    return {
        name: reverse(
            name,
            kwargs={"pk": revision.case_id}
            | {each: numbers[each] for each in wanted.get(name, ("slug",))},
        )
        for name in OF_A_CASE
    }


@pytest.mark.sweep
def test_case_that_is_not_public_is_404_for_everybody(world):
    hidden = {
        (state, name): address
        for state in HIDDEN_STATES
        for name, address in addresses_of(
            RevisionFactory(
                case__member=world.live.case.member,
                title=HIDDEN_TITLE,
                state=state,
                decided_at=world.live.decided_at,
                decided_by_name="Secretariat",
            )
        ).items()
    }
    found = {}
    for place, (role, person) in enumerate(world.people.items()):
        client = signed_in(person) if person else Client()
        is_reader = role in READERS
        # One page says to everybody that there is nothing.
        with read_once(), nullcontext() if is_reader else unseen():
            pages = [*hidden.items()]
            for page, address in pages if is_reader else some(pages, 5, place):
                answer = client.get(address)
                if answer.status_code != 404 or HIDDEN_TITLE in answer.text:
                    found[role, *page] = answer.status_code
    assert [*world.people] == [*ROLES]
    assert found == {}


@pytest.mark.parametrize("role", sorted(READERS))
def test_draft_beside_a_public_text_stays_hidden(world, synced, role):
    live = LiveRevisionFactory(case__member=world.live.case.member, title="Public text")
    draft = RevisionFactory(case=live.case, title="Secret draft", summary="Secret draft")
    synced()
    person = world.people[role]
    client = signed_in(person) if person else Client()
    assert client.get(draft.get_absolute_url()).status_code == 404
    for path in (
        "/",
        "/policies/",
        "/policies/?q=secret",
        "/policies/feed/",
        "/policies/export.csv",
        "/policies/export.jsonl",
        f"/policies/compare/?case={live.case_id}",
        live.case.get_absolute_url(),
        f"{live.case.get_absolute_url()}history/",
        live.case.member.get_absolute_url(),
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert b"Secret draft" not in answer.getvalue(), path


def test_unknown_address_needs_no_login_to_be_unknown(client):
    assert client.get("/nowhere/").status_code == 404


def test_what_no_page_may_hold_is_found():
    page = (
        '<script>1</script><style></style><p style="x" onclick="y"><a href="javascript:1">'
        '<script src="https://cdn.example/x.js"></script><script type="application/json">{}</script>'
        '<script src="/static/x.js"></script><a href="https://city.example/">'
    )
    assert forbidden(page) == [
        *("script", "style of style", "style of p", "onclick", "javascript:1"),
        "https://cdn.example/x.js",
    ]
