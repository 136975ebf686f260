import gc

from django.apps import AppConfig
from django.conf import settings


class CitynetConfig(AppConfig):
    name = "citynet"
    default = True

    def ready(self):
        from . import checks  # noqa: F401,PLC0415 - registers the deploy checks

        if settings.SENTRY_DSN:
            from citynet.operations import sentry  # noqa: PLC0415 - its library is needed only here

            sentry.start(
                settings.SENTRY_DSN,
                environment=settings.SENTRY_ENVIRONMENT,
                traces=settings.SENTRY_TRACES,
            )
        # Code and models live as long as the process. Collecting garbage among them again and again
        # took a seventh of the time of a page.
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
