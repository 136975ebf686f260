"""The secretariat's pages: what may be changed, what may only be read, and what lists cost."""

import pytest
from django.contrib import admin
from django.urls import reverse

from members.models import Event, Member, MemberEvidence, MemberProposal, Membership, User
from policies.models import CaseStudy, ReviewEvent, Revision, Theme
from policies.workflow import moderation
from sdg.models import Goal, Target
from tests.factories import (
    CaseStudyFactory,
    LiveRevisionFactory,
    MemberFactory,
    MemberProposalFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

READ_ONLY = [Goal, Target, CaseStudy, Revision, ReviewEvent, Membership, Event, MemberProposal]
EDITABLE = [Member, User, Theme]


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def secretary(client):
    person = StaffFactory(is_superuser=True)
    client.force_login(person)
    return person


@pytest.fixture
def library(reference):
    revision = LiveRevisionFactory(targets=["11.6"], themes=["transport"])
    RevisionFactory(case=revision.case)
    MembershipFactory(member=revision.case.member)
    MemberProposalFactory()
    draft = RevisionFactory(case=CaseStudyFactory())
    moderation.submit(draft, name="An official")
    return revision


def test_every_model_is_in_the_admin():
    ours = {
        model
        for model in admin.site._registry
        if model._meta.app_label in ("sdg", "members", "policies")
    }
    assert {*READ_ONLY, *EDITABLE} - ours == set()


def test_read_only_rows_can_be_looked_at(client, secretary, library, subtests):
    for model in READ_ONLY:
        with subtests.test(model=model):
            row = model.objects.first()

            response = client.get(address(model, "change", row.pk))

            assert response.status_code == 200
            assert 'name="_save"' not in response.content.decode()


def test_years_and_numbers_are_written_without_separators(client, secretary):
    revision = RevisionFactory(case=CaseStudyFactory(pk=12345))
    revision.indicators.create(name="Trips", result="9", result_year=2010)
    moderation.submit(revision, name="An official")
    MemberFactory(joined=1987)

    page = client.get(address(Revision, "change", revision.pk), {"all": 1}).content.decode()
    cases = client.get(address(CaseStudy, "changelist")).content.decode()
    members = client.get(address(Member, "changelist")).content.decode()

    assert "2010" in page
    assert "2,010" not in page
    assert "12345</a>" in cases
    assert ">Number<" in cases
    assert '<td class="field-year_of_joining">1987</td>' in members


def test_list_can_be_searched(client, secretary, library, subtests):
    for model in [each for each in (*READ_ONLY, *EDITABLE) if each is not Goal]:
        with subtests.test(model=model):
            response = client.get(address(model, "changelist"), {"q": "zzzz"})

            assert response.context["cl"].result_count == 0


def make_rows(model):
    if model in (Goal, Target):
        return
    if model is Theme:
        ThemeFactory(slug=f"theme-{Theme.objects.count()}")
    elif model is User:
        UserFactory()
    elif model is Member:
        MemberFactory()
    elif model is Membership:
        MembershipFactory()
    elif model is MemberProposal:
        MemberProposalFactory()
    else:
        revision = RevisionFactory(case=CaseStudyFactory())
        moderation.publish(revision, name="Secretariat")


# A session, a person and the second factor, the rows and their number, and what the filters beside them ask.
LIST_QUERIES = {
    Goal: 6,
    Target: 7,
    CaseStudy: 5,
    # The queue counts what each of its filters would give.
    Revision: 16,
    ReviewEvent: 5,
    Member: 5,
    Membership: 5,
    MemberProposal: 5,
    # The span of time, and its parts.
    Event: 7,
    User: 6,
    Theme: 6,
}


def test_list_queries_do_not_grow(
    client, secretary, reference, django_assert_num_queries, subtests
):
    # Kinds of rows are read once.
    client.get(address(Revision, "changelist"))
    for model, queries in LIST_QUERIES.items():
        for more in (1, 2):
            with subtests.test(model=model, more=more):
                for _row in range(more):
                    make_rows(model)
                with django_assert_num_queries(queries):
                    client.get(address(model, "changelist"))


def test_member_can_be_added_with_evidence(client, secretary):
    response = client.post(
        address(Member, "add"),
        {
            "kind": "local-government",
            "name": "Suva",
            "slug": "suva",
            "country": "FJ",
            "status": "listed",
            "evidence-TOTAL_FORMS": "1",
            "evidence-INITIAL_FORMS": "0",
            "evidence-0-statement": "Attended",
            "evidence-0-year": "2009",
            "evidence-0-url": "https://example.org/",
        },
    )

    assert response.status_code == 302, response.context["errors"]
    assert list(MemberEvidence.objects.values_list("member__slug", "year")) == [("suva", 2009)]


def test_member_with_half_a_place_is_refused(client, secretary):
    response = client.post(
        address(Member, "add"),
        {
            "kind": "local-government",
            "name": "Suva",
            "slug": "suva",
            "latitude": "-18.1",
            "status": "listed",
            "evidence-TOTAL_FORMS": "0",
            "evidence-INITIAL_FORMS": "0",
        },
    )

    assert (response.status_code, Member.objects.count()) == (200, 0)


def test_person_can_be_added_by_e_mail(client, secretary):
    response = client.post(
        address(User, "add"),
        {
            "email": "New.Person@City.Example",
            "name": "New Person",
            "usable_password": "true",
            "password1": "a long and unusual phrase",
            "password2": "a long and unusual phrase",
        },
    )

    assert response.status_code == 302, response.context["errors"]
    person = User.objects.get(email="new.person@city.example")
    assert person.check_password("a long and unusual phrase")


def test_person_with_a_used_address_is_refused(client, secretary):
    UserFactory(email="person@city.example")

    response = client.post(
        address(User, "add"),
        {
            "email": "Person@City.Example",
            "usable_password": "true",
            "password1": "a long and unusual phrase",
            "password2": "a long and unusual phrase",
        },
    )

    assert response.status_code == 200
    assert "email" in response.context["adminform"].form.errors
    assert User.objects.filter(email__iexact="person@city.example").count() == 1


def test_person_page_shows_memberships(client, secretary, library):
    membership = Membership.objects.get()

    page = client.get(address(User, "change", membership.user.pk)).text

    assert address(Membership, "change", membership.pk) in page
    assert membership.member.name in page
    assert 'name="memberships-0-role"' not in page


def test_theme_can_be_renamed(client, secretary):
    theme = ThemeFactory(slug="transport")

    response = client.post(
        address(Theme, "change", theme.pk),
        {"name": "Mobility", "slug": "transport", "position": "1", "description": ""},
    )

    assert response.status_code == 302
    assert Theme.objects.get().name == "Mobility"


@pytest.mark.parametrize("model", [*READ_ONLY, *EDITABLE])
def test_list_is_closed_to_people_without_rights(client, library, model):
    client.force_login(StaffFactory())

    assert client.get(address(model, "changelist")).status_code == 403
