"""The open data: all that is public, nothing that is not, made anew every day and never half."""

import csv
import io
import json
from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage as storage
from django.db import OperationalError
from django.utils import timezone

from suggestions import tasks, workflow
from suggestions.exports import formats, keeping, making, open_data
from suggestions.models import Commitment, Export, Rating

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def work_off():
    """The day's files, made by the ticks."""
    tasks.refresh_open_data()
    while Export.objects.filter(state__in=keeping.WANTED).exists():
        tasks.run_exports()


def download(client, form):
    return b"".join(client.get(f"/figures/data/suggestions.{form}").streaming_content).decode()


def as_csv(text):
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def as_jsonl(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def told(case, draft, city, office, handler, approver, citizen):
    """A published case with everything: a reply point by point, a promise, a rating; its author's words redacted."""
    citizen.phone = "+8613800000000"
    citizen.save()
    draft.shown_as = "masked"
    draft.station = city.station
    draft.situation = "我叫林晓榕，电话 13800000000。食堂看不到菜单。"
    draft.save()
    case("in_progress")
    workflow.redact(
        draft, by=office, title="=公开菜单", situation="食堂看不到菜单。", proposal="每周公布。", place="某小学"
    )
    workflow.publish(draft, by=office)
    workflow.hand_in(draft, by=handler, text="已经公布。", result="B")
    reply = draft.replies.get()
    reply.points.create(position=1, point="菜单", answer="每周一公布")
    workflow.release_reply(draft, by=approver)
    Commitment.objects.create(
        suggestion=draft, reply=reply, department=city.education, what="公布全年检测结果", due_on=date(2026, 12, 31),
        status="promised",
    )  # fmt: skip
    Commitment.objects.create(
        suggestion=draft, reply=reply, department=city.education, what="内部草稿", due_on=date(2026, 12, 31)
    )
    Rating.objects.create(reply=reply, attitude=3, result=2, reason="我是林晓榕，还可以")
    draft.refresh_from_db()
    return draft


def test_every_published_suggestion_is_there_with_what_came_of_it(client, told):
    work_off()
    [row] = as_csv(download(client, "csv"))
    today = f"{timezone.localdate():%F}"
    assert row == {
        "number": told.number, "title": "'=公开菜单", "situation": "食堂看不到菜单。", "proposal": "每周公布。",
        "place": "某小学", "category": "教育", "division": "鼓楼区 · 温泉街道", "division_code": told.division.code,
        "station": "温泉街道代表联系群众活动室", "department": "福州市教育局", "status": "replied",
        "status_name": told.get_status_display(), "received_on": today, "published_on": today, "answered_on": today,
        "due_on": f"{timezone.localdate(told.due_at):%F}", "supporters": "0", "replies": "1", "reply_class": "B",
        "reply_by": "department", "reply_text": "已经公布。\n\n1. 菜单\n每周一公布", "rating_attitude": "3",
        "rating_result": "2", "commitments": "2026-12-31 promised: 公布全年检测结果",
    }  # fmt: skip
    [record] = as_jsonl(download(client, "jsonl"))
    assert (record["title"], record["supporters"]) == ("=公开菜单", 0)
    assert record["replies"] == [{
        "class": "B", "text": "已经公布。", "points": [{"point": "菜单", "answer": "每周一公布"}], "by": "department",
        "replied_on": today, "attitude": 3, "result": 2,
    }]  # fmt: skip
    assert record["commitments"] == [{
        "what": "公布全年检测结果", "due_on": "2026-12-31", "status": "promised", "kept_on": None, "report": "",
        "attitude": None, "result": None,
    }]  # fmt: skip


def test_nothing_of_a_person_is_there(client, told, citizen, handler, approver, office):
    work_off()
    everything = download(client, "csv") + download(client, "jsonl")
    names = [user.name for user in (citizen, handler, approver, office)]
    secrets = [
        *names, citizen.masked_name, citizen.nickname, citizen.email, "13800000000", told.query_code,
        "masked", "还可以", "内部草稿", "林静",
    ]  # fmt: skip
    assert [word for word in secrets if word in everything] == []


@pytest.mark.parametrize("way", ["unpublished", "consent"])
def test_what_is_taken_back_is_not_in_the_next_file(client, told, office, citizen, way):
    work_off()
    assert len(as_csv(download(client, "csv"))) == 1
    if way == "consent":
        workflow.withdraw_consent(told, by=citizen, kind="publish")
    else:
        workflow.unpublish(told, by=office, reason="误发")
    Export.objects.update(created_at=timezone.now() - timedelta(days=1))
    work_off()
    assert as_csv(download(client, "csv")) == []
    assert as_jsonl(download(client, "jsonl")) == []


def test_what_is_taken_back_while_the_file_is_made_is_not_in_it(client, told, office):
    tasks.refresh_open_data()
    export = making.claim()
    making.note_rows(export, open_data.rows())
    workflow.unpublish(told, by=office, reason="误发")
    making.work(export)
    work_off()
    assert as_csv(download(client, "csv")) == []


def test_it_is_made_once_a_day_and_again_when_it_failed(told):
    work_off()
    tasks.refresh_open_data()
    assert Export.objects.count() == 2
    Export.objects.filter(format="csv").update(state="failed")
    tasks.refresh_open_data()
    assert Export.objects.filter(state="waiting").values_list("format", flat=True).get() == "csv"
    keeping.ask_open(timezone.now() + timedelta(days=1))
    assert Export.objects.filter(kind="open").count() == 5


def test_a_crash_half_way_leaves_the_former_file_and_no_litter(client, told, office, monkeypatch):
    work_off()
    before = download(client, "csv")
    workflow.unpublish(told, by=office, reason="误发")
    Export.objects.update(created_at=timezone.now() - timedelta(days=1))
    tasks.refresh_open_data()

    def away(columns, parts, out):
        out.write(b"half")
        raise OperationalError

    for form in ("csv", "jsonl"):
        monkeypatch.setitem(formats.FORMATS, form, formats.FORMATS[form]._replace(whole=away))
    with pytest.raises(OperationalError):
        tasks.run_exports()
    assert download(client, "csv") == before
    monkeypatch.undo()
    Export.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    work_off()
    assert as_csv(download(client, "csv")) == []
    known = set(Export.objects.values_list("file", flat=True))
    month = f"exports/{timezone.now():%Y/%m}"
    assert {f"{month}/{name}" for name in storage.listdir(month)[1]} == known


def test_old_files_are_deleted_after_a_week_but_never_the_last(client, told):
    work_off()
    long_ago = timezone.now() - timedelta(days=9)
    Export.objects.update(created_at=long_ago, finished_at=long_ago)
    keeping.purge()
    assert Export.objects.count() == 2
    old = list(Export.objects.values_list("file", flat=True))
    work_off()
    keeping.purge()
    assert [storage.exists(path) for path in old] == [False, False]
    assert len(as_csv(download(client, "csv"))) == 1
    assert Export.objects.count() == 2


def test_a_program_that_has_the_file_is_told_so(client, told):
    assert client.get("/figures/data/suggestions.csv").status_code == 404
    work_off()
    response = client.get("/figures/data/suggestions.csv")
    export = Export.objects.get(format="csv")
    assert int(response["Content-Length"]) == export.size == len(b"".join(response.streaming_content))
    for header, value in (
        ("If-None-Match", response["ETag"]), ("If-Modified-Since", response["Last-Modified"]),
    ):  # fmt: skip
        again = client.get("/figures/data/suggestions.csv", headers={header: value})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    assert client.get("/figures/data/suggestions.xlsx").status_code == 404
    assert client.head("/figures/data/suggestions.csv").status_code == 200


def test_the_page_says_how_large_since_when_and_what_every_column_means(client, told):
    assert "第一份数据正在生成" in client.get("/figures/data/").content.decode()
    work_off()
    page = client.get("/figures/data/").content.decode()
    assert 'href="/figures/data/suggestions.csv"' in page
    assert "1 条建议" in page
    assert "creativecommons.org/licenses/by/4.0" in page
    for column in {*open_data.described("csv"), *open_data.described("jsonl")}:
        assert f"<code>{column.name}</code>" in page


def test_the_dictionary_for_programs_names_exactly_the_columns_of_the_files(client, told, settings):
    settings.SITE_URL = "https://portal.example"
    work_off()
    package = client.get("/figures/data/datapackage.json").json()
    by_format = {resource["format"]: resource for resource in package["resources"]}
    assert by_format["csv"]["path"] == "https://portal.example/figures/data/suggestions.csv"
    names = [field["name"] for field in by_format["csv"]["schema"]["fields"]]
    assert names == list(as_csv(download(client, "csv"))[0])
    names = [field["name"] for field in by_format["jsonl"]["schema"]["fields"]]
    assert names == list(as_jsonl(download(client, "jsonl"))[0])
    status = next(f for f in by_format["csv"]["schema"]["fields"] if f["name"] == "status")
    assert (status["words"]["closed"], "draft" in status["words"]) == ("已办结", False)
    assert package["licenses"][0]["name"] == "CC-BY-4.0"


def test_the_page_asks_the_same_however_many_files_there_were(client, told, django_assert_num_queries):
    work_off()
    with django_assert_num_queries(1):
        client.get("/figures/data/")
    for day in range(1, 11):
        Export.objects.update(created_at=timezone.now() - timedelta(days=day))
        work_off()
    with django_assert_num_queries(1):
        client.get("/figures/data/")
