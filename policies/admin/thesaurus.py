"""The thesaurus, and the questions that it may have to be mended for."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from citynet.web.admin import AutocompleteMixin, LockedChangeMixin, ReadOnlyAdmin
from citynet.web.text import is_key
from policies.forms.thesaurus import TermForm
from policies.models import MissedQuestion
from policies.search import meaning
from policies.workflow import thesaurus
from sdg.models import Term

MAX_TERM = Term._meta.get_field("text").max_length


@admin.register(Term)
class TermAdmin(LockedChangeMixin, AutocompleteMixin, admin.ModelAdmin):
    """Terms are added and removed, never changed: so the record says what was known when."""

    form = TermForm
    list_display = ["words", "target", "language", "origin", "state"]
    list_filter = ["is_removed", "origin", "language", "target__goal"]
    list_select_related = ["target"]
    search_fields = ["text", "folded", "=target__code"]
    autocomplete_fields = ["target"]
    show_full_result_count = False

    @admin.display(description=_("word or phrase"), ordering="folded")
    def words(self, term):
        return format_html('<span lang="{}" dir="auto">{}</span>', term.language, term.text)

    @admin.display(description=_("state"), ordering="is_removed")
    def state(self, term):
        # Not as a yes or no: the red cross of a "no" reads as if the term were removed.
        return _("Removed") if term.is_removed else _("In use")

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        """Allow to remove terms that are in use."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_removed)

    def get_changeform_initial_data(self, request):
        """Fill the form with a question that found little, where one is named."""
        question = _question(request)
        if question is None:
            return super().get_changeform_initial_data(request)
        return {"text": question.words[:MAX_TERM], "language": _language(question.words)}

    def save_model(self, request, obj, form, change):
        thesaurus.add(obj, by=request.user)
        if question := _question(request):
            question.delete()

    def delete_model(self, request, obj):
        thesaurus.remove(obj, by=request.user)

    def delete_queryset(self, request, queryset):
        for term in queryset:
            thesaurus.remove(term, by=request.user)


def _question(request):
    """Return what people asked that the new term shall answer, as the address names it; or None."""
    number = request.GET.get("question", "")
    if not is_key(number):
        return None
    return MissedQuestion.objects.filter(pk=number).first()


def _meaning(words):
    return meaning.read(meaning.tokens(words), words)


def _language(words):
    """Return the language that words are in, by those that are known or by the script; "" where
    nothing tells."""
    possible = meaning.languages_of_script(words)
    return _meaning(words).language or (possible[0] if len(possible) == 1 else "")


class WaitingFilter(admin.SimpleListFilter):
    """Questions that wait, unless those put aside are asked for."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request, model_admin):
        return [("aside", _("Not for us")), ("all", _("All"))]

    def choices(self, changelist):
        waiting, *others = super().choices(changelist)
        return [waiting | {"display": _("Waiting")}, *others]

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        return queryset.filter(is_put_aside=self.value() == "aside")


@admin.register(MissedQuestion)
class MissedQuestionAdmin(ReadOnlyAdmin):
    """What people asked; the words only, since nothing else is known."""

    list_display = ["question", "times", "last_asked", "nearest", "add_to_target"]
    list_filter = [WaitingFilter, "last_asked"]
    search_fields = ["words", "folded"]
    actions = ["put_aside", "take_up"]
    fields = ["words", "times", "last_asked", "found", "is_put_aside"]

    def changelist_view(self, request, extra_context=None):
        context = {
            "title": _("Questions that found little"),
            "subtitle": _(
                "What people asked and the search hardly answered. Who asked is not kept."
            ),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.display(description=_("words"), ordering="folded")
    def question(self, question):
        return format_html('<span dir="auto">{}</span>', question.words)

    @admin.display(description=_("nearest targets now"))
    def nearest(self, question):
        return ", ".join(near.code for near in _meaning(question.words).finding)

    @admin.display(description=_("thesaurus"))
    def add_to_target(self, question):
        address = reverse("admin:sdg_term_add")
        query = urlencode({"question": question.pk})
        return format_html('<a href="{}?{}">{}</a>', address, query, _("Add to a target"))

    def has_mend_permission(self, request):
        """Allow to put questions aside to who may mend the thesaurus."""
        return request.user.has_perm("sdg.add_term")

    @admin.action(description=_("Not for us: put aside"), permissions=["mend"])
    def put_aside(self, request, queryset):
        self._set(request, queryset, put_aside=True)

    @admin.action(description=_("Take up again"), permissions=["mend"])
    def take_up(self, request, queryset):
        self._set(request, queryset, put_aside=False)

    def _set(self, request, queryset, *, put_aside):
        count = queryset.update(is_put_aside=put_aside)
        if put_aside:
            told = ngettext(
                "%(count)d question put aside.", "%(count)d questions put aside.", count
            )
        else:
            told = ngettext("%(count)d question taken up.", "%(count)d questions taken up.", count)
        messages.success(request, told % {"count": count})
