import secrets

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from exchange.models.querysets import MODERATE, case_is_public, writes_as
from members.models import Member, Membership
from members.secretariat import acts_for_secretariat
from policies.models import CaseStudy

MAX_ITEMS, MAX_COLLECTIONS = 60, 50


def new_key():
    """Return the last part of an address that nobody can guess."""
    return secrets.token_urlsafe(12)


class CollectionQuerySet(models.QuerySet):
    def public(self):
        """Return the collections that are in the list of all."""
        return self.filter(visibility=Collection.Visibility.PUBLIC)

    def shared(self):
        """Return the collections that whoever has their address may read. A person's own are shared only
        while the person is in a team, or of the secretariat: as long as a link would be offered."""
        return self.filter(self._is_shared())

    def editable_by(self, user):
        """Return the collections of a person and of the teams the person is in; for the secretariat
        also what it published. What a team published it only removes."""
        if not user.is_authenticated:
            return self.none()
        public = Q(visibility=Collection.Visibility.PUBLIC)
        mine = Q(owner=user, member=None) & ~public
        mine |= Q(member__in=writes_as(user).order_by().values("pk"))
        if acts_for_secretariat(user, MODERATE):
            mine |= public & Q(member=None)
        return self.filter(mine)

    def readable_by(self, user):
        """Return the collections that a person may read, shared ones included."""
        own = self.editable_by(user).order_by().values("pk")
        return self.filter(self._is_shared() | Q(pk__in=own))

    @staticmethod
    def _is_shared():
        in_team = Membership.objects.active().filter(user=OuterRef("owner"), user__is_active=True)
        desk = ModelBackend().with_perm(MODERATE).filter(is_staff=True).order_by().values("pk")
        sharing = Q(member__isnull=False) | Exists(in_team) | Q(owner__in=desk)
        visibility = Collection.Visibility
        return Q(visibility=visibility.PUBLIC) | (Q(visibility=visibility.LINK) & sharing)

    def with_numbers(self):
        """Return collections, the one changed last first, with ``number``, how many of their policies
        are public."""
        public = Count("items", filter=case_is_public("items__case"))
        return self.annotate(number=public).select_related("member").order_by("-changed_at", "-pk")


class Collection(models.Model):
    """Policies in an order, with a note on each. It belongs to a person, to the team of a member, or,
    public and without a member, to the secretariat."""

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only its owner or team")
        LINK = "link", _("Whoever has the link")
        PUBLIC = "public", _("Everybody, in the list of collections")

    key = models.CharField(_("key"), max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="collections",
        verbose_name=_("made by"),
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="collections",
        verbose_name=_("city or organisation"),
        help_text=_("Its whole team can then change the collection. Empty: it is yours alone."),
    )
    title = models.CharField(
        _("title"), max_length=120, help_text=_("For example: Before the seminar on waste.")
    )
    intro = models.TextField(
        _("introduction"),
        blank=True,
        validators=[MaxLengthValidator(1_500)],
        help_text=_("For whom it is, and why these policies."),
    )
    visibility = models.CharField(
        _("who may read it"),
        max_length=7,
        choices=Visibility,
        default=Visibility.PRIVATE,
        help_text=_("A link, and the list of collections, are for teams of members."),
    )
    created_at = models.DateTimeField(_("made on"), auto_now_add=True)
    changed_at = models.DateTimeField(
        _("changed on"), auto_now=True, help_text=_("When its texts or policies were changed last.")
    )
    published_at = models.DateTimeField(_("public since"), null=True, blank=True, editable=False)
    # Until the secretariat lifts that, nobody shares it again.
    removed_at = models.DateTimeField(_("removed on"), null=True, blank=True, editable=False)
    removed_reason = models.TextField(
        _("reason of the removal"), blank=True, default="", db_default="", editable=False
    )

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        verbose_name = _("collection")
        verbose_name_plural = _("collections")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("collections:detail", args=[self.key])

    @property
    def is_public(self):
        return self.visibility == self.Visibility.PUBLIC

    @property
    def is_ones_own(self):
        """Whether it is its owner's alone: neither a team's nor the secretariat's."""
        return self.member_id is None and not self.is_public


class CollectionItem(models.Model):
    """A policy of a collection."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    case = models.ForeignKey(
        CaseStudy,
        models.CASCADE,
        related_name="collected",
        verbose_name=_("policy"),
        help_text=_("The policy that is collected."),
    )
    note = models.TextField(
        _("note"),
        blank=True,
        validators=[MaxLengthValidator(500)],
        help_text=_("What to look at in it."),
    )
    position = models.PositiveSmallIntegerField(
        _("place"), help_text=_("Of the policy among the others, beginning with 1.")
    )

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("policy of a collection")
        verbose_name_plural = _("policies of collections")
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "case"], name="a_case_is_once_in_a_collection"
            )
        ]

    def __str__(self):
        return str(self.case)

    @property
    def live_id(self):
        """The key of the public text; of a case that was merged, that of the other; None without."""
        merged = self.case.merged_into
        return self.case.live_id or (merged.live_id if merged else None)


def of_case(case, path="items__case"):
    """Return the condition that a collection holds a case, or one that was merged into it."""
    return Q(**{path: case}) | Q(**{f"{path}__merged_into": case})


def is_collected(case):
    """Return the expression of whether a public collection holds the case at the path ``case``."""
    items = CollectionItem.objects.filter(collection__visibility=Collection.Visibility.PUBLIC)
    return Exists(items.order_by().filter(of_case(OuterRef(case), "case")))
