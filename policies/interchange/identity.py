"""Which member and which case a line means, however its name or its id is written."""

from citynet.web.text import address_part
from members.models import FormerAddress, Member
from members.names import core, fold, identity, joined, near_to, searchable, tidy
from members.place_names import locate
from policies.models import CaseStudy


class SourceIds:
    """The source ids of the library and of the lines so far."""

    def __init__(self):
        cases = CaseStudy.objects.exclude(source_id=None).order_by("-pk")
        self._stored = set(cases.values_list("source_id", flat=True))
        self._by_identity = {identity(each): each for each in self._stored}

    def as_known(self, typed):
        """Return an id as it was written first: "KR-001" for "kr-001 ", which is the same."""
        if typed in self._stored:
            return typed
        return self._by_identity.setdefault(identity(typed), tidy(typed))


class Directory:
    """The members that lines name, read once, and those that lines create."""

    def __init__(self):
        self._by_slug, self._by_identity, self._names = {}, {}, []
        columns = ("slug", "name", "local_name", "country", "kind", "search_names", "population")
        for member in Member.objects.only(*columns).order_by("-pk"):
            self._add(member)
        # What once was public leads on, and is given to no other.
        for former in FormerAddress.objects.select_related("member"):
            self._by_slug.setdefault(former.slug, former.member)

    def called(self, slug):
        """Return the member with this slug, or that once had it, or None."""
        return self._by_slug.get(slug.strip().lower())

    def same_as(self, member):
        """Return the member with the name, country and kind of an unsaved one, or None."""
        return self._by_identity.get(_identity(member, member.name))

    def near(self, member):
        """Return the names of the members that an unsaved one may be, by its name, kind and place."""
        asked = joined(" ".join(core(fold(member.name))))
        is_near, country = near_to(asked), member.country.code
        return [
            other.name
            for other, names in self._names
            if other.kind == member.kind
            and (not country or not other.country.code or country == other.country.code)
            and any(map(is_near, names))
        ]

    def expect(self, member):
        """Note a member that a line will make, so that later lines are compared with it."""
        self._by_identity.setdefault(_identity(member, member.name), member)
        self._names.append((member, _forms(searchable([member.name]))))

    def save_new(self, entries):
        """Save the members that are not in the database yet; each only once."""
        new = []
        for entry in entries:
            if entry.member.pk is None and entry.member not in new:
                entry.member.slug = self._free_slug(entry.member.name)
                self._by_slug[entry.member.slug] = entry.member
                new.append(entry.member)
        locate(new)
        Member.objects.bulk_create(new)

    def _add(self, member):
        self._by_slug[member.slug] = member
        for name in filter(None, (member.local_name, member.name)):
            self._by_identity[_identity(member, name)] = member
        self._names.append((member, _forms(member.search_names)))

    def _free_slug(self, name):
        """Return a slug for ``name``; names in scripts that give none are numbered."""
        first = address_part(name, 90) or "member"
        slug, number = first, 1
        while slug in self._by_slug:
            number += 1
            slug = f"{first}-{number}"
        return slug


def _identity(member, name):
    return identity(name), member.country.code, member.kind


def _forms(searched):
    return frozenset(filter(None, searched.split("|")))
