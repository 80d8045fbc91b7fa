"""What people are told of ratings, promises and supervision: every line names its case, its day and the way on."""

import pytest
from django.utils import translation

from fzportal.templatetags.ui import day
from notifications.messages import message
from suggestions import workflow
from suggestions.models import CommitmentChange, Suggestion, SuggestionChange

from .promised import LIGHTS, SURVEY, keep, let_pass, reply

pytestmark = pytest.mark.django_db
MINE = {
    "supervised", "lowered", "raised", "rating_changed", "reopened", "promise_refused", "ordered_again", "closed_over",
    "supervisor_named", "closing_proposed", "closing_refused", "promise_reported", "promise_sent_back", "promise_kept",
    "promise_missed", "promise_due_soon", "promise_due_today", "promise_rated",
}  # fmt: skip


@pytest.fixture
def told(case, citizen, handler, approver, office, other_office):
    """Every event of this room, by the real verbs: (event, audience) -> message in Chinese."""
    suggestion = case("in_progress")
    workflow.publish(suggestion, by=office)
    reply(suggestion, handler, approver, promises=[(LIGHTS, 9), (SURVEY, 20), ("每月公布一次", 40)])
    lights, survey, monthly = suggestion.commitments.all()
    give = {"by": citizen, "attitude": 3, "reason": "没有写明由谁供货"}
    workflow.rate(suggestion, result=3, **give)
    workflow.change_rating(suggestion, result=2, **give)
    workflow.change_rating(suggestion, result=1, **give)
    workflow.change_rating(suggestion, result=3, **give)
    for event in ("due_soon", "due_today"):
        workflow.remind(lights, event=event)
    workflow.report_kept(lights, by=handler, report="先装六盏")
    workflow.send_report_back(lights, by=office, reason="没有照片")
    keep(lights, handler, approver)
    workflow.rate_promise(lights, result=2, **give)
    let_pass(survey)
    workflow.miss(survey)
    reply(Suggestion.objects.get(), handler, approver)
    workflow.rate(suggestion, result=3, **give)
    workflow.rate_promise(keep(monthly, handler, approver), result=1, **give)
    reply(Suggestion.objects.get(), handler, approver)
    workflow.rate(suggestion, result=1, **give)
    workflow.name_supervisor(suggestion, by=office, supervisor=other_office)
    workflow.order_again(suggestion, by=office, note="请逐校核实")
    reply(suggestion, handler, approver)
    workflow.rate(suggestion, result=1, **give)
    workflow.propose_closing(suggestion, by=office, reason="没有写清")
    workflow.refuse_closing(suggestion, by=other_office, note="再想想")
    workflow.propose_closing(suggestion, by=office, reason="本市无权更改")
    workflow.close_over(suggestion, by=other_office)
    with translation.override("zh-hans"):
        return {
            (change.event, audience): (change, message(change, audience))
            for model in (SuggestionChange, CommitmentChange)
            for change in model.objects.select_related("subject")
            for audience in change.audiences
            if change.event in MINE
        }


def test_every_event_of_the_room_is_told_in_words_that_hold(told):
    assert {event for event, _audience in told} == MINE
    for (event, audience), (change, said) in told.items():
        text = "\n".join([said.subject, *said.paragraphs])
        assert Suggestion.objects.get().number in said.subject, event
        assert not {"None", "{{", "Promise", "%("} & {w for w in ("None", "{{", "Promise", "%(") if w in text}, event
        assert said.url in text, event
        if audience in ("author", "lead", "deputy") and change.due_at and event not in ("supervisor_named",):
            assert day(change.due_at) in text, (event, audience)


def test_who_reads_what(told):
    def text(event, audience):
        return "\n".join(told[event, audience][1].paragraphs)

    assert "由福州市教育局重新办理" in text("promise_refused", "deputy")
    assert "请指定督办人" in text("supervised", "office")
    assert "本市无权更改" in text("closed_over", "author")
    assert "先装六盏" not in text("promise_kept", "author")
    assert LIGHTS in text("promise_sent_back", "reporter")
    assert "综合处" in text("supervisor_named", "lead")
    assert "综合处" not in text("supervisor_named", "author")
    assert "/desk/commitments/" in text("promise_reported", "approver")
