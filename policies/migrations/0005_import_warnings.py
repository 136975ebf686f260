from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0003_questions"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="warnings",
            field=models.JSONField(default=list, null=True, verbose_name="warnings"),
        ),
    ]
