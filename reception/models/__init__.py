"""Reception's records (manual, chapter 2): arrivals, the joint inspection, courtesy cars, cars given back."""

from reception.models.courtesy import CourtesyCar, CourtesyLoan, LoanPhoto
from reception.models.inspection import (
    DamageMark,
    Inspection,
    InspectionItem,
    InspectionPhoto,
    InspectionRemark,
    PointResult,
)
from reception.models.visits import Arrival, BookingCheck, CarReturn

__all__ = [
    "Arrival",
    "BookingCheck",
    "CarReturn",
    "CourtesyCar",
    "CourtesyLoan",
    "DamageMark",
    "Inspection",
    "InspectionItem",
    "InspectionPhoto",
    "InspectionRemark",
    "LoanPhoto",
    "PointResult",
]
