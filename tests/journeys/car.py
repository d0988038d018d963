"""The car of the journey: what it is called, and what the database says of its visit."""

from tests.journeys.conftest import House

PLATE = "DEM-0526"
CONCERN = "踩煞車時前面有尖銳的聲音，冷車特別明顯。"
VISIT = f"FROM workorders_workorder w JOIN customers_vehicle v ON v.id = w.vehicle_id WHERE v.plate = '{PLATE}'"
LINES = (
    "SELECT state FROM workorders_workorderline WHERE work_order_id = %s AND parent_id IS NULL AND origin {} ORDER BY 1"
)
NEXT_JOB = "SELECT id, state FROM workshop_job WHERE work_order_id = %s AND state <> 'done' ORDER BY id LIMIT 1"


def stage(house: House) -> str:
    """Where the visit stands."""
    return str(house.one(f"SELECT w.stage {VISIT}"))


def stage_of(house: House, pk: int) -> str:
    """Where the visit `pk` stands."""
    return str(house.one("SELECT stage FROM workorders_workorder WHERE id = %s", pk))
