from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0003_names"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_newest"),
        migrations.RemoveIndex(model_name="message", name="message_by_state"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["centre", "-created_at", "-id"], name="message_newest"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["centre", "state", "-created_at", "-id"], name="message_by_state"),
        ),
    ]
