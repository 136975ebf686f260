"""Questions, advice, adoptions, needs and offers, introductions and flags, as the secretariat sees them."""

from django.contrib import admin

from citynet.web.admin import ReadOnlyAdmin
from exchange.models import Adoption, Advice, Cooperation, Flag, Introduction, Question

from .adoptions import EnteredAdoptions


class EntryAdmin(ReadOnlyAdmin):
    """An entry is read here; what may be done with it has a page each."""

    show_full_result_count = False

    def get_queryset(self, request):
        return self.model.objects.readable_by(request.user)


@admin.register(Question)
class QuestionAdmin(EntryAdmin):
    list_display = ["title", "member", "state", "created_at"]
    list_select_related = ["member"]


@admin.register(Advice)
class AdviceAdmin(EntryAdmin):
    list_display = ["__str__", "member", "topic", "state", "created_at"]
    list_select_related = ["member"]


@admin.register(Adoption)
class AdoptionAdmin(EnteredAdoptions, EntryAdmin):
    list_display = ["__str__", "stage", "state", "created_at"]
    list_select_related = ["member", "case"]


@admin.register(Cooperation)
class CooperationAdmin(EntryAdmin):
    list_display = ["title", "kind", "member", "state", "valid_until"]
    list_select_related = ["member"]


@admin.register(Introduction)
class IntroductionAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "state", "created_at", "outcome"]
    list_select_related = ["from_member", "to_member"]


@admin.register(Flag)
class FlagAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "reason", "member", "created_at", "decided_at"]
    list_select_related = ["member"]
