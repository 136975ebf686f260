"""Lists of the secretariat's admin, whatever number stands in their addresses."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.sweeps import some

# Every list, and the relations by which its address can narrow it: a new one needs a line here.
LISTS = {
    "account.emailaddress": ["user"],
    "auth.group": [],
    "collections.collection": ["owner", "member"],
    "exchange.addressee": ["question", "member", "taken_by"],
    "exchange.adoption": [
        *("author", "member", "case", "revision", "original_member", "own_case"),
    ],
    "exchange.adoptionreport": ["adoption", "by"],
    "exchange.advice": ["author", "member", "question", "addressee", "case", "replaces"],
    "exchange.cooperation": ["author", "member"],
    "exchange.flag": ["by", "member", "decided_by"],
    "exchange.introduction": [
        *("cooperation", "advice", "adoption", "from_user", "from_member", "to_member"),
        "decided_by",
    ],
    "exchange.question": ["author", "member", "case", "same_as"],
    "members.event": ["actor"],
    "members.member": [],
    "members.memberproposal": ["user", "member", "provisional_member", "decided_by"],
    "members.membership": ["member", "user", "decided_by"],
    "members.notice": ["recipient"],
    "members.user": ["groups__id__exact"],
    "mfa.authenticator": ["user"],
    "policies.call": [],
    "policies.casestudy": [
        "member",
        "live",
        "merged_into",
        "confirmed_by",
        "created_by",
        "held_by",
    ],
    "policies.importrun": ["by"],
    "policies.mailing": ["by"],
    "policies.missedquestion": [],
    "policies.phrase": [],
    "policies.reviewevent": ["revision", "actor"],
    "policies.revision": ["case", "created_by", "reviewer", "decided_by"],
    "policies.theme": [],
    "portal.news": [],
    "portal.pagetext": ["by"],
    "sdg.goal": [],
    "sdg.target": ["goal", "goal__number__exact"],
    "sdg.term": ["target", "target__goal", "target__goal__number__exact"],
    "seminars.seminar": [],
    "usersessions.usersession": ["user"],
}
NUMBERS = ["9" * 30, "-" + "9" * 30]


@pytest.mark.sweep
def test_number_too_large_for_the_database_leads_to_the_whole_list(administrator_client):
    registered = {model._meta.label_lower: model for model in admin.site._registry}
    assert registered.keys() == LISTS.keys()
    answers = {}
    for label, relations in LISTS.items():
        meta = registered[label]._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        columns = {field.name for field in meta.concrete_fields if field.is_relation}
        assert columns <= set(relations), label
        for place, name in enumerate([*relations, "id__in", "pk__in"]):
            for number in some(NUMBERS, 2, place):
                answer = administrator_client.get(address, {name: number})
                answers[label, name, number] = answer.get("Location", answer.status_code)
        # What leads on leads here; some databases simply find nothing. The page says so, and is the
        # same for all lists.
        whole = {found for key, found in answers.items() if key[0] == label} - {200}
        assert whole <= {f"{address}?e=1"}
    assert administrator_client.get(f"{address}?e=1").status_code == 200


# What lists do not show, and other tables behind what they show.
HIDDEN = {
    "members.user": [
        "password",
        "groups__user",
        "collections",
        "emailaddress",
    ],
    "mfa.authenticator": ["data", "data__secret", "user__password"],
    "usersessions.usersession": ["session_key", "user__password"],
    "policies.casestudy": ["revisions", "revisions__state", "live__title", "member__memberships"],
    "policies.revision": ["reviewer__email", "attachments", "desk_notes"],
    "exchange.question": ["author__email", "advice", "same_as__title"],
    "members.notice": ["context", "recipient__email"],
    "collections.collection": ["key", "items", "items__note", "owner__email"],
    "policies.importrun": ["file", "by__password"],
}


def test_address_of_a_list_asks_for_nothing_that_the_list_does_not_show(administrator_client):
    registered = {model._meta.label_lower: page for model, page in admin.site._registry.items()}
    for label, page in registered.items():
        back = [each for each in page.opts.get_fields() if each.auto_created and not each.concrete]
        names = [each.name for each in back] + HIDDEN.get(label, [])
        found = [
            f"{name}{way}"
            for name in names
            for way in ("", "__isnull", "__id__exact", "__startswith")
            if page.lookup_allowed(f"{name}{way}", "1")
        ]
        # The name of a filter, too.
        offered = ["merged"] if label == "policies.casestudy" else []
        assert (label, found) == (label, offered)
    for address, status in {
        "members/user/?collections__isnull=False": 400,
        "policies/casestudy/?revisions=1": 400,
        "policies/casestudy/?member__id__exact=1&provenance__exact=city": 200,
        "members/user/?is_staff__exact=1&groups__id__exact=1": 200,
        "members/event/?created_at__year=2026": 200,
        "exchange/question/?state__exact=open&topic__exact=budget": 200,
    }.items():
        assert (address, administrator_client.get(f"/admin/{address}").status_code) == (
            address,
            status,
        )


@pytest.mark.parametrize("key", ["9" * 30, "１２３", "٣"])
def test_path_with_the_key_of_no_row_leads_away(administrator_client, key):
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        answer = administrator_client.get(reverse(name, args=[key]))
        gone = answer.get("Location", answer.status_code)
        assert (name, gone) in {(name, "/admin/"), (name, 404)}
