from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEW = ("sdg", "members", "policies")
MODERATORS = [
    ("policies", "change_revision"),
    ("policies", "add_casestudy"),
    ("policies", "add_phrase"),
    ("policies", "change_phrase"),
    ("members", "add_member"),
    ("members", "change_member"),
    ("members", "change_membership"),
    ("sdg", "add_term"),
    ("sdg", "delete_term"),
]
EDITORS_IN_CHIEF = [
    *MODERATORS,
    ("policies", "change_casestudy"),
    ("policies", "take_down"),
    ("policies", "add_theme"),
    ("policies", "change_theme"),
    ("policies", "delete_theme"),
    ("policies", "delete_phrase"),
    ("policies", "add_importrun"),
    ("policies", "add_mailing"),
    ("policies", "change_mailing"),
    ("policies", "add_call"),
    ("policies", "change_call"),
    ("members", "delete_member"),
    ("members", "change_user"),
]


def make_groups(apps, schema_editor):
    """The two groups of the secretariat; what an administrator has given them besides, stays."""
    alias = schema_editor.connection.alias
    # Permissions are otherwise made after the last migration.
    for label in VIEW:
        create_permissions(installed.get_app_config(label), verbosity=0, using=alias)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    permissions = {
        (each.content_type.app_label, each.codename): each
        for each in Permission.objects.using(alias).select_related("content_type")
    }
    seen = [
        permission
        for (label, codename), permission in permissions.items()
        if label in VIEW and codename.startswith("view_")
    ]
    for name, rights in [("Moderators", MODERATORS), ("Editors in chief", EDITORS_IN_CHIEF)]:
        group, _ = Group.objects.using(alias).get_or_create(name=name)
        group.permissions.add(*seen, *(permissions[right] for right in rights))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("members", "0001_initial"),
        ("policies", "0001_initial"),
        ("sdg", "0001_initial"),
    ]

    operations = [
        # Going back leaves the groups: people may be in them.
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
