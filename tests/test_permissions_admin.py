"""Every address of the secretariat and what each role is answered there.

The addresses come from the URL configuration: a new one without a row here fails the test.
"""

from copy import deepcopy
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Event
from tests.conftest import signed_in
from tests.factories import StaffFactory
from tests.secretariat import filled, make_rows, names

# Kind of row -> who may see, add, change and delete it on its standard pages:
# (m)oderators, (e)ditors in chief, (a)dministrators.
RIGHTS = {
    "account_emailaddress": ("a", "", "", ""),
    "auth_group": ("a", "a", "a", "a"),
    "members_event": ("mea", "", "", ""),
    "members_member": ("mea", "mea", "mea", "a"),
    "members_memberproposal": ("mea", "", "", ""),
    "members_membership": ("mea", "", "", ""),
    "members_user": ("mea", "a", "a", "a"),
    "mfa_authenticator": ("a", "", "", "a"),
    "policies_casestudy": ("mea", "mea", "", ""),
    "policies_importrun": ("mea", "ea", "", ""),
    "policies_phrase": ("mea", "mea", "mea", "ea"),
    "policies_reviewevent": ("mea", "", "", ""),
    "policies_revision": ("mea", "", "", ""),
    "policies_theme": ("mea", "ea", "ea", "ea"),
    "sdg_goal": ("mea", "", "", ""),
    "sdg_target": ("mea", "", "", ""),
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
# All other pages: what GET and an empty POST are answered, to moderators, editors in chief and
# administrators. Who lacks the right is told 403, also where the method is another one.
EVERYBODY = (200, 200, 200)
OTHER_METHOD = (405, 405, 405)
NOT_MODERATORS = (403, 200, 200)
OWN = {
    "admin:index": (EVERYBODY, EVERYBODY),
    "admin:app_list": (EVERYBODY, EVERYBODY),
    "admin:login": ((302, 302, 302), (302, 302, 302)),
    "admin:logout": (OTHER_METHOD, EVERYBODY),
    "admin:password_change": ((302, 302, 302), (302, 302, 302)),
    "admin:password_change_done": (EVERYBODY, OTHER_METHOD),
    # Without saying for which field.
    "admin:autocomplete": ((403, 403, 403), OTHER_METHOD),
    "admin:jsi18n": (EVERYBODY, OTHER_METHOD),
    "admin:view_on_site": ((302, 302, 302), (302, 302, 302)),
    "admin:auth_user_password_change": ((403, 403, 200), (403, 403, 200)),
    "admin:members_event_export": (OTHER_METHOD, EVERYBODY),
    "admin:members_member_hand_over": (EVERYBODY, (422, 422, 422)),
    "admin:members_member_merge": (NOT_MODERATORS, NOT_MODERATORS),
    "admin:members_memberproposal_decide": (EVERYBODY, (422, 422, 422)),
    "admin:members_membership_decide": (EVERYBODY, (422, 422, 422)),
    "admin:members_user_trail": (EVERYBODY, OTHER_METHOD),
    "admin:members_user_block": (NOT_MODERATORS, (403, 422, 422)),
    "admin:members_user_unblock": (NOT_MODERATORS, (403, 422, 422)),
    "admin:policies_casestudy_add": (EVERYBODY, (422, 422, 422)),
    "admin:policies_casestudy_feature": (NOT_MODERATORS, (403, 302, 302)),
    # The case is public, and is neither on the home page nor merged.
    "admin:policies_casestudy_unfeature": ((403, 302, 302), (403, 302, 302)),
    "admin:policies_casestudy_unpublish": (NOT_MODERATORS, (403, 422, 422)),
    "admin:policies_casestudy_restore": ((403, 302, 302), (403, 422, 422)),
    "admin:policies_casestudy_merge": (NOT_MODERATORS, (403, 422, 422)),
    "admin:policies_casestudy_unmerge": ((403, 302, 302), (403, 422, 422)),
    "admin:policies_casestudy_move": (NOT_MODERATORS, (403, 422, 422)),
    "admin:policies_importrun_template": (NOT_MODERATORS, NOT_MODERATORS),
    "admin:policies_importrun_check": (OTHER_METHOD, NOT_MODERATORS),
    "admin:policies_importrun_run": (OTHER_METHOD, (403, 302, 302)),
    "admin:policies_importrun_errors": (NOT_MODERATORS, (403, 405, 405)),
    "admin:policies_revision_review": (EVERYBODY, (422, 422, 422)),
    "admin:policies_revision_preview": (EVERYBODY, OTHER_METHOD),
    "admin:policies_theme_merge": (NOT_MODERATORS, (403, 422, 422)),
    "desk:figures": (EVERYBODY, OTHER_METHOD),
    "desk:figures-csv": (EVERYBODY, OTHER_METHOD),
    "desk:exports": (EVERYBODY, OTHER_METHOD),
    "desk:export": (OTHER_METHOD, EVERYBODY),
}
METHODS = ("get", "post")
KINDS = {"m": ["Moderators"], "e": ["Editors in chief"], "a": []}


@pytest.fixture(scope="module")
def made_once(shared):
    with shared.made():
        return make_rows()


@pytest.fixture
def rows(made_once, db):
    return deepcopy(made_once)


@pytest.fixture(scope="module")
def sessions(shared):
    """Role in the secretariat -> the key of a session of somebody in it."""
    with shared.made():
        people = {
            role: StaffFactory(groups=groups, is_superuser=role == "a")
            for role, groups in KINDS.items()
        }
        return {role: signed_in(one).cookies["sessionid"].value for role, one in people.items()}


def standard():
    """(name, method) -> the answers of the standard pages of every kind of row."""
    answers = {}
    for kind, rights in RIGHTS.items():
        for page, needed in STANDARD.items():
            answers[f"admin:{kind}_{page}"] = tuple(
                tuple(200 if role in rights[right] else 403 for role in KINDS) for right in needed
            )
    return answers


ANSWERS = standard() | OWN


def test_every_address_of_the_secretariat_is_in_the_table():
    assert sorted(set(names())) == sorted(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_address_of_the_secretariat_answers_by_right(rows, sessions, name):
    found = []
    for method in METHODS:
        answers = []
        for role in KINDS:
            client = Client()
            client.cookies["sessionid"] = sessions[role]
            answer = getattr(client, method)(filled(name, rows))
            # A file is sent to its end; breaking it off would end the connection to the database.
            answer.getvalue()
            answers.append(answer.status_code)
        found.append(tuple(answers))
    assert tuple(found) == ANSWERS[name]


# Both lead to the same page, the second one by way of the first.
DOORS = ("account_login", "admin:login")
OUTSIDE = {
    "anonymous": lambda _rows: None,
    "official": lambda rows: rows["official"],
    "official of another member": lambda rows: rows["stranger"],
    "staff without a second factor": lambda _rows: StaffFactory(
        second_factor=False, is_superuser=True
    ),
    "blocked administrator": lambda _rows: StaffFactory(is_superuser=True, is_active=False),
}


@pytest.mark.parametrize("role", OUTSIDE)
def test_nobody_outside_the_secretariat_is_shown_or_may_do_anything(rows, role):
    person = OUTSIDE[role](rows)
    client = signed_in(person) if person else Client()
    before = Event.objects.count()
    for name in set(ANSWERS) - {"admin:login", "admin:logout"}:
        for method in METHODS:
            path = filled(name, rows)
            answer = getattr(client, method)(path)
            assert (name, answer.status_code) == (name, 302)
            assert answer.url in [f"{reverse(door)}?next={quote(path)}" for door in DOORS]
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "role", ["official", "official of another member", "staff without a second factor"]
)
def test_signing_out_leads_to_the_door(rows, role):
    answer = signed_in(OUTSIDE[role](rows)).post(reverse("admin:logout"))
    assert (answer.status_code, answer.url) == (302, reverse("admin:index"))


def test_staff_without_rights_gets_no_page_of_any_model(rows):
    client = signed_in(StaffFactory())
    free = {"index", "login", "logout", "password_change", "password_change_done", "jsi18n"}
    for name in ANSWERS:
        if name.partition(":")[2] in {*free, "autocomplete", "view_on_site"}:
            continue
        answers = {getattr(client, method)(filled(name, rows)).status_code for method in METHODS}
        allowed = {404} if name == "admin:app_list" else {403, 405}
        assert answers - allowed == set(), name


@pytest.mark.parametrize("role", KINDS)
def test_form_of_another_site_does_nothing(rows, role):
    client = signed_in(StaffFactory(groups=KINDS[role], is_superuser=role == "a"))
    client.handler.enforce_csrf_checks = True
    before = Event.objects.count()
    # These answer a form of another site with nothing but an address to go to, or that a form is
    # not the way.
    harmless = {"admin:login", "admin:password_change", "admin:view_on_site"}
    for name in set(ANSWERS) - harmless:
        answer = client.post(filled(name, rows))
        assert answer.status_code in (403, 405), name
    assert Event.objects.count() == before
