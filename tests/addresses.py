"""Every address of the site by its name, with rows of every kind to fill into them."""

from dataclasses import dataclass
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from case_collections.models import Collection
from exchange.models import Flag
from local_reviews.models import LocalReview
from members.models import Member, Notice
from members.models.invitation_tokens import token_of
from members.record import audit
from members.teams import invitations
from policies.models import (
    Call,
    ImportRun,
    Mailing,
    MissedQuestion,
    Phrase,
    ReviewEvent,
    Revision,
    Theme,
)
from policies.search import index
from policies.workflow import moderation
from portal.models import News, PageText
from sdg.models import Goal, Target, Term
from seminars.models import Seminar
from tests.exchange.factories import (
    AddresseeFactory,
    AdoptionFactory,
    AdoptionReportFactory,
    AdviceFactory,
    CooperationFactory,
    IntroductionFactory,
    QuestionFactory,
)
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MemberFactory,
    MemberProposalFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    StaffFactory,
    stored,
)
from tests.seminars.factories import MaterialFactory, SeminarFactory

# Pages of the admin that are about no row in particular.
WITHOUT_ROW = ("changelist", "add", "export", "template", "figures", "figures-csv")
# Pages that everybody may read and that are the same for all.
PUBLIC = {
    *("home", "about", "publish", "publish-blank", "publish-document", "publish-workbook"),
    *("review", "accessibility", "codebook", "healthz", "readyz", "robots"),
    *("security-txt", "sitemap", "sitemap-section"),
    *("favicon", "manifest", "opensearch", "change-password"),
    *("sdg:goals", "sdg:coverage", "sdg:goal", "sdg:target", "members:list", "members:detail"),
    *("news", "news-feed", "news-item", "calls:list", "calls:call"),
    *("sdg:thesaurus", "members:like"),
    *("members:progress", "members:progress-csv", "local-reviews:list"),
    *("seminars:csv", "local-reviews:csv"),
    *("policies:list", "policies:suggest", "policies:compare", "policies:compare-csv"),
    *("policies:compare-xlsx", "policies:export-schema", "policies:estimate"),
    "policies:estimate-csv",
    *("exchange:adoptions", "exchange:adoptions-csv"),
    *("exchange:know-how-csv", "exchange:questions-csv"),
    *("policies:feed", "policies:export", "policies:case", "policies:history"),
    *("policies:case-jsonl", "policies:revision", "policies:cite", "policies:case-short"),
    *("policies:revision-cite", "policies:card"),
    "policies:estimate-brief",
    *("policies:revision-cite", "policies:card"),
    *("sdg:goal-card", "sdg:target-card", "members:card"),
    *("api:guide", "api:openapi", "api:policies", "api:policy", "api:targets"),
    *("embed:case", "embed:target", "embed:coverage", "policies:brief"),
    *("data", "data-package", "data-catalogue", "data-targets", "data-dump"),
    *("exchange:questions", "exchange:question", "exchange:question-short"),
    *("exchange:cooperations", "exchange:cooperation", "exchange:feed"),
    *("seminars:list", "seminars:calendar", "seminars:detail", "seminars:event"),
    *("exchange:home", "exchange:know-how", "exchange:advice", "exchange:advice-cite"),
    *("collections:list", "collections:feed", "collections:detail", "collections:export"),
}
HIDDEN_TITLE = "Not yet public"


def patterns(below=None, prefix=""):
    """Yield (name with its namespaces, pattern) of each address; the name is None where it has none."""
    for pattern in get_resolver().url_patterns if below is None else below:
        if isinstance(pattern, URLPattern):
            yield pattern.name and prefix + pattern.name, pattern
        else:
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from patterns(pattern.url_patterns, inner)


def names():
    """Return the sorted names of all addresses, with their namespaces."""
    return sorted({name for name, _pattern in patterns() if name})


def of_secretariat(name):
    """Return whether an address belongs to the pages of the secretariat."""
    return name.startswith(("admin:", "secretariat:"))


@dataclass
class World:
    """People by their roles, a draft and a public text of their city, and where everything is."""

    people: dict
    draft: Revision
    live: Revision
    addresses: dict


def make_world(slug="surabaya"):
    """Make rows of every kind; needs the goals, targets and themes."""
    ours = MemberFactory(name="Surabaya", slug=slug)
    coordinator = MembershipFactory(member=ours, role="coordinator").user
    people = {
        "anonymous": None,
        "stranger": MembershipFactory().user,
        "official": MembershipFactory(member=ours).user,
        "coordinator": coordinator,
        "staff": StaffFactory(),
        "moderator": StaffFactory(groups=["Moderators"]),
        "editor": StaffFactory(groups=["Editors in chief"]),
        "administrator": StaffFactory(is_superuser=True),
    }
    live = LiveRevisionFactory(case__member=ours, targets=["11.6"], themes=["transport"])
    draft = RevisionFactory(case__member=ours, title=HIDDEN_TITLE)
    adoption = {"pk": AdoptionFactory(member=ours).pk}
    colleague = MembershipFactory(member=ours)
    request = MembershipFactory(member=ours, status="requested", decided_at=None)
    invitation = invitations.invite(ours, "new@city.example", coordinator)
    team = {"slug": slug}
    call = {"pk": _call().pk}
    case = {"pk": live.case_id, "slug": live.case.slug}
    written = {"pk": draft.case_id}
    photo = PhotoFactory(revision=draft)
    offer = CooperationFactory(member=ours, author=coordinator)
    offer_in_work = CooperationFactory(
        member=ours, author=coordinator, title=HIDDEN_TITLE, state="draft", opened_at=None
    )
    introduction = IntroductionFactory(cooperation=offer)
    review = {"pk": LocalReview.objects.create(member=ours, title="Our review").pk}
    collection = Collection.objects.create(
        member=ours, title="Ways to go", visibility="public", published_at=timezone.now()
    )
    collection.items.create(case=live.case, position=1)
    arguments = {
        "sitemap-section": {"section": "policies"},
        "account_confirm_email": {"key": "wrong"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "wrong"},
        "mfa_remove_webauthn": {"pk": 1},
        "mfa_edit_webauthn": {"pk": 1},
        **{f"sdg:{name}": {"number": 11} for name in ("goal", "goal-card")},
        **{f"sdg:{name}": {"code": "11.6"} for name in ("target", "target-card")},
        "sdg:thesaurus": {"form": "csv"},
        **dict.fromkeys(("members:detail", "members:card"), team),
        **dict.fromkeys(("members:progress", "members:progress-csv"), team),
        "members:like": team,
        "policies:export": {"form": "csv"},
        **dict.fromkeys(("calls:call", "calls:answer"), call),
        "news-item": {"pk": News.objects.create(title="Congress", text="In Seoul.").pk},
        **dict.fromkeys(("policies:case", "policies:history", "policies:case-jsonl"), case),
        "policies:revision": case | {"number": live.number},
        "policies:cite": case | {"form": "bib"},
        "policies:revision-cite": case | {"number": live.number, "form": "ris"},
        "api:policy": {"pk": live.case_id},
        "embed:case": {"pk": live.case_id},
        "embed:target": {"code": "11.6"},
        "policies:brief": case,
        "data-dump": {"month": "2026-10"},
        "policies:card": {"pk": live.case_id, "number": live.number},
        "policies:case-short": {"pk": live.case_id},
        "policies:photo": {"pk": photo.pk, "size": "small"},
        "policies:attachment": {"pk": AttachmentFactory(revision=draft).pk},
        **dict.fromkeys(
            (
                *("policies:edit", "policies:preview", "policies:submit", "policies:withdraw"),
                *("policies:confirm", "policies:notes", "policies:change-member"),
                "policies:update-answer",
            ),
            written,
        ),
        "policies:section": written | {"slug": "basics"},
        "policies:corrections": written,
        "policies:correction": written
        | {"row": draft.corrections.create(field="title", by_name="Mina").pk},
        "policies:file-add": written | {"kind": "photos"},
        "policies:file-add-several": written | {"kind": "photos"},
        **dict.fromkeys(
            ("policies:file-edit", "policies:file-remove", "policies:file-move"),
            written | {"kind": "photos", "row": photo.pk},
        ),
        "my:notice-read": {"pk": 1},
        "my:unsubscribe": {"token": signing.dumps(coordinator.pk, salt="unsubscribe")},
        "my:proposal-take-back": {"pk": 1},
        "my:request": {"pk": request.pk},
        **dict.fromkeys(("my:join", "my:team", "my:leave", "my:invite", "my:facts"), team),
        **dict.fromkeys(("my:page", "my:photo", "members:photo"), team),
        **dict.fromkeys(("my:role", "my:remove"), team | {"pk": colleague.pk}),
        "my:invitation-revoke": team | {"pk": invitation.pk},
        "my:invitation": {"token": token_of(invitation)},
        "secretariat:export": {"name": "cases"},
        **_arguments_of_questions(live),
        "exchange:adopt": {"pk": live.case_id},
        **dict.fromkeys(
            (
                *("exchange:adoption", "exchange:adoption-edit", "exchange:adoption-report"),
                *("exchange:adoption-publish", "exchange:adoption-delete"),
                "exchange:adoption-origin",
            ),
            adoption,
        ),
        "exchange:cooperation": {"pk": offer.pk, "slug": offer.slug},
        **{
            f"exchange:cooperation-{act}": {"pk": offer_in_work.pk}
            for act in ("edit", "publish", "close", "renew", "take-back")
        },
        "my-exchange:introduction": {"pk": introduction.pk},
        **_arguments_of_seminars(live.case),
        **{f"my-alerts:{act}": {"kind": "search", "pk": 1} for act in ("delete", "renew")},
        **dict.fromkeys(("local-reviews:edit", "local-reviews:delete"), review),
        "collections:detail": {"key": collection.key},
        "collections:export": {"key": collection.key, "form": "csv"},
        **{f"my-collections:{act}": {"pk": collection.pk} for act in ("edit", "delete")},
        "my-alerts:edit": {"pk": 1},
        "my-alerts:follow": {"pk": live.case_id},
        "my-alerts:stop": {"token": "no-token-of-ours"},
        **_arguments_of_exchange(live, coordinator),
    }
    rows = _rows_of_admin(ours, live, request)
    # Some of the rows are public cases too.
    index.sync()
    addresses = {}
    for name in names():
        if name.startswith("admin:"):
            addresses[name] = _of_admin(name, rows)
        else:
            addresses[name] = reverse(name, kwargs=arguments.get(name))
    return World(people, draft, live, addresses)


def _arguments_of_questions(live):
    """Return what goes into the addresses of questions: one that the member of the case is asked, and
    one that it asks."""
    ours, other = live.case.member, MemberFactory(name="Hue")
    question = AddresseeFactory(
        member=ours, question__member=other, question__case=live.case
    ).question
    asked = {"pk": question.pk}
    asking = {"pk": AddresseeFactory(member=other, question__member=ours).question.pk}
    return {
        **dict.fromkeys(("exchange:take", "exchange:answer", "exchange:decline"), asked),
        "exchange:question-short": asked,
        "exchange:question": asked | {"slug": question.slug},
        **dict.fromkeys(("exchange:judge", "exchange:close", "exchange:ask-next"), asking),
    }


def _arguments_of_exchange(live, author):
    """Return what goes into the addresses of the exchange: rows of the case's own member."""
    mine = {"member": live.case.member, "case": live.case, "author": author}
    # In Nepali, so that an English text may be put beside it.
    advice = {"pk": AdviceFactory(**mine, language="ne").pk}
    return {
        **dict.fromkeys(
            (
                *("exchange:advice", "exchange:advice-correct", "exchange:advice-replace"),
                *("exchange:advice-withdraw", "exchange:advice-confirm"),
                "exchange:advice-into-case",
            ),
            advice,
        ),
        "exchange:advice-cite": advice | {"form": "bib"},
        "exchange:english": advice | {"kind": "know-how"},
        "exchange:flag": advice | {"kind": "know-how"},
    }


def _arguments_of_seminars(case):
    """Return what goes into the addresses of seminars: one to come, which shows a case."""
    starts_at = timezone.now() + timedelta(days=30)
    seminar = SeminarFactory(
        shows=[case], starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
    )
    material = MaterialFactory(
        seminar=seminar,
        url="",
        file=stored("seminarmaterials/a.pdf", b"%PDF"),
        original_name="a.pdf",
    )
    key = {"pk": seminar.pk}
    return {
        **dict.fromkeys(("seminars:register", "seminars:cancel"), key),
        **dict.fromkeys(("seminars:detail", "seminars:event"), key | {"slug": seminar.slug}),
        "seminars:material": {"pk": material.pk},
    }


def _call():
    """Return a call that is open."""
    return Call.objects.create(
        title="Award", text="Come.", opens=date(2020, 1, 1), closes=date(2099, 1, 1)
    )


def _rows_of_admin(member, live, request):
    """Return kind of row -> the key of one."""
    person = MembershipFactory(member=member).user
    staff = StaffFactory(groups=["Moderators"])
    submitted = moderation.submit(RevisionFactory(case__member=member), by=person)
    run = ImportRun.objects.create(
        file=stored("imports/cases.jsonl", b"{}\n"),
        original_name="cases.jsonl",
        by=staff,
        by_name=staff.name,
    )
    rows = {
        "collections_collection": Collection.objects.first(),
        "exchange_addressee": AddresseeFactory(),
        "exchange_adoption": AdoptionFactory(case=live.case),
        "exchange_adoptionreport": AdoptionReportFactory(adoption__case=live.case),
        "exchange_advice": AdviceFactory(),
        "exchange_cooperation": CooperationFactory(),
        "exchange_flag": Flag.objects.create(
            subject_type="exchange.advice", subject_id=1, reason="wrong"
        ),
        "exchange_introduction": IntroductionFactory(),
        "exchange_question": QuestionFactory(),
        "account_emailaddress": EmailAddress.objects.create(user=person, email=person.email),
        "auth_group": Group.objects.get(name="Moderators"),
        "members_event": audit.record("member-added", member, name="Secretariat"),
        "members_member": member,
        "members_memberproposal": MemberProposalFactory(),
        "members_membership": request,
        "members_notice": Notice.objects.filter(recipient=person).first()
        or Notice.objects.create(recipient=person, email=person.email, kind="submitted"),
        "members_user": person,
        "mfa_authenticator": Authenticator.objects.get(user=staff),
        "policies_call": (call := _call()),
        "policies_callentry": call.entries.create(case=live.case, by_name="Ani"),
        "policies_casestudy": live.case,
        "policies_importrun": run,
        "policies_mailing": Mailing.objects.create(subject="Congress", text="Come."),
        "policies_missedquestion": MissedQuestion.objects.create(
            folded="trash", words="trash", last_asked=date(2026, 11, 30)
        ),
        "policies_phrase": Phrase.objects.create(use="rejected", title="Spam", text="Spam."),
        "policies_reviewevent": ReviewEvent.objects.first(),
        "policies_revision": submitted,
        "policies_theme": Theme.objects.first(),
        "portal_news": News.objects.create(title="Prize", text="For cities."),
        "portal_pagetext": PageText.objects.create(place="about", by_name="Mina"),
        "sdg_goal": Goal.objects.first(),
        "sdg_target": Target.objects.first(),
        "seminars_seminar": Seminar.objects.first(),
        "sdg_term": Term.objects.create(target_id="11.6", language="en", text="left by the tide"),
        "usersessions_usersession": UserSession.objects.create(
            user=person, ip="203.0.113.9", session_key="x"
        ),
    }
    return {kind: row.pk for kind, row in rows.items()} | {"auth_user": person.pk}


def _of_admin(name, rows):
    route = name.removeprefix("admin:")
    if route == "app_list":
        return reverse(name, args=["members"])
    if route == "view_on_site":
        kind = ContentType.objects.get_for_model(Member)
        return reverse(name, args=[kind.pk, rows["members_member"]])
    if route == "policies_call_marks":
        return reverse(name, args=[rows["policies_call"], rows["policies_callentry"]])
    app, _, rest = route.partition("_")
    model, _, page = rest.partition("_")
    key = rows.get(f"{app}_{model}")
    if page in ("change", "delete", "history"):
        key = key or 1
    return reverse(name, args=[] if key is None or page in WITHOUT_ROW else [key])
