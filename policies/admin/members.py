"""Members, whose names and places stand in the search index."""

from functools import partial

from django.contrib import admin
from django.db import transaction

from members.admin.organisations import MemberAdmin
from members.models import Member
from policies.content import summary
from policies.models import JointMember, Revision
from policies.search import index

admin.site.unregister(Member)


@admin.register(Member)
class IndexedMemberAdmin(MemberAdmin):
    """The pages of members, with the search index updated after each change."""

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        live = Revision.objects.live().of_members([obj])
        cases = list(live.values_list("case", flat=True))
        transaction.on_commit(partial(index.write_cases, cases))

    def merge_members(self, double, data, *, by):
        super().merge_members(double, data, by=by)
        # A joint case of both has a member less.
        joint = Revision.objects.live().of_members([data["kept"]])
        summary.rebuild(joint.filter(pk__in=JointMember.objects.values("revision")))
        transaction.on_commit(index.sync_quietly)
