"""The desk: queues, a case on one page, acts."""

from .acts import desk_act, desk_contact, desk_merge
from .case import desk_case
from .exports import desk_export, desk_export_file, desk_exports
from .file import desk_file
from .lists import desk
from .passages import desk_passage, desk_passages
from .promise import desk_commitment
from .promises import desk_commitments
from .proposals import desk_proposal, desk_proposal_act, desk_proposal_new, desk_proposals
from .receptions import reception_suggestion
from .reply import desk_reply

__all__ = [
    "desk",
    "desk_act",
    "desk_case",
    "desk_commitment",
    "desk_commitments",
    "desk_contact",
    "desk_export",
    "desk_export_file",
    "desk_exports",
    "desk_file",
    "desk_merge",
    "desk_passage",
    "desk_passages",
    "desk_proposal",
    "desk_proposal_act",
    "desk_proposal_new",
    "desk_proposals",
    "desk_reply",
    "reception_suggestion",
]
