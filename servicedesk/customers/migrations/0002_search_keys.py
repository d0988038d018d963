"""Keys that customers are found by, kept by the database; the trigram indexes they replace go."""

from django.db import migrations, models

WANTED = """
CREATE VIEW customers_wanted_key AS
SELECT c.id AS customer_id, m.servicecentre_id AS centre_id, found.kind || substr(found.whole, s) AS key,
    (s - 1)::smallint AS start
FROM customers_customer c
JOIN customers_customer_centres m ON m.customer_id = c.id
CROSS JOIN LATERAL (
    SELECT 'n', lower(normalize(c.name, NFKC)), 1
    UNION ALL SELECT 't', ltrim(c.phone, '+'), 4
    UNION ALL SELECT 'm', lower(c.email), 1000
    UNION ALL SELECT 'c', '*', 1000
    UNION ALL SELECT 'p', v.plate_key, 2 FROM customers_vehicle v WHERE v.customer_id = c.id
    UNION ALL SELECT 'v', v.vin, 4 FROM customers_vehicle v WHERE v.customer_id = c.id
) AS found(kind, whole, shortest)
CROSS JOIN LATERAL generate_series(1, greatest(length(found.whole) - found.shortest + 1, 1)) AS s
WHERE c.erased_at IS NULL AND found.whole <> '';
"""

WRITE = """
CREATE FUNCTION customers_write_all_keys() RETURNS void LANGUAGE sql AS $$
    INSERT INTO customers_searchkey (customer_id, centre_id, key, start)
    SELECT customer_id, centre_id, key, start FROM customers_wanted_key ON CONFLICT DO NOTHING;
$$;
CREATE FUNCTION customers_write_keys(whose bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM customers_customer WHERE id = whose FOR NO KEY UPDATE;  -- one at a time: each sees what the last left
    DELETE FROM customers_searchkey WHERE customer_id = whose;
    INSERT INTO customers_searchkey (customer_id, centre_id, key, start)
    SELECT customer_id, centre_id, key, start FROM customers_wanted_key WHERE customer_id = whose
    ON CONFLICT DO NOTHING;
END $$;
"""

KEEP = """
CREATE FUNCTION customers_keep_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM customers_write_keys(CASE WHEN TG_TABLE_NAME = 'customers_customer'
            THEN (to_jsonb(OLD) ->> 'id')::bigint ELSE (to_jsonb(OLD) ->> 'customer_id')::bigint END);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND TG_TABLE_NAME <> 'customers_customer') THEN
        PERFORM customers_write_keys(NEW.customer_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_keys AFTER UPDATE ON customers_customer FOR EACH ROW
    WHEN ((OLD.name, OLD.phone, OLD.email, OLD.erased_at) IS DISTINCT FROM (NEW.name, NEW.phone, NEW.email, NEW.erased_at))
    EXECUTE FUNCTION customers_keep_keys();
CREATE TRIGGER search_keys AFTER INSERT OR DELETE OR UPDATE ON customers_customer_centres FOR EACH ROW
    EXECUTE FUNCTION customers_keep_keys();
CREATE TRIGGER search_keys AFTER INSERT OR DELETE ON customers_vehicle FOR EACH ROW
    EXECUTE FUNCTION customers_keep_keys();
CREATE TRIGGER search_keys_changed AFTER UPDATE ON customers_vehicle FOR EACH ROW
    WHEN ((OLD.customer_id, OLD.plate, OLD.vin) IS DISTINCT FROM (NEW.customer_id, NEW.plate, NEW.vin))
    EXECUTE FUNCTION customers_keep_keys();
"""

UNDO = """
DROP TRIGGER search_keys ON customers_customer;
DROP TRIGGER search_keys ON customers_customer_centres;
DROP TRIGGER search_keys ON customers_vehicle;
DROP TRIGGER search_keys_changed ON customers_vehicle;
DROP FUNCTION customers_keep_keys();
DROP FUNCTION customers_write_keys(bigint);
DROP FUNCTION customers_write_all_keys();
DROP VIEW customers_wanted_key;
"""


class Migration(migrations.Migration):
    """The rows are written before their second index is built: both are quicker so."""

    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SearchKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id",
                        "centre_id",
                        "key",
                        "start",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("customer_id", models.BigIntegerField()),
                ("centre_id", models.BigIntegerField()),
                ("key", models.TextField(db_collation="C")),
                ("start", models.SmallIntegerField()),
            ],
        ),
        migrations.RunSQL(WANTED + WRITE + KEEP, UNDO),
        migrations.RunSQL("SELECT customers_write_all_keys()", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="searchkey",
            index=models.Index(fields=["centre_id", "key", "start", "-customer_id"], name="customer_search"),
        ),
        migrations.RemoveIndex(model_name="customer", name="customer_newest"),
        migrations.RemoveIndex(model_name="customer", name="customer_name_trigrams"),
        migrations.RemoveIndex(model_name="customer", name="customer_phone_trigrams"),
        migrations.RemoveIndex(model_name="vehicle", name="vehicle_plate_prefix"),
        migrations.RemoveIndex(model_name="vehicle", name="vehicle_plate_trigrams"),
        migrations.RemoveIndex(model_name="vehicle", name="vehicle_vin_trigrams"),
    ]
