import time, resource, logging
import pytest
from django.core.management import call_command
@pytest.mark.django_db
def test_it(reference, settings, tmp_path):
    settings.DEMO=True; settings.MEDIA_ROOT=tmp_path
    logging.disable(0)
    t=time.process_time(); w=time.perf_counter()
    from servicedesk.demo.management.commands.load_demo import everybody
    everybody(); print("people", time.process_time()-t)
    call_command("load_demo", history=0.3)
    print("cpu", time.process_time()-t, "wall", time.perf_counter()-w)
    from servicedesk.workorders.models import WorkOrder
    from django.db.models import Count
    for row in WorkOrder.objects.values("centre__code","stage").annotate(n=Count("pk")).order_by("centre__code","stage"): print(row)
