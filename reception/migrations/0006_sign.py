import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('reception', '0004_photos_locked'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='damagemark',
            name='locked_once_signed',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='inspectionitem',
            name='locked_once_signed',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='inspectionphoto',
            name='locked_once_signed',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='pointresult',
            name='locked_once_signed',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='damagemark',
            trigger=pgtrigger.compiler.Trigger(name='locked_once_signed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM reception_inspection\n        WHERE id IN (OLD.inspection_id, NEW.inspection_id)\n          AND confirmed_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'a signed inspection is not changed' USING ERRCODE = 'check_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n", hash='a8b9a7fdbaa5227d8ebd0036b80ea335e9f3a744', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_locked_once_signed_f588d', table='reception_damagemark', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inspectionitem',
            trigger=pgtrigger.compiler.Trigger(name='locked_once_signed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM reception_inspection\n        WHERE id IN (OLD.inspection_id, NEW.inspection_id)\n          AND confirmed_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'a signed inspection is not changed' USING ERRCODE = 'check_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n", hash='93e5bd2cbab5fc045986fa3c494b8b29a1389112', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_locked_once_signed_d0ead', table='reception_inspectionitem', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inspectionphoto',
            trigger=pgtrigger.compiler.Trigger(name='locked_once_signed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM reception_inspection\n        WHERE id IN (OLD.inspection_id, NEW.inspection_id)\n          AND confirmed_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'a signed inspection is not changed' USING ERRCODE = 'check_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n", hash='626edc3e0bc4148e1e9b7c3f88a47a47c9043535', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_locked_once_signed_bba95', table='reception_inspectionphoto', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pointresult',
            trigger=pgtrigger.compiler.Trigger(name='locked_once_signed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM reception_inspection\n        WHERE id IN (OLD.inspection_id, NEW.inspection_id)\n          AND confirmed_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'a signed inspection is not changed' USING ERRCODE = 'check_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n", hash='0691f268d4de136e0c1e563d12e31ae040de28c2', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_locked_once_signed_92181', table='reception_pointresult', when='BEFORE')),
        ),
    ]
