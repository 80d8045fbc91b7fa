"""The ledger of promises, the department's pages for it, badges, and the office's acts of supervision."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from suggestions import workflow
from suggestions.models import Commitment, Evidence, Suggestion
from suggestions.tests.made import picture, upload

from .promised import LIGHTS, SURVEY, keep, let_pass, reply

pytestmark = pytest.mark.django_db
LEDGER = "/commitments/"


@pytest.fixture
def promised(case, handler, approver, office):
    """citizen's published suggestion with two promises: for nine days from now and for forty."""
    suggestion = case("in_progress")
    workflow.publish(suggestion, by=office)
    return reply(suggestion, handler, approver, promises=[(LIGHTS, 9), (SURVEY, 40)])


@pytest.fixture
def lights(promised):
    return promised.commitments.get(what=LIGHTS)


@pytest.fixture
def as_user(client):
    """``as_user(user)``: the client signed in."""

    def enter(user):
        client.force_login(user)
        return client

    return enter


def listed(client, query=""):
    return [entry.what for entry in client.get(LEDGER + query).context["entries"]]


def test_the_ledger_shows_every_promise_of_published_suggestions_the_latest_day_first(client, promised, office):
    response = client.get(LEDGER)
    assert [e.what for e in response.context["entries"]] == [SURVEY, LIGHTS]
    page = response.content.decode()
    assert "2 项承诺" in page
    assert "承诺日期晚的在前" in page
    workflow.unpublish(promised, by=office, reason="含个人信息")
    assert "还没有承诺事项" in client.get(LEDGER).content.decode()


def test_a_promise_in_the_making_is_nobodys(client, case, handler, office):
    suggestion = case("in_progress")
    workflow.publish(suggestion, by=office)
    on = timezone.localdate() + timedelta(days=9)
    workflow.hand_in(suggestion, by=handler, text="将办。", result="B", promises=[(LIGHTS, on)])
    assert listed(client) == []
    assert LIGHTS not in client.get(suggestion.get_absolute_url()).content.decode()


def test_each_filter_narrows_and_nonsense_is_ignored(client, promised, lights, handler, approver, city):
    keep(lights, handler, approver)
    month = f"{promised.commitments.get(what=SURVEY).due_on:%Y-%m}"
    found = {
        query: listed(client, f"?{query}")
        for query in ("state=due", "state=kept", "state=overdue", "state=reported", f"month={month}", "theme=education",
                      f"department={city.education.pk}", f"department={city.traffic.pk}", "county=350102",
                      "county=350104", "state=nonsense", "month=2026-13", "page=nonsense")
    }  # fmt: skip
    both = [SURVEY, LIGHTS]
    assert found == {
        "state=due": [SURVEY], "state=kept": [LIGHTS], "state=overdue": [], "state=reported": [],
        f"month={month}": [SURVEY], "theme=education": both, f"department={city.education.pk}": both,
        f"department={city.traffic.pk}": [], "county=350102": both, "county=350104": [], "state=nonsense": both,
        "month=2026-13": both, "page=nonsense": both,
    }  # fmt: skip


def test_overdue_is_said_on_the_day_after_whether_the_clock_has_run_or_not(client, promised, lights):
    let_pass(lights)
    assert listed(client, "?state=overdue") == [LIGHTS]
    assert "已逾期" in client.get(LEDGER).content.decode()
    workflow.miss(lights)
    assert listed(client, "?state=overdue") == [LIGHTS]


def test_the_ledger_costs_as_many_queries_for_twenty_rows_as_for_one(client, promised, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as short:
        client.get(LEDGER)
    row = promised.commitments.get(what=LIGHTS)
    for _n in range(19):
        row.pk = None
        row.save(force_insert=True)
    with django_assert_max_num_queries(12) as long:
        assert len(client.get(LEDGER).context["entries"]) == 20
    assert len(long) == len(short)


def test_the_badge_says_the_broken_promise_first_then_the_next_day_then_all_kept(
    client, promised, lights, handler, approver
):
    def badge():
        [row] = client.get("/suggestions/").context["entries"]
        assert row.badge.label in client.get(promised.get_absolute_url()).content.decode()
        return row.badge

    assert badge().label == f"承诺{lights.due_on.month}月{lights.due_on.day}日前兑现"
    let_pass(lights)
    assert badge() == ("1 项承诺逾期", "late")
    keep(lights, handler, approver)
    keep(promised.commitments.get(what=SURVEY), handler, approver)
    assert badge() == ("2 项承诺已兑现", "done")


def test_the_department_reports_with_evidence_and_a_second_person_confirms(
    as_user, client, promised, lights, handler, approver, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    address = reverse("desk_commitment", args=[lights.pk])
    as_user(handler)
    assert LIGHTS in client.get("/desk/commitments/").content.decode()
    assert "待兑现的承诺" in client.get("/desk/").content.decode()
    # A file is wrong and nothing is written: the good file is kept, both are said.
    files = [upload(picture(), "路灯.jpg"), upload(b"MZ", "路灯.exe")]
    response = client.post(address, {"act": "report", "report": "", "files": files})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"report", "files"})
    assert [e.name for e in Evidence.objects.all()] == ["路灯.jpg"]
    assert client.post(address, {"act": "confirm"}).status_code == 403
    response = client.post(address, {"act": "report", "report": "已装好十二盏"})
    assert (response.status_code, Commitment.objects.get(pk=lights.pk).status) == (302, "reported")
    client.logout()
    page = client.get(promised.get_absolute_url()).content.decode()
    assert "已装好十二盏" not in page  # nobody has confirmed it
    evidence = reverse("evidence", args=[Evidence.objects.get().pk])
    assert client.get(evidence).status_code == 404
    as_user(approver)
    assert "已装好十二盏" in client.get(address).content.decode()
    client.post(address, {"act": "confirm"})
    client.logout()
    page = client.get(promised.get_absolute_url()).content.decode()
    assert "已装好十二盏" in page
    assert f'href="{evidence}"' in page
    assert client.get(evidence).status_code == 200


def test_a_file_can_be_taken_off_until_it_is_reported_and_the_words_stay(as_user, lights, handler, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    address, client = reverse("desk_commitment", args=[lights.pk]), as_user(handler)
    client.post(address, {"act": "report", "report": "", "files": upload(picture())})
    kept = Evidence.objects.get()
    response = client.post(address, {"act": "report", "report": "写到一半", "drop": str(kept.pk)})
    assert (response.status_code, "写到一半" in response.content.decode(), Evidence.objects.count()) == (200, True, 0)
    client.post(address, {"act": "report", "report": "已装好"})
    assert client.post(address, {"act": "report", "report": "x", "files": upload(picture())}).status_code == 403
    assert Evidence.objects.count() == 0


def test_a_report_on_what_somebody_reported_meanwhile_is_409_with_the_words(as_user, lights, handler):
    client, address = as_user(handler), reverse("desk_commitment", args=[lights.pk])
    seen = client.get(address).context["forms"]["report"]["seen"].value()
    workflow.report_kept(lights, by=handler, report="先写的")
    response = client.post(address, {"act": "report", "report": "后写的报告内容", "seen": seen})
    assert (response.status_code, "后写的报告内容" in response.content.decode()) == (409, True)
    assert Commitment.objects.get(pk=lights.pk).report == "先写的"


def test_only_the_department_and_the_office_open_it(client, lights, request):
    address = reverse("desk_commitment", args=[lights.pk])
    found = {}
    for name in ("citizen", "deputy", "officer", "handler", "approver", "other_handler", "office"):
        client.force_login(request.getfixturevalue(name))
        found[name] = client.get(address).status_code
    assert {name for name, status in found.items() if status == 200} == {"handler", "approver", "office"}
    assert set(found.values()) == {200, 404}


def test_the_departments_list_costs_as_many_queries_for_twenty_rows_as_for_one(
    as_user, lights, handler, django_assert_max_num_queries
):
    client, address = as_user(handler), "/desk/commitments/"
    with django_assert_max_num_queries(12) as short:
        client.get(address)
    for _n in range(18):
        lights.pk = None
        lights.save(force_insert=True)
    with django_assert_max_num_queries(12) as long:
        assert len(client.get(address).context["rows"]) == 20
    assert len(long) == len(short)


def act(suggestion, slug):
    return reverse("admin:suggestions_suggestion_act", args=[suggestion.pk, slug])


def test_the_office_supervises_in_the_admin_and_two_people_close_it(as_user, case, office, other_office):
    suggestion, client = case("supervised"), as_user(office)
    assert "督办中" in client.get("/admin/").content.decode()
    client.post(act(suggestion, "supervisor"), {"supervisor": other_office.pk})
    assert suggestion.supervisions.get().supervisor == other_office
    assert client.post(act(suggestion, "propose-closing"), {"reason": " "}).status_code == 422
    client.post(act(suggestion, "propose-closing"), {"reason": "本市无权更改"})
    page = client.get(reverse("admin:suggestions_suggestion_change", args=[suggestion.pk])).content.decode()
    assert "须由本机构另一人同意" in page
    assert act(suggestion, "close-over") not in page
    assert client.post(act(suggestion, "close-over"), {}).status_code == 409
    client = as_user(other_office)
    response = client.get(act(suggestion, "close-over"))
    assert "本市无权更改" in response.content.decode()
    seen = {name: response.context["form"][name].value() or "" for name in ("seen", "base", "proposal")}
    # Refused and proposed anew meanwhile, in other words than those read.
    workflow.refuse_closing(suggestion, by=office, note="改一改")
    workflow.propose_closing(suggestion, by=office, reason="另一个理由")
    assert client.post(act(suggestion, "close-over"), seen).status_code == 409
    assert Suggestion.objects.get().status == "supervised"
    seen["proposal"] = client.get(act(suggestion, "close-over")).context["form"]["proposal"].value()
    assert client.post(act(suggestion, "close-over"), seen).status_code == 302
    assert Suggestion.objects.get().status == "closed"
    page = client.get(reverse("admin:suggestions_suggestion_change", args=[suggestion.pk])).content.decode()
    assert office.get_full_name() in page
    assert other_office.get_full_name() in page


def test_the_published_reason_stands_on_the_page_while_it_is_closed_so(client, case, office, other_office):
    suggestion = case("supervised")
    workflow.publish(suggestion, by=office)
    workflow.propose_closing(suggestion, by=office, reason="本市无权更改")
    assert "本市无权更改" not in client.get(suggestion.get_absolute_url()).content.decode()
    workflow.close_over(suggestion, by=other_office)
    page = client.get(suggestion.get_absolute_url()).content.decode()
    assert "提出人仍不满意，人大代表工作机构予以办结" in page
    assert "本市无权更改" in page
    assert office.get_full_name() not in page


def test_the_office_orders_again_with_a_day_of_its_own(as_user, case, office):
    suggestion, client = case("supervised"), as_user(office)
    assert client.post(act(suggestion, "order-again"), {"note": ""}).status_code == 422
    assert client.post(act(suggestion, "order-again"), {"note": "请逐校核实"}).status_code == 302
    assert Suggestion.objects.get().status == "in_progress"


def test_the_office_reopens_and_sends_a_report_back_in_the_admin(
    as_user, promised, lights, citizen, handler, approver, office
):
    client = as_user(office)
    workflow.report_kept(lights, by=handler, report="已装好")
    assert client.post(
        act(promised, "send-report-back"), {"commitment": lights.pk, "reason": "没有照片"}
    ).status_code == 302  # fmt: skip
    assert Commitment.objects.get(pk=lights.pk).status == "promised"
    let_pass(lights)
    workflow.miss(lights)
    reply(Suggestion.objects.get(), handler, approver)
    workflow.rate(promised, by=citizen, attitude=3, result=3)
    assert client.post(act(promised, "reopen"), {"note": "路灯还没有装"}).status_code == 302
    assert Suggestion.objects.get().status == "in_progress"
