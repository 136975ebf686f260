"""Cities like one: who shares its size, income, climate and coast, and what they have published."""

from collections import defaultdict
from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from citynet.web.formats import number
from members import traits
from members.models import Member
from members.traits import Likeness, Trait
from policies.models import Revision
from policies.search.counts import count_cases
from sdg.models import Target

MAX_CHOSEN = 3  # cities of the person's own choice
MIN_SHOWN = 15  # cities, close or not
MAX_SHARED = 12  # targets in common that are named


@login_not_required
@require_safe
@page_cache.cache_public_page
def like(request, slug):
    """Cities in the order of what they share with one: ``trait`` names what counts, ``with`` cities
    of the person's own choice."""
    member = get_object_or_404(Member.objects.at(slug))
    if member.slug != slug:
        return redirect("members:like", member.slug, permanent=True)
    counting, wrong = _traits(request.GET.getlist("trait"))
    chosen, mistakes = _chosen(request.GET.getlist("with"), member)
    if wrong:
        names = ", ".join(Trait.values)
        mistakes.insert(0, _("Traits are: %(names)s.") % {"names": names})
    cities = traits.cities_like(member, counting)
    close = [city for city in cities if city.is_close]
    shown = close + [city for city in cities if not city.is_close][: max(0, MIN_SHOWN - len(close))]
    own = [traits.beside(member, other, counting) for other in chosen]
    _add_policies(member, [*shown, *own])
    context = {
        "member": member,
        "asked_words": [
            (trait, traits.words(member, trait), traits.tally(cities, trait)) for trait in Trait
        ],
        "traits": [(trait, trait in counting) for trait in Trait],
        "is_narrowed": len(counting) < len(Trait) or bool(chosen),
        "chosen": chosen,
        "mistakes": mistakes,
        "typed": request.GET.getlist("with")[-1:] if mistakes else [],
        "groups": _groups(shown, own),
        "total": len(cities),
        "close": len(close),
        "left_out": Member.objects.filter(kind=Member.Kind.LOCAL_GOVERNMENT).count()
        - traits.comparable().count(),
        "crumbs": [
            (_("Members"), reverse("members:list")),
            (member.name, member.get_absolute_url()),
        ],
    }
    status = 400 if mistakes else 200
    return render(request, "members/like.html", context, status=status)


def _traits(named):
    """Return the traits that count, all of them where none is named, and whether a name is wrong."""
    found = tuple(Trait(name) for name in Trait.values if name in named)
    return found or tuple(Trait), any(name not in Trait.values for name in named)


def _chosen(typed, member):
    """Return the cities that were chosen by address or name, and the mistakes in words."""
    found, mistakes = {}, []
    # PostgreSQL takes no NUL.
    for text in filter(None, (each.replace("\x00", "").strip()[:200] for each in typed)):
        other = Member.objects.at(text.lower()).first() or Member.objects.named(text).first()
        if other is None:
            near = Member.objects.near(text)
            if near:
                names = ", ".join(each.name for each in near)
                mistakes.append(
                    _("No city is known as “%(text)s”. Did you mean %(names)s?")
                    % {"text": text, "names": names}
                )
            else:
                mistakes.append(_("No city is known as “%(text)s”.") % {"text": text})
        elif other != member:
            found[other.pk] = other
    if len(found) > MAX_CHOSEN:
        mistakes.append(
            ngettext(
                "Choose at most %(count)s city of your own.",
                "Choose at most %(count)s cities of your own.",
                MAX_CHOSEN,
            )
            % {"count": number(MAX_CHOSEN)}
        )
    return list(found.values())[:MAX_CHOSEN], mistakes


def _add_policies(member, cities):
    """Give each member ``case_count`` and ``shared``, the first of the targets that both have policies
    for, with ``more_shared``, how many they are beyond those; in three queries."""
    members = [member, *(city.member for city in cities)]
    # Without an order, or every case would be a row of its own.
    live = Revision.objects.live().order_by()
    cases, targets = count_cases().of("member"), defaultdict(set)
    # Further members have a part in a joint case as the one whose case it is.
    for owners in ("case__member", "joint_members__member"):
        rows = live.filter(**{f"{owners}__in": members})
        for owner, code in rows.values_list(owners, "contributions__target").distinct():
            targets[owner].add(code)
    names = Target.objects.select_related("goal").in_bulk(targets[member.pk] - {None})
    in_order = sorted(names.values(), key=lambda target: target.position)
    for city in cities:
        other = city.member
        other.case_count = cases.get(other.slug, 0)
        shared = [target for target in in_order if target.code in targets[other.pk]]
        other.shared, other.more_shared = shared[:MAX_SHARED], len(shared[MAX_SHARED:])


def _groups(cities, own):
    """Return (heading, cities) in the order of what they share; the person's own choice first."""
    found = [(_("Your own choice"), own)] if own else []
    for group, members in groupby(sorted(cities, key=_by_group), key=_by_group):
        found.append((_heading(group), list(members)))
    return found


def _by_group(city):
    alike, near, different = city.group
    return (-(2 * alike + near), -alike, different)


def _heading(key):
    points, alike, different = key
    near = -points + 2 * alike
    parts = [
        (ngettext("%(count)s trait alike", "%(count)s traits alike", -alike), -alike),
        (ngettext("%(count)s near", "%(count)s near", near), near),
        (ngettext("%(count)s different", "%(count)s different", different), different),
    ]
    said = [text % {"count": number(count)} for text, count in parts if count]
    return _(", ").join(said) or str(Likeness.UNKNOWN.label)
