"""What people say and what came of it."""

from .answers import Follow, Rating, Reply, ReplyPoint, Support
from .assignments import Assignment, AssignmentChange, Extension
from .catalogue import Category, DeclineReason, Department, DepartmentMember, Passage, ServicePromise
from .commitments import Commitment, CommitmentChange, Supervision
from .figures import Export, Statistic, StatisticsRun
from .imports import ImportRow, ImportRun
from .numbers import NumberSeries, ProposalSeries
from .parts import (
    Attachment,
    Consent,
    Contact,
    ContactMade,
    ContactView,
    Evidence,
    PublicVersion,
    Recusal,
    SuggestionChange,
)
from .proposals import CoSigner, Proposal, ProposalChange, ProposalPart, ProposalReply
from .suggestion import Suggestion
from .verdicts import Verdict

__all__ = [
    "Assignment",
    "AssignmentChange",
    "Attachment",
    "Category",
    "CoSigner",
    "Commitment",
    "CommitmentChange",
    "Consent",
    "Contact",
    "ContactMade",
    "ContactView",
    "DeclineReason",
    "Department",
    "DepartmentMember",
    "Evidence",
    "Export",
    "Extension",
    "Follow",
    "ImportRow",
    "ImportRun",
    "NumberSeries",
    "Passage",
    "Proposal",
    "ProposalChange",
    "ProposalPart",
    "ProposalReply",
    "ProposalSeries",
    "PublicVersion",
    "Rating",
    "Recusal",
    "Reply",
    "ReplyPoint",
    "ServicePromise",
    "Statistic",
    "StatisticsRun",
    "Suggestion",
    "SuggestionChange",
    "Supervision",
    "Support",
    "Verdict",
]
