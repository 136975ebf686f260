from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_reword"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="ended_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                null=True,
                verbose_name="ended with the right of its sender on",
            ),
        ),
    ]
