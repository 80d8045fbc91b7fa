"""More time: asked for by the lead before the due date, decided by the office, told to the author with both dates."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone, translation

from fzportal import workdays
from fzportal.models import Holiday
from fzportal.workflow import MoveNotAllowed, Stale
from notifications.messages import message
from suggestions import derivation, tasks, workflow
from suggestions.models import Extension, Suggestion
from suggestions.workflow import department as department_verbs

from .at_desk import acts, events, fresh, office_path, path, told

ASKED = {"days": "10", "reason": "需要会同物价部门核实。"}


@pytest.fixture
def asked(case, handler):
    """A case in hand whose lead asked for ten working days more."""
    suggestion = case("in_progress")
    workflow.ask_extension(suggestion, by=handler, days=10, reason=ASKED["reason"])
    return suggestion


def later(moment, days):
    return workdays.close_of(workdays.add(timezone.localdate(moment), days))


def test_the_lead_asks_with_days_and_a_reason_and_the_office_hears(client, case, handler, office):
    suggestion = case("in_progress")
    due = suggestion.due_at
    client.force_login(handler)
    answer = client.post(path(suggestion, "ask-extension") + "?queue=in-progress", ASKED, follow=True)
    assert answer.redirect_chain == [(path(suggestion) + "?queue=in-progress", 302)]
    extension = suggestion.extensions.get()
    assert (extension.days, extension.reason, extension.asked_by, extension.due_before, extension.is_granted) == (
        10, ASKED["reason"], handler, due, None,
    )  # fmt: skip
    assert fresh(suggestion).due_at == due
    assert told("extension_asked") == [("extension_asked", "office", "office")]
    said = "\n".join(message(suggestion.changes.get(event="extension_asked"), "office").paragraphs)
    assert "延期 10 个工作日" in said and ASKED["reason"] in said
    assert "ask-extension" not in acts(client, suggestion)


@pytest.mark.parametrize(("days", "reason"), [("0", "理由"), ("61", "理由"), ("", "理由"), ("十", "理由"), ("5", " ")])
def test_it_is_one_to_sixty_days_with_a_reason(days, reason, client, case, handler):
    suggestion = case("in_progress")
    client.force_login(handler)
    answer = client.post(path(suggestion, "ask-extension"), {"days": days, "reason": reason})
    assert (answer.status_code, suggestion.extensions.count()) == (422, 0)


def test_once_it_is_overdue_it_is_too_late_to_ask(client, case, handler):
    suggestion = case("in_progress")
    Suggestion.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    client.force_login(handler)
    assert "ask-extension" not in acts(client, suggestion)
    assert client.post(path(suggestion, "ask-extension"), ASKED).status_code == 403
    assert not suggestion.extensions.exists()


def test_who_asks_while_a_colleagues_request_waits_reads_that_it_does(client, asked, handler):
    client.force_login(handler)
    answer = client.post(path(asked, "ask-extension"), ASKED)
    assert (answer.status_code, asked.extensions.count()) == (409, 1)


@pytest.mark.parametrize("who", ["approver", "office", "deputy"])
def test_nobody_but_the_leads_handlers_asks(who, client, case, request):
    suggestion = case("in_progress")
    client.force_login(request.getfixturevalue(who))
    assert client.post(path(suggestion, "ask-extension"), ASKED).status_code == 403
    assert not suggestion.extensions.exists()


def test_the_office_sees_both_dates_grants_and_everybody_concerned_hears_them(client, asked, office, handler, citizen):
    before, after = asked.due_at, later(asked.due_at, 10)
    client.force_login(office)
    listed = client.get("/admin/suggestions/suggestion/?queue=extensions").context["cl"].result_list
    assert list(listed) == [asked]
    html = client.get(office_path(asked, "extension")).content.decode()
    with translation.override("zh-hans"):
        from fzportal.templatetags.ui import day

        both = day(timezone.localdate(before)), day(timezone.localdate(after))
    assert all(text in html for text in (*both, ASKED["reason"], "延长 10 个工作日"))
    assert client.post(office_path(asked, "extension"), {"is_granted": "yes"}).status_code == 302
    now, extension = fresh(asked), asked.extensions.get()
    assert (now.due_at, now.due_rule, now.status) == (after, "15d+10d", "in_progress")
    assert (extension.is_granted, extension.due_before, extension.due_after) == (True, before, after)
    assert (extension.decided_by, extension.decided_at) == (office, now.changes.get(event="extension_granted").at)
    assert told("extension_granted") == [
        ("extension_granted", "author", "citizen"), ("extension_granted", "lead", "handler"),
    ]  # fmt: skip
    for audience in ("author", "lead"):
        said = "\n".join(message(now.changes.get(event="extension_granted"), audience).paragraphs)
        assert f"原定日期：{both[0]}" in said and f"延期后日期：{both[1]}" in said
    client.force_login(citizen)
    page = client.get(asked.get_absolute_url()).content.decode()
    assert f"同意延期，延至{both[1]}" in page and ASKED["reason"] in page
    assert f"延期 10 个工作日，由{both[0]}延至{both[1]}" in page


def test_a_refusal_needs_a_reason_and_leaves_the_date(client, asked, office, handler):
    due = asked.due_at
    client.force_login(office)
    assert client.post(office_path(asked, "extension"), {"is_granted": "no"}).status_code == 422
    assert client.post(office_path(asked, "extension"), {}).status_code == 422
    answer = client.post(office_path(asked, "extension"), {"is_granted": "no", "note": "请如期答复。"})
    assert answer.status_code == 302
    assert (fresh(asked).due_at, asked.extensions.get().is_granted) == (due, False)
    assert told("extension_refused") == [("extension_refused", "lead", "handler")]
    client.force_login(handler)
    assert "请如期答复。" in client.get(path(asked)).content.decode()
    # It may ask once more.
    assert "ask-extension" in acts(client, asked)


def test_who_decides_second_reads_that_it_is_decided(client, asked, office, other_office):
    workflow.decide_extension(asked.extensions.get(), by=other_office, is_granted=False, note="否")
    client.force_login(office)
    answer = client.post(office_path(asked, "extension"), {"is_granted": "yes", "note": "同意延期"})
    assert (answer.status_code, "同意延期" in answer.content.decode()) == (409, True)
    assert asked.extensions.get().is_granted is False


def test_three_times_within_one_promise_and_no_more(case, handler, office):
    suggestion = case("in_progress")
    for _time in range(3):
        extension = workflow.ask_extension(suggestion, by=handler, days=2, reason="还需时间")
        workflow.decide_extension(extension, by=office, is_granted=True)
    assert suggestion.due_rule == "15d+2d+2d+2d"
    with pytest.raises(MoveNotAllowed):
        workflow.ask_extension(suggestion, by=handler, days=2, reason="还需时间")


@pytest.mark.parametrize("way", ["returned", "released", "withdrawn"])
def test_a_request_lapses_with_the_promise_it_was_about(way, case, city, handler, approver, office, citizen):
    suggestion = case("assigned" if way == "returned" else "in_progress")
    workflow.ask_extension(suggestion, by=handler, days=5, reason="还需时间")
    if way == "returned":
        workflow.return_case(suggestion, by=handler, reason="不归我局", proposed=city.traffic)
    elif way == "withdrawn":
        workflow.withdraw(suggestion, by=citizen)
    else:
        workflow.hand_in(suggestion, by=handler, text="已办。", result="A")
        workflow.release_reply(suggestion, by=approver)
    extension = suggestion.extensions.get()
    assert (extension.is_granted, extension.decided_by) == (False, None)
    assert "extension_refused" not in events(suggestion)
    with pytest.raises(Stale):
        workflow.decide_extension(extension, by=office, is_granted=True)


def lines(suggestion):
    with translation.override("zh-hans"):
        return derivation.explain(suggestion, list(suggestion.changes.all()))


def clocked(suggestion, rule, since):
    """The case as if its clock had begun on the day ``since`` by ``rule``."""
    moment = workdays.close_of(since)
    due = workdays.close_of(workdays.due(since, rule))
    last = suggestion.changes.last()
    type(last).objects.filter(pk=last.pk).update(at=moment)
    Suggestion.objects.filter(pk=suggestion.pk).update(due_since=moment, due_rule=rule, due_at=due)
    return fresh(suggestion)


def test_the_derivation_names_the_days_left_out_and_each_extension(case):
    Holiday.objects.filter(date__year=2026, date__month__in=(9, 10)).delete()
    for n in range(1, 8):
        Holiday.objects.create(date=date(2026, 10, n), name="国庆节", is_working=False)
    suggestion = clocked(case("assigned"), "15d+10d+5d", date(2026, 9, 18))
    assert lines(suggestion) == [
        "自2026年9月18日（星期五）的次日起 15 个工作日，至2026年10月16日（星期五）。"
        "已除去周末、国庆节（7 天）；调休上班日计入。",
        "延期 10 个工作日，由2026年10月16日（星期五）延至2026年10月30日（星期五）。已除去周末；调休上班日计入。",
        "延期 5 个工作日，由2026年10月30日（星期五）延至2026年11月6日（星期五）。已除去周末；调休上班日计入。",
        "依据：平台服务承诺（法律未规定统一期限）。",
    ]


def test_the_derivation_of_a_date_set_by_hand_and_extended(case):
    suggestion = clocked(case("assigned"), "=2026-11-20+3d", date(2026, 11, 2))
    assert lines(suggestion) == [
        "这个日期由人大代表工作机构在交办时指定。",
        "延期 3 个工作日，由2026年11月20日（星期五）延至2026年11月25日（星期三）。已除去周末；调休上班日计入。",
    ]


def test_a_holiday_announced_later_moves_open_dates_once_and_says_so(client, case, office, citizen):
    suggestion = case("assigned")
    was = timezone.localdate(suggestion.due_at)
    day = next(d for d in (was - timedelta(days=n) for n in range(10)) if workdays.is_working(d) and d != was)
    Holiday.objects.update_or_create(date=day, defaults={"name": "防台风停工", "is_working": False})
    tasks.recalculate()
    tasks.recalculate()
    now = fresh(suggestion)
    assert timezone.localdate(now.due_at) == workdays.add(was, 1)
    assert events(now).count("recalculated") == 1
    change = now.changes.get(event="recalculated")
    assert (change.role, change.note, change.due_at) == ("clock", was.isoformat(), now.due_at)
    client.force_login(citizen)
    page = client.get(suggestion.get_absolute_url()).content.decode()
    with translation.override("zh-hans"):
        from fzportal.templatetags.ui import day as written

        assert f"节假日安排调整，到期日改为{written(timezone.localdate(now.due_at))}" in page
        assert f"原定{written(was)}" in page and "防台风停工（1 天）" in page
    assert was.isoformat() not in page
    assert told("recalculated") == []


def decided_at_once(asked, office, other_office):
    gate = threading.Barrier(2)

    def one(pair):
        by, is_granted = pair
        extension = Extension.objects.get(suggestion=asked)
        gate.wait(timeout=20)
        try:
            workflow.decide_extension(extension, by=by, is_granted=is_granted, note="定")
        except Stale:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, [(office, True), (other_office, False)]))


def decisions(suggestion):
    return suggestion.changes.filter(event__in=["extension_granted", "extension_refused"]).count()


@pytest.mark.fault
def test_of_two_decisions_at_once_one_counts(transactional_db, asked, office, other_office):
    went = decided_at_once(asked, office, other_office)
    assert sorted(went) == [False, True]
    assert (decisions(asked), asked.extensions.get().is_granted) == (1, went[0])
    assert fresh(asked).due_rule == ("15d+10d" if went[0] else "15d")


@pytest.mark.fault
def test_without_the_lock_both_decisions_would_count(transactional_db, asked, office, other_office, monkeypatch):
    """Shows that the test before would see it: both look before either writes."""
    together = threading.Barrier(2)

    def only_look(obj):
        obj.refresh_from_db()
        if isinstance(obj, Extension):
            together.wait(timeout=20)
        return obj

    monkeypatch.setattr(department_verbs, "lock", only_look)
    assert decided_at_once(asked, office, other_office) == [True, True]
    assert decisions(asked) == 2
