"""What people say and what came of it."""

from .answers import Follow, Rating, Reply, Support
from .catalogue import Category, DeclineReason, Department, DepartmentMember, ServicePromise
from .imports import ImportRow, ImportRun
from .numbers import NumberSeries
from .parts import (
    Assignment,
    Attachment,
    Consent,
    Contact,
    ContactView,
    PublicVersion,
    Recusal,
    SuggestionChange,
)
from .suggestion import Suggestion

__all__ = [
    "Assignment",
    "Attachment",
    "Category",
    "Consent",
    "Contact",
    "ContactView",
    "DeclineReason",
    "Department",
    "DepartmentMember",
    "Follow",
    "ImportRow",
    "ImportRun",
    "NumberSeries",
    "PublicVersion",
    "Rating",
    "Recusal",
    "Reply",
    "ServicePromise",
    "Suggestion",
    "SuggestionChange",
    "Support",
]
