from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def give_right(apps, schema_editor):
    """Editors in chief may take content out of public texts."""
    alias = schema_editor.connection.alias
    # Permissions are otherwise made after the last migration.
    create_permissions(installed.get_app_config("policies"), verbosity=0, using=alias)
    group = apps.get_model("auth", "Group").objects.using(alias).get(name="Editors in chief")
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    group.permissions.add(permissions.get(codename="take_down", content_type__app_label="policies"))


class Migration(migrations.Migration):
    dependencies = [("policies", "0008_take_down")]

    operations = [
        # Going back leaves the right: an administrator may have given it to others.
        migrations.RunPython(give_right, migrations.RunPython.noop),
    ]
