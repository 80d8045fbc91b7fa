"""Returning a wrong assignment (退办): once, within 5 working days, with a reason and the unit that should have it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from fzportal import workdays
from fzportal import workflow as ground
from fzportal.workflow import MoveNotAllowed, Stale
from suggestions import handling, workflow
from suggestions.models import Assignment, Department, DepartmentMember, Suggestion
from tests.cast import person

from .at_desk import acts, events, form_of, fresh, office_path, path, states, told

REASON = "食堂由市场监管部门负责。"


@pytest.fixture
def market(city):
    """A third department, with a handler."""
    department = Department.objects.create(name="福州市市场监管局")
    user = person("", "许经办", "market@example.com")
    DepartmentMember.objects.create(user=user, department=department, role="handler")
    department.handler = user
    return department


def days_ago(working_days):
    """A moment so many working days ago."""
    today = timezone.localdate()
    day = next(d for d in (today - timedelta(days=n) for n in range(60)) if workdays.between(d, today) == working_days)
    return timezone.now() - (today - day)


def test_a_return_goes_to_the_office_with_its_reason_and_the_unit_proposed(client, case, city, handler, office):
    suggestion = case("assigned")
    client.force_login(handler)
    answer = client.post(path(suggestion, "return"), {"reason": REASON, "proposed": city.traffic.pk})
    assert answer.status_code == 302
    now = fresh(suggestion)
    assert (now.status, now.department, now.proposed_lead) == ("referred", None, city.traffic)
    assert states(now) == {"教育局": ("lead", "returned")}
    change = now.changes.get(event="returned")
    assert (change.note, change.read, change.role, change.by) == (REASON, "public", "department", handler)
    assert told("returned", "lead_returned") == [("returned", "office", "office")]
    assert events(now.assignments.get()) == ["lead_given", "lead_returned"]


def test_the_office_reads_reason_and_proposed_unit_before_it_assigns_again(client, case, city, handler, office):
    suggestion = case("assigned")
    workflow.return_case(suggestion, by=handler, reason=REASON, proposed=city.traffic)
    client.force_login(office)
    listed = client.get("/admin/suggestions/suggestion/?queue=returned").context["cl"].result_list
    assert list(listed) == [suggestion]
    assert not client.get("/admin/suggestions/suggestion/?queue=assign").context["cl"].result_list
    page = client.get(office_path(suggestion, "assign"))
    html = page.content.decode()
    assert REASON in html and "建议改由福州市交通运输局主办" in html
    assert page.context["form"].initial["department"] == city.traffic.pk
    assert client.post(office_path(suggestion, "assign"), {"department": city.traffic.pk}).status_code == 302
    assert states(suggestion) == {"教育局": ("lead", "returned"), "交通运输局": ("lead", "given")}


@pytest.mark.parametrize("missing", ["reason", "proposed"])
def test_a_return_needs_a_reason_and_a_unit(missing, client, case, city, handler):
    suggestion = case("assigned")
    client.force_login(handler)
    sent = {"reason": REASON, "proposed": city.traffic.pk} | {missing: ""}
    answer = client.post(path(suggestion, "return"), sent)
    assert (answer.status_code, fresh(suggestion).status) == (422, "assigned")
    assert list(form_of(answer, "return").errors) == [missing]


def test_a_department_cannot_propose_itself(client, case, city, handler):
    suggestion = case("assigned")
    client.force_login(handler)
    sent = {"reason": REASON, "proposed": city.education.pk}
    assert client.post(path(suggestion, "return"), sent).status_code == 422


@pytest.mark.parametrize(("days", "may"), [(0, True), (5, True), (6, False)])
def test_it_may_be_returned_within_five_working_days(days, may, client, case, city, handler):
    suggestion = case("assigned")
    Assignment.objects.update(at=days_ago(days))
    client.force_login(handler)
    assert ("return" in acts(client, suggestion)) is may
    answer = client.post(path(suggestion, "return"), {"reason": REASON, "proposed": city.traffic.pk})
    assert (answer.status_code, fresh(suggestion).status) == ((302, "referred") if may else (403, "assigned"))


def test_what_was_taken_on_is_not_returned(client, case, city, handler):
    suggestion = case("assigned")
    client.force_login(handler)
    seen = form_of(client.get(path(suggestion)), "return")["seen"].value()
    workflow.take_on(suggestion, by=handler)
    sent = {"reason": REASON, "proposed": city.traffic.pk, "seen": seen}
    answer = client.post(path(suggestion, "return"), sent)
    assert (answer.status_code, REASON in answer.content.decode()) == (409, True)
    assert fresh(suggestion).status == "in_progress"


def test_who_would_take_on_what_a_colleague_returned_reads_so(client, case, city, handler):
    suggestion = case("assigned")
    colleague = person("", "刘经办", "colleague@example.com")
    DepartmentMember.objects.create(user=colleague, department=city.education, role="handler")
    client.force_login(colleague)
    seen = form_of(client.get(path(suggestion)), "take-on")["seen"].value()
    workflow.return_case(suggestion, by=handler, reason=REASON, proposed=city.traffic)
    answer = client.post(path(suggestion, "take-on"), {"seen": seen})
    assert answer.status_code == 409
    assert "退办" in answer.context["change_line"]
    assert fresh(suggestion).status == "referred"


def test_each_department_returns_once_and_after_two_returns_the_assignment_is_final(
    client, case, city, handler, other_handler, office, market
):
    suggestion = case("assigned")
    workflow.return_case(suggestion, by=handler, reason=REASON, proposed=city.traffic)
    workflow.assign(suggestion, by=office, department=city.traffic)
    workflow.return_case(suggestion, by=other_handler, reason="不归我局。", proposed=market)
    workflow.assign(suggestion, by=office, department=market)
    part = suggestion.assignments.active().lead().get()
    assert part.is_final
    with pytest.raises(MoveNotAllowed):
        workflow.return_case(suggestion, by=market.handler, reason=REASON, proposed=city.traffic)
    client.force_login(market.handler)
    page = client.get(path(suggestion))
    assert "return" not in [a.slug for a, *_rest in page.context["acts"]]
    assert "先后交办过 3 次。" in page.content.decode()
    assert "本次交办为最终交办" in page.content.decode()
    from notifications.messages import message

    said = message(suggestion.changes.filter(event="assigned").last(), "lead")
    assert "本次为最终交办" in "\n".join(said.paragraphs)


def test_a_department_that_returned_it_once_keeps_it_the_second_time(client, case, city, handler, office):
    suggestion = case("assigned")
    workflow.return_case(suggestion, by=handler, reason=REASON, proposed=city.traffic)
    workflow.assign(suggestion, by=office, department=city.education)
    assert not suggestion.assignments.active().get().is_final
    client.force_login(handler)
    assert "return" not in acts(client, suggestion)


def test_everybody_may_read_through_how_many_hands_it_went(client, case, city, handler, office):
    suggestion = case("assigned")
    workflow.publish(suggestion, by=office)
    assert "先后交办过" not in client.get(suggestion.get_absolute_url()).content.decode()
    workflow.return_case(suggestion, by=handler, reason=REASON, proposed=city.traffic)
    workflow.assign(suggestion, by=office, department=city.traffic)
    page = client.get(suggestion.get_absolute_url()).content.decode()
    assert "主办单位：福州市交通运输局。" in page and "先后交办过 2 次。" in page and REASON in page


def test_a_co_handler_returns_its_own_part_and_the_lead_goes_on(client, case, city, handler, other_handler, office):
    suggestion = case("in_progress")
    part = workflow.involve(suggestion, by=office, department=city.traffic)
    client.force_login(other_handler)
    assert client.post(path(suggestion, "return-part"), {"reason": ""}).status_code == 422
    assert client.post(path(suggestion, "return-part"), {"reason": "与交通无关。"}).status_code == 302
    assert (fresh(part).status, fresh(suggestion).status) == ("returned", "in_progress")
    assert told("co_returned") == [("co_returned", "lead", "handler"), ("co_returned", "office", "office")]
    assert client.get(path(suggestion)).status_code == 404
    client.force_login(handler)
    page = client.get(path(suggestion))
    assert [a.slug for a, *_rest in page.context["acts"]][0] == "hand-in"
    assert "与交通无关。" in page.content.decode()
    again = workflow.involve(suggestion, by=office, department=city.traffic)
    with pytest.raises(MoveNotAllowed):
        workflow.return_part(again, by=other_handler, reason="还是无关。")


def test_who_assists_goes_on_assisting_when_the_lead_changes(case, city, handler, other_handler, office, market):
    suggestion = case("accepted")
    workflow.assign(suggestion, by=office, department=city.education, co=[city.traffic])
    kept = suggestion.assignments.co().get()
    workflow.return_case(suggestion, by=handler, reason=REASON, proposed=market)
    with pytest.raises(Stale):
        workflow.give_opinion(kept, by=other_handler, text="同意。")
    workflow.assign(suggestion, by=office, department=market, co=[city.traffic])
    assert list(suggestion.assignments.active().co()) == [kept]
    workflow.give_opinion(kept, by=other_handler, text="同意。")
    assert events(kept) == ["co_given", "opinion_in"]
    assert [line.part for line in handling.panel(suggestion, is_staff=True).assisting] == [kept]


def both_at_once(suggestion, handler, city, returned=None):
    """Whether the return and the taking on, begun together, went through. ``returned`` is set once the first ended."""
    gate = threading.Barrier(2)

    def give_back():
        workflow.return_case(fresh(suggestion), by=handler, reason=REASON, proposed=city.traffic)

    def take_on():
        workflow.take_on(fresh(suggestion), by=handler)

    def one(verb):
        threading.current_thread().verb = verb
        gate.wait(timeout=20)
        try:
            verb()
        except MoveNotAllowed:
            return False
        finally:
            connection.close()
            if returned is not None and verb is give_back:
                returned.set()
        return True

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, [give_back, take_on]))


@pytest.mark.fault
def test_of_a_return_and_a_taking_on_at_once_one_happens(transactional_db, case, city, handler):
    suggestion = case("assigned")
    went = both_at_once(suggestion, handler, city)
    assert sorted(went) == [False, True]
    expected = ("referred", "returned") if went[0] else ("in_progress", "taken")
    assert (fresh(suggestion).status, suggestion.assignments.get().status) == expected


@pytest.mark.fault
def test_without_the_lock_a_case_would_be_taken_on_that_had_been_returned(
    transactional_db, case, city, handler, monkeypatch
):
    """Shows that the test before would see it: both look, one returns, then the other takes on what it saw."""
    suggestion = case("assigned")
    together, returned, seen = threading.Barrier(2), threading.Event(), threading.local()

    def only_look(obj):
        obj.refresh_from_db()
        if isinstance(obj, Suggestion) and not hasattr(seen, "once"):
            seen.once = True
            together.wait(timeout=20)
            if threading.current_thread().verb.__name__ == "take_on":
                returned.wait(timeout=20)
        return obj

    monkeypatch.setattr(ground, "lock", only_look)
    monkeypatch.setattr(workflow.parts, "lock", lambda obj: obj)
    assert both_at_once(suggestion, handler, city, returned) == [True, True]
    assert (fresh(suggestion).status, suggestion.assignments.get().status) == ("in_progress", "returned")
