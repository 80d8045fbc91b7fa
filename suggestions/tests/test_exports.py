"""Lists taken out: what they hold, for whom, in which shape; long ones are made meanwhile and survive a kill."""

import csv
import io
import os
import signal
import subprocess
import sys
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.storage import default_storage as storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suggestions import tasks, workflow
from suggestions.exports import batches, keeping, lists, making
from suggestions.exports.formats import FORMATS
from suggestions.models import DepartmentMember, Export, Suggestion

pytestmark = pytest.mark.django_db
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def many(city, citizen):
    """``many(n, status="assigned", **fields)``: submitted rows, the first due first."""

    def make(count, status="assigned", **fields):
        now = timezone.now()
        last = Suggestion.objects.count()
        return Suggestion.objects.bulk_create(
            Suggestion(
                number=f"2026-8{last + n:05}", title=f"第{last + n}条", situation="路灯不亮", status=status,
                author=citizen, division=city.street, category=city.category, department=city.education,
                submitted_at=now, due_at=now + timedelta(days=1, minutes=n), shown_as="masked", **fields,
            )
            for n in range(count)
        )  # fmt: skip

    return make


def ask(client, user, **data):
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client.post("/desk/exports/", {"kind": "queue", "query": "queue=assigned", "format": "csv"} | data)


def content(response):
    return b"".join(response.streaming_content)


def table(data, form="csv"):
    """The rows of a file as lists, headings first."""
    if form == "csv":
        assert data.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]


def made(export):
    """Work on it until it is no longer wanted; the bytes of its file."""
    while Export.objects.get(pk=export.pk).state in keeping.WANTED:
        tasks.run_exports()
    export.refresh_from_db()
    return export.file.open("rb").read() if export.file else b""


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_short_list_comes_at_once_in_the_queues_order_and_leaves_a_line(client, handler, many, form, city):
    many(3)
    many(1, "in_progress")
    response = ask(client, handler, format=form)
    rows = table(content(response), form)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert rows[0][:4] == ["编号", "标题", "状态", "类别"]
    assert [row[1] for row in rows[1:]] == ["第0条", "第1条", "第2条"]
    # The author as the public sees them, and nothing to reach them by.
    assert [row[6] for row in rows[1:]] == ["林**"] * 3
    assert "citizen@example.com" not in str(rows)
    [line] = Export.objects.all()
    assert (line.requested_by, line.kind, line.format, line.state, line.total) == (handler, "queue", form, "done", 3)
    assert (bool(line.file), lists.label_of(line)) == (False, "工作台列表：已交办")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_is_a_formula(client, handler, many, form):
    for row, text in zip(many(len(EVIL)), EVIL, strict=True):
        Suggestion.objects.filter(pk=row.pk).update(title=text)
    rows = table(content(ask(client, handler, format=form)), form)
    cells = [row[1] for row in rows[1:]]
    if form == "csv":
        assert cells == [f"'{text}" for text in EVIL]
    else:
        assert cells == [text.replace("\r", "\n") for text in EVIL]


def test_a_text_cell_of_a_sheet_is_text_marked_as_quoted_and_carries_no_control_character(client, handler, many):
    [row] = many(1)
    Suggestion.objects.filter(pk=row.pk).update(title="=1+1 _x0041_ <b>&\x01\x0b😀")
    book = openpyxl.load_workbook(io.BytesIO(content(ask(client, handler, format="xlsx"))))
    cell = book.active["B2"]
    assert (cell.data_type, cell.quotePrefix, book.active.freeze_panes) == ("s", True, "A2")
    assert cell.value.replace("_x005F_", "_") == "=1+1 _x0041_ <b>&😀"
    assert book.active["I2"].value.date() == timezone.localdate(row.submitted_at)
    assert book.active["S2"].value == 0


def test_the_office_takes_out_the_admins_list_with_its_filters_and_words(client, office, many, city):
    many(2)
    many(1, "closed")
    query = f"queue=all&department__id__exact={city.education.pk}&status__exact=closed"
    rows = table(content(ask(client, office, kind="office", query=query)))
    assert [row[2] for row in rows[1:]] == ["已办结"]
    rows = table(content(ask(client, office, kind="office", query="queue=all&q=2026-800001")))
    assert [row[1] for row in rows[1:]] == ["第1条"]
    assert lists.filters_of(Export.objects.first()) == "queue=all · q=2026-800001"
    page = client.get("/admin/suggestions/export/").content.decode()
    assert "queue=all · q=2026-800001" in page


def test_the_admins_list_offers_itself_with_the_filters_it_has(client, office, many):
    client.force_login(office, "django.contrib.auth.backends.ModelBackend")
    page = client.get("/admin/suggestions/suggestion/?queue=all&q=路灯").content.decode()
    assert 'name="query" value="queue=all&amp;q=%E8%B7%AF%E7%81%AF"' in page


def test_a_list_that_is_not_theirs_is_refused(client, handler, other_deputy, stranger, many):
    many(1)
    assert ask(client, handler, kind="office", query="queue=all").status_code == 403
    assert ask(client, handler, query="queue=pool").status_code == 403
    assert ask(client, other_deputy, query="queue=assigned").status_code == 403
    assert ask(client, stranger).status_code == 403
    assert ask(client, handler, kind="open").status_code == 422
    assert Export.objects.count() == 0


def test_a_filter_nobody_knows_takes_out_nothing(client, office):
    assert ask(client, office, kind="office", query="department__id__exact=abc").status_code == 403
    assert ask(client, office, kind="office", query="query_code__startswith=A").status_code == 400


def test_a_station_reads_what_everybody_may_read(client, officer, office, case, city, draft):
    draft.station = city.station
    draft.save()
    case("accepted")
    workflow.redact(draft, by=office, title="公开的标题", situation="公开", proposal="", place="")
    workflow.publish(draft, by=office)
    rows = table(content(ask(client, officer, query="queue=station")))
    assert [row[1] for row in rows[1:]] == ["公开的标题"]


@pytest.fixture
def small(monkeypatch):
    """Everything above 5 rows is long, read 2 and written 4 rows at a time."""
    monkeypatch.setattr("suggestions.views.desk.exports.SHORT", 5)
    monkeypatch.setattr(making, "BATCH", 2)
    monkeypatch.setattr(making, "PART", 4)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_long_list_is_made_meanwhile_and_fetched_from_its_page(client, handler, other_handler, many, small, form):
    many(11)
    response = ask(client, handler, format=form)
    export = Export.objects.get()
    assert (response.status_code, response.url) == (302, f"/desk/exports/{export.pk}/")
    assert ask(client, handler, format=form).url == response.url
    page = client.get(response.url).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert f'href="{response.url}"' in page
    assert client.get(f"{response.url}file/").status_code == 404
    made(export)
    page = client.get(response.url).content.decode()
    assert "hx-trigger" not in page
    fetched = client.get(f"{response.url}file/")
    assert [row[1] for row in table(content(fetched), form)[1:]] == [f"第{n}条" for n in range(11)]
    assert fetched["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert (export.total, export.done, export.size) == (11, 11, storage.size(export.file.name))
    # Nothing is left of the parts, and nobody else sees the file.
    assert [d for d in storage.listdir("exports/work")[0] if d == str(export.pk)] == []
    client.force_login(other_handler, "django.contrib.auth.backends.ModelBackend")
    assert client.get(response.url).status_code == 404
    assert client.get(f"{response.url}file/").status_code == 404


def test_the_office_may_fetch_what_another_took_out(client, handler, office, many, small):
    many(6)
    url = ask(client, handler).url
    made(Export.objects.get())
    client.force_login(office, "django.contrib.auth.backends.ModelBackend")
    assert len(table(content(client.get(f"{url}file/")))) == 7


def test_who_has_left_the_department_fetches_nothing_more(client, handler, many, small):
    many(6)
    url = ask(client, handler).url
    made(Export.objects.get())
    DepartmentMember.objects.filter(user=handler).update(until=timezone.localdate() - timedelta(days=1))
    assert client.get(f"{url}file/").status_code == 403


def test_what_may_no_longer_be_seen_when_it_is_written_is_left_out(client, handler, many, small, city):
    rows = many(7)
    ask(client, handler, format="xlsx")
    export = making.claim()
    making.work(export, seconds=0)
    Suggestion.objects.filter(pk=rows[5].pk).update(department=city.traffic)
    data = table(made(Export.objects.get()), "xlsx")
    assert [row[1] for row in data[1:]] == ["第0条", "第1条", "第2条", "第3条", "第4条", "第6条"]
    assert Export.objects.get().total == 6


def test_who_lost_the_role_while_it_waited_gets_no_file(client, handler, many, small):
    many(6)
    ask(client, handler)
    DepartmentMember.objects.filter(user=handler).update(until=timezone.localdate() - timedelta(days=1))
    assert made(Export.objects.get()) == b""
    assert (Export.objects.get().state, Export.objects.get().error) == ("failed", "您已不再负责这个列表。")


def test_one_worker_at_a_time_and_staff_before_the_open_data(many, handler):
    open_one = Export.objects.create(kind="open", format="csv")
    mine = Export.objects.create(kind="queue", query="queue=assigned", format="csv", requested_by=handler)
    first = making.claim()
    assert first == mine
    assert making.claim() is None
    later = timezone.now() + making.LEASE + timedelta(seconds=1)
    assert making.claim(later) == mine
    making.work(Export.objects.get(pk=mine.pk))
    assert making.claim() == open_one


def test_whoever_was_overtaken_writes_nothing_more(client, handler, many, small):
    many(9)
    ask(client, handler)
    slow = making.claim()
    making.work(slow, seconds=0)
    slow = making.claim()
    fast = making.claim(timezone.now() + making.LEASE + timedelta(seconds=1))
    making.work(slow, seconds=0)
    assert Export.objects.get().done == 4
    making.work(fast)
    assert Export.objects.get().state == "done"


def test_a_part_that_was_left_half_written_is_written_anew(client, handler, many, small):
    many(9)
    ask(client, handler)
    export = making.claim()
    making.work(export, seconds=0)
    making.write_anew(f"{making.folder(export)}/00000004-3", b"half a li")
    assert [row[1] for row in table(made(export))[1:]] == [f"第{n}条" for n in range(9)]


def test_an_error_ends_it_with_a_word_and_the_next_has_its_turn(client, handler, many, small, monkeypatch):
    many(6)
    ask(client, handler)
    later = Export.objects.create(kind="queue", query="queue=assigned", format="csv", requested_by=handler)
    with monkeypatch.context() as patch:
        patch.setattr(making, "cells_of", lambda *_given: 1 / 0)
        tasks.run_exports()
    first = Export.objects.order_by("pk").first()
    assert (first.state, "ZeroDivisionError" in first.error) == ("failed", True)
    assert len(table(made(later))) == 7


KILLED = """
import os, signal, django
django.setup()
from suggestions.exports import making
making.BATCH, making.PART = 2, 4
whole = making.write_part
def stop(export, listing, names):
    if export.done >= {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    whole(export, listing, names)
making.write_part = stop
making.work(making.claim())
"""


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_killed_worker_is_followed_by_one_that_goes_on_where_it_stopped(
    client, handler, many, small, form, settings, monkeypatch
):
    many(11)
    ask(client, handler, format=form)
    env = os.environ | {"MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    for after in (4, 8):
        Export.objects.update(lease_until=None)
        code = KILLED.format(after=after)
        ended = subprocess.run([sys.executable, "-c", code], env=env, timeout=60, capture_output=True)
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
        export = Export.objects.get()
        assert (export.state, export.done) == ("running", after)
    # Its lease keeps others away until it has run out.
    assert making.claim() is None
    read = []
    monkeypatch.setattr(making, "read", lambda rows, names: read.append(1) or batches.read(rows, names))
    later = making.claim(timezone.now() + making.LEASE + timedelta(seconds=1))
    making.work(later)
    assert [row[1] for row in table(later.file.open("rb").read(), form)[1:]] == [f"第{n}条" for n in range(11)]
    # Only what was missing was read: rows 8 to 10.
    assert len(read) == 2


def test_files_are_kept_for_a_week_and_the_line_for_good(client, handler, many, small):
    many(6)
    url = ask(client, handler).url
    made(Export.objects.get())
    path = Export.objects.get().file.name
    keeping.purge(timezone.now() + timedelta(days=6, hours=23))
    assert storage.exists(path)
    keeping.purge(timezone.now() + timedelta(days=7, minutes=1))
    assert not storage.exists(path)
    assert (Export.objects.get().file.name, Export.objects.get().total) == ("", 6)
    assert client.get(f"{url}file/").status_code == 404
    assert "已不再保存" in client.get(url).content.decode()


def test_the_parts_of_a_killed_worker_are_swept_up(handler):
    export = Export.objects.create(kind="queue", format="csv", requested_by=handler, state="done")
    making.write_anew(f"{making.folder(export)}/00000000-4", b"x")
    keeping.purge()
    assert storage.listdir("exports/work") == ([], [])


def test_a_list_of_a_hundred_rows_takes_the_queries_of_one(client, handler, many, django_assert_max_num_queries):
    names = batches.Names()
    many(1)
    listing = lists.find("queue", "queue=assigned", handler)
    with django_assert_max_num_queries(5) as one:
        making.cells_of(listing, list(listing.rows.values_list("pk", flat=True)), names)
    many(99)
    with django_assert_max_num_queries(len(one)) as hundred:
        cells = making.cells_of(listing, list(listing.rows.values_list("pk", flat=True)), names)
    assert (len(cells), len(hundred)) == (100, len(one))


def test_the_list_of_lists_asks_the_same_for_one_as_for_twenty(client, handler):
    client.force_login(handler, "django.contrib.auth.backends.ModelBackend")
    counts = []
    for count in (1, 19):
        Export.objects.bulk_create(
            Export(kind="queue", query="queue=assigned&name=x", format="csv", requested_by=handler, state="done",
                   finished_at=timezone.now())
            for _n in range(count)
        )  # fmt: skip
        with CaptureQueriesContext(connection) as seen:
            response = client.get("/desk/exports/")
        counts.append(len(seen))
    assert (len(response.context["rows"]), counts[0]) == (20, counts[1])


def test_a_sheet_beyond_excels_rows_is_refused_in_words(handler, many, monkeypatch):
    many(2)
    monkeypatch.setattr(making, "MOST_ROWS", 1)
    export = Export.objects.create(kind="queue", query="queue=assigned", format="xlsx", requested_by=handler)
    made(export)
    assert (export.state, "1,048,576" in export.error) == ("failed", True)


def test_every_format_writes_the_same_rows_in_one_part_or_in_two():
    columns = lists.COLUMNS[:2]
    for form in FORMATS.values():
        whole = form.rows(columns, [["1", "a"], ["2", "b"]], 1)
        assert whole == form.rows(columns, [["1", "a"]], 1) + form.rows(columns, [["2", "b"]], 2)
