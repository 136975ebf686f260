"""Which needs and offers the secretariat wrote for their members."""

from django.db import migrations, models

# While the old code runs: a draft that the secretariat begins in these minutes counts as the team's own,
# which only the team reads.


def note_passed_on(apps, schema_editor):
    """As it was told until now: from who is of the secretariat today. Nothing else is known of before."""
    entries = apps.get_model("exchange", "Cooperation").objects.using(
        schema_editor.connection.alias
    )
    entries.filter(author__is_staff=True).update(passed_on=True)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0003_reword")]

    operations = [
        migrations.AddField(
            model_name="cooperation",
            name="passed_on",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Written by the secretariat for the member.",
                verbose_name="passed on by the secretariat",
            ),
        ),
        migrations.RunPython(note_passed_on, migrations.RunPython.noop),
    ]
