"""What may be read of the exchange, by whom. Every page starts from one of these."""

from django.db import models
from django.db.models import Exists, Func, OuterRef, Q, Subquery
from django.utils import timezone

from members.models import Member, Membership
from members.secretariat import acts_for_secretariat

MODERATE = "exchange.moderate"


def is_in_network(user):
    """Return whether ``user`` reads what members write for each other: people with an active
    membership in any team, and who acts for the secretariat."""
    if not user.is_authenticated:
        return False
    if acts_for_secretariat(user, MODERATE):
        return True
    return Membership.objects.active().filter(user=user).exists()


def writes_as(user):
    """Return the members in whose name ``user`` may write."""
    return Member.objects.of(user)


def case_is_public(path="case"):
    """Return the condition that what an entry is about is public: no case, a public one, or one that
    was merged into a public one."""
    return (
        Q(**{f"{path}__isnull": True})
        | Q(**{f"{path}__live__isnull": False})
        | Q(**{f"{path}__merged_into__live__isnull": False})
    )


class CountDistinct(Func):
    """COUNT without GROUP BY: one number of all rows, for subqueries."""

    template = "COUNT(DISTINCT %(expressions)s)"
    output_field = models.IntegerField()


class EntryQuerySet(models.QuerySet):
    def standing(self):
        """Return entries that readers may be shown, whoever they are: approved, neither hidden nor
        removed, and about nothing that was unpublished."""
        return self.filter(
            self._about_public(),
            state__in=self.model.OPEN_TO_READERS,
            hidden_at=None,
            removed_at=None,
        )

    def public(self):
        """Return entries that everybody may read."""
        return self.standing().filter(self._open_to_all())

    def readable_by(self, user):
        """Return entries that ``user`` may read: those for everybody, in the network those for
        members, and what the own team wrote. Who acts for the secretariat reads all of them."""
        if not user.is_authenticated:
            return self.public()
        if acts_for_secretariat(user, MODERATE):
            return self.known_to_secretariat()
        own = Q(member__in=writes_as(user).order_by().values("pk"))
        seen = self.standing() if is_in_network(user) else self.public()
        keys = seen.order_by().values("pk")
        return self.filter(Q(pk__in=keys) | own)

    def editable_by(self, user):
        """Return entries of members whose team ``user`` is in, and all for the secretariat."""
        if not user.is_authenticated:
            return self.none()
        if acts_for_secretariat(user, MODERATE):
            return self.known_to_secretariat()
        return self.filter(member__in=writes_as(user).order_by().values("pk"))

    def known_to_secretariat(self):
        """Return entries without the drafts that are their teams' own."""
        return self.filter(self._known_to_secretariat())

    def about_case(self, case):
        """Return entries about a case, or about one that was merged into it."""
        return self.filter(Q(case=case) | Q(case__merged_into=case))

    def _about_public(self):
        return case_is_public()

    def _open_to_all(self):
        return Q(visibility="public")

    def _known_to_secretariat(self):
        return Q()


class QuestionQuerySet(EntryQuerySet):
    def asked_of(self, user):
        """Return questions that members are asked whose team ``user`` is in, and that stand."""
        addressees = self.model.addressees.rel.related_model.objects
        asked = addressees.filter(question=OuterRef("pk"), member__in=writes_as(user).order_by())
        return self.standing().filter(Exists(asked))


class AdoptionQuerySet(EntryQuerySet):
    """What is only considered is shown to the network; a draft only to its team."""

    def adopted(self):
        """Return adoptions in which something was adopted; what was stopped later was adopted too."""
        return self.exclude(stage__in=self.model.NOT_ADOPTED)

    def with_reports(self):
        """Return adoptions with what their newest report says: ``reported`` (its month) and
        ``compared``."""
        newest = self.model.reports.rel.related_model.objects.filter(adoption=OuterRef("pk"))
        newest = newest.order_by("-date", "-pk")
        return self.annotate(
            reported=Subquery(newest.values("date")[:1]),
            compared=Subquery(newest.values("compared")[:1]),
        )

    def with_originals(self):
        """Return adoptions with the cases and members that they name."""
        return self.select_related(
            *("member", "original_member", "case__member", "case__live"),
            *("case__merged_into__member", "case__merged_into__live"),
        )

    def _open_to_all(self):
        return ~Q(stage__in=self.model.FOR_NETWORK)

    def _known_to_secretariat(self):
        # A team's draft is its own until it is made public.
        return ~Q(state="draft") | Q(provenance="secretariat")


class CooperationQuerySet(EntryQuerySet):
    """Needs and offers are for everybody; they are about no case in particular."""

    def _about_public(self):
        return Q()

    def _open_to_all(self):
        return Q()

    def _known_to_secretariat(self):
        # A team's draft is its own; what the secretariat writes for a member is not.
        return ~Q(state="draft") | Q(passed_on=True)

    def open(self):
        """Return needs and offers that one can answer now; on its last day one still can."""
        return self.standing().filter(state="open", valid_until__gte=timezone.localdate())


class IntroductionQuerySet(models.QuerySet):
    def of(self, user):
        """Return introductions that ``user`` asked for or that the own teams are asked for; the
        secretariat's people see those of all."""
        if not user.is_authenticated:
            return self.none()
        if acts_for_secretariat(user, MODERATE):
            return self
        own = writes_as(user).order_by().values("pk")
        return self.filter(Q(from_user=user) | Q(to_member__in=own))

    def decidable_by(self, user):
        """Return introductions that wait for ``user``: those to members the user coordinates."""
        return self.filter(state="asked", to_member__in=Member.objects.coordinated_by(user))
