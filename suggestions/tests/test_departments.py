"""A lead with co-handlers: who takes on, who gives an opinion, who is missing, and when the lead may go on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fzportal import workdays
from fzportal.workflow import MoveNotAllowed, Stale
from suggestions import handling, workflow
from suggestions.models import Assignment, Department, DepartmentMember
from tests.cast import person

from .at_desk import acts, events, form_of, fresh, office_path, path, states, told


@pytest.fixture
def water(city):
    return Department.objects.create(name="福州市水利局")


@pytest.fixture
def water_handler(water):
    user = person("", "江经办", "water@example.com")
    DepartmentMember.objects.create(user=user, department=water, role="handler")
    return user


@pytest.fixture
def shared(case, city, office, water, water_handler, other_handler):
    """A case 教育局 leads and has taken on, with 交通运输局 and 水利局 assisting."""

    def make(taken=True):
        suggestion = case("accepted")
        workflow.assign(suggestion, by=office, department=city.education, co=[city.traffic, water])
        return suggestion

    return make


@pytest.fixture
def begun(shared, handler):
    suggestion = shared()
    workflow.take_on(suggestion, by=handler)
    return suggestion


def part_of(suggestion, department):
    return suggestion.assignments.active().get(department=department)


def test_assigning_gives_each_department_its_part_and_tells_each_exactly_once(shared, city, handler, water):
    suggestion = shared()
    assert states(suggestion) == {
        "教育局": ("lead", "given"), "交通运输局": ("co", "given"), "水利局": ("co", "given"),
    }  # fmt: skip
    due = workdays.close_of(workdays.add_months(timezone.localdate(), 1))
    assert [p.due_at for p in suggestion.assignments.co()] == [due, due]
    assert suggestion.assignments.lead().get().due_at is None
    expected = [
        ("assigned", "author", "citizen"), ("assigned", "lead", "handler"), ("co_given", "co", "other-handler"),
        ("co_given", "co", "water"),
    ]  # fmt: skip
    assert told("assigned", "co_given", "lead_given") == expected
    assert told("assigned", "co_given", "lead_given") == expected


def test_the_lead_reads_in_the_message_who_assists(shared, handler):
    from notifications.messages import message

    change = shared().changes.get(event="assigned")
    said = "\n".join(message(change, "lead").paragraphs)
    assert "协办单位：福州市交通运输局、福州市水利局" in said and "5 个工作日内退办一次" in said
    assert "协办" not in "\n".join(message(change, "author").paragraphs)


def test_a_co_handler_finds_the_case_in_a_queue_of_its_own_by_the_day_its_opinion_is_due(
    client, shared, city, other_handler, handler
):
    suggestion = shared()
    client.force_login(other_handler)
    page = client.get("/desk/?queue=assist")
    [row] = page.context["rows"]
    part = part_of(suggestion, city.traffic)
    left = workdays.between(timezone.localdate(), timezone.localdate(part.due_at))
    assert (row["case"], row["due"], str(row["urgency"].word)) == (suggestion, part.due_at, f"还有 {left} 个工作日")
    assert row["url"] == path(suggestion) + "?queue=assist"
    assert client.get(row["url"]).status_code == 200
    workflow.give_opinion(part, by=other_handler, text="同意。")
    assert client.get("/desk/?queue=assist").context["rows"] == []
    client.force_login(handler)
    assert client.get("/desk/?queue=assist").context["rows"] == []


def test_the_queue_to_assist_costs_the_same_however_long(
    client, shared, city, other_handler, django_assert_max_num_queries, citizen, office
):
    shared()
    client.force_login(other_handler)
    client.get("/desk/?queue=assist")
    costs = []
    for count in (0, 19):
        for n in range(count):
            copy = fresh(shared_copy(citizen, city, n))
            workflow.assign(copy, by=office, department=city.education, co=[city.traffic])
        with django_assert_max_num_queries(16) as asked:
            assert len(client.get("/desk/?queue=assist").context["rows"]) == count + 1
        costs.append(len(asked))
    assert costs[0] == costs[1]


def shared_copy(citizen, city, n):
    from suggestions.models import Suggestion

    return Suggestion.objects.create(
        number=f"2026-7{n:05}", title=f"第{n}件", status="accepted", author=citizen, category=city.category,
        division=city.street, submitted_at=timezone.now(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "offered"),
    [("given", ["assist", "opinion", "return-part", "log-contact"]), ("taken", ["opinion", "log-contact"]),
     ("opinion_in", ["log-contact"])],
)  # fmt: skip
def test_a_co_handler_is_offered_what_its_part_allows(state, offered, client, shared, city, other_handler):
    suggestion = shared()
    part = part_of(suggestion, city.traffic)
    if state != "given":
        workflow.take_part(part, by=other_handler)
    if state == "opinion_in":
        workflow.give_opinion(part, by=other_handler, text="同意。")
    client.force_login(other_handler)
    assert acts(client, suggestion) == offered


def test_taking_on_and_giving_the_opinion_tell_the_lead_and_show_in_the_panel(
    client, begun, city, handler, other_handler
):
    client.force_login(other_handler)
    answer = client.post(path(begun, "assist") + "?queue=assist", follow=True)
    assert answer.redirect_chain == [(path(begun) + "?queue=assist", 302)]
    answer = client.post(path(begun, "opinion"), {"text": "路口监控由我局负责，\n可以提供。"})
    assert answer.status_code == 302
    part = part_of(begun, city.traffic)
    assert (part.status, part.opinion, part.opinion_by) == (
        "opinion_in",
        "路口监控由我局负责，\n可以提供。",
        other_handler,
    )
    assert (part.opinion_at, part.due_at) == (part.changes.get(event="opinion_in").at, None)
    assert events(part) == ["co_given", "co_taken", "opinion_in"]
    assert told("co_taken", "opinion_in") == [("co_taken", "lead", "handler"), ("opinion_in", "lead", "handler")]
    client.force_login(handler)
    page = client.get(path(begun)).content.decode()
    assert "路口监控由我局负责" in page and "尚缺协办意见：福州市水利局" in page


def test_an_empty_opinion_is_asked_for_again(client, begun, city, other_handler):
    client.force_login(other_handler)
    assert client.post(path(begun, "opinion"), {"text": " "}).status_code == 422
    assert part_of(begun, city.traffic).status == "given"


def test_the_opinion_is_nobodys_business_but_the_staffs(client, begun, city, office, other_handler, citizen, neighbour):
    workflow.publish(begun, by=office)
    workflow.give_opinion(part_of(begun, city.traffic), by=other_handler, text="内部意见：建议暂缓。")
    for reader in (None, citizen, neighbour):
        client.logout()
        if reader:
            client.force_login(reader)
        page = client.get(begun.get_absolute_url()).content.decode()
        assert "内部意见" not in page and "尚缺" not in page
        assert "主办单位：福州市教育局。" in page and "协办单位：福州市交通运输局、福州市水利局" in page
    client.force_login(office)
    assert "内部意见" in client.get(office_path(begun)).content.decode()


def test_the_lead_drafts_while_opinions_are_awaited_but_cannot_hand_in(client, begun, handler):
    client.force_login(handler)
    page = client.get(path(begun))
    assert [a.slug for a, *_rest in page.context["acts"]][0] == "draft"
    assert "意见到齐或逾期后，才能提交答复审核" in page.content.decode()
    assert f'data-autosave="{path(begun, "draft")}"' in page.content.decode()
    assert client.post(path(begun, "draft"), {"text": "先写着", "result": ""}).status_code == 302
    assert form_of(client.get(path(begun)), "draft")["text"].value() == "先写着"
    answer = client.post(path(begun, "hand-in"), {"text": "已办。", "result": "A"})
    assert (answer.status_code, fresh(begun).status) == (409, "in_progress")
    assert fresh(begun).replies.get().text == "先写着"


def test_who_writes_while_one_more_is_asked_to_assist_keeps_the_words_and_reads_why(
    client, case, city, handler, other_handler, office
):
    suggestion = case("in_progress")
    client.force_login(handler)
    sent = {"seen": form_of(client.get(path(suggestion)), "hand-in")["seen"].value(), "text": "写好了。", "result": "A"}
    workflow.involve(suggestion, by=office, department=city.traffic)
    answer = client.post(path(suggestion, "hand-in"), sent)
    assert (answer.status_code, "写好了。" in answer.content.decode()) == (409, True)
    assert "尚缺协办意见：福州市交通运输局" in answer.context["change_line"]
    with pytest.raises(Stale):
        workflow.hand_in(suggestion, by=handler, text="写好了。", result="A")
    assert fresh(suggestion).status == "in_progress"


def test_once_all_opinions_are_in_the_reply_can_be_handed_in(
    client, begun, city, water, handler, other_handler, water_handler
):
    workflow.give_opinion(part_of(begun, city.traffic), by=other_handler, text="无意见。")
    client.force_login(handler)
    assert "hand-in" not in acts(client, begun)
    workflow.give_opinion(part_of(begun, water), by=water_handler, text="同意。")
    assert acts(client, begun)[0] == "hand-in"
    workflow.hand_in(begun, by=handler, text="已办。", result="A")
    assert begun.status == "reply_review"


def test_the_lead_goes_on_without_an_overdue_opinion_and_the_page_says_so(
    client, begun, city, water, handler, other_handler
):
    workflow.give_opinion(part_of(begun, city.traffic), by=other_handler, text="无意见。")
    Assignment.objects.filter(department=water).update(due_at=timezone.now() - timedelta(days=1))
    client.force_login(handler)
    page = client.get(path(begun))
    assert [a.slug for a, *_rest in page.context["acts"]][0] == "hand-in"
    assert "福州市水利局的协办意见已逾期，主办单位可以不再等待" in page.content.decode()
    workflow.hand_in(begun, by=handler, text="已办。", result="A")
    assert begun.status == "reply_review"


def test_an_opinion_that_comes_after_the_reply_was_handed_in_is_refused_with_its_words_kept(
    client, begun, city, water, handler, other_handler
):
    Assignment.objects.co().update(due_at=timezone.now() - timedelta(days=1))
    client.force_login(other_handler)
    seen = form_of(client.get(path(begun)), "opinion")["seen"].value() or ""
    workflow.hand_in(begun, by=handler, text="已办。", result="A")
    answer = client.post(path(begun, "opinion"), {"text": "来晚了的意见", "seen": seen})
    assert (answer.status_code, "来晚了的意见" in answer.content.decode()) == (409, True)
    assert part_of(begun, city.traffic).opinion == ""


def test_a_second_opinion_of_the_same_department_comes_second(client, begun, city, other_handler):
    colleague = person("", "吴经办", "colleague@example.com")
    DepartmentMember.objects.create(user=colleague, department=city.traffic, role="handler")
    client.force_login(colleague)
    seen = form_of(client.get(path(begun)), "opinion")["seen"].value() or ""
    workflow.give_opinion(part_of(begun, city.traffic), by=other_handler, text="我局意见。")
    answer = client.post(path(begun, "opinion"), {"text": "另一份意见", "seen": seen})
    assert answer.status_code == 409
    assert "福州市交通运输局已提交协办意见" in answer.context["change_line"]
    assert part_of(begun, city.traffic).opinion == "我局意见。"


def test_releasing_the_reply_ends_every_part_and_tells_those_who_assisted(
    begun, city, water, handler, approver, other_handler
):
    workflow.give_opinion(part_of(begun, city.traffic), by=other_handler, text="无意见。")
    Assignment.objects.filter(department=water).update(due_at=timezone.now() - timedelta(days=1))
    workflow.hand_in(begun, by=handler, text="已办。", result="A")
    workflow.release_reply(begun, by=approver)
    assert {status for _part, status in states(begun).values()} == {"done"}
    assert told("co_done") == [("co_done", "co", "other-handler"), ("co_done", "co", "water")]
    panel = handling.panel(begun, is_staff=True)
    assert [line.tag.label for line in panel.assisting] == ["已提交意见", "未提交意见"]
    assert (panel.awaited, panel.late) == ("", "")


def test_the_office_involves_one_more_and_takes_one_off_with_a_reason(
    client, case, city, office, handler, other_handler
):
    suggestion = case("in_progress")
    client.force_login(office)
    page = client.get(office_path(suggestion, "involve"))
    assert city.education not in page.context["form"].fields["department"].queryset
    assert client.post(office_path(suggestion, "involve"), {"department": city.traffic.pk}).status_code == 302
    assert states(suggestion)["交通运输局"] == ("co", "given")
    assert client.post(office_path(suggestion, "involve"), {"department": city.traffic.pk}).status_code == 422
    assert told("co_given") == [("co_given", "co", "other-handler")]
    part = part_of(suggestion, city.traffic)
    assert client.post(office_path(suggestion, "relieve"), {"part": part.pk, "reason": ""}).status_code == 422
    assert client.post(office_path(suggestion, "relieve"), {"part": part.pk, "reason": "不涉及"}).status_code == 302
    assert (fresh(part).status, fresh(part).due_at) == ("relieved", None)
    assert told("co_relieved") == [("co_relieved", "co", "other-handler")]
    # Nobody is left to be relieved.
    assert client.get(office_path(suggestion, "relieve")).status_code == 409


def test_whoever_was_taken_off_a_moment_ago_reads_so_and_keeps_the_words(
    client, case, city, office, handler, other_handler
):
    suggestion = case("in_progress")
    part = workflow.involve(suggestion, by=office, department=city.traffic)
    client.force_login(other_handler)
    client.get(path(suggestion))
    workflow.relieve(part, by=office, reason="不涉及")
    answer = client.post(path(suggestion, "opinion"), {"text": "写了一半的意见"})
    assert (answer.status_code, "写了一半的意见" in answer.content.decode()) == (409, True)
    assert "取消福州市交通运输局的协办任务" in answer.context["change_line"]
    assert client.get(path(suggestion)).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("handler", 403), ("approver", 403), ("deputy", 403), ("office", 403), ("other_approver", 403),
     ("citizen", 404), ("neighbour", 404), ("officer", 404)],
)  # fmt: skip
@pytest.mark.parametrize("act", ["assist", "opinion", "return-part"])
def test_nobody_but_the_co_handlers_people_acts_for_it(act, who, status, client, shared, request, city, deputy):
    by = request.getfixturevalue(who)
    suggestion = shared()
    if who == "deputy":
        type(suggestion).objects.filter(pk=suggestion.pk).update(deputy=deputy.deputy)
    client.force_login(by)
    assert client.post(path(suggestion, act), {"text": "意见", "reason": "无关"}).status_code == status
    assert part_of(suggestion, city.traffic).status == "given"


def test_the_same_department_assists_again_when_the_case_is_handled_again(
    case, city, office, handler, approver, other_handler, citizen
):
    suggestion = case("in_progress")
    first = workflow.involve(suggestion, by=office, department=city.traffic)
    workflow.give_opinion(first, by=other_handler, text="第一次意见。")
    workflow.hand_in(suggestion, by=handler, text="已办。", result="A")
    workflow.release_reply(suggestion, by=approver)
    workflow.rate(suggestion, by=citizen, attitude=2, result=1, reason="不够")
    again = workflow.involve(suggestion, by=office, department=city.traffic)
    assert (fresh(first).status, fresh(first).opinion, again.status) == ("relieved", "第一次意见。", "given")
    with pytest.raises(MoveNotAllowed):
        workflow.involve(suggestion, by=office, department=city.traffic)
    assert [line.part for line in handling.panel(suggestion, is_staff=True).past] == [first]


def test_the_office_assigns_with_lead_and_co_handlers_in_one_form(client, case, city, office, water, handler):
    suggestion = case("referred")
    client.force_login(office)
    both = {"department": city.education.pk, "co": [city.education.pk, water.pk]}
    page = client.post(office_path(suggestion, "assign"), both)
    assert (page.status_code, "主办单位不能同时是协办单位" in page.content.decode()) == (422, True)
    answer = client.post(office_path(suggestion, "assign"), both | {"co": [city.traffic.pk, water.pk]})
    assert answer.status_code == 302
    assert states(suggestion) == {
        "教育局": ("lead", "given"), "交通运输局": ("co", "given"), "水利局": ("co", "given"),
    }  # fmt: skip


def test_the_pages_of_a_case_ask_as_much_for_eight_departments_as_for_two(
    client, case, city, office, handler, django_assert_max_num_queries
):
    suggestion = case("accepted")
    others = [Department.objects.create(name=f"第{n}局") for n in range(7)]
    workflow.assign(suggestion, by=office, department=city.education, co=others[:1])
    costs = {}
    for more in (others[1:], []):
        for user, page in ((handler, path(suggestion)), (office, office_path(suggestion))):
            client.force_login(user)
            client.get(page)
            with django_assert_max_num_queries(75) as asked:
                assert client.get(page).status_code == 200
            costs.setdefault(page, []).append(len(asked))
        for other in more:
            workflow.involve(suggestion, by=office, department=other)
    # Each opinion's date is explained from the calendar; everything else is asked once.
    assert all(after - before <= 6 * 2 for before, after in costs.values())
