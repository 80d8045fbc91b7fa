"""Urging (催办): the office and the deputy who passed it on press those who hold it, at most once in 5 working days."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fzportal import workdays
from fzportal.workflow import MoveNotAllowed, Stale
from notifications.messages import message
from suggestions import workflow
from suggestions.models import SuggestionChange

from .at_desk import acts, fresh, office_path, path, told

STATES = ["submitted", "accepted", "triaging", "referred", "assigned", "in_progress", "reply_review", "replied",
          "rehandling", "supervised", "closed"]  # fmt: skip
# Written from the rule: others hold it, and the deputy passed it on.
URGES = {
    "office": {"triaging", "assigned", "in_progress", "reply_review", "rehandling"},
    "deputy": {"assigned", "in_progress", "reply_review", "rehandling"},
}


@pytest.mark.parametrize("state", STATES)
def test_the_office_and_the_claiming_deputy_urge_while_others_hold_it(
    state, case, citizen, neighbour, deputy, other_deputy, officer, handler, approver, other_handler, office
):
    people = {
        "citizen": citizen, "neighbour": neighbour, "deputy": deputy, "other_deputy": other_deputy,
        "officer": officer, "handler": handler, "approver": approver, "other_handler": other_handler,
        "office": office,
    }  # fmt: skip
    suggestion = case(state)
    went = set()
    for name, by in people.items():
        try:
            workflow.urge(suggestion, by=by)
        except MoveNotAllowed:
            continue
        went.add(name)
        suggestion.changes.filter(event="urged").delete()
    assert went == {name for name, allowed in URGES.items() if state in allowed}


def test_a_deputys_word_reaches_the_department_and_its_head_once(client, case, deputy, handler, approver):
    suggestion = case("in_progress")
    client.force_login(deputy)
    assert "urge" in acts(client, suggestion)
    answer = client.post(path(suggestion, "urge") + "?queue=passed-on", {"note": "家长在等。"})
    assert answer.url == path(suggestion) + "?queue=passed-on"
    change = suggestion.changes.get(event="urged")
    assert (change.role, change.by, change.note, change.before, change.after) == (
        "deputy", deputy, "家长在等。", "in_progress", "in_progress",
    )  # fmt: skip
    expected = [("urged", "head", "approver"), ("urged", "holder", "handler")]
    assert told("urged") == expected == told("urged")
    said = "\n".join(message(change, "holder").paragraphs)
    assert "转交《学校食堂每周菜单和进货来源请公开》的代表请您抓紧办理" in said and "家长在等。" in said
    assert "urge" not in acts(client, suggestion)


def test_the_office_urges_in_the_administration(client, case, office, handler):
    suggestion = case("assigned")
    client.force_login(office)
    assert client.get(office_path(suggestion, "urge")).status_code == 200
    assert client.post(office_path(suggestion, "urge"), {"note": ""}).status_code == 302
    assert suggestion.changes.get(event="urged").role == "office"
    assert told("urged") == [("urged", "holder", "handler")]
    # Not twice within five working days, whoever it is.
    assert client.post(office_path(suggestion, "urge"), {"note": ""}).status_code == 409


def test_a_second_one_urges_in_vain_within_five_working_days(client, case, deputy, office, handler):
    suggestion = case("in_progress")
    workflow.urge(suggestion, by=office)
    client.force_login(deputy)
    assert client.post(path(suggestion, "urge"), {"note": "请抓紧"}).status_code == 409
    with pytest.raises(Stale):
        workflow.urge(suggestion, by=deputy)
    today = timezone.localdate()
    for days, may in ((4, False), (5, True)):
        day = next(d for d in (today - timedelta(days=n) for n in range(30)) if workdays.between(d, today) == days)
        SuggestionChange.objects.filter(event="urged").update(at=timezone.now() - (today - day))
        assert ("urge" in acts(client, suggestion)) is may
    assert client.post(path(suggestion, "urge"), {"note": "请抓紧"}).status_code == 302


@pytest.mark.parametrize(("who", "status"), [("handler", 403), ("approver", 403), ("neighbour", 404)])
def test_nobody_else_urges(who, status, client, case, request):
    suggestion = case("in_progress")
    client.force_login(request.getfixturevalue(who))
    assert client.post(path(suggestion, "urge"), {"note": ""}).status_code == status
    assert not fresh(suggestion).changes.filter(event="urged").exists()
