from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEW = ["view_news", "view_pagetext"]
RIGHTS = {
    "Moderators": [*VIEW, "add_news", "change_news"],
    "Editors in chief": [*VIEW, "add_news", "change_news", "delete_news", "add_pagetext"],
}


def give_rights(apps, schema_editor):
    """Both groups write news; editors in chief write the texts of pages."""
    alias = schema_editor.connection.alias
    # Permissions are otherwise made after the last migration.
    create_permissions(installed.get_app_config("portal"), verbosity=0, using=alias)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    of_portal = Permission.objects.using(alias).filter(content_type__app_label="portal")
    for name, codenames in RIGHTS.items():
        for group in Group.objects.using(alias).filter(name=name):
            group.permissions.add(*of_portal.filter(codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial"), ("policies", "0002_groups")]

    operations = [
        # Going back leaves the groups: people may be in them.
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
