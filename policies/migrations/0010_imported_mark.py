from django.db import migrations, models


def mark(apps, schema_editor):
    """Mark drafts without an author that nobody has changed and that a file can mean."""
    revisions = apps.get_model("policies", "Revision").objects
    drafts = revisions.filter(state="draft", created_by=None, version=0)
    drafts.filter(case__source_id__isnull=False).update(is_imported=True)
    left = apps.get_model("policies", "ImportRun").objects.exclude(drafts=None)
    for keys in left.values_list("drafts", flat=True):
        revisions.filter(pk__in=keys, created_by=None).update(is_imported=True)


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0009_right_to_take_down"),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="is_imported",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop, elidable=True),
    ]
