"""What staff type at the desk, by what it is about."""

from .acts import (
    NOTE_MAX,
    ActForm,
    ContactForm,
    GiveBackForm,
    MergeForm,
    ProposeDeclineForm,
    RecuseForm,
    ReferForm,
    SendBackForm,
    last_move,
)
from .department import AskExtensionForm, OpinionForm, PartForm, ReturnForm, ReturnPartForm, UrgeForm
from .notes import ContactMadeForm, ProgressForm
from .reply import AnswerForm, DraftForm, HandInForm

__all__ = [
    "NOTE_MAX",
    "ActForm",
    "AnswerForm",
    "AskExtensionForm",
    "ContactForm",
    "ContactMadeForm",
    "DraftForm",
    "GiveBackForm",
    "HandInForm",
    "MergeForm",
    "OpinionForm",
    "PartForm",
    "ProgressForm",
    "ProposeDeclineForm",
    "RecuseForm",
    "ReferForm",
    "ReturnForm",
    "ReturnPartForm",
    "SendBackForm",
    "UrgeForm",
    "last_move",
]
