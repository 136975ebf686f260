from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    default = True
    verbose_name = _("Members and people")

    def ready(self):
        from .accounts import events  # noqa: F401, PLC0415 - registers what is recorded
        from .notices import gauges  # noqa: F401, PLC0415 - registers gauges


class SecretariatConfig(admin_apps.AdminConfig):
    """Django's admin, for people with a second factor."""

    default = False
    default_site = "members.accounts.admin_site.SecretariatSite"
