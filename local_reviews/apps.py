from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LocalReviewsConfig(AppConfig):
    name = "local_reviews"
    verbose_name = _("Local reviews")
