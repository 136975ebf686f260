from django.db import migrations


class Migration(migrations.Migration):
    # While the old code runs: nothing is released yet, so none does.
    dependencies = [("collections", "0001_initial")]

    operations = [
        migrations.RenameField("collection", "taken_off_at", "removed_at"),
        migrations.RenameField("collection", "taken_off_reason", "removed_reason"),
    ]
