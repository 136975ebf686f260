from django.db import migrations


class Migration(migrations.Migration):
    # While the old code runs: nothing is released yet, so none does.
    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.RenameField("memberproposal", "stand_in", "provisional_member"),
    ]
