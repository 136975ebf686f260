from django.utils.text import slugify

from members.models import Member


class Directory:
    """The members that lines name, read once; and those that lines make."""

    def __init__(self):
        self._by_slug, self._by_identity = {}, {}
        for member in Member.objects.only("slug", "name", "country", "kind").order_by("-pk"):
            self._add(member)

    def called(self, slug):
        """The member with this slug, or None."""
        return self._by_slug.get(slug)

    def same_as(self, member):
        """The member with the name, country and kind of an unsaved one, or None."""
        return self._by_identity.get(_identity(member))

    def save_new(self, entries):
        """Save the members that are not in the database yet; each only once."""
        new = []
        for entry in entries:
            if entry.member.pk is None:
                same = self.same_as(entry.member)
                if same is None:
                    entry.member.slug = self._free_slug(entry.member.name)
                    self._add(entry.member)
                    new.append(entry.member)
                else:
                    entry.member = same
        Member.objects.bulk_create(new)

    def _add(self, member):
        self._by_slug[member.slug] = self._by_identity[_identity(member)] = member

    def _free_slug(self, name):
        """A slug for ``name``; names in scripts that give none are numbered."""
        first = slugify(name)[:90].strip("-") or "member"
        slug, number = first, 1
        while slug in self._by_slug:
            number += 1
            slug = f"{first}-{number}"
        return slug


def _identity(member):
    return member.name, member.country.code, member.kind
