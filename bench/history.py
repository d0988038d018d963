"""A centre with years of bookings behind it and full days ahead, written by SQL: for measuring booking, never for showing.

40,000 bookings of 20,000 customers in the year before today, each with its item, its place and the visit it became; the
next 60 days are booked to three fifths. Hours of the days ahead are kept and never run out. Not written: promises, messages
and events of the visits, so `manage.py reconcile` would complain.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk.staff.models import ServiceCentre

CUSTOMERS, BOOKINGS, PLACES, AHEAD_DAYS, BOOKED_AHEAD = 20_000, 40_000, 8, 62, 0.6
PEOPLE = """
WITH made AS (
    INSERT INTO customers_customer (name, honorific, phone, email, language, channel, account_customer, created_at)
    SELECT '客' || n, '', '+8869' || lpad(n::text, 8, '0'), '', 'zh-hant', 'sms', false, now() - interval '2 years'
    FROM generate_series(1, %(customers)s) n RETURNING id, phone
), joined AS (
    INSERT INTO customers_customer_centres (customer_id, servicecentre_id) SELECT id, %(centre)s FROM made
)
INSERT INTO customers_vehicle (customer_id, plate, make, model_name, model_code, powertrain, colour, created_at)
SELECT id, 'H' || right(phone, 6), 'Toyota', 'RAV4', 'TOY-RAV', 'hybrid', '', now() - interval '2 years' FROM made
"""
TIMES = """
CREATE TEMPORARY TABLE booked ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY at, place) AS n, at, place FROM unnest(%(times)s::timestamptz[]) at,
generate_series(1, %(places)s) place
"""
CARS = """
CREATE TEMPORARY TABLE car ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, customer_id FROM customers_vehicle WHERE plate LIKE 'H%%'
"""
VISITS = """
INSERT INTO workorders_workorder (number, centre_id, customer_id, vehicle_id, advisor_id, source, stage, stage_since, opened_at,
    delivered_at, closed_at, purpose, waits_on_site, wash_wanted, old_parts_wanted, key_tag)
SELECT 'H' || b.n, %(centre)s, c.customer_id, c.id, %(advisor)s, 'booking', 'closed', b.at + interval '8 days', b.at,
    b.at + interval '6 hours', b.at + interval '8 days', '', false, true, false, ''
FROM booked b JOIN car c ON c.n = b.n %% %(customers)s
"""
ROWS = """
INSERT INTO appointments_appointment (number, centre_id, customer_id, vehicle_id, source, state, starts_at, concern, symptoms,
    waits_on_site, transport, work_hours, estimate_net, estimate_tax, estimate_total, requested_at, confirmed_at, confirmed_by_id,
    arrived_at, end_reason, work_order_id, by_kind, by_ref, by_label, by_user_id)
SELECT %(prefix)s || b.n, %(centre)s, c.customer_id, c.id, 'phone', %(state)s, b.at, '例行保養', '', false, '', 0.9, 2632, 132,
    2764, b.at - interval '9 days', b.at - interval '9 days', %(advisor)s, v.opened_at, '', v.id, 'user', %(advisor)s::text,
    'bench', %(advisor)s
FROM booked b JOIN car c ON c.n = b.n %% %(customers)s
LEFT JOIN workorders_workorder v ON v.centre_id = %(centre)s AND v.number = %(prefix)s || b.n
"""
ITEMS = """
INSERT INTO appointments_appointmentitem (appointment_id, operation_id, hours, amount, position)
SELECT id, %(operation)s, 0.9, 2632, 1 FROM appointments_appointment WHERE centre_id = %(centre)s AND number LIKE %(prefix)s || '%%'
"""
HELD_PLACES = """
INSERT INTO appointments_slotplace (centre_id, starts_at, place, appointment_id)
SELECT %(centre)s, b.at, b.place, a.id FROM booked b
JOIN appointments_appointment a ON a.centre_id = %(centre)s AND a.number = %(prefix)s || b.n
"""
HELD_HOURS = """
INSERT INTO appointments_loadhold (load_id, appointment_id, hours)
SELECT l.id, a.id, 0.9 FROM appointments_appointment a JOIN staff_servicecentre s ON s.id = a.centre_id
JOIN appointments_dayload l ON l.centre_id = a.centre_id AND l.date = (a.starts_at AT TIME ZONE s.time_zone)::date AND l.need = 'L1'
WHERE a.centre_id = %(centre)s AND a.number LIKE %(prefix)s || '%%'
"""


def write(centre: ServiceCentre, advisor: Any) -> str:
    """Write the centre's history and its days ahead, unless it has them; says how much there is."""
    from django.db import connection, transaction

    from appointments.capacity.ledger import create
    from appointments.models import Appointment, DayLoad
    from servicedesk.catalogue.models import LabourOperation

    if not Appointment.objects.filter(number__startswith="H").exists():
        today = centre.today()
        values = {"centre": centre.pk, "advisor": advisor.pk, "customers": CUSTOMERS, "places": PLACES}
        values["operation"] = LabourOperation.objects.get(code="MNT-020").pk
        behind = times(centre, [today - dt.timedelta(days=n) for n in range(1, 366)])
        ahead = [today + dt.timedelta(days=n) for n in range(AHEAD_DAYS)]
        create(centre, {date: {} for date in ahead})
        plentiful(centre)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PEOPLE, values)
        some = behind[:: max(1, len(behind) * PLACES // BOOKINGS)]
        each = -(-BOOKINGS // len(some))
        for prefix, state, chosen, places in (
            ("H", "arrived", some, each),
            ("A", "confirmed", times(centre, ahead[1:]), int(PLACES * BOOKED_AHEAD)),
        ):
            values |= {"prefix": prefix, "state": state, "times": chosen, "places": places}
            with transaction.atomic(), connection.cursor() as cursor:
                for step in (TIMES, CARS, *([VISITS] if prefix == "H" else []), ROWS, ITEMS, HELD_PLACES):
                    cursor.execute(step, values)
                if prefix == "A":
                    cursor.execute(HELD_HOURS, values)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
    counts = (Appointment.objects.filter(number__startswith=prefix).count() for prefix in "HA")
    return "{:,} bookings in the year behind, {:,} ahead, {} loads of days".format(*counts, DayLoad.objects.count())


def times(centre: ServiceCentre, dates: list[dt.date]) -> list[dt.datetime]:
    """The slots of these dates."""
    from appointments import slots
    from servicedesk.staff.calendar import Calendar

    calendar = Calendar(centre)
    return [at for date in sorted(dates) for at in slots.grid(calendar, date)]


def plentiful(centre: ServiceCentre) -> None:
    """Hours that never run out: what is measured is booking, not refusing."""
    from appointments.models import DayLoad

    DayLoad.objects.filter(centre=centre).update(capacity=90_000)
