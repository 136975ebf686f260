"""Since when the team of a compiled case writes it itself."""

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

# While the old code runs: what a team claims in these minutes counts as compiled until the team
# writes in it once more; the old code goes on with its own rule, and reads nothing of the column.


def note_claims(apps, schema_editor):
    """As it was told until now: from who is of the secretariat today. Nothing else is known of before."""
    alias = schema_editor.connection.alias
    CaseStudy = apps.get_model("policies", "CaseStudy")
    Revision = apps.get_model("policies", "Revision")
    revisions = Revision.objects.filter(case=OuterRef("pk"))
    written = Q(number__gt=1) & (Q(created_by=None) | Q(created_by__is_staff=False))
    by_team = Q(events__actor=None) | Q(events__actor__is_staff=False)
    submitted = Q(events__to_state="submitted") & by_team
    claimed = Exists(revisions.filter(written)) | Exists(revisions.filter(submitted))
    compiled = CaseStudy.objects.using(alias).filter(provenance="secretariat")
    compiled.filter(claimed).update(claimed_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("policies", "0003_reword")]

    operations = [
        migrations.AddField(
            model_name="casestudy",
            name="claimed_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the member’s team first wrote in a case that the secretariat compiled.",
                null=True,
                verbose_name="claimed on",
            ),
        ),
        migrations.RunPython(note_claims, migrations.RunPython.noop),
    ]
