"""Which needs and offers fit each other, and why, in words.

An offer fits the need of another member where both name at least one form of support. In order: three
points for each target that both name; one for a goal, for a theme and for a language that both name;
one for each trait in which the two members are alike. Nobody is shown the points: every reason is shown.
"""

from dataclasses import dataclass

from django.db.models import F, OuterRef, Subquery, prefetch_related_objects
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.models import Cooperation
from exchange.models.querysets import CountDistinct
from members import traits
from members.traits import Likeness, Trait

MAX_MATCHES = 5
POINTS_FOR_A_TARGET = 3
ROWS = ("targets", "themes", "forms", "languages")
NEED, OFFER = Cooperation.Kind.NEED, Cooperation.Kind.OFFER
WhoPays = Cooperation.WhoPays


@dataclass(frozen=True)
class Reason:
    """One thing in which a need and an offer fit, or do not.

    ``likeness`` is "" where a machine cannot tell; ``common`` says it in a word or two, ``sentence``
    in full.
    """

    what: str
    likeness: str
    common: str
    sentence: str
    need: str
    offer: str


@dataclass(frozen=True)
class Match:
    """A need or offer that fits another one, with the reasons."""

    entry: Cooperation
    reasons: tuple[Reason, ...]
    points: int


def matches(entries):
    """Return the key of each need or offer -> the open ones of the other kind that fit it, at most
    five :class:`Match`, the best first; in as many queries for many entries as for one."""
    entries = list(entries)
    if not entries:
        return {}
    prefetch_related_objects(entries, "member", *ROWS)
    kinds = {_other(entry.kind) for entry in entries}
    open_now = Cooperation.objects.open().filter(kind__in=kinds).select_related("member")
    others = list(open_now.prefetch_related(*ROWS))
    return {entry.pk: _best(entry, others) for entry in entries}


def number_of_matches():
    """Return the expression of how many open needs or offers fit one, for a query of them."""
    forms = Cooperation.forms.rel.related_model.objects.filter(cooperation=OuterRef(OuterRef("pk")))
    fitting = (
        Cooperation.objects.open()
        .filter(forms__form__in=forms.values("form"))
        .exclude(kind=OuterRef("kind"))
        .exclude(member=OuterRef("member"))
    )
    return Subquery(fitting.order_by().values(number=CountDistinct(F("pk"))))


def matches_of(entry):
    """Return the open needs or offers that fit one entry, at most five, the best first."""
    return matches([entry])[entry.pk]


def forms_in_common(need, offer):
    """Return the labels of the forms of support that both name, in the order of the list."""
    both = _forms(need) & _forms(offer)
    return [form.label for form in _all_forms() if form in both]


def _best(entry, others):
    fitting = [
        _match(entry, other)
        for other in others
        if other.kind != entry.kind
        and other.member_id != entry.member_id
        and _forms(entry) & _forms(other)
    ]
    fitting.sort(key=lambda match: (-match.points, match.entry.opened_at, match.entry.pk))
    return fitting[:MAX_MATCHES]


def _match(entry, other):
    need, offer = (entry, other) if entry.kind == NEED else (other, entry)
    alike = [traits.likeness(need.member, offer.member, trait) for trait in Trait]
    points = (
        POINTS_FOR_A_TARGET * len(_codes(need) & _codes(offer))
        + bool(_goals(need) & _goals(offer))
        + bool(_themes(need) & _themes(offer))
        + bool(_languages(need) & _languages(offer))
        + alike.count(Likeness.ALIKE)
    )
    reasons = [
        _form_reason(need, offer),
        _target_reason(need, offer),
        _theme_reason(need, offer),
        _language_reason(need, offer),
        *(_trait_reason(need, offer, trait) for trait in Trait),
        _limit_reason(need, offer),
        _money_reason(need, offer),
    ]
    return Match(other, tuple(filter(None, reasons)), points)


def _form_reason(need, offer):
    common = _joined(forms_in_common(need, offer))
    return Reason(
        _("Form of support"),
        Likeness.ALIKE,
        common,
        _("Both name this support: %(forms)s.") % {"forms": common},
        _joined(form.get_form_display() for form in need.forms.all()),
        _joined(form.get_form_display() for form in offer.forms.all()),
    )


def _target_reason(need, offer):
    both = [target.code for target in need.targets.all() if target.code in _codes(offer)]
    goals = [str(number) for number in sorted(_goals(need) & _goals(offer))]
    if both:
        likeness = Likeness.ALIKE if len(both) == len(_codes(need)) else Likeness.NEAR
        common = _joined(both)
        text = ngettext(
            "Both name target %(codes)s.", "Both name targets %(codes)s.", len(both)
        ) % {"codes": common}
    elif goals:
        likeness, named = Likeness.NEAR, {"goals": _joined(goals)}
        common = ngettext("Goal %(goals)s", "Goals %(goals)s", len(goals)) % named
        text = (
            ngettext(
                "Other targets, but both of goal %(goals)s.",
                "Other targets, but both of goals %(goals)s.",
                len(goals),
            )
            % named
        )
    else:
        likeness, common = Likeness.DIFFERENT, _("None")
        text = _("They name other targets, of other goals.")
    codes = (_joined(target.code for target in each.targets.all()) for each in (need, offer))
    return Reason(_("Targets"), likeness, common, text, *codes)


def _theme_reason(need, offer):
    both = [theme.name for theme in need.themes.all() if theme.pk in _themes(offer)]
    if not both:
        return None
    common = _joined(both)
    text = ngettext(
        "Both name the theme %(themes)s.", "Both name the themes %(themes)s.", len(both)
    ) % {"themes": common}
    names = (_joined(theme.name for theme in each.themes.all()) for each in (need, offer))
    return Reason(_("Themes"), Likeness.ALIKE, common, text, *names)


def _language_reason(need, offer):
    spoken = [
        [language.get_language_display() for language in each.languages.all()]
        for each in (need, offer)
    ]
    both = [name for name in spoken[0] if name in spoken[1]]
    common = _joined(both) or _("None")
    text = _("Both can work in %(languages)s.") % {"languages": common}
    if not both:
        text = _("They name no language in common.")
    likeness = Likeness.ALIKE if both else Likeness.DIFFERENT
    return Reason(_("Languages"), likeness, common, text, *map(_joined, spoken))


def _trait_reason(need, offer, trait):
    likeness = traits.likeness(need.member, offer.member, trait)
    common = capfirst(str(likeness.label))
    return Reason(
        str(trait.label),
        likeness,
        common,
        _("%(trait)s: %(likeness)s.") % {"trait": trait.label, "likeness": likeness.label},
        traits.words(need.member, trait),
        traits.words(offer.member, trait),
    )


def _limit_reason(need, offer):
    if not need.limit and not offer.limit:
        return None
    return Reason(_("How much"), "", _("To be agreed"), "", need.limit, offer.limit)


def _money_reason(need, offer):
    pays = need.who_pays, offer.who_pays
    if not any(pays):
        return None
    if not all(pays):
        likeness, common = Likeness.UNKNOWN, _("Not said by both")
        text = _("Only one of them says who pays.")
    elif WhoPays.OPEN in pays:
        likeness, common = Likeness.NEAR, _("To be agreed")
        text = _("Who pays is to be agreed.")
    elif pays[0] == pays[1]:
        likeness, common = Likeness.ALIKE, _("The same")
        text = _("Both say the same of who pays.")
    else:
        likeness, common = Likeness.DIFFERENT, _("Different")
        text = _("They differ on who pays.")
    words = need.get_who_pays_display(), offer.get_who_pays_display()
    return Reason(_("Who pays"), likeness, common, text, *words)


def _other(kind):
    return OFFER if kind == NEED else NEED


def _all_forms():
    return Cooperation.forms.rel.related_model.Form


def _forms(entry):
    return {row.form for row in entry.forms.all()}


def _codes(entry):
    return {target.code for target in entry.targets.all()}


def _goals(entry):
    return {target.goal_id for target in entry.targets.all()}


def _themes(entry):
    return {theme.pk for theme in entry.themes.all()}


def _languages(entry):
    return {row.language for row in entry.languages.all()}


def _joined(words):
    return _(", ").join(map(str, words))
