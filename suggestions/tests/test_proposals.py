"""A proposal of deputies from its draft to its end, and what its way does to the suggestions it takes up."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from fzportal import workdays
from fzportal.workflow import MoveNotAllowed, NoteNeeded, Stale
from notifications.models import Notification
from notifications.workflow import announce
from suggestions import tasks, workflow
from suggestions.models import CoSigner, Proposal, ProposalSeries, Suggestion, SuggestionChange
from suggestions.workflow import proposals
from tests.cast import WORDS, make_deputy, person

pytestmark = pytest.mark.django_db
CITY = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def another(case, city):
    """``another(author, title)``: one more suggestion ``deputy`` has claimed."""

    def make(author, title):
        draft = Suggestion.objects.create(
            author=author, title=title, situation="家长看不到。", category=city.category, division=city.street
        )
        return case("triaging", draft)

    return make


@pytest.fixture
def rival(city):
    return make_deputy(person("", "陈代表", "rival@example.com"), city, "陈榕", "chen rong", [city.gulou])


def now_of(row):
    return type(row).objects.get(pk=row.pk)


def told(event):
    """(audience, recipient's e-mail) of every piece of in-app news of ``event``."""
    announce()
    rows = Notification.objects.filter(event=event, channel="inbox")
    return sorted((n.audience, n.recipient.email) for n in rows)


def frozen(monkeypatch, *moment):
    when = datetime(*moment, tzinfo=CITY)
    monkeypatch.setattr(timezone, "now", lambda: when)
    return when


def test_the_same_words_sent_twice_are_one_draft(deputy):
    first = proposals.begin(by=deputy, title="关于公开菜单的建议", **WORDS)
    assert proposals.begin(by=deputy, title="关于公开菜单的建议", **WORDS) == first
    assert Proposal.objects.count() == 1
    assert proposals.begin(by=deputy, title="关于公开账目的建议", **WORDS) != first


def test_only_a_deputy_begins_one(citizen, office):
    for by in (citizen, office):
        with pytest.raises(MoveNotAllowed):
            proposals.begin(by=by, title="建议", **WORDS)


def test_a_suggestion_waits_with_the_draft_and_is_taken_up_when_it_is_submitted(raised, case, deputy, office):
    proposal = raised("draft")
    [suggestion] = proposal.bundle()
    assert (suggestion.status, suggestion.taken_up) == ("triaging", proposal)
    proposals.submit(proposal, by=deputy)
    suggestion = now_of(suggestion)
    assert (suggestion.status, suggestion.due_at) == ("escalated", None)
    year = timezone.localdate().year
    assert now_of(proposal).number == f"榕人代建〔{year}〕1号"
    assert told("taken_up") == [("author", "citizen@example.com"), ("office", "office@example.com")]
    assert told("proposal_submitted") == [("office", "office@example.com")]


def test_a_number_that_is_not_used_is_given_to_the_next(raised, case, deputy, another, neighbour):
    lonely = proposals.begin(by=deputy, title="没有群众建议的建议", **WORDS)
    with pytest.raises(MoveNotAllowed):
        proposals.submit(lonely, by=deputy)
    year = timezone.localdate().year
    assert raised("submitted").number == f"榕人代建〔{year}〕1号"
    assert raised("submitted", another(neighbour, "第二条")).number == f"榕人代建〔{year}〕2号"
    assert ProposalSeries.objects.get(year=year).last == 2


def test_one_that_says_nothing_is_not_submitted(case, deputy):
    proposal = proposals.take_up(case("triaging"), by=deputy)
    assert (proposal.title, proposal.situation) == ("学校食堂每周菜单和进货来源请公开", "")
    with pytest.raises(MoveNotAllowed):
        proposals.submit(proposal, by=deputy)
    proposals.edit(proposal, by=deputy, title=proposal.title, **WORDS)
    proposals.submit(proposal, by=deputy)
    assert now_of(proposal).status == "submitted"


def test_what_left_the_deputys_hands_meanwhile_is_not_taken_along(raised, case, another, neighbour, deputy, office):
    stays, leaves = case("triaging"), another(neighbour, "第二条")
    proposal = raised("draft", stays, leaves)
    workflow.refer(leaves, by=deputy, opinion="请主管部门研究。")
    proposals.submit(proposal, by=deputy)
    assert (now_of(stays).status, now_of(leaves).status) == ("escalated", "referred")
    assert list(proposal.bundle()) == [stays]


def test_a_suggestion_of_others_is_not_bundled(raised, case, rival, another, neighbour):
    foreign = case("triaging")
    mine = proposals.begin(by=rival, title="我的建议", **WORDS)
    with pytest.raises(Stale):
        proposals.bundle(mine, by=rival, suggestion=foreign)
    with pytest.raises(MoveNotAllowed):
        proposals.bundle(raised("draft", foreign), by=rival, suggestion=foreign)


def test_a_suggestion_is_taken_out_of_a_draft_again(raised, deputy):
    proposal = raised("draft")
    [suggestion] = proposal.bundle()
    proposals.unbundle(proposal, by=deputy, suggestion=suggestion)
    assert (now_of(suggestion).taken_up, list(proposal.bundle())) == (None, [])
    with pytest.raises(Stale):
        proposals.unbundle(proposal, by=deputy, suggestion=suggestion)


def test_invited_deputies_sign_or_not_and_the_bearer_hears(raised, deputy, other_deputy, rival):
    proposal = raised("draft")
    proposals.invite(proposal, by=deputy, deputies=[other_deputy.deputy, rival.deputy, deputy.deputy])
    assert told("proposal_invited") == [("invited", "other@example.com"), ("invited", "rival@example.com")]
    proposals.sign(proposal, by=other_deputy)
    proposals.refuse(proposal, by=rival)
    answers = dict(CoSigner.objects.values_list("deputy__name", "has_signed"))
    assert answers == {"黄敏": True, "陈榕": False}
    assert told("proposal_signed") == [("bearer", "deputy@example.com")]
    assert told("proposal_not_signed") == [("bearer", "deputy@example.com")]
    with pytest.raises(Stale):
        proposals.sign(proposal, by=rival)
    proposals.submit(proposal, by=deputy)
    assert ("signers", "other@example.com") in told("proposal_submitted")


def test_who_is_invited_later_is_told_and_who_was_told_hears_once(raised, deputy, other_deputy, rival):
    proposal = raised("draft")
    proposals.invite(proposal, by=deputy, deputies=[other_deputy.deputy])
    assert told("proposal_invited") == [("invited", "other@example.com")]
    proposals.invite(proposal, by=deputy, deputies=[other_deputy.deputy, rival.deputy])
    assert told("proposal_invited") == [("invited", "other@example.com"), ("invited", "rival@example.com")]


def test_who_signed_other_words_is_asked_anew(raised, deputy, other_deputy):
    proposal = raised("draft")
    proposals.invite(proposal, by=deputy, deputies=[other_deputy.deputy])
    proposals.sign(proposal, by=other_deputy)
    proposals.edit(proposal, by=deputy, title=proposal.title, **WORDS)
    assert proposal.co_signers.get().has_signed is True
    proposals.edit(proposal, by=deputy, title="另一个题目", **WORDS)
    assert proposal.co_signers.get().has_signed is None


def test_sent_back_it_keeps_its_number_and_takes_its_suggestions_along_again(raised, deputy, office):
    proposal = raised("submitted")
    number, [suggestion] = proposal.number, proposal.bundle()
    proposals.send_back(proposal, by=office, reason="请补充资金来源")
    suggestion = now_of(suggestion)
    assert (now_of(proposal).status, suggestion.status, suggestion.taken_up) == ("draft", "triaging", proposal)
    assert told("proposal_over") == [("author", "citizen@example.com"), ("deputy", "deputy@example.com")]
    assert told("proposal_not_taken") == [("bearer", "deputy@example.com")]
    proposals.submit(proposal, by=deputy)
    assert (now_of(proposal).number, now_of(suggestion).status) == (number, "escalated")


def test_withdrawn_its_suggestions_are_in_the_deputys_hands_and_part_of_nothing(raised, deputy):
    proposal = raised("submitted")
    [suggestion] = proposal.bundle()
    proposals.withdraw(proposal, by=deputy)
    suggestion = now_of(suggestion)
    assert (now_of(proposal).status, suggestion.status, suggestion.taken_up) == ("withdrawn", "triaging", None)
    assert suggestion.due_at is not None


def test_a_draft_is_withdrawn_without_a_word_to_the_authors(raised, deputy):
    proposal = raised("draft")
    proposals.withdraw(proposal, by=deputy)
    suggestion = Suggestion.objects.get()
    assert (suggestion.status, suggestion.taken_up) == ("triaging", None)
    assert told("proposal_over") == []
    assert told("proposal_withdrawn") == []


@pytest.mark.parametrize(
    ("assigned", "months", "due"),
    [
        # The day three months later is worked: that day.
        ((2026, 3, 10, 15, 0), 3, date(2026, 6, 10)),
        # 2026-10-01 to 10-07 is the National Day: the first worked day after it.
        ((2026, 7, 1, 9, 0), 3, date(2026, 10, 8)),
        # The month has no 31st, and the 30th of May 2026 is a Saturday.
        ((2026, 2, 28, 9, 0), 3, date(2026, 5, 28)),
        ((2026, 1, 31, 9, 0), 3, date(2026, 4, 30)),
        # Six months: 2026-05-01 is Labour Day, off until the 5th.
        ((2025, 11, 1, 9, 0), 6, date(2026, 5, 6)),
    ],
)
def test_the_statutory_time_runs_from_assignment_over_holidays(
    assigned, months, due, raised, city, office, monkeypatch
):
    proposal = raised("submitted")
    moment = frozen(monkeypatch, *assigned)
    proposals.assign(proposal, by=office, department=city.education, months=months, note="涉及面广，同意延长。")
    proposal = now_of(proposal)
    assert (timezone.localdate(proposal.due_at), proposal.due_rule) == (due, f"{months}m")
    suggestion = Suggestion.objects.get()
    assert (suggestion.due_at, suggestion.due_since, suggestion.due_rule) == (proposal.due_at, moment, f"{months}m")


def test_six_months_need_a_reason_which_everybody_reads(raised, city, office):
    proposal = raised("submitted")
    with pytest.raises(NoteNeeded):
        proposals.assign(proposal, by=office, department=city.education, months=6)
    assert now_of(proposal).department is None
    proposals.assign(proposal, by=office, department=city.education, months=6, note="涉及面广。")
    change = proposal.changes.last()
    assert (change.note, change.read) == ("涉及面广。", "public")


def test_assigning_tells_bearer_lead_co_handlers_and_authors(raised, handler, other_handler):
    raised("assigned")
    assert told("proposal_assigned") == [
        ("bearer", "deputy@example.com"), ("co", "other-handler@example.com"), ("lead", "handler@example.com"),
    ]  # fmt: skip
    assert told("assigned_by_proposal") == [("author", "citizen@example.com")]


def test_a_holiday_added_later_moves_proposal_and_suggestion_alike(raised, city, office, monkeypatch):
    from fzportal.models import Holiday

    proposal = raised("submitted")
    frozen(monkeypatch, 2026, 3, 10, 15, 0)
    proposals.assign(proposal, by=office, department=city.education)
    Holiday.objects.create(date=date(2026, 6, 10), name="防台风停工", is_working=False)
    suggestion = Suggestion.objects.get()
    assert workflow.recalculate(proposal) and workflow.recalculate(suggestion)
    assert [timezone.localdate(now_of(x).due_at) for x in (proposal, suggestion)] == [date(2026, 6, 11)] * 2


def test_the_lead_returns_once_in_time_with_the_unit_it_proposes(raised, city, handler, office):
    proposal = raised("assigned")
    proposals.return_assignment(proposal, by=handler, reason="不属于本局职责", proposed=city.traffic)
    proposal = now_of(proposal)
    assert (proposal.status, proposal.department, proposal.proposed_lead) == ("submitted", None, city.traffic)
    assert Suggestion.objects.get().status == "escalated"
    proposals.assign(proposal, by=office, department=city.education, note="仍由你局主办。")
    with pytest.raises(MoveNotAllowed):
        proposals.return_assignment(proposal, by=handler, reason="还是不属于")


@pytest.mark.parametrize(("days", "is_allowed"), [(5, True), (6, False)])
def test_a_return_is_in_time_for_five_working_days(days, is_allowed, raised, handler, monkeypatch):
    proposal = raised("assigned")
    later = workdays.add(timezone.localdate(), days)
    frozen(monkeypatch, later.year, later.month, later.day, 10, 0)
    assert ("proposal_returned" in {m.name for m in now_of(proposal).moves_for(handler)}) is is_allowed


def test_no_reply_is_handed_in_before_the_deputy_was_spoken_with(raised, handler, approver):
    proposal = raised("in_progress")
    with pytest.raises(MoveNotAllowed):
        proposals.hand_in(proposal, by=handler, text="已办理。", result="A")
    talk = {"kind": "visit", "on": timezone.localdate(), "note": "上门说明"}
    proposals.log_contact(proposal, by=handler, with_whom="other", **talk)
    with pytest.raises(MoveNotAllowed):
        proposals.hand_in(proposal, by=handler, text="已办理。", result="A")
    proposals.log_contact(proposal, by=handler, **talk)
    proposals.hand_in(proposal, by=handler, text="已办理。", result="A")
    assert told("proposal_handed_in") == [("approver", "approver@example.com")]


def test_who_assists_gives_an_opinion_once_and_the_lead_hears(raised, other_handler, handler):
    proposal = raised("in_progress")
    proposals.give_opinion(proposal, by=other_handler, text="支持。")
    assert [(p.opinion, p.opinion_by) for p in proposal.parts.all()] == [("支持。", other_handler)]
    assert told("proposal_opinion_in") == [("lead", "handler@example.com")]
    with pytest.raises(Stale):
        proposals.give_opinion(proposal, by=other_handler, text="再说一次。")
    with pytest.raises(MoveNotAllowed):
        proposals.give_opinion(proposal, by=handler, text="我也说。")


def test_a_reply_sent_back_keeps_its_text(raised, approver, handler):
    proposal = raised("reply_review")
    proposals.send_reply_back(proposal, by=approver, reason="请写明时间")
    reply = proposal.replies.get()
    assert (now_of(proposal).status, reply.handed_in_at, reply.text) == (
        "in_progress", None, "全市学校自下学期起每周公开。",
    )  # fmt: skip
    assert told("proposal_sent_back") == [("handler", "handler@example.com")]


def test_three_suggestions_are_answered_in_one_release_and_each_author_is_told_once(
    raised, case, another, citizen, neighbour, office, handler, approver, deputy, city
):
    third = person("三山", "郑三山", "third@example.com")
    bundled = [case("triaging"), another(neighbour, "请公开食堂账目"), another(third, "请公开食材检测结果")]
    proposal = raised("replied", *bundled)
    for suggestion in map(now_of, bundled):
        reply = suggestion.replies.get()
        assert (suggestion.status, suggestion.department, suggestion.changes.last().event) == (
            "replied", city.education, "answered_by_proposal",
        )  # fmt: skip
        assert (reply.proposal, reply.text, reply.result, reply.department) == (
            proposal, "全市学校自下学期起每周公开。", "A", city.education,
        )  # fmt: skip
        assert (reply.author, reply.released_by) == (handler, approver)
        assert (suggestion.answered_at, reply.released_at) == (now_of(proposal).answered_at,) * 2
        part = suggestion.assignments.get()
        assert (part.part, part.status, part.by) == ("lead", "done", office)
    expected = [("author", f"{name}@example.com") for name in ("citizen", "neighbour", "third")]
    assert told("answered_by_proposal") == expected
    announce()
    assert told("answered_by_proposal") == expected


def test_one_withdrawn_meanwhile_stays_withdrawn_and_is_not_answered(raised, case, another, neighbour, approver):
    stays, leaves = case("triaging"), another(neighbour, "请公开食堂账目")
    proposal = raised("reply_review", stays, leaves)
    workflow.withdraw(leaves, by=neighbour)
    proposals.release(proposal, by=approver)
    assert (now_of(stays).status, now_of(leaves).status) == ("replied", "withdrawn")
    assert leaves.replies.count() == 0
    assert told("answered_by_proposal") == [("author", "citizen@example.com")]


def test_one_the_office_assigned_by_itself_goes_its_own_way(raised, case, another, neighbour, office, city, approver):
    stays, leaves = case("triaging"), another(neighbour, "请公开食堂账目")
    proposal = raised("reply_review", stays, leaves)
    workflow.assign(leaves, by=office, department=city.traffic)
    proposals.release(proposal, by=approver)
    leaves = now_of(leaves)
    assert (leaves.status, leaves.department, leaves.taken_up) == ("assigned", city.traffic, None)


def test_a_dissatisfied_author_has_their_suggestion_handled_again_by_the_lead(raised, citizen, handler, approver):
    raised("replied")
    suggestion = Suggestion.objects.get()
    workflow.rate(suggestion, by=citizen, attitude=3, result=1, reason="没有写到我们学校")
    assert (now_of(suggestion).status, suggestion.assignments.get().status) == ("rehandling", "taken")
    workflow.hand_in(suggestion, by=handler, text="贵校下周起公开。", result="A")
    workflow.release_reply(suggestion, by=approver)
    assert [r.text for r in suggestion.replies.all()] == ["全市学校自下学期起每周公开。", "贵校下周起公开。"]


def test_the_promise_of_a_class_b_reply_enters_the_ledger_with_each_suggestion(
    raised, case, another, neighbour, handler, approver
):
    proposal = raised("talked", case("triaging"), another(neighbour, "请公开食堂账目"))
    day = timezone.localdate() + timedelta(days=60)
    reply = {"text": "分批推进。", "result": "B", "promise": "全市推行", "promised_on": day}
    proposals.hand_in(proposal, by=handler, **reply)
    proposals.release(proposal, by=approver)
    kept = [(c.what, c.due_on, c.status, c.department.name) for s in proposal.bundle() for c in s.commitments.all()]
    assert kept == [("全市推行", day, "promised", "福州市教育局")] * 2


def test_a_promise_goes_with_class_b_alone(raised, handler):
    proposal = raised("talked")
    day = timezone.localdate() + timedelta(days=60)
    proposals.hand_in(proposal, by=handler, text="已办。", result="A", promise="全市推行", promised_on=day)
    reply = proposal.replies.get()
    assert (reply.promise, reply.promised_on) == ("", None)


def test_a_satisfied_deputy_closes_it(raised, deputy, handler, approver, office):
    proposal = raised("replied")
    proposals.evaluate(proposal, by=deputy, grade=2, note="进度再快些")
    reply = proposal.replies.get()
    assert (now_of(proposal).status, now_of(proposal).due_at) == ("closed", None)
    assert (reply.evaluation, reply.evaluation_note) == (2, "进度再快些")
    assert told("proposal_evaluated") == [
        ("department", "approver@example.com"), ("department", "handler@example.com"), ("office", "office@example.com"),
    ]  # fmt: skip


def test_dissatisfied_it_is_handled_again_and_the_new_reply_is_told_to_those_answered_before(
    raised, citizen, deputy, handler, approver, neighbour
):
    proposal = raised("replied")
    suggestion = Suggestion.objects.get()
    workflow.follow(suggestion, by=neighbour)
    workflow.rate(suggestion, by=citizen, attitude=3, result=3)
    with pytest.raises(NoteNeeded):
        proposals.evaluate(proposal, by=deputy, grade=1)
    proposals.evaluate(proposal, by=deputy, grade=1, note="没有写明时间")
    proposal = now_of(proposal)
    assert (proposal.status, proposal.due_rule) == ("rehandling", "1m")
    # The talk before the first reply does not count for the second.
    with pytest.raises(MoveNotAllowed):
        proposals.hand_in(proposal, by=handler, text="九月一日起。", result="A")
    proposals.log_contact(proposal, by=handler, kind="meeting", on=timezone.localdate(), note="当面沟通")
    proposals.hand_in(proposal, by=handler, text="九月一日起。", result="A")
    proposals.release(proposal, by=approver)
    suggestion = now_of(suggestion)
    assert (suggestion.status, suggestion.replies.count()) == ("closed", 1)
    assert [r.text for r in proposal.replies.released()] == ["全市学校自下学期起每周公开。", "九月一日起。"]
    assert told("proposal_answered_again") == [
        ("author", "citizen@example.com"), ("followers", "neighbour@example.com"),
    ]  # fmt: skip


def test_silence_closes_it_after_twenty_working_days_and_is_stored_as_silence(raised, monkeypatch):
    proposal = raised("replied")
    last = workdays.add(timezone.localdate(), 20)
    assert timezone.localdate(proposal.due_at) == last
    tasks.close_silent_proposals(now=proposal.due_at)
    assert now_of(proposal).status == "replied"
    tasks.close_silent_proposals(now=proposal.due_at + timedelta(seconds=1))
    tasks.close_silent_proposals(now=proposal.due_at + timedelta(seconds=1))
    proposal = now_of(proposal)
    assert (proposal.status, proposal.replies.get().evaluation) == ("closed", None)
    assert [c.event for c in proposal.changes.all()].count("proposal_silent") == 1


def test_a_key_proposal_names_its_supervisor(raised, office, handler, deputy):
    proposal = raised("assigned")
    with pytest.raises(MoveNotAllowed):
        proposals.mark_key(proposal, by=deputy, supervisor="某副主任")
    proposals.mark_key(proposal, by=office, supervisor="市人大常委会副主任陈某")
    assert (proposal.is_key, proposal.supervisor) == (True, "市人大常委会副主任陈某")
    assert told("proposal_marked_key") == [("bearer", "deputy@example.com"), ("lead", "handler@example.com")]
    proposals.unmark_key(proposal, by=office)
    assert (now_of(proposal).is_key, now_of(proposal).supervisor) == (False, "")


def test_its_whole_way_has_a_line_for_every_step_and_each_suggestion_its_own(raised):
    proposal = raised("closed")
    assert [c.event for c in proposal.changes.all()] == [
        "proposal_begun", "proposal_bundled", "proposal_submitted", "proposal_assigned", "proposal_taken_on",
        "proposal_contacted", "proposal_handed_in", "proposal_replied", "proposal_evaluated",
    ]  # fmt: skip
    lines = SuggestionChange.objects.order_by("pk").values_list("event", "role")
    assert list(lines)[3:] == [("taken_up", "deputy"), ("assigned_by_proposal", "office"),
                               ("answered_by_proposal", "clock")]  # fmt: skip


def test_when_the_time_has_passed_the_lead_and_the_office_hear_once_and_the_deputy_is_not_pressed(
    raised, handler, approver, office
):
    proposal = raised("in_progress")
    late = proposal.due_at + timedelta(seconds=1)
    for _n in range(2):
        tasks.remind(now=late)
    assert told("proposal_overdue") == [
        ("head", "approver@example.com"), ("holder", "handler@example.com"), ("office", "office@example.com"),
    ]  # fmt: skip
    assert told("overdue") == []
    assert Suggestion.objects.get().due_at == now_of(proposal).due_at
