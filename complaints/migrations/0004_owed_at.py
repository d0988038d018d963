"""When the next word of a case is owed: the promised answer, after a missed one the new owner's, else the end of the case."""

from django.db import migrations, models

OWED = """
UPDATE complaints_complaint SET owed_at = CASE
    WHEN state NOT IN ('received', 'investigating', 'escalated') THEN close_due_at
    WHEN escalated_at >= answer_due_at THEN escalated_at + interval '8 hours'
    ELSE answer_due_at
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0003_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="complaint",
            name="owed_at",
            field=models.DateTimeField(
                null=True, help_text="By when the next word is owed: our answer, then the end of the case."
            ),
        ),
        migrations.RunSQL(OWED, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="complaint",
            name="owed_at",
            field=models.DateTimeField(help_text="By when the next word is owed: our answer, then the end of the case."),
        ),
        migrations.RemoveIndex(model_name="complaint", name="complaint_open"),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                fields=["centre", "owed_at", "id"],
                name="complaint_open",
                condition=models.Q(("state", "closed"), _negated=True),
            ),
        ),
    ]
