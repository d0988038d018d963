import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0004_number_index'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='photo',
            trigger=pgtrigger.compiler.Trigger(name='photo_is_kept_as_taken', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."file" IS DISTINCT FROM (NEW."file") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."thumbnail" IS DISTINCT FROM (NEW."thumbnail"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a73e1d66582309e9ad00e366f70dc004b3b84fb8', operation='UPDATE', pgid='pgtrigger_photo_is_kept_as_taken_ff9ee', table='documents_photo', when='BEFORE')),
        ),
    ]
