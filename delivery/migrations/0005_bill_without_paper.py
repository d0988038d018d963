"""The paper of a bill is reached through its order; an issued bill has one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_orders_of_issued_bills")]

    operations = [
        migrations.RemoveField(model_name="bill", name="paper"),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("issued_at", None), ("number", None), ("paper_order", None), ("state", "draft")),
                    models.Q(
                        ("issued_at__isnull", False),
                        ("number__isnull", False),
                        ("paper_order__isnull", False),
                        ("state", "issued"),
                    ),
                    _connector="OR",
                ),
                name="issued_bill_has_number_time_and_paper",
            ),
        ),
    ]
