"""Every bill issued before papers were ordered gets the order of the paper it has; reversible."""

from django.db import migrations

FORWARD = """
    INSERT INTO documents_paperorder (
        kind, target_id, number, version, language, about, centre_id, customer_id, facts, ordered_at, state, attempts,
        next_try_at, error, paper_id, by_kind, by_ref, by_label, by_user_id
    )
    SELECT p.kind, b.id, p.number, p.version, p.language, p.about, p.centre_id, p.customer_id, '{}', p.created_at,
        'printed', 1, p.created_at, '', p.id, p.by_kind, p.by_ref, p.by_label, p.by_user_id
    FROM delivery_bill b JOIN documents_paper p ON p.id = b.paper_id;
    UPDATE delivery_bill b SET paper_order_id = o.id FROM documents_paperorder o WHERE o.paper_id = b.paper_id;
"""
BACKWARD = """
    UPDATE delivery_bill b SET paper_id = o.paper_id, paper_order_id = NULL
    FROM documents_paperorder o WHERE o.id = b.paper_order_id;
    DELETE FROM documents_paperorder WHERE kind IN ('bill', 'credit') AND duplicate_of_id IS NULL;
"""


def unprotected(sql):
    """Run `sql` while the trigger that keeps issued bills is off: what the bill says does not change."""

    def run(apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_issued_bill_is_kept_%'")
            (name,) = cursor.fetchone()
            cursor.execute(f'ALTER TABLE delivery_bill DISABLE TRIGGER "{name}"')
            cursor.execute(sql)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f'ALTER TABLE delivery_bill ENABLE TRIGGER "{name}"')

    return run


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_bill_paper_order")]

    operations = [migrations.RunPython(unprotected(FORWARD), unprotected(BACKWARD))]
