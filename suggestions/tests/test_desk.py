"""The desk's lists: what waits for whom, in which order, at what cost."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import escape

from accounts.models import OfficeMember
from fzportal import workdays
from liaison.models import Deputy
from suggestions import workflow
from suggestions.models import DepartmentMember, Suggestion, SuggestionChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(city, citizen):
    """``many(n, status="accepted", **fields)``: submitted rows, the first due first."""

    def make(count, status="accepted", **fields):
        now = timezone.now()
        last = Suggestion.objects.order_by("pk").values_list("pk", flat=True).last() or 0
        rows = [
            Suggestion(
                number=f"2026-9{last + n:05}", title=f"第{last + n}条", situation="路灯不亮", status=status,
                author=citizen, division=city.street, category=city.category, submitted_at=now,
                due_at=now + timedelta(days=1, minutes=n), **fields,
            )
            for n in range(count)
        ]  # fmt: skip
        return Suggestion.objects.bulk_create(rows)

    return make


def titles(response):
    """Titles of the open queue's rows, in order."""
    return [row["case"].title for row in response.context["rows"]]


def sizes(response):
    """slug -> number shown, over all tabs."""
    return {queue.slug: size for _role, tabs in response.context["sections"] for queue, size, _url, _open in tabs}


def test_a_stranger_is_asked_to_sign_in_and_comes_back(client):
    answer = client.get("/desk/?queue=pool")
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/desk/%3Fqueue%3Dpool")


def test_a_person_without_a_task_reads_why_the_desk_is_closed(client, citizen):
    client.force_login(citizen)
    answer = client.get("/desk/")
    assert answer.status_code == 403
    assert "工作台" in answer.content.decode()


def test_a_deputy_finds_the_pool_of_their_division_field_and_station(client, city, citizen, deputy, many):
    elsewhere = city.cangshan.children.first()
    [by_division] = many(1)
    [by_field] = many(1)
    Suggestion.objects.filter(pk=by_field.pk).update(division=elsewhere)
    [by_station] = many(1)
    Suggestion.objects.filter(pk=by_station.pk).update(division=elsewhere, category=None, station=city.station)
    [of_others] = many(1)
    Suggestion.objects.filter(pk=of_others.pk).update(division=elsewhere, category=None)
    deputy.deputy.stations.set([city.station])
    client.force_login(deputy)
    assert titles(client.get("/desk/?queue=pool")) == [by_division.title, by_field.title, by_station.title]


def test_a_deputy_finds_what_they_claimed_what_is_late_and_what_they_passed_on(client, deputy, many):
    late = timezone.now() - timedelta(days=2)
    many(2)
    [claimed] = many(1, "triaging", deputy=deputy.deputy)
    [unsatisfied] = many(1, "rehandling", deputy=deputy.deputy)
    [referred] = many(1, "referred", deputy=deputy.deputy)
    [waiting] = many(1)
    Suggestion.objects.filter(pk__in=[claimed.pk, waiting.pk, referred.pk]).update(due_at=late)
    client.force_login(deputy)
    page = client.get("/desk/?queue=overdue")
    assert sizes(page) == {"pool": "3", "claimed": "2", "overdue": "2", "passed-on": "1"}
    assert titles(page) == [claimed.title, waiting.title]
    assert titles(client.get("/desk/?queue=claimed")) == [claimed.title, unsatisfied.title]
    assert titles(client.get("/desk/?queue=passed-on")) == [referred.title]


def test_a_department_finds_its_work_by_stage_and_nobody_elses(client, city, handler, other_handler, many):
    ours = {"department": city.education}
    [assigned] = many(1, "assigned", **ours)
    [begun] = many(1, "in_progress", **ours)
    [again] = many(1, "rehandling", **ours)
    [written] = many(1, "reply_review", **ours)
    many(1, "in_progress", department=city.traffic)
    Suggestion.objects.filter(pk=written.pk).update(due_at=timezone.now() - timedelta(hours=1))
    client.force_login(handler)
    page = client.get("/desk/?queue=in-progress")
    assert sizes(page) == {
        "assigned": "1", "in-progress": "2", "to-release": "1", "department-overdue": "1", "assist": "0",
    }  # fmt: skip
    assert titles(page) == [begun.title, again.title]
    assert titles(client.get("/desk/?queue=to-release")) == [written.title]
    client.force_login(other_handler)
    assert sizes(client.get("/desk/")) == {
        "assigned": "0",
        "in-progress": "1",
        "to-release": "0",
        "department-overdue": "0",
        "assist": "0",
    }


def test_what_came_back_from_the_approver_says_so_in_the_list(client, case, handler, approver):
    from suggestions import workflow

    workflow.send_back(case("reply_review"), by=approver, reason="请写明日期")
    client.force_login(handler)
    page = client.get("/desk/?queue=in-progress")
    assert [row["state"] for row in page.context["rows"]] == ["已退回修改"]
    assert "已退回修改" in page.content.decode()


def test_without_a_queue_named_the_first_with_work_opens(client, deputy, many):
    many(1, "triaging", deputy=deputy.deputy)
    client.force_login(deputy)
    assert client.get("/desk/").context["queue"].slug == "claimed"
    assert client.get("/desk/?queue=nonsense").context["queue"].slug == "claimed"


def test_the_office_is_shown_to_the_administration(client, office):
    client.force_login(office)
    page = client.get("/desk/")
    assert page.status_code == 200
    assert 'href="/admin/"' in page.content.decode()
    assert page.context["sections"] == []


def test_a_station_officer_reads_what_came_from_the_station_and_was_published(client, case, city, officer, office):
    from suggestions import workflow

    client.force_login(officer)
    empty = client.get("/desk/")
    assert "接待" in empty.content.decode()
    suggestion = case("accepted")
    Suggestion.objects.filter(pk=suggestion.pk).update(station=city.station)
    assert titles(client.get("/desk/")) == []
    workflow.publish(suggestion, by=office)
    page = client.get("/desk/")
    assert [row["url"] for row in page.context["rows"]] == [f"/suggestions/{suggestion.number}/"]


def test_several_roles_stand_in_sections_of_their_own(client, city, deputy, many):
    DepartmentMember.objects.create(user=deputy, department=city.education, role="approver")
    OfficeMember.objects.create(user=deputy)
    many(1)
    client.force_login(deputy)
    page = client.get("/desk/")
    assert [role for role, _tabs in page.context["sections"]] == ["代表", "承办单位"]
    assert 'href="/admin/"' in page.content.decode()


def test_rows_stand_oldest_due_first_and_those_without_a_date_last(client, deputy, many):
    first, second, third = many(3)
    Suggestion.objects.filter(pk=first.pk).update(due_at=None)
    Suggestion.objects.filter(pk=third.pk).update(due_at=timezone.now())
    client.force_login(deputy)
    assert titles(client.get("/desk/?queue=pool")) == [third.title, second.title, first.title]


def test_every_row_says_its_age_and_its_urgency_in_working_days_and_words(client, deputy, many):
    rows = many(4)
    now, today = timezone.now(), timezone.localdate()
    past = next(d for d in (today - timedelta(days=n) for n in range(1, 20)) if workdays.between(d, today) == 3)
    for row, due in zip(rows, (past, today, workdays.add(today, 2), workdays.add(today, 9)), strict=True):
        changed = {"due_at": workdays.close_of(due), "submitted_at": now - timedelta(days=5)}
        Suggestion.objects.filter(pk=row.pk).update(**changed)
    client.force_login(deputy)
    page = client.get("/desk/?queue=pool")
    shown = [(r["urgency"].tone, str(r["urgency"].word), r["age"]) for r in page.context["rows"]]
    assert shown == [
        ("late", "已逾期 3 个工作日", "5 天前收到"), ("wait", "今天到期", "5 天前收到"),
        ("wait", "还有 2 个工作日", "5 天前收到"), ("calm", "还有 9 个工作日", "5 天前收到"),
    ]  # fmt: skip
    html = page.content.decode()
    assert all(word in html for _tone, word, _age in shown)


def test_pages_of_a_queue_follow_each_other_without_a_gap_and_keep_the_queue(client, deputy, many):
    rows = many(45)
    client.force_login(deputy)
    seen, url = [], "?queue=pool"
    for _page in range(3):
        page = client.get(f"/desk/{url}")
        seen += titles(page)
        url = page.context["older"]
        assert "queue=pool" in (url or "queue=pool")
    assert (seen, url) == ([row.title for row in rows], "")
    assert client.get("/desk/?queue=pool&page=broken").context["rows"][0]["case"] == rows[0]


def test_a_long_list_costs_as_many_queries_as_a_short_one(client, city, deputy, many, django_assert_max_num_queries):
    DepartmentMember.objects.create(user=deputy, department=city.education, role="handler")
    client.force_login(deputy)
    many(1)
    with django_assert_max_num_queries(17) as short:
        client.get("/desk/?queue=pool")
    many(30)
    with django_assert_max_num_queries(17) as long:
        client.get("/desk/?queue=pool")
    assert len(long) == len(short)


@pytest.mark.parametrize("queue", ["assigned", "in-progress", "to-release", "department-overdue"])
def test_a_departments_list_costs_the_same_however_long(
    queue, client, city, handler, many, django_assert_max_num_queries
):
    client.force_login(handler)
    costs = []
    for count in (1, 20):
        for status in ("assigned", "in_progress", "reply_review"):
            rows = many(count, status, department=city.education)
            Suggestion.objects.filter(pk=rows[0].pk).update(due_at=timezone.now())
        with django_assert_max_num_queries(16) as asked:
            client.get(f"/desk/?queue={queue}")
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_a_membership_that_ended_yesterday_opens_nothing_at_the_next_request(client, case, handler, deputy):
    suggestion = case("in_progress")
    client.force_login(handler)
    assert client.get(f"/desk/{suggestion.number}/").status_code == 200
    yesterday = timezone.localdate() - timedelta(days=1)
    DepartmentMember.objects.filter(user=handler).update(since=yesterday, until=yesterday)
    assert client.get("/desk/").status_code == 403
    assert client.get(f"/desk/{suggestion.number}/").status_code == 404
    assert client.post(f"/desk/{suggestion.number}/draft/", {"text": "迟到的话"}).status_code == 404
    client.force_login(deputy)
    Deputy.objects.filter(user=deputy).update(since=yesterday, until=yesterday)
    assert client.get(f"/desk/{suggestion.number}/").status_code == 404


def test_a_case_that_is_not_ones_work_is_not_there(client, case, other_deputy, other_handler, officer, citizen):
    suggestion = case("in_progress")
    for person in (other_deputy, other_handler, officer, citizen):
        client.force_login(person)
        assert client.get(f"/desk/{suggestion.number}/").status_code == 404
    assert client.get("/desk/2026-999999/").status_code == 404


def test_the_case_page_shows_the_authors_own_words_escaped(client, case, deputy):
    suggestion = case("accepted")
    Suggestion.objects.filter(pk=suggestion.pk).update(situation="<script>alert(1)</script>\n第二行")
    client.force_login(deputy)
    html = client.get(f"/desk/{suggestion.number}/").content.decode()
    assert escape("<script>alert(1)</script>") in html
    assert "<script>alert" not in html


def test_the_case_page_shows_neighbours_from_the_same_street(client, case, deputy, many):
    [before] = many(1, "triaging", deputy=None)
    [same] = many(1)
    suggestion = case("accepted")
    Suggestion.objects.filter(pk__in=[before.pk, same.pk]).update(division=suggestion.division_id)
    Suggestion.objects.filter(pk=suggestion.pk).update(due_at=None)
    later = Suggestion.objects.get(pk=suggestion.pk)
    client.force_login(deputy)
    page = client.get(f"/desk/{later.number}/")
    # The draft of the cast is older than both: only earlier ones are neighbours.
    assert page.context["earlier"] == []
    page = client.get(f"/desk/{same.number}/")
    assert [line["number"] for line in page.context["earlier"]] == [suggestion.number]
    assert page.context["earlier"][0]["url"] == f"/desk/{suggestion.number}/"


def test_staff_on_the_case_read_every_note_and_the_pool_only_public_ones(client, case, deputy, handler):
    suggestion = case("assigned")
    SuggestionChange.objects.create(
        subject=suggestion,
        before="assigned",
        after="assigned",
        event="decline_proposed",
        role="deputy",
        note="内部意见",
    )
    client.force_login(handler)
    assert "内部意见" in client.get(f"/desk/{suggestion.number}/").content.decode()
    assert "请主管部门研究公开办法。" in client.get(f"/desk/{suggestion.number}/").content.decode()


def test_the_case_page_says_how_the_due_date_came_about(client, case, handler):
    suggestion = case("assigned")
    client.force_login(handler)
    html = client.get(f"/desk/{suggestion.number}/").content.decode()
    assert "15 个工作日" in html


def test_a_station_officer_reads_the_public_title(client, case, city, officer, office):
    suggestion = case("accepted")
    suggestion.consents.get_or_create(kind="publish", withdrawn_at=None)
    Suggestion.objects.filter(pk=suggestion.pk).update(station=city.station)
    workflow.redact(suggestion, by=office, title="已隐去姓名的标题", situation="已隐去。")
    workflow.publish(suggestion, by=office)
    client.force_login(officer)
    page = client.get("/desk/?queue=station").content.decode()
    assert (suggestion.title in page, "已隐去姓名的标题" in page) == (False, True)
