"""What departments may do with what is assigned to them, and who may press them."""

from django.utils import timezone

from fzportal import workdays
from fzportal.workflow import acts_as

from ..models import Suggestion
from .case import is_claimer, is_handler, is_office, scopes

S = Suggestion.Status
AT_WORK = (S.ASSIGNED, S.IN_PROGRESS, S.REHANDLING)
# Working days within which a wrong assignment may be returned (DOMAIN rule 4), and between two urgings.
RETURN_WITHIN = 5
URGE_EVERY = 5
# Returns after which the office's assignment is final.
RETURNS = 2
# Working days that can be asked for at once, and how often within one promise: then the office sets a date by hand.
EXTENSION_MOST = 60
EXTENSIONS = 3


@acts_as("department")
def is_lead_handler(by, assignment) -> bool:
    """A handler of the department that leads."""
    return assignment.part == "lead" and assignment.department_id in scopes(by, "handler")


@acts_as("department")
def is_co_handler(by, assignment) -> bool:
    """A handler of a department that assists, while the case is at work."""
    at_work = assignment.suggestion.status in AT_WORK
    return at_work and assignment.part == "co" and assignment.department_id in scopes(by, "handler")


def own_part(by, suggestion):
    """The part in which ``by``'s department assists, one whose opinion is to come first; None when there is none."""
    mine = scopes(by, "handler")
    if not mine:
        return None
    parts = suggestion.assignments.active().co().filter(department__in=mine).select_related("department")
    found = min(parts, key=lambda part: (not part.is_open, part.pk), default=None)
    if found is not None:
        found.suggestion = suggestion
    return found


@acts_as("office")
def is_office_over_part(by, assignment) -> bool:
    """The congress office, over those who assist."""
    return assignment.part == "co" and is_office(by)


def is_in_time_to_return(assignment, now=None) -> bool:
    """Within 5 working days of the assignment, which is not final."""
    passed = workdays.between(timezone.localdate(assignment.at), timezone.localdate(now or timezone.now()))
    return not assignment.is_final and passed <= RETURN_WITHIN


@acts_as("department")
def may_return(by, suggestion) -> bool:
    """A handler of the lead, once for each department, in time, unless the assignment is final (DOMAIN rule 4)."""
    if not is_handler(by, suggestion):
        return False
    part = suggestion.assignments.active().lead().first()
    if part is None or not is_in_time_to_return(part):
        return False
    return not suggestion.assignments.returned().lead().filter(department=part.department_id).exists()


@acts_as("department")
def may_return_part(by, assignment) -> bool:
    """The same for each part of it: the lead's goes with the suggestion, a co-handler returns its own, once."""
    if assignment.department_id not in scopes(by, "handler") or not is_in_time_to_return(assignment):
        return False
    if assignment.part == "co" and assignment.suggestion.status not in AT_WORK:
        return False
    before = assignment.suggestion.assignments.returned().filter(department=assignment.department_id)
    return not before.exists()


def may_write(by, suggestion) -> bool:
    """A handler of the lead while the reply is in the making."""
    return suggestion.status in (S.IN_PROGRESS, S.REHANDLING) and is_handler(by, suggestion)


def may_edit_passage(by, passage) -> bool:
    """The people of the department it belongs to; everybody's passages are the office's, in the administration."""
    return passage.department_id in scopes(by, "handler") | scopes(by, "approver")


@acts_as("department")
def may_hand_in(by, suggestion) -> bool:
    """A handler of the lead, once the co-handlers' opinions are in or overdue (DOMAIN rule 5)."""
    return is_handler(by, suggestion) and not suggestion.assignments.awaited().exists()


@acts_as("department")
def may_ask_extension(by, suggestion) -> bool:
    """A handler of the lead, before the due date, a few times at most, while no other request waits."""
    if suggestion.status not in AT_WORK or not is_handler(by, suggestion):
        return False
    if suggestion.due_at is None or suggestion.due_at < timezone.now():
        return False
    if suggestion.due_rule.count("+") >= EXTENSIONS:
        return False
    return not suggestion.extensions.filter(is_granted=None).exists()


def may_urge(by, suggestion, now=None) -> bool:
    """The office, or the deputy who passed it on, at most once in 5 working days, while others hold it."""
    if suggestion.status not in (*AT_WORK, S.REPLY_REVIEW, S.TRIAGING):
        return False
    # A deputy does not urge themselves.
    is_own_turn = suggestion.status == S.TRIAGING or suggestion.department_id is None
    if not (is_office(by) or (is_claimer(by, suggestion) and not is_own_turn)):
        return False
    last = suggestion.changes.filter(event="urged").last()
    if last is None:
        return True
    today = timezone.localdate(now or timezone.now())
    return workdays.between(timezone.localdate(last.at), today) >= URGE_EVERY
