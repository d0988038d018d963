import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reception", "0003_mark_photos")]
    operations = [
        migrations.RemoveField(
            model_name='damagemark',
            name='photo',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inspectionphoto',
            trigger=pgtrigger.compiler.Trigger(name='locked_once_signed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM reception_inspection\n        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.inspection_id ELSE NEW.inspection_id END\n          AND confirmed_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'a signed inspection is not changed' USING ERRCODE = 'check_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n", hash='653bc92b1c042b5cde5bfb3edada1e66ff76b267', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_locked_once_signed_bba95', table='reception_inspectionphoto', when='BEFORE')),
        ),
    ]
