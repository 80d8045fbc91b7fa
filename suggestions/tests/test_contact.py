"""The author's contact: on demand, for a reason, with consent, and never unseen."""

import pytest

from notifications.models import Notification
from notifications.workflow import announce
from suggestions import workflow
from suggestions.models import ContactView

PHONE = "+8613800000000"


def look(client, suggestion, reason="核实学校名称"):
    return client.post(f"/desk/{suggestion.number}/contact/", {"reason": reason})


def test_the_case_page_never_carries_the_contact_by_itself(client, case, handler, office):
    suggestion = case("in_progress")
    for person in (handler, office):
        client.force_login(person)
        html = client.get(f"/desk/{suggestion.number}/").content.decode()
        assert "查看联系方式" in html
        assert PHONE not in html and "13800000000" not in html


def test_a_reason_shows_the_contact_and_is_kept_for_the_author_to_see(client, case, citizen, handler):
    suggestion = case("in_progress")
    client.force_login(handler)
    answer = look(client, suggestion)
    assert answer.status_code == 200
    assert PHONE in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"
    assert [(v.by, v.reason, v.role) for v in ContactView.objects.all()] == [(handler, "核实学校名称", "department")]
    last = suggestion.changes.last()
    assert (last.event, last.note, last.read) == ("contact_viewed", "核实学校名称", "author")
    client.force_login(citizen)
    assert "核实学校名称" in client.get(f"/suggestions/{suggestion.number}/").content.decode()
    assert PHONE not in client.get(f"/desk/{suggestion.number}/").content.decode()


@pytest.mark.parametrize("reason", ["", "   ", "\u200b"])
def test_without_a_reason_nothing_is_shown(reason, client, case, handler):
    suggestion = case("in_progress")
    client.force_login(handler)
    answer = look(client, suggestion, reason)
    assert answer.status_code == 422
    assert PHONE not in answer.content.decode()
    assert ContactView.objects.count() == 0


def test_without_consent_only_the_office_may_look(client, case, citizen, handler, deputy, office):
    suggestion = case("in_progress")
    workflow.withdraw_consent(suggestion, by=citizen, kind="pass_contact")
    for person in (handler, deputy):
        client.force_login(person)
        assert "查看联系方式" not in client.get(f"/desk/{suggestion.number}/").content.decode()
        assert look(client, suggestion).status_code == 403
    client.force_login(office)
    assert PHONE in look(client, suggestion).content.decode()


def test_the_approver_and_deputies_of_the_pool_may_not_look(client, case, approver, deputy):
    suggestion = case("accepted")
    client.force_login(deputy)
    assert look(client, suggestion).status_code == 403
    workflow.claim(suggestion, by=deputy)
    assert PHONE in look(client, suggestion).content.decode()
    client.force_login(approver)
    assert look(client, suggestion).status_code == 404


def test_a_contact_that_was_blanked_is_not_offered(client, case, office):
    suggestion = case("closed")
    workflow.anonymise_contact(suggestion.contact)
    client.force_login(office)
    assert "查看联系方式" not in client.get(f"/desk/{suggestion.number}/").content.decode()
    assert look(client, suggestion).status_code == 404


def test_blanking_a_contact_blanks_where_news_of_that_case_was_sent(case, office):
    suggestion = case("submitted")
    suggestion.author = None
    suggestion.save()
    announce()
    other = Notification.objects.create(
        topic="suggestions.suggestionchange", change_id=10**9, event="submitted", address=PHONE, channel="sms"
    )
    rows = Notification.objects.filter(event="submitted", recipient=None).exclude(pk=other.pk)
    assert [(n.address, n.state) for n in rows] == [(PHONE, "waiting")]
    workflow.anonymise_contact(suggestion.contact)
    assert [(n.address, n.state) for n in rows.all()] == [("", "outdated")]
    other.refresh_from_db()
    assert other.address == PHONE


def test_a_link_never_shows_a_contact(client, case, office):
    suggestion = case("accepted")
    client.force_login(office)
    assert client.get(f"/desk/{suggestion.number}/contact/").status_code == 405
