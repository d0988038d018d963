"""The photo of a mark becomes one of the photos of the inspection. The trigger that locks them comes with the next step."""

from django.db import migrations

FORWARDS = """
INSERT INTO reception_inspectionphoto (inspection_id, photo_id, mark_id)
SELECT inspection_id, photo_id, id FROM reception_damagemark WHERE photo_id IS NOT NULL
"""
BACKWARDS = """
ALTER TABLE reception_damagemark DISABLE TRIGGER USER;
UPDATE reception_damagemark mark SET photo_id = shown.photo_id
FROM (SELECT mark_id, min(photo_id) AS photo_id FROM reception_inspectionphoto GROUP BY mark_id) shown
WHERE shown.mark_id = mark.id;
ALTER TABLE reception_damagemark ENABLE TRIGGER USER;
DELETE FROM reception_inspectionphoto;
"""


class Migration(migrations.Migration):
    dependencies = [("reception", "0002_tablet")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
