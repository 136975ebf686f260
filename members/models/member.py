from functools import cached_property

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator
from django.db import models
from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_countries.fields import Country, CountryField

from citynet.web.addresses import address
from citynet.web.languages import cached_per_language
from members.countries import countries_with
from members.mail_domains import is_public
from members.names import core, fold, joined, near_to, searchable
from members.subregions import subregion_of

MAX_WORDS = 12  # of what was typed; a name has no more


def validate_own_domain(domain):
    """Raise ``ValidationError`` for what is no domain, or one at which anybody can have an address."""
    try:
        DomainNameValidator()(domain)
    except ValidationError as error:
        raise ValidationError(
            _("Write the part of the addresses after the “@”: city.gov.example.")
        ) from error
    if is_public(domain.lower()):
        raise ValidationError(
            _("Anybody can have an address there, so it says nothing of a member.")
        )


class MemberQuerySet(models.QuerySet):
    def named(self, typed):
        """Return the members that ``typed`` names by any of their names, the best fit first.

        All words have to be there, apart from those that many names share ("city", "government");
        a word may also name the country. None for what has no letter or digit.
        """
        words = fold(typed).split()[:MAX_WORDS]
        if not words:
            return self.none()
        telling = core(" ".join(words))
        condition = Q()
        for word in telling:
            condition &= Q(search_names__contains=word) | Q(country__in=countries_with(word))
        found = condition | Q(search_names__contains="".join(telling))
        forms = [words, telling]
        fits = [
            *(form for each in forms for form in (f"|{' '.join(each)}|", f"|{''.join(each)}|")),
            *(f"|{' '.join(telling)}", f"|{''.join(telling)}"),
        ]
        fit = Case(
            *(When(search_names__contains=fit, then=Value(i)) for i, fit in enumerate(fits)),
            default=Value(len(fits)),
            output_field=IntegerField(),
        )
        return self.filter(found).alias(fit=fit).order_by("fit", "name", "pk")

    def at(self, slug):
        """Return the member with this address, or that once had it: what was public leads on."""
        return self.filter(Q(slug=slug) | Q(former_addresses__slug=slug)).distinct()

    def near(self, name, country=None, limit=5):
        """Return up to ``limit`` members that ``name`` may mean: one of their names is the same but for
        accents, blanks, words such as "city", or a slip of the pen; the same ones first.

        ``country`` is the code of the country that they are in, where it is known.
        """
        asked = joined(" ".join(core(fold(name))))
        if not asked:
            return []
        members = self.filter(country=country) if country else self
        is_near, graded = near_to(asked), []
        for key, names in members.order_by("name", "pk").values_list("pk", "search_names"):
            if f"|{asked}|" in names:
                graded.append((0, key))
            elif any(map(is_near, set(names.split("|")))):
                graded.append((1, key))
        keys = [key for _grade, key in sorted(graded, key=lambda pair: pair[0])[:limit]]
        found = self.in_bulk(keys)
        return [found[key] for key in keys]

    def with_case_counts(self):
        """Return members with ``case_count``: how many live case studies each has, those included
        whose further member it is."""
        cases = self.model.cases.rel.related_model.objects.filter(live__isnull=False)
        of_member = cases.filter(member=OuterRef("pk")).order_by().values("member")
        number = Subquery(of_member.annotate(number=Count("pk")).values("number"))
        joint = self.model.joint_rows.rel.related_model.objects
        joint = joint.filter(member=OuterRef("pk"), revision__live_of__isnull=False)
        joint = joint.exclude(revision__case__member=OuterRef("pk"))
        joint = joint.order_by().values("member").annotate(number=Count("revision", distinct=True))
        further = Subquery(joint.values("number"))
        return self.annotate(case_count=Coalesce(number, 0) + Coalesce(further, 0))

    def of(self, user):
        """Return members whose team ``user`` is in."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user, memberships__status="active")

    def coordinated_by(self, user):
        """Return members whose team ``user`` leads."""
        if not user.is_authenticated:
            return self.none()
        # In one filter: the role must be that of the person, not of a colleague.
        return self.filter(
            memberships__user=user,
            memberships__status="active",
            memberships__role="coordinator",
        )

    def only_coordinated_by(self, user):
        """Return the members that would have no coordinator without this person."""
        memberships = self.model.memberships.rel.related_model.objects.active()
        others = memberships.filter(role="coordinator").exclude(user=user)
        return self.coordinated_by(user).exclude(pk__in=others.values("member"))


class ListedMembers(models.Manager.from_queryset(MemberQuerySet)):
    """All members but those that are only proposed: nobody but their proposer writes for these."""

    def get_queryset(self):
        return super().get_queryset().filter(is_proposed=False)


@cached_per_language
def country_name(code):
    """Return the name of a country or area in the reader's language; "" for no code."""
    return str(Country(code).name) if code else ""


class SearchNames(models.TextField):
    """All names of a member as they are compared; written anew whenever the row is saved."""

    def __init__(self, *args, **options):
        super().__init__(*args, **{"editable": False, "default": ""} | options)

    def pre_save(self, member, add):
        member.search_names = searchable(member.names)
        return member.search_names


class Member(models.Model):
    """An organisation of the network, or one whose practice is shown although it is no member."""

    class Kind(models.TextChoices):
        LOCAL_GOVERNMENT = "local-government", _("Local government")
        ASSOCIATION = "association", _("Association of local authorities")
        NGO = "ngo", _("NGO or community organisation")
        COMPANY = "company", _("Private company")
        INSTITUTE = "institute", _("Research or training institute")
        AGENCY = "agency", _("Public agency")

    class Status(models.TextChoices):
        FULL = "full", _("Full member")
        ASSOCIATE = "associate", _("Associate member")
        PARTNER = "partner", _("Partner")
        MEMBER = "member", _("Member, class of membership not reported")
        LISTED = "listed", _("Not known to be a member; a practice is shown")

    class Climate(models.TextChoices):
        """The main groups of Köppen."""

        TROPICAL = "tropical", _("Tropical")
        DRY = "dry", _("Dry")
        TEMPERATE = "temperate", _("Temperate")
        CONTINENTAL = "continental", _("Continental")
        POLAR = "polar", _("Polar")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    local_name = models.CharField(
        _("local name"),
        max_length=200,
        blank=True,
        help_text=_("In the member's own language and script."),
    )
    other_names = models.TextField(
        _("other names"),
        blank=True,
        max_length=5000,
        help_text=_(
            "One a line: short and former names, other spellings, names in other languages. The "
            "member is found by them. For a city with a number of GeoNames they are taken from "
            "there when nothing stands here."
        ),
    )
    search_names = SearchNames(_("names to search"))
    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    country = CountryField(_("country or area"), blank=True, help_text=_("ISO 3166-1 code."))
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        help_text=_("Degrees north."),
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        help_text=_("Degrees east."),
    )
    geoname_id = models.PositiveIntegerField(_("GeoNames number"), null=True, blank=True)
    population = models.PositiveIntegerField(
        _("population"), null=True, blank=True, help_text=_("People.")
    )
    population_year = models.PositiveSmallIntegerField(
        _("year of the population"), null=True, blank=True
    )
    population_source = models.CharField(_("source of the population"), max_length=200, blank=True)
    climate = models.CharField(
        _("climate"),
        max_length=11,
        choices=Climate,
        blank=True,
        help_text=_("Main group of Köppen; empty where it is not known."),
    )
    on_coast = models.BooleanField(
        _("on the coast"),
        null=True,
        blank=True,
        help_text=_("Within 10 km of the sea."),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status)
    joined = models.PositiveSmallIntegerField(_("year of joining"), null=True, blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)
    # Apart from the website, which the team writes: a domain decides to whom a member is suggested.
    email_domain = models.CharField(
        _("domain of its e-mail addresses"),
        max_length=253,
        blank=True,
        default="",
        db_default="",
        validators=[validate_own_domain],
        help_text=_(
            "For example city.gov.example. Who has an address there is suggested this member, and the "
            "team reads that the address is the member’s own."
        ),
    )
    about = models.TextField(_("about"), blank=True)
    contact_office = models.CharField(
        _("contact office"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("The office that answers questions from other cities. No person."),
    )
    contact_url = models.URLField(
        _("page of the contact office"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text=_("The public page on which that office can be reached."),
    )
    photo = models.ImageField(_("photo"), upload_to="members/", blank=True)
    photo_alt = models.CharField(
        _("what the photo shows"), max_length=300, blank=True, default="", db_default=""
    )
    photo_credit = models.CharField(
        _("credit of the photo"), max_length=200, blank=True, default="", db_default=""
    )
    # Stands for a proposal that waits: seen by nobody but its person, who may write for it.
    is_proposed = models.BooleanField(default=False, db_default=False, editable=False)
    updated_at = models.DateTimeField(_("changed on"), auto_now=True)

    objects = ListedMembers()
    with_proposed = MemberQuerySet.as_manager()

    class Meta:
        # As readers look for them: Đồng Nai among the names with D, in every database.
        ordering = ["search_names", "pk"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True) | Q(latitude__gte=-90, latitude__lte=90),
                name="latitude_is_in_range",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True) | Q(longitude__gte=-180, longitude__lte=180),
                name="longitude_is_in_range",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="a_place_has_both_coordinates",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        # A provisional member has no page; its person reads there what became of the proposal.
        if vars(self).get("is_proposed"):
            return address("my:find")
        return address("members:detail", self.slug)

    def clean(self):
        """Raise ``ValidationError`` for an address that leads to another member already."""
        self.email_domain = self.email_domain.lower()
        taken = FormerAddress.objects.filter(slug=self.slug).exclude(member=self.pk)
        if taken.exists():
            raise ValidationError({"slug": _("This address leads to another member.")})

    @property
    def names(self):
        """All names by which it is found, its own first."""
        own = [self.name, self.local_name, self.slug, *self.other_names.splitlines()]
        return [name for name in own if name.strip()]

    @property
    def iso_code(self):
        """ISO 3166-1 alpha-2 code of its country or area; "" for none."""
        if "country" not in vars(self):
            self.refresh_from_db(fields=["country"])
        # ``self.country`` is a new object each time that looks through all countries.
        return vars(self)["country"] or ""

    @property
    def country_code(self):
        """The code where the country or area is shown by name, else ""."""
        return "" if self.iso_code in settings.COUNTRIES_WITHOUT_LABEL else self.iso_code

    @property
    def country_name(self):
        """Name of the country or area in the reader's language; "" where none is shown."""
        return country_name(self.country_code)

    @cached_property
    def subregion(self):
        """The UN M49 :class:`~members.subregions.Subregion`, or None where there is no country."""
        return subregion_of(self.iso_code)

    @property
    def is_member(self):
        """Whether any evidence makes it a member of the network."""
        return self.status != self.Status.LISTED


class FormerAddress(models.Model):
    """The slug of a member that was renamed or merged: what once was public goes on leading there."""

    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    member = models.ForeignKey(Member, models.CASCADE, related_name="former_addresses")

    class Meta:
        ordering = ["slug"]
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")

    def __str__(self):
        return self.slug


class MemberEvidence(models.Model):
    """Public evidence that an organisation belongs to the network: who says so, and when."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="evidence")
    statement = models.CharField(_("statement"), max_length=300)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=500)

    class Meta:
        ordering = ["-year", "pk"]
        verbose_name = _("evidence of membership")
        verbose_name_plural = _("evidence of membership")

    def __str__(self):
        return f"{self.statement} ({self.year})"
