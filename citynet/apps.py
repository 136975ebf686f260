from django.apps import AppConfig


class CitynetConfig(AppConfig):
    name = "citynet"

    def ready(self):
        from . import checks  # noqa: F401,PLC0415 - registers the deploy checks
