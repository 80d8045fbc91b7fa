"""The office's first page, its list, its room for imports, and what may not be done there."""

import io
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from fzportal.models import Holiday
from liaison.models import RotaPlace
from notifications.models import Notification
from suggestions import tasks, workflow
from suggestions.admin import queues
from suggestions.models import Category, Department, ImportRun, Suggestion

LIST = "/admin/suggestions/suggestion/"


@pytest.fixture
def desk(client, office):
    client.force_login(office)
    return client


@pytest.fixture
def fill(citizen, city):
    """``fill(n)`` submits ``n`` suggestions with everything a row shows."""

    def go(count):
        made = []
        for n in range(count):
            new = Suggestion.objects.create(
                author=citizen, title=f"路灯第{n}盏", situation="不亮。", category=city.category, division=city.street
            )
            made.append(workflow.submit(new, by=citizen, consents=["publish"], contact={}))
        return made

    return go


def numbers(**ages):
    return {c.queue.slug: c.number for c in queues.counters() if c.number}


def test_each_queue_holds_what_its_name_says(case, office, deputy, handler, citizen):
    suggestion = case("submitted")
    assert numbers() == {"screen": 1}
    workflow.ask(suggestion, by=office, question="哪一所？")
    assert numbers() == {}
    workflow.answer(suggestion, by=citizen, text="温泉小学")
    assert numbers() == {"screen": 1, "answered": 1}
    workflow.accept(suggestion, by=office)
    assert numbers() == {"publish": 1}
    workflow.publish(suggestion, by=office)
    workflow.claim(suggestion, by=deputy)
    workflow.propose_decline(suggestion, by=deputy, note="属于个人诉求")
    assert numbers() == {"decline": 1}
    workflow.release(suggestion, by=deputy)
    workflow.claim(suggestion, by=deputy)
    assert numbers() == {}
    workflow.refer(suggestion, by=deputy, opinion="请研究。")
    assert numbers() == {"assign": 1}
    case_on = case  # the rest of the way by the real verbs
    workflow.assign(suggestion, by=office, department=Department.objects.get(name="福州市教育局"))
    workflow.take_on(suggestion, by=handler)
    workflow.hand_in(suggestion, by=handler, text="已办。", result="A")
    assert case_on and numbers() == {"review": 1}


def test_overdue_and_unclaimed_count_broken_promises_but_not_the_authors_own_time(case, office):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    late = timezone.now() - timedelta(days=1)
    Suggestion.objects.update(due_at=late)
    assert numbers() == {"unclaimed": 1, "overdue": 1}
    Suggestion.objects.update(due_at=None)
    assert numbers() == {}


def test_the_oldest_of_a_queue_is_told_in_days(fill):
    first, _second = fill(2)
    Suggestion.objects.filter(pk=first.pk).update(
        due_since=timezone.now() - timedelta(days=5, hours=1), due_at=timezone.now() - timedelta(days=1)
    )
    counter = queues.counters()[0]
    assert (counter.queue.slug, counter.number, counter.days) == ("screen", 2, 5)


def test_the_first_page_links_each_queue_to_its_list(desk, fill):
    fill(2)
    text = desk.get("/admin/").content.decode()
    for queue in queues.QUEUES:
        assert f'href="{LIST}?queue={queue.slug}"' in text and str(queue.label) in text
        shown = desk.get(f"{LIST}?queue={queue.slug}").context["cl"].result_list
        assert len(shown) == (2 if queue.slug == "screen" else 0)


def queries(desk, path, django_assert_max_num_queries, most):
    with django_assert_max_num_queries(most) as asked:
        assert desk.get(path).status_code == 200
    return len(asked)


def test_the_first_page_asks_few_questions_however_many_wait(desk, fill, django_assert_max_num_queries):
    desk.get("/admin/")
    fill(1)
    one = queries(desk, "/admin/", django_assert_max_num_queries, 10)
    fill(20)
    assert queries(desk, "/admin/", django_assert_max_num_queries, 10) == one


@pytest.mark.parametrize("path", [LIST, f"{LIST}?queue=all", f"{LIST}?q=路灯"])
def test_the_list_asks_as_much_for_twenty_rows_as_for_one(desk, fill, django_assert_max_num_queries, path):
    fill(1)
    desk.get(path)
    one = queries(desk, path, django_assert_max_num_queries, 15)
    fill(20)
    assert queries(desk, path, django_assert_max_num_queries, 15) == one


def test_the_case_asks_as_much_with_many_neighbours_as_with_few(desk, fill, django_assert_max_num_queries):
    first, *_rest = fill(2)
    path = reverse("admin:suggestions_suggestion_change", args=[first.pk])
    few = queries(desk, path, django_assert_max_num_queries, 28)
    fill(10)
    assert queries(desk, path, django_assert_max_num_queries, 28) == few


def shown(desk, query):
    return {s.title for s in desk.get(LIST + query).context["cl"].result_list}


def test_the_list_begins_with_what_is_to_be_screened_the_most_urgent_first(desk, fill, office):
    first, second, third = fill(3)
    workflow.accept(third, by=office)
    Suggestion.objects.filter(pk=second.pk).update(due_at=timezone.now())
    assert [s.pk for s in desk.get(LIST).context["cl"].result_list] == [second.pk, first.pk]


def test_a_search_looks_everywhere_by_number_and_by_words(desk, fill, office):
    first, second = fill(2)
    workflow.accept(second, by=office)
    assert shown(desk, f"?q={second.number}") == {second.title}
    assert shown(desk, "?q=路灯") == {first.title, second.title}
    assert shown(desk, "?q=第1盏") == {second.title}
    assert shown(desk, "?q=没有这样的") == set()


def test_filters_narrow_by_theme_division_department_channel_and_promise(desk, fill, city, office):
    one, two, three = fill(3)
    area = Category.objects.get(slug="economy")
    workflow.classify(two, by=office, category=Category.objects.get(slug="labour"), division=city.cangshan)
    Suggestion.objects.filter(pk=three.pk).update(channel="phone", category=None, division=city.whole)
    workflow.accept(one, by=office)
    workflow.assign(one, by=office, department=city.traffic)
    Suggestion.objects.filter(pk=one.pk).update(due_at=timezone.now() - timedelta(days=1))
    assert shown(desk, f"?theme={area.pk}") == {two.title} and shown(desk, "?theme=none") == {three.title}
    assert shown(desk, f"?place={city.gulou.code}") == {one.title}
    assert shown(desk, f"?place={city.whole.code}") == {three.title}
    assert shown(desk, f"?department__id__exact={city.traffic.pk}") == {one.title}
    assert shown(desk, "?channel__exact=phone") == {three.title}
    assert shown(desk, "?late=yes") == {one.title} and shown(desk, "?status__exact=assigned") == {one.title}


def test_a_list_counts_to_its_cap_and_no_further(desk, fill, monkeypatch):
    from fzportal.admin import CappedPaginator

    monkeypatch.setattr(CappedPaginator, "cap", 2)
    fill(4)
    assert desk.get(LIST).context["cl"].paginator.count == 2


def test_nothing_can_be_deleted_and_no_class_offers_it(desk, office, rf):
    request = rf.get("/")
    request.user = office
    for model, model_admin in admin.site._registry.items():
        assert not model_admin.has_delete_permission(request), model
        assert "delete_selected" not in model_admin.get_actions(request), model
        for inline in model_admin.get_inline_instances(request):
            # A rota is an arrangement for the time to come, no history.
            if inline.model is RotaPlace:
                continue
            assert not inline.has_delete_permission(request), inline


def test_a_suggestion_has_no_form_to_edit_or_add_it(desk, fill, city):
    (one,) = fill(1)
    path = reverse("admin:suggestions_suggestion_change", args=[one.pk])
    desk.post(path, {"title": "改写", "status": "closed"})
    one.refresh_from_db()
    assert (one.title, one.status) == ("路灯第0盏", "submitted")
    assert b'name="status"' not in desk.get(path).content
    assert desk.get(f"{LIST}add/").status_code == 403
    assert desk.get(f"{LIST}{one.pk}/delete/").status_code in (403, 404)
    assert Suggestion.objects.count() == 1


@pytest.mark.parametrize("who", ["citizen", "deputy", "officer", "handler", "approver"])
def test_the_admin_is_the_offices_alone(client, request, who):
    client.force_login(request.getfixturevalue(who))
    for path in ("/admin/", LIST, "/admin/suggestions/importrun/add/", "/admin/liaison/deputy/"):
        assert client.get(path).status_code in (302, 403), path


def test_what_the_office_changes_stands_in_the_log(desk, office):
    desk.post("/admin/liaison/field/add/", {"name": "低空经济"})
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (office, "低空经济")


@pytest.mark.parametrize(
    ("day", "warned"), [((2029, 11, 30), False), ((2029, 12, 1), True)], ids=["in November", "from December on"]
)
def test_next_years_holidays_are_asked_for_from_december_on(desk, monkeypatch, day, warned):
    moment = timezone.make_aware(datetime(*day, 9))
    monkeypatch.setattr("suggestions.templatetags.office.timezone.localdate", lambda: moment.date())
    assert ("2030 年的期限会算错" in desk.get("/admin/").content.decode()) == warned
    Holiday.objects.create(date=datetime(2030, 1, 1).date(), name="元旦")
    assert "明年的节假日尚未录入" not in desk.get("/admin/").content.decode()


def test_the_delivery_log_hides_addresses_and_sends_failed_ones_again(desk, fill):
    (one,) = fill(1)
    common = {"topic": "suggestions.suggestionchange", "change_id": one.changes.first().pk, "event": "submitted"}
    failed = Notification.objects.create(
        **common, audience="author", address="+8613800001234", channel="sms", state="failed"
    )
    sent = Notification.objects.create(
        **common, audience="author", address="a@example.com", channel="email", state="sent"
    )
    path = "/admin/notifications/notification/"
    text = desk.get(path).content.decode()
    assert "+8613800001234" not in text and "****1234" in text
    desk.post(path, {"action": "send_again", "_selected_action": [failed.pk, sent.pk]})
    assert {n.pk: n.state for n in Notification.objects.filter(audience="author", address__gt="")} == {
        failed.pk: "waiting", sent.pk: "sent",
    }  # fmt: skip


RUNS = "/admin/suggestions/importrun/"


def upload(desk, content, name="电话记录.csv", **words):
    file = SimpleUploadedFile(name, content)
    return desk.post(f"{RUNS}add/", {"file": file, "channel": "phone", "source": "电话记录", **words})


def test_a_file_is_uploaded_mapped_tried_and_then_taken_in(desk, office, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    content = "题目,说了什么,原号\n路灯,不亮,1\n,,2\n".encode()
    mapping = upload(desk, content).url
    form = desk.get(mapping).context["form"]
    assert (form["column_0"].value(), form["column_1"].value(), form["is_dry"].value()) == ("title", "", True)
    assert "不亮" in desk.get(mapping).content.decode()
    chosen = {"column_0": "title", "column_1": "situation", "column_2": "external_id", "is_dry": "on"}
    watched = desk.post(mapping, chosen).url
    assert 'hx-trigger="every 2s"' in desk.get(watched).content.decode()
    tasks.run_imports()
    text = desk.get(watched).content.decode()
    assert "试运行" in text and "既没有标题，也没有内容。" in text and "hx-trigger" not in text
    assert not Suggestion.objects.exists()
    dry = ImportRun.objects.get()
    real = desk.post(f"{RUNS}{dry.pk}/in-earnest/").url
    tasks.run_imports()
    assert Suggestion.objects.get().situation == "不亮"
    run = ImportRun.objects.first()
    assert (run.by, run.is_dry, run.taken, run.rejected) == (office, False, 1, 1) and str(run.pk) in real
    rejected = b"".join(desk.get(f"{RUNS}{run.pk}/rejected.csv").streaming_content).decode()
    assert rejected.startswith("\ufeff") and "3,2,," in rejected
    assert Suggestion.objects.get().changes.get().by == office
    assert shown(desk, "?source__exact=电话记录") == {"路灯"}


def test_a_file_that_cannot_be_read_is_refused_beside_the_field(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    answer = upload(desk, b"PK\x03\x04 broken", "a.xlsx", source="来信")
    assert answer.status_code == 422 and "Excel 文件已损坏" in answer.content.decode()
    assert 'value="来信"' in answer.content.decode() and not ImportRun.objects.exists()


def test_columns_that_make_no_suggestion_are_refused_and_choices_kept(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    mapping = upload(desk, "甲,乙\n1,2\n".encode()).url
    answer = desk.post(mapping, {"column_0": "phone", "column_1": ""})
    assert answer.status_code == 422 and "没有哪一列是标题或情况" in answer.content.decode()
    assert ImportRun.objects.get().columns == {} and answer.context["form"]["column_0"].value() == "phone"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_templates_are_offered_for_download(desk, kind):
    answer = desk.get(f"{RUNS}template.{kind}")
    assert f"template.{kind}" in answer["Content-Disposition"] and io.BytesIO(answer.content).read(2)


# Django's own widgets, by axe's rule and where: select2's boxes, the search box (labelled by a picture), empty
# headings of tables in a form, lists that scroll sideways.
DJANGOS_OWN = (
    ("aria-input-field-name", "select2-"),
    ("label", "select2-"),
    ("label-title-only", "#searchbar"),
    ("empty-table-header", "thead > tr > "),
    ("scrollable-region-focusable", "results"),
)


def ours(violation, node) -> bool:
    """Whether what axe found is for us to mend."""
    place = str(node["target"])
    return not any(violation["id"] == rule and where in place for rule, where in DJANGOS_OWN)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing_and_the_policy_breaks_nothing(
    new_page, client, office, fill, city, settings, tmp_path, width
):
    settings.MEDIA_ROOT = tmp_path
    one, two = fill(2)
    workflow.accept(two, by=office)
    client.force_login(office)
    run = ImportRun.objects.create(
        file="x.csv", name="x.csv", source="s", channel="phone", columns={"a": "title"}, state="done"
    )
    run.rows.create(line=3, reason="日期无法识别。", title="路灯")
    act = f"{LIST}{{}}/{{}}/"
    paths = [
        "/admin/", LIST, f"{LIST}?queue=all", f"{LIST}{one.pk}/change/", f"{RUNS}add/", f"{RUNS}{run.pk}/change/", RUNS,
        *(act.format(one.pk, slug) for slug in ("accept", "ask", "decline", "merge", "classify", "redact")),
        *(act.format(two.pk, slug) for slug in ("assign", "publish")),
        "/admin/liaison/deputy/add/",
        f"/admin/liaison/station/{city.station.pk}/change/", "/admin/suggestions/category/",
        "/admin/notifications/notification/",
    ]  # fmt: skip
    page = new_page(width)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": settings.SITE_URL}]
    )
    broken, found = [], {}
    page.on(
        "console", lambda message: broken.append(message.text) if "Content Security Policy" in message.text else None
    )
    for path in paths:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert broken == []
    for path in paths:
        page.goto(path)
        report = Axe().run(page).response
        found[path] = [
            f"{v['id']}: {node['target']} {node['html'][:120]}"
            for v in report["violations"]
            for node in v["nodes"]
            if ours(v, node)
        ]
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("address", [f"{LIST}?query_code__startswith=", "/admin/accounts/user/?password__startswith="])
def test_no_filter_in_the_address_spells_out_a_secret(desk, fill, address):
    fill(1)
    assert desk.get(f"{address}A").status_code == 400
