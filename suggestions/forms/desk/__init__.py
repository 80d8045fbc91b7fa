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
from .reply import AnswerForm, DraftForm, HandInForm, fingerprint

__all__ = [
    "NOTE_MAX",
    "ActForm",
    "AnswerForm",
    "ContactForm",
    "DraftForm",
    "GiveBackForm",
    "HandInForm",
    "MergeForm",
    "ProposeDeclineForm",
    "RecuseForm",
    "ReferForm",
    "SendBackForm",
    "fingerprint",
    "last_move",
]
