"""What may be read, by whom. Every page starts from one of these."""

from django.db import models
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Prefetch, Q, Subquery

from members.secretariat import acts_for_secretariat

# What a team writes for itself until it submits it, taken back before that included.
NEVER_SUBMITTED = Q(state="draft") | Q(state="withdrawn", submitted_at=None)
# What lists show of a revision, its case and its member.
LISTED = (
    "language",
    "title",
    "summary",
    "stage",
    "start",
    "end",
    "budget_amount",
    "budget_currency",
    "budget_year",
    "budget_scope",
    "budget_qualifier",
    "budget_fiscal_year",
    "budget_basis",
    "scale",
    "budget_usd",
    "budget_usd_source",
    "budget_note",
    "budget_unavailable",
    "staff_fte",
    "staff_heads",
    "staff_note",
    "staff_unavailable",
    "stakeholders_unavailable",
    "list_summary",
    "decided_at",
    "case__slug",
    "case__member__slug",
    "case__member__name",
    "case__member__country",
)


class CaseStudyQuerySet(models.QuerySet):
    def live(self):
        """Return cases that the public may read."""
        return self.filter(live__isnull=False)

    def featured(self):
        """Return public cases that the secretariat shows on the home page, the newest choice
        first."""
        return self.live().filter(featured_at__isnull=False).order_by("-featured_at", "pk")

    def of_team(self, user):
        """Return cases of the members whose team ``user`` is in, and those that ``user`` writes alone
        until a team has accepted the person."""
        if not user.is_authenticated:
            return self.none()
        of_team = Q(member__memberships__user=user, member__memberships__status="active")
        return self.filter(Q(held_by=user) | (of_team & Q(held_by=None))).distinct()

    def unclaimed(self):
        """Return compiled cases that the city has neither confirmed nor claimed: nobody of its team
        has written in them or submitted them."""
        return self.filter(provenance="secretariat", claimed_at=None, confirmed_at=None)

    def known_to_secretariat(self):
        """Return cases of which the secretariat may know: what it may see of them is
        ``RevisionQuerySet.known_to_secretariat``."""
        revisions = self.model.revisions.rel.related_model.objects.known_to_secretariat()
        return self.filter(Exists(revisions.filter(case=OuterRef("pk"))))

    def editable_by(self, user):
        """Return cases that ``user`` may write.

        Those of members whose team the user is in; for who acts for the secretariat now also
        unclaimed compiled ones.
        """
        if not acts_for_secretariat(user, "policies.add_casestudy"):
            return self.of_team(user)
        own = self.model.objects.of_team(user).order_by()
        compiled = self.model.objects.unclaimed().order_by()
        return self.filter(Q(pk__in=own.values("pk")) | Q(pk__in=compiled.values("pk")))

    def written_by(self, user):
        """Return cases on the page of ``user``: those of the teams, and compiled ones that the user
        has open."""
        states = self.model.revisions.rel.related_model.OPEN_STATES
        compiled = self.editable_by(user).order_by()
        compiled = compiled.filter(revisions__created_by=user, revisions__state__in=states)
        own = self.model.objects.of_team(user).order_by()
        return self.filter(Q(pk__in=own.values("pk")) | Q(pk__in=compiled.values("pk")))


class RevisionQuerySet(models.QuerySet):
    def live(self):
        """Return the revisions that the public reads now: one a case."""
        return self.filter(case__live=F("pk"))

    def of_members(self, members):
        """Return the revisions of these members' cases, joint ones too."""
        joint = self.model.objects.filter(joint_members__member__in=members).values("pk")
        return self.filter(Q(case__member__in=members) | Q(pk__in=joint))

    def citable(self):
        """Return every revision that is or was public and has not been unpublished."""
        return self.filter(case__live__isnull=False, state__in=self.model.CITABLE_STATES)

    def count_by(self, path):
        """Return how many of these revisions there are by the value at ``path``, as text: {"11":
        35}."""
        rows = self.model.objects.filter(pk__in=self.order_by().values("pk")).order_by()
        counted = rows.values_list(path).annotate(Count("pk", distinct=True))
        return {str(value): number for value, number in counted if value not in (None, "")}

    def reported(self):
        """Return how many of these revisions state ``money`` and say anything of ``staff``, and the
        ``first`` and ``last`` month in which one of them started (None where none is known)."""
        money = Q(budget_amount__isnull=False) | Q(budget_usd__isnull=False)
        staff = Q(staff_fte__isnull=False) | Q(staff_heads__isnull=False)
        staff |= ~Q(staff_note="") | Q(staff_roles__isnull=False)
        started = Q(start__gt="")
        return self.aggregate(
            money=Count("pk", filter=money, distinct=True),
            staff=Count("pk", filter=staff, distinct=True),
            first=Min("start", filter=started),
            last=Max("start", filter=started),
        )

    def with_first_published(self):
        """Return revisions with ``first_published``: when their case first was public.

        A text that was restored became public again later than those after it.
        """
        citable = self.model.objects.citable().filter(case=OuterRef("case"))
        first = citable.order_by("decided_at").values("decided_at")[:1]
        return self.annotate(first_published=Subquery(first))

    def with_number_of_texts(self):
        """Return revisions with ``number_of_texts``: how many texts of their case may be cited."""
        citable = self.model.objects.citable().filter(case=OuterRef("case")).order_by()
        counted = citable.values("case").annotate(number=Count("pk")).values("number")
        return self.annotate(number_of_texts=Subquery(counted))

    def submitted_once(self):
        """Return what was handed to the moderators, or made public, at least once."""
        return self.exclude(NEVER_SUBMITTED)

    def known_to_secretariat(self):
        """Return what the secretariat may see, in lists, files, exports and by number.

        Drafts belong to their teams until they are submitted. The secretariat's own are those of
        cases that it compiles and no city has claimed, and imported ones that nobody has touched.
        """
        cases = self.model._meta.get_field("case").related_model.objects
        compiled = Q(case__in=cases.unclaimed().order_by().values("pk"))
        imported = Q(is_imported=True, version=0)
        return self.filter(~NEVER_SUBMITTED | compiled | imported)

    def awaiting_review(self):
        """Return submitted revisions, the one that has waited longest first."""
        return self.filter(state=self.model.State.SUBMITTED).order_by("submitted_at", "pk")

    def for_lists(self):
        """Return revisions with the columns that cards, tables and feeds show, in one query.

        Names of their themes and targets are read by ``policies.content.lists``.
        """
        return self.select_related("case__member").only(*LISTED)

    def with_rows(self, *names):
        """Return revisions with the rows of these lists, or of all of them, in a query for each
        list."""
        lists = row_lists(self.model.row_models(), names)
        return self.select_related("case__member").prefetch_related(*lists)

    def with_content(self):
        """Return revisions with all their content, files too, in a fixed number of queries."""
        return self.with_rows()

    def in_order(self, keys, batch=200):
        """Yield the revisions among these that have the given keys, in the order of the keys.

        They are read in batches, so that a list of any length needs little memory.
        """
        for start in range(0, len(keys), batch):
            part = list(dict.fromkeys(keys[start : start + batch]))
            found = self.order_by().in_bulk(part)
            yield from (found[key] for key in part if key in found)


def row_lists(models, names=(), empty=()):
    """Return what is prefetched of the lists with ``names``, or of all; those named as ``empty`` are
    not asked for."""
    return [
        Prefetch(
            name, models[name].objects.none() if name in empty else _with_related(models[name])
        )
        for name in names or models
    ]


def _with_related(model):
    """Return the rows of a list, each with what it leads to: its theme or target."""
    related = [field.name for field in model._meta.concrete_fields if field.is_relation]
    return model.objects.select_related(*(name for name in related if name != "revision"))
