from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "Moderators": ["view_call"],
    "Editors in chief": ["view_call", "add_call", "change_call"],
}


def give_rights(apps, schema_editor):
    """Editors in chief write calls; moderators mark what answers them."""
    alias = schema_editor.connection.alias
    # Permissions are otherwise made after the last migration.
    create_permissions(installed.get_app_config("policies"), verbosity=0, using=alias)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    of_policies = Permission.objects.using(alias).filter(content_type__app_label="policies")
    for name, codenames in RIGHTS.items():
        for group in Group.objects.using(alias).filter(name=name):
            group.permissions.add(*of_policies.filter(codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [("policies", "0010_calls")]

    operations = [
        # Going back leaves the groups: people may be in them.
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
