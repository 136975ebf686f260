from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def give_rights(apps, schema_editor):
    """Both groups of the secretariat see and moderate the exchange."""
    alias = schema_editor.connection.alias
    # Permissions are otherwise made after the last migration.
    create_permissions(installed.get_app_config("exchange"), verbosity=0, using=alias)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    of_exchange = Permission.objects.using(alias).filter(content_type__app_label="exchange")
    rights = [
        each
        for each in of_exchange
        if each.codename == "moderate" or each.codename.startswith("view_")
    ]
    for group in Group.objects.using(alias).filter(name__in=["Moderators", "Editors in chief"]):
        group.permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial"), ("policies", "0002_groups")]

    operations = [
        # Going back leaves the groups: people may be in them.
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
