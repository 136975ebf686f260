from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0004_cooperation_passed_on")]

    operations = [
        migrations.AddField(
            model_name="cooperation",
            name="has_first_words",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
