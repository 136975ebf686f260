from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0004_members_proposed_and_merged")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("membership-requested", "Somebody asks to join your team"),
                    ("membership-decided", "Decision on your membership"),
                    ("role-changed", "Your role in a team changed"),
                    ("invited", "Invitation to a team"),
                    ("team-changed", "Somebody joined or left your team"),
                    ("submitted", "A case study was submitted"),
                    ("withdrawn", "A case study was withdrawn"),
                    ("published", "Your case study was published"),
                    ("changes-requested", "The moderators ask for changes"),
                    ("rejected", "Your case study was not accepted"),
                    ("unpublished", "Your case study was taken off the site"),
                    ("note", "A note on a submission"),
                    ("reminder", "Is your case study still true?"),
                    ("digest", "What waits for the moderators, once a week"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
