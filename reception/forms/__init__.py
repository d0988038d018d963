"""What may be typed in reception, one module for each of its steps."""

from reception.forms.arrival import NeedFields, ReasonForm, ReceiveForm, WalkInForm
from reception.forms.courtesy import BackForm, CourtesyCarForm, LendForm
from reception.forms.decision import DecisionForm, TelephoneForm
from reception.forms.estimate import ExtraForm, LineForm, MomentField, OperationForm, PromiseForm
from reception.forms.inspection import MarkForm
from reception.forms.photos import PhotoForm
from reception.forms.signing import SignForm, said_yes

__all__ = [
    "BackForm",
    "CourtesyCarForm",
    "DecisionForm",
    "ExtraForm",
    "LendForm",
    "LineForm",
    "MarkForm",
    "MomentField",
    "NeedFields",
    "OperationForm",
    "PhotoForm",
    "PromiseForm",
    "ReasonForm",
    "ReceiveForm",
    "SignForm",
    "TelephoneForm",
    "WalkInForm",
    "said_yes",
]
