from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0004_requested_text"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="warnings",
            field=models.JSONField(default=list, null=True, verbose_name="warnings"),
        ),
    ]
