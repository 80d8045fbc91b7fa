"""What did not arrive is visible to the office, which may send it again and change nothing else."""

import pytest
from django.urls import reverse

from fzportal.workflow import Movable
from notifications import workflow
from notifications.models import Notification
from notifications.words import word_for

LIST = "/admin/notifications/notification/"


@pytest.fixture
def failed(case, office, client):
    case("submitted")
    workflow.announce()
    Notification.objects.filter(channel="email", audience="author").update(state="failed", tries=9, error="550 unknown")
    client.force_login(office)
    return Notification.objects.get(state="failed")


def test_the_office_sees_what_failed_and_why(client, failed):
    page = client.get(f"{LIST}?state__exact=failed")
    assert page.status_code == 200
    assert [row.pk for row in page.context["cl"].result_list] == [failed.pk]
    assert "550 unknown" in page.content.decode()


def test_the_office_sends_it_again(client, failed):
    chosen = list(Notification.objects.values_list("pk", flat=True))
    answer = client.post(LIST, {"action": "send_again", "_selected_action": chosen}, follow=True)
    assert "已重新发送 1 条通知。" in answer.content.decode()
    failed.refresh_from_db()
    assert (failed.state, failed.tries, failed.error) == ("waiting", 0, "")


def test_nothing_can_be_added_changed_or_deleted(client, failed):
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{failed.pk}/change/", {"state": "sent"}).status_code == 403
    assert client.post(f"{LIST}{failed.pk}/delete/", {"post": "yes"}).status_code == 403
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_nobody_else_gets_in(client, failed, citizen):
    client.force_login(citizen)
    assert client.get(LIST).status_code == 302
    assert reverse("admin:login") in client.get(LIST)["Location"]


def test_the_log_has_a_word_for_everything_that_is_told():
    kinds = Movable.__subclasses__()
    told = {m.name for kind in kinds for m in kind.moves() if m.tell}
    told |= {event for kind in kinds for event, tell in kind.news().items() if tell}
    assert {"booked", "reminder_day", "duty_moved", "lacks_deputies", "overdue"} <= told
    assert [event for event in sorted(told) if str(word_for(event)) == event] == []
