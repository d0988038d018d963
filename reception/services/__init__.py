"""The verbs of reception: queue, receive, hear the customer, inspect together, propose work, take his decision."""

from reception.services.arrivals import arrive, is_plate, leave
from reception.services.concerns import raise_concern, record_need, remove_concern
from reception.services.courtesy import (
    CourtesyRefused,
    add_courtesy_car,
    free_courtesy_cars,
    lend_car,
    retire_courtesy_car,
    take_back_car,
)
from reception.services.decisions import decide_by_link, decide_by_phone, decide_signed, send_newer
from reception.services.estimates import (
    ReceptionRefused,
    authorise,
    move_promise,
    send_estimate,
    show_estimate,
)
from reception.services.inspection import (
    InspectionRefused,
    add_mark,
    missing,
    open_inspection,
    record_items,
    record_readings,
    remove_mark,
    unread,
    unseen,
)
from reception.services.leaving import leave_unsigned, remind_of_inspections
from reception.services.photos import add_photo, kept_photo, may_take_photo, remove_photo, tie_photo
from reception.services.place import place_car
from reception.services.proposals import (
    add_extra,
    add_line_photos,
    add_operation,
    change_line,
    remove_line,
    remove_line_photo,
    set_aside,
)
from reception.services.refusals import NotReceived, WorkshopFull
from reception.services.remarks import add_remark
from reception.services.reminders import remind_of_estimates
from reception.services.signing import InspectionChanged, confirm_by_link, sign_inspection
from reception.services.tablet import Saved, save
from reception.services.visits import give_back, places_today, receive

__all__ = [
    "CourtesyRefused",
    "InspectionChanged",
    "InspectionRefused",
    "NotReceived",
    "ReceptionRefused",
    "Saved",
    "WorkshopFull",
    "add_courtesy_car",
    "add_extra",
    "add_line_photos",
    "add_mark",
    "add_operation",
    "add_photo",
    "add_remark",
    "arrive",
    "authorise",
    "change_line",
    "confirm_by_link",
    "decide_by_link",
    "decide_by_phone",
    "decide_signed",
    "free_courtesy_cars",
    "give_back",
    "is_plate",
    "kept_photo",
    "leave",
    "leave_unsigned",
    "lend_car",
    "may_take_photo",
    "missing",
    "move_promise",
    "open_inspection",
    "place_car",
    "places_today",
    "raise_concern",
    "receive",
    "record_items",
    "record_need",
    "record_readings",
    "remind_of_estimates",
    "remind_of_inspections",
    "remove_concern",
    "remove_line",
    "remove_line_photo",
    "remove_mark",
    "remove_photo",
    "retire_courtesy_car",
    "save",
    "send_estimate",
    "send_newer",
    "set_aside",
    "show_estimate",
    "sign_inspection",
    "take_back_car",
    "tie_photo",
    "unread",
    "unseen",
]
