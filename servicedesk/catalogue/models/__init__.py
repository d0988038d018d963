"""Reference data: what can be done to a car, with what, checked how. Loaded from `data/` by `load_reference`.

Rows are never deleted by the loader: what left the files is retired (`active=False`): old work orders point at it.
"""

from servicedesk.catalogue.models.checklists import ChecklistItem, RuleChange
from servicedesk.catalogue.models.guarantees import GuaranteeTerm
from servicedesk.catalogue.models.rules import (
    KPI,
    ComplaintCategory,
    FollowUpRule,
    SkillLevel,
    SurveyQuestion,
    VehicleModel,
)
from servicedesk.catalogue.models.work import KitPart, LabourOperation, Part, PartPrice, ReadingSpec

__all__ = [
    "KPI",
    "ChecklistItem",
    "ComplaintCategory",
    "FollowUpRule",
    "GuaranteeTerm",
    "KitPart",
    "LabourOperation",
    "Part",
    "PartPrice",
    "ReadingSpec",
    "RuleChange",
    "SkillLevel",
    "SurveyQuestion",
    "VehicleModel",
]
