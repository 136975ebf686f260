import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0004_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerTheme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True, verbose_name="slug")),
                (
                    "theme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_slugs",
                        to="policies.theme",
                    ),
                ),
            ],
            options={
                "verbose_name": "former theme",
                "verbose_name_plural": "former themes",
                "ordering": ["slug"],
            },
        ),
    ]
