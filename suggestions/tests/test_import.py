"""Intake of files: every kind, every fault by its line, nothing twice, nothing lost."""

import contextlib
import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from fzportal import workdays
from suggestions import tasks
from suggestions.intake import columns, readers, report, rows, runner, tables
from suggestions.models import Contact, ImportRun, NumberSeries, Suggestion

HEADINGS = ["编号", "标题", "内容", "类别", "区划", "时间", "姓名", "电话"]
GOOD = [
    "A-1",
    "路灯不亮",
    "巷子里三盏路灯都不亮。",
    "城乡建设",
    "鼓楼区温泉街道",
    "2026-10-08 09:30",
    "林先生",
    "138 0013 8000",
]


def as_csv(lines, encoding="utf-8-sig", delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(lines)
    return text.getvalue().encode(encoding)


def as_jsonl(objects):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in objects).encode(errors="backslashreplace")


def as_xlsx(lines):
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def take(city, media):
    """``take(content)`` runs a whole import of a file's bytes and returns the run."""

    def go(content, *, source="电话记录", mapping=None, is_dry=False):
        headings = HEADINGS
        if mapping is None:
            with contextlib.suppress(readers.Unreadable):
                headings = tables.open_table(io.BytesIO(content)).headings
            mapping = columns.guess(headings) or {"标题": "title"}
        run = ImportRun.objects.create(
            file=ContentFile(content, "file"),
            name="file",
            source=source,
            channel="phone",
            columns=mapping,
            is_dry=is_dry,
        )
        tasks.run_imports()
        run.refresh_from_db()
        return run

    return go


def faults(run):
    return list(run.rows.values_list("line", "reason"))


def figures(run):
    return run.state, run.total, run.taken, run.known, run.rejected


@pytest.mark.parametrize(
    "content",
    [
        as_csv([HEADINGS, GOOD]),
        as_csv([HEADINGS, GOOD], "utf-8"),
        as_csv([HEADINGS, GOOD], "gb18030"),
        as_csv([HEADINGS, GOOD], "utf-16", "\t"),
        as_csv([HEADINGS, GOOD], delimiter=";"),
        as_xlsx([HEADINGS, GOOD]),
        as_jsonl([dict(zip(HEADINGS, GOOD, strict=True))]),
    ],
    ids=["csv with mark", "csv utf-8", "csv gb18030", "tabs utf-16", "semicolons", "xlsx", "jsonl"],
)
def test_every_kind_of_file_gives_the_same_received_suggestion(take, city, content):
    assert figures(take(content)) == ("done", 1, 1, 0, 0)
    one = Suggestion.objects.get()
    year = timezone.localdate().year
    assert (one.number, one.status, one.title, one.situation) == (f"{year}-000001", "submitted", GOOD[1], GOOD[2])
    assert (one.source, one.external_id, one.channel) == ("电话记录", "A-1", "phone")
    assert (one.category.name, one.division) == ("城乡建设", city.street)
    assert timezone.localtime(one.submitted_at).isoformat() == "2026-10-08T09:30:00+08:00"
    assert one.due_at == workdays.close_of(workdays.add(timezone.localdate(), 3))
    assert (one.contact.name, one.contact.phone) == ("林先生", "+8613800138000")


def test_an_import_writes_one_line_of_history_and_tells_nobody(take):
    take(as_csv([HEADINGS, GOOD]))
    change = Suggestion.objects.get().changes.get()
    assert (change.before, change.after, change.event) == ("draft", "submitted", "imported")
    assert change.told_at is not None and change.audiences == ()


def test_the_office_finds_what_was_taken_in_beside_a_similar_one(take):
    from suggestions import search

    take(as_csv([HEADINGS, GOOD]))
    assert [s.title for s in search.similar(Suggestion.objects.all(), "又有路灯坏了")] == ["路灯不亮"]


def test_the_same_file_again_takes_nothing_and_says_so(take):
    content = as_csv([HEADINGS, GOOD, ["A-2", *GOOD[1:]]])
    take(content)
    assert figures(take(content)) == ("done", 2, 0, 2, 0)
    assert Suggestion.objects.count() == 2 and NumberSeries.objects.get().last == 2


def test_rows_without_a_number_are_known_again_by_their_words(take):
    content = as_csv([["标题", "内容"], ["路灯", "不亮"], ["井盖", "松了"]])
    assert figures(take(content))[2:] == (2, 0, 0)
    assert figures(take(content))[2:] == (0, 2, 0)


def test_the_same_number_of_another_source_is_another_row(take):
    take(as_csv([HEADINGS, GOOD]))
    assert figures(take(as_csv([HEADINGS, GOOD]), source="来信"))[2:] == (1, 0, 0)


def test_a_dry_run_counts_and_reports_alike_and_takes_nothing(take):
    run = take(as_csv([HEADINGS, GOOD, ["A-2", "", "", *GOOD[3:]]]), is_dry=True)
    assert figures(run) == ("done", 2, 1, 0, 1) and faults(run) == [(3, "既没有标题，也没有内容。")]
    assert not Suggestion.objects.exists() and not NumberSeries.objects.exists()


def test_every_bad_row_is_named_by_line_and_reason_and_the_good_ones_stay(take):
    def but(**cells):
        return [cells.get(heading, value) for heading, value in zip(HEADINGS, GOOD, strict=True)]

    run = take(as_csv([
        HEADINGS,
        but(编号="1"),
        but(编号="2", 时间="去年冬天"),
        but(编号="3", 时间="2999-01-01"),
        but(编号="4", 电话="打不通"),
        but(编号="5", 内容="长" * 20_001),
        but(编号="6", 标题="", 内容=" \u200b"),
        but(编号="1", 标题="又一条"),
        [*but(编号="8"), "多出来的"],
        but(编号="9" * 81),
        but(编号="10"),
    ]))  # fmt: skip
    assert figures(run) == ("done", 10, 2, 0, 8)
    assert faults(run) == [
        (3, "日期无法识别。"), (4, "日期在未来。"), (5, "电话号码无法识别。"), (6, "超过 20000 字。"),
        (7, "既没有标题，也没有内容。"), (8, "与本文件前面某一行的编号相同。"), (9, "单元格比表头多。"),
        (10, "原编号超过 80 个字符。"),
    ]  # fmt: skip
    assert set(Suggestion.objects.values_list("external_id", flat=True)) == {"1", "10"}


def test_line_numbers_are_the_files_own_even_after_a_text_of_several_lines(take):
    run = take(as_csv([HEADINGS, ["1", "标题", "第一行\n第二行\n第三行", *GOOD[3:]], ["2", "", "", *GOOD[3:]]]))
    assert faults(run) == [(5, "既没有标题，也没有内容。")]


def test_no_word_is_lost_of_long_titles_long_texts_and_missing_ones(take):
    long = "很长的标题" * 50
    take(
        as_csv(
            [
                ["标题", "内容"],
                [long, "正文"],
                ["", "只有正文，没有标题。" * 10],
                ["只有标题", ""],
                ["长文", "字" * 20_000],
            ]
        )
    )
    cut, body_only, title_only, full = Suggestion.objects.order_by("pk")
    assert cut.title == long[:199] + "…" and cut.situation == f"{long}\n\n正文"
    assert body_only.title == ("只有正文，没有标题。" * 10)[:30] and body_only.situation == "只有正文，没有标题。" * 10
    assert (title_only.title, title_only.situation) == ("只有标题", "")
    assert len(full.situation) == 20_000


def test_nul_and_control_characters_go_and_html_is_text(take):
    take(as_jsonl([{"title": "标\u0000题\u0007\u200b", "body": "<b>粗</b>\u0000\n\ud83d第二行"}]))
    one = Suggestion.objects.get()
    assert (one.title, one.situation) == ("标题", "<b>粗</b>\n第二行")


def test_unknown_themes_and_places_are_taken_in_with_a_remark(take, city):
    run = take(as_csv([["标题", "类别", "区划"], ["甲", "天文", "火星"], ["乙", "劳动和社会保障", "350102"]]))
    first, second = Suggestion.objects.order_by("pk")
    assert (first.category, first.division) == (None, city.whole)
    assert (second.category.slug, second.division) == ("labour", city.gulou)
    assert [line for line, _reason in faults(run)] == [2, 2] and run.rejected == 0


def test_a_broken_quotation_rejects_its_lines_and_the_rest_goes_on(take):
    content = '标题,内容\n甲,好\n"乙"坏,内容\n丙,好\n丁,"没有结束\n戊,好\n'.encode()
    run = take(content)
    assert set(Suggestion.objects.values_list("title", flat=True)) == {"甲", "丙"}
    assert [line for line, _reason in faults(run)] == [3, 5]
    assert faults(run)[1][1] == "第 5 至 6 行：缺少或者多了引号。"


def test_half_a_json_line_a_list_and_a_nested_cell_are_rejected_by_line(take):
    content = '{"title": "甲"}\n\n{"title": "乙"\n[1]\n{"title": ["丙"]}\n{"title": "丁"}'.encode()
    run = take(content)
    assert set(Suggestion.objects.values_list("title", flat=True)) == {"甲", "丁"}
    assert faults(run) == [(3, "不是完整的 JSON 对象。"), (4, "不是 JSON 对象。"), (5, "单元格里是列表，不是文字。")]


def test_damaged_bytes_reject_their_line_only(take):
    good = "".join(f"标题{n},内容\n" for n in range(5)).encode()
    run = take("标题,内容\n".encode() + good + b"\xff\xfe,\xe4\xb8\n" + good.replace("标题".encode(), "题目".encode()))
    assert figures(run)[2:] == (10, 0, 1) and faults(run)[0] == (7, "文字损坏：不符合文件的编码。")


def test_formulas_are_rejected_by_line_and_excel_dates_and_numbers_are_read(take):
    from datetime import datetime

    run = take(as_xlsx([
        ["编号", "标题", "时间", "电话"],
        [12, "路灯", datetime(2026, 10, 8, 9, 30), 13800138000],
        [13, "=1+1", None, None],
    ]))  # fmt: skip
    one = Suggestion.objects.get()
    assert (one.external_id, one.contact.phone) == ("12", "+8613800138000")
    assert timezone.localtime(one.submitted_at).isoformat() == "2026-10-08T09:30:00+08:00"
    assert faults(run) == [(3, "单元格是公式，请粘贴为数值。")]


def bomb():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"0" * 90_000_000)
    return buffer.getvalue()


def with_entities():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>')
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的。"),
        (b"\n \n", "文件是空的。"),
        (b"PK\x03\x04 not a zip", "Excel 文件已损坏，无法读取。"),
        (as_xlsx([HEADINGS, GOOD])[:-500], "Excel 文件已损坏，无法读取。"),
        (bomb(), "Excel 文件解压后过大"),
        (with_entities(), "Excel 文件已损坏，无法读取。"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "旧版或者加密"),
        (b'[{"title": "a"}]', "JSON 数组"),
        (b"{broken\n{broken", "没有一行是 JSON 对象"),
        (bytes(range(128, 256)) * 50 + b"\n", "编码不是 UTF-8"),
        (as_csv([["颜色", "大小"], ["红", "大"]]), "没有“标题”这一列"),
    ],
    ids=[
        "empty",
        "blank",
        "no zip",
        "cut off",
        "bomb",
        "entities",
        "old excel",
        "json list",
        "no json",
        "bytes",
        "columns",
    ],
)
def test_a_file_that_cannot_be_read_fails_with_a_sentence(take, content, said):
    run = take(content)
    assert run.state == "failed" and said in run.error and not Suggestion.objects.exists()


def test_an_unexpected_error_fails_the_run_and_the_next_file_has_its_turn(take, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(rows.Desk, "read", lambda desk, line: 1 / 0)
        run = take(as_csv([HEADINGS, GOOD]))
    assert (run.state, run.lease_until, run.finished_at is None) == ("failed", None, False)
    assert run.error == "导入因意外错误中止（ZeroDivisionError）。已导入的不会重复，请重新导入该文件。"
    assert figures(take(as_csv([HEADINGS, GOOD]))) == ("done", 1, 1, 0, 0)


@pytest.mark.parametrize("error", [OperationalError, SoftTimeLimitExceeded])
def test_a_run_goes_on_after_the_database_was_away_or_the_time_over(take, monkeypatch, error):
    def away(desk, line):
        raise error("away")

    with monkeypatch.context() as broken, pytest.raises(error):
        broken.setattr(rows.Desk, "read", away)
        take(as_csv([HEADINGS, GOOD]))
    run = ImportRun.objects.get()
    assert (run.state, run.error) == ("running", "")
    ImportRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.run_imports()
    run.refresh_from_db()
    assert figures(run) == ("done", 1, 1, 0, 0)


def test_too_many_rows_are_refused_before_any_is_taken(take, monkeypatch):
    monkeypatch.setattr(readers, "MAX_ROWS", 3)
    run = take(as_csv([["标题"], *[[f"标题{n}"] for n in range(4)]]))
    assert (run.state, run.error) == ("failed", "超过 3 行，请拆分文件。") and not Suggestion.objects.exists()


def test_an_excel_file_over_the_limit_is_refused_unopened(monkeypatch):
    from suggestions.intake import sheets

    monkeypatch.setattr(sheets, "MAX_BYTES", 100)
    with pytest.raises(readers.Unreadable, match="50 MB"):
        tables.open_table(io.BytesIO(as_xlsx([HEADINGS, GOOD])))


def test_headings_are_guessed_in_both_languages_and_each_field_once():
    found = columns.guess(["Subject", "主题", "BODY", "Created_At（必填）", "id", "label1", "user", "联系电话"])
    assert found == {
        "Subject": "title", "BODY": "situation", "Created_At（必填）": "created_at", "id": "external_id",
        "label1": "category", "联系电话": "phone",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2019-11-27T17:14:11", "2019-11-27T17:14:11+08:00"),
        ("2019/1/2 9:05", "2019-01-02T09:05:00+08:00"),
        ("2019年1月2日", "2019-01-02T00:00:00+08:00"),
        ("2019.01.02", "2019-01-02T00:00:00+08:00"),
        ("43796.71875", "2019-11-27T17:15:00+08:00"),
        ("2019-11-27T17:14:11+00:00", "2019-11-28T01:14:11+08:00"),
    ],
)
def test_times_are_read_as_other_systems_write_them(written, read):
    assert timezone.localtime(rows.moment_of(written)).isoformat(timespec="seconds") == read


@pytest.mark.parametrize("written", ["昨天", "2019-13-45", "9999999999999999999", "--", "2019-02-30 10:00"])
def test_times_that_are_none_are_not_guessed(written):
    assert rows.moment_of(written) is None


def test_the_report_is_a_csv_in_which_nothing_is_computed(take):
    run = take(as_csv([HEADINGS, ["=1", '=HYPERLINK("http://x")', "", *GOOD[3:5], "错", "", ""]]))
    text = "".join(report.lines(run))
    assert text.startswith("\ufeff行,") and "'=1" in text and "'=HYPERLINK" in text and "日期无法识别。" in text


def test_the_templates_come_back_in_as_they_are(take):
    from suggestions.intake import blank

    for made in (blank.as_csv(), blank.as_xlsx()):
        table = tables.open_table(io.BytesIO(made))
        assert set(columns.guess(table.headings).values()) == set(columns.BY_NAME)
    assert figures(take(blank.as_csv())) == ("done", 1, 1, 0, 0)
    assert figures(take(blank.as_xlsx())) == ("done", 1, 0, 1, 0)


def test_the_command_takes_a_file_in_and_tells(city, media, tmp_path, capsys):
    file = tmp_path / "export.jsonl"
    file.write_bytes(as_jsonl([{"id": "1", "head": "路灯", "body": "不亮", "kind": "环保", "likes": 3}, {"id": "2"}]))
    arguments = [str(file), "--map", "title=head", "--category-column", "kind", "--channel", "paper"]
    call_command("import_suggestions", *arguments, "--dry-run")
    assert "would take in 1, known already 0, rejected 1" in capsys.readouterr().out
    call_command("import_suggestions", *arguments)
    said = capsys.readouterr().out
    assert "taken in 1, known already 0, rejected 1" in said and "Left out: likes" in said and "1 × 既没有标题" in said
    one = Suggestion.objects.get()
    assert (one.source, one.channel, one.category.slug) == ("export", "paper", "pollution")


@pytest.mark.parametrize(
    "arguments", [["nowhere.csv"], ["{file}", "--map", "colour=标题"], ["{file}", "--map", "title=颜色"]]
)
def test_the_command_refuses_with_a_sentence(city, media, tmp_path, arguments):
    file = tmp_path / "a.csv"
    file.write_bytes(as_csv([["标题"], ["甲"]]))
    with pytest.raises(CommandError):
        call_command("import_suggestions", *[a.format(file=file) for a in arguments])
    assert not ImportRun.objects.exists()


def waiting(lines):
    return ImportRun.objects.create(
        file=ContentFile(as_csv(lines), "f.csv"), name="f.csv", source="s", channel="phone", columns={"标题": "title"},
        is_dry=False,
    )  # fmt: skip


def test_one_file_is_worked_on_at_a_time_the_oldest_first(city, media):
    first, second = waiting([["标题"], ["甲"]]), waiting([["标题"], ["乙"]])
    assert runner.claim() == first and runner.claim() is None
    ImportRun.objects.filter(pk=first.pk).update(lease_until=timezone.now() - runner.LEASE)
    assert runner.claim() == first
    runner.work(ImportRun.objects.get(pk=first.pk))
    assert runner.claim() == second


def test_a_run_whose_columns_nobody_has_named_waits(city, media):
    ImportRun.objects.filter(pk=waiting([["标题"], ["甲"]]).pk).update(columns={})
    assert runner.claim() is None


def test_time_over_leaves_the_rest_to_the_next_tick(city, media, monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 2)
    run = waiting([["标题"], *[[f"标题{n}"] for n in range(5)]])
    runner.work(runner.claim(), seconds=0)
    run.refresh_from_db()
    assert (run.state, run.done, run.lease_until) == ("running", 2, None)
    for _tick in range(3):
        runner.work(runner.claim(), seconds=0)
    assert [s.title for s in Suggestion.objects.order_by("pk")] == [f"标题{n}" for n in range(5)]


def test_a_worker_that_lost_its_lease_keeps_nothing_of_its_batch(city, media, monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 2)
    waiting([["标题"], *[[f"标题{n}"] for n in range(4)]])
    slow = runner.claim()
    ImportRun.objects.filter(pk=slow.pk).update(lease_until=None)
    runner.work(runner.claim())
    runner.work(slow)
    run = ImportRun.objects.get()
    assert (run.state, run.done, run.taken) == ("done", 4, 4) and Suggestion.objects.count() == 4


def test_a_duplicate_is_still_seen_after_the_run_was_broken_off(city, media, monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 2)
    run = waiting([["编号", "标题"], ["1", "甲"], ["2", "乙"], ["1", "丙"]])
    ImportRun.objects.update(columns={"编号": "external_id", "标题": "title"})
    runner.work(runner.claim(), seconds=0)
    runner.work(runner.claim())
    run.refresh_from_db()
    assert (run.taken, run.rejected) == (2, 1)


KILLED = """
import os, signal, django
django.setup()
from suggestions.intake import runner
runner.BATCH = 20
print("begin", flush=True)
runner.work(runner.claim(), heard=lambda run: print(run.done, flush=True))
"""


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_an_import_killed_again_and_again_loses_and_doubles_nothing(city, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    run = waiting([["标题"], *[[f"标题{n:04}"] for n in range(1500)]])
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "fzportal.settings", "MEDIA_ROOT": str(tmp_path)}
    kills = 0
    while ImportRun.objects.get(pk=run.pk).state != "done":
        ImportRun.objects.filter(pk=run.pk).update(lease_until=None)
        worker = subprocess.Popen([sys.executable, "-c", KILLED], env=env, stdout=subprocess.PIPE, text=True)
        worker.stdout.readline()
        if kills < 4:
            worker.stdout.readline()
            time.sleep(0.05 * (kills + 1))
            os.kill(worker.pid, signal.SIGKILL)
            kills += 1
        worker.wait()
        worker.stdout.close()
    run.refresh_from_db()
    assert kills == 4 and (run.done, run.taken, run.known, run.rejected) == (1500, 1500, 0, 0)
    assert sorted(Suggestion.objects.values_list("title", flat=True)) == [f"标题{n:04}" for n in range(1500)]
    assert len(set(Suggestion.objects.values_list("number", flat=True))) == 1500
    assert Suggestion.objects.filter(changes__event="imported").count() == 1500


def test_contacts_are_kept_apart_and_only_where_given(take):
    take(as_csv([["标题", "电话", "邮箱"], ["甲", "0591-87654321", ""], ["乙", "", "a@example.com"], ["丙", "", ""]]))
    assert list(Contact.objects.order_by("pk").values_list("phone", "email")) == [
        ("+8659187654321", ""), ("", "a@example.com"),
    ]  # fmt: skip


def test_a_row_of_the_year_one_is_rejected_for_nobody_could_read_it_back():
    desk = rows.Desk(columns={"时间": "created_at"}, source="x", channel="phone", names=None)
    with pytest.raises(rows.Rejected):
        desk.moment({"created_at": "0001-01-01"})
