"""What may be typed in reception, one module for each of its steps."""

from reception.forms.arrival import (
    LeaveForm,
    NeedFields,
    PlaceForm,
    ReasonForm,
    ReceiveForm,
    WalkInForm,
    asked_before,
    concern_again,
)
from reception.forms.courtesy import BackForm, CourtesyCarForm, LendForm
from reception.forms.decision import DecisionForm, TelephoneForm
from reception.forms.estimate import ExtraForm, LineForm, MomentField, OperationForm, PromiseForm
from reception.forms.inspection import MarkForm
from reception.forms.photos import PhotoForm
from reception.forms.signing import ConfirmForm, RemarkForm, SignForm, UnsignedForm, said_yes

__all__ = [
    "BackForm",
    "ConfirmForm",
    "CourtesyCarForm",
    "DecisionForm",
    "ExtraForm",
    "LeaveForm",
    "LendForm",
    "LineForm",
    "MarkForm",
    "MomentField",
    "NeedFields",
    "OperationForm",
    "PhotoForm",
    "PlaceForm",
    "PromiseForm",
    "ReasonForm",
    "ReceiveForm",
    "RemarkForm",
    "SignForm",
    "TelephoneForm",
    "UnsignedForm",
    "WalkInForm",
    "asked_before",
    "concern_again",
    "said_yes",
]
