"""A bill names the order of its paper; until now it named the paper itself."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0002_figure_indexes"),
        ("documents", "0002_paper_orders"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="bill", name="issued_bill_has_number_time_and_paper"),
        migrations.AddField(
            model_name="bill",
            name="paper_order",
            field=models.OneToOneField(
                blank=True,
                help_text="Its paper.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.paperorder",
            ),
        ),
    ]
