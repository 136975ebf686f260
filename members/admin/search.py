"""The search box of lists that belong to members."""

from django.db.models import Q

from members.models import Member


class MemberSearchMixin:
    """Finds rows by all the names of their member too, as the directory does."""

    # From a row to its member; "pk" for a list of members.
    member_path = "member"

    def get_search_results(self, request, queryset, search_term):
        found, may_be_twice = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return found, may_be_twice
        of_member = Q(**{f"{self.member_path}__in": Member.objects.named(search_term).values("pk")})
        return queryset.filter(Q(pk__in=found.values("pk")) | of_member), False
