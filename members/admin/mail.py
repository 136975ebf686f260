"""What people were told, and whether its mail arrived: found by person and address.

The texts are not shown: a team is told of drafts too, which are not for the secretariat.
"""

from django.contrib import admin, messages
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from citynet.web.admin import ReadOnlyAdmin
from members.models import Notice
from members.notices.failed import failed_mail, send_again
from members.record import audit


class TroubleFilter(admin.SimpleListFilter):
    """Mail that was given up or fails now."""

    title, parameter_name = _("trouble"), "trouble"

    def lookups(self, request, model_admin):
        return [("yes", _("Given up, or fails now"))]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=failed_mail().order_by().values("pk"))


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = [
        *("created_at", "kind", "recipient", "email", "mail", "mailed_at", "read_at"),
        *("attempts", "last_error"),
    ]
    list_filter = [TroubleFilter, "mail", "kind", "created_at"]
    list_select_related = ["recipient"]
    list_per_page = 50
    search_fields = ["email", "recipient__email", "recipient__name"]
    search_help_text = _("By the name or address of the person.")
    show_full_result_count = False
    fields = [*list_display, "next_attempt_at"]
    readonly_fields = fields
    actions = ["send_again"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("context")

    def has_send_permission(self, request):
        """Whether a person may have mail sent again."""
        return request.user.has_perm("members.change_membership")

    @admin.action(description=_("Send the mail again"), permissions=["send"])
    def send_again(self, request, queryset):
        with transaction.atomic():
            again = send_again(queryset)
            audit.record_all("mail-sent-again", again, by=request.user)
        number = len(again)
        told = ngettext(
            "%(count)s mail is sent again within minutes.",
            "%(count)s mails are sent again within minutes.",
            number,
        ) % {"count": number}
        self.message_user(request, told, messages.SUCCESS if number else messages.WARNING)
