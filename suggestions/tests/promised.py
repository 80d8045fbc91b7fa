"""Cases with promises, for the tests: handed in by the real verbs, days moved back by hand."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from suggestions import workflow
from suggestions.models import Commitment

LIGHTS = "在温泉小学门口装好路灯"
SURVEY = "完成全区学校周边照明排查"


def reply(suggestion, handler, approver, *, promises=(), result="A", text="已在全市推行。"):
    """A released reply; ``promises``: [(what, days from today)]."""
    today = timezone.localdate()
    made = [(what, today + timedelta(days=days)) for what, days in promises]
    workflow.hand_in(suggestion, by=handler, text=text, result="B" if made else result, promises=made)
    workflow.release_reply(suggestion, by=approver)
    return suggestion


def let_pass(commitment, days=30):
    """The promised day goes by."""
    back = timedelta(days=days)
    Commitment.objects.filter(pk=commitment.pk).update(due_on=F("due_on") - back, due_at=F("due_at") - back)
    commitment.refresh_from_db()


def keep(commitment, handler, approver, report="已装好十二盏，11月20日通电。"):
    """Reported and confirmed."""
    workflow.report_kept(commitment, by=handler, report=report)
    workflow.confirm_kept(commitment, by=approver)
    commitment.refresh_from_db()
    return commitment
