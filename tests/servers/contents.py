"""``python -m tests.servers.contents`` prints all that an installation holds, as JSON.

It reads the tables in its own way, so that it can judge backups.
"""

import hashlib
import json
import sys

import django

# Nobody stays signed in over a restore, and commands ran where they ran.
NOT_KEPT = {"citynet_commandrun", "django_session", "usersessions_usersession"}


def _text(value):
    """A value as text, with its type."""
    # Databases keep the keys of an object in orders of their own.
    return json.dumps(value, sort_keys=True) if isinstance(value, (dict, list)) else repr(value)


def main():
    """Print the rows of each table, the public cases, the indexed ones, and the files."""
    django.setup()
    from django.apps import apps  # noqa: PLC0415 - only once Django is set up
    from django.conf import settings  # noqa: PLC0415

    from policies.models import CaseStudy  # noqa: PLC0415
    from policies.search import index  # noqa: PLC0415

    rows = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table not in NOT_KEPT:
            names = [field.attname for field in model._meta.concrete_fields]
            found = model._base_manager.order_by("pk").values_list(*names)
            rows[model._meta.db_table] = [
                dict(zip(names, map(_text, row), strict=True)) for row in found
            ]
    files = {
        str(path.relative_to(settings.MEDIA_ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(settings.MEDIA_ROOT.rglob("*"))
        if path.is_file()
    }
    live = CaseStudy.objects.live().count()
    json.dump({"rows": rows, "files": files, "live": live, "indexed": index.count()}, sys.stdout)


if __name__ == "__main__":
    main()
