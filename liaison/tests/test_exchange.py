"""Tables in and out of the admin: whole files or nothing, a reason in Chinese per row, nothing that acts on opening."""

from datetime import date, time
from io import BytesIO

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from liaison.admin.exchange import report
from liaison.admin.resources import RuleResource
from liaison.admin.sheets import Sheet
from liaison.models import Constituency, Delegation, Deputy, Division, ReceptionRule, Station, Term

STATION = {"代号": "dongjie", "名称": "东街联络站", "类型": "代表联络站", "行政区划": "鼓楼区/东街街道"}
DEPUTY = {"姓名": "曾国华", "届次": 16, "层级": "市级", "代表团": "鼓楼区代表团"}


@pytest.fixture
def desk(client, office, settings, tmp_path):
    """The office at its desk, with a place for files."""
    settings.MEDIA_ROOT = tmp_path
    client.force_login(office, "django.contrib.auth.backends.ModelBackend")
    return client


def table(*rows, headings=None):
    """An XLSX file of rows as dicts."""
    book = openpyxl.Workbook()
    headings = headings or list(dict.fromkeys(h for row in rows for h in row))
    book.active.append(headings)
    for row in rows:
        book.active.append([row.get(h) for h in headings])
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("table.xlsx", out.getvalue())


def check(desk, kind, *rows, **more):
    """The dry run's answer."""
    file = rows[0] if isinstance(rows[0], SimpleUploadedFile) else table(*rows, **more)
    return desk.post(f"/admin/liaison/{kind}/import/", {"import_file": file, "format": "0", "resource": "0"})


def confirm(desk, kind, checked):
    """Take in what was checked; the page that follows."""
    values = checked.context["confirm_form"].initial
    return desk.post(f"/admin/liaison/{kind}/process_import/", values, follow=True)


def take_in(desk, kind, *rows, **more):
    checked = check(desk, kind, *rows, **more)
    assert checked.status_code == 200, problems(checked)
    return confirm(desk, kind, checked)


def problems(response):
    report = response.context["report"]
    return report.whole or [(line, [f"{h}|{text}" for h, text in found]) for line, found in report.wrong]


def exported(desk, kind, query=""):
    """The rows of an export as dicts."""
    answer = desk.get(f"/admin/liaison/{kind}/export/{query}")
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    headings, *rows = openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    return [{h: v for h, v in zip(headings, row, strict=True) if v is not None} for row in rows]


def test_a_table_of_stations_is_checked_first_and_taken_in_when_confirmed(desk, city):
    row = STATION | {"级别": "乡镇街道", "领域": "教育", "电话": 83300000, "纬度": "26.08", "经度": 119.3, "开放": "是"}
    checked = check(desk, "station", row)
    assert not Station.objects.filter(slug="dongjie").exists()
    assert checked.context["report"].counts["new"] == 1
    page = confirm(desk, "station", checked)
    assert "新增 1 行" in page.content.decode()
    made = Station.objects.get(slug="dongjie")
    assert (made.division.name, made.level, made.phone, made.latitude, made.longitude) == (
        "东街街道", "street", "83300000", 26.08, 119.3,
    )  # fmt: skip
    assert [f.name for f in made.fields.all()] == ["教育"]
    assert LogEntry.objects.filter(object_id=str(made.pk)).count() == 1


def test_a_row_tells_everything_that_is_wrong_with_it_and_the_file_is_not_taken_in(desk, city):
    bad = STATION | {"代号": "x y", "类型": "办事处", "行政区划": "鼓楼区/没有街道", "纬度": "北", "领域": "教育、炼金"}
    response = check(desk, "station", STATION, bad)
    assert response.status_code == 422
    assert "confirm_form" not in response.context
    [(line, found)] = problems(response)
    assert line == 3
    told = {text.partition("|")[0]: text.partition("|")[2] for text in found}
    assert told["行政区划"] == "没有“鼓楼区/没有街道”这个行政区划。"
    assert told["纬度"] == "“北”不是数字。"
    assert told["领域"] == "没有“炼金”这个领域。"
    assert told["类型"].startswith("“办事处”不在可选范围内：")
    assert "代号" in told
    assert Station.objects.count() == 1


def test_a_slug_twice_in_a_file_and_an_ambiguous_division_are_refused(desk, city):
    twice = check(desk, "station", STATION, STATION | {"名称": "另一个"})
    assert problems(twice) == [(3, ["|与本文件第 2 行重复。"])]
    name = "东街街道"
    Division.objects.create(code="990", name=name, level="street", parent=city.cangshan)
    [(line, [text])] = problems(check(desk, "station", STATION | {"行政区划": name}))
    assert (line, text) == (2, "行政区划|叫“东街街道”的不止一个：鼓楼区/东街街道、仓山区/东街街道。")
    code = Division.objects.get(name=name, parent=city.gulou).code
    assert check(desk, "station", STATION | {"行政区划": code}).status_code == 200


def test_unknown_and_missing_headings_are_named(desk, city):
    assert problems(check(desk, "station", STATION | {"备注": "x"})) == ["不认识的表头：备注。请使用导出文件里的表头。"]
    less = {k: v for k, v in STATION.items() if k != "类型"}
    assert problems(check(desk, "station", less)) == ["缺少表头：类型。"]


@pytest.mark.parametrize("content", [b"", b"no table", b"PK\x03\x04broken"])
def test_what_is_no_table_is_refused_beside_the_field(desk, city, content):
    response = check(desk, "station", SimpleUploadedFile("a.xlsx", content))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["import_file"]


def test_a_file_of_more_rows_than_can_be_waited_for_is_refused(desk, city, monkeypatch):
    monkeypatch.setattr("liaison.admin.sheets.MOST_ROWS", 1)
    response = check(desk, "station", STATION, STATION | {"代号": "b", "名称": "乙"})
    assert response.context["form"].errors["import_file"] == ["一次最多导入 1 行，请拆分文件。"]


def test_files_that_cannot_be_taken_in_are_not_kept_and_confirmed_ones_go(desk, city, tmp_path):
    check(desk, "station", STATION | {"类型": "办事处"})
    checked = check(desk, "station", STATION)
    assert len(list((tmp_path / "django-import-export").iterdir())) == 1
    confirm(desk, "station", checked)
    assert list((tmp_path / "django-import-export").iterdir()) == []
    assert "没有作任何改动" in confirm(desk, "station", checked).content.decode()
    assert Station.objects.filter(slug="dongjie").count() == 1


def test_what_went_wrong_since_the_check_leaves_nothing_half_written(desk, city):
    checked = check(desk, "station", STATION, STATION | {"代号": "nanjie", "名称": "南街联络站"})
    Station.objects.create(slug="other", name="南街联络站", kind="liaison_station", division=city.street)
    assert "没有导入任何一行" in confirm(desk, "station", checked).content.decode()
    assert not Station.objects.filter(slug__in=["dongjie", "nanjie"]).exists()


def test_nul_and_invisible_characters_are_cleaned_and_empty_rows_left_out(desk, city):
    rows = [
        STATION | {"名称": " 东街\u200b联络站\u202e ", "简介": "一\r\n二"},
        {},
        STATION | {"代号": "b", "名称": "乙"},
    ]
    take_in(desk, "station", *rows)
    assert Station.objects.get(slug="dongjie").name == "东街联络站"
    assert Station.objects.get(slug="dongjie").about == "一\n二"
    bad = check(desk, "station", {}, STATION | {"类型": "办事处"}, headings=list(STATION))
    assert problems(bad)[0][0] == 3


def test_an_export_taken_in_again_changes_nothing(desk, city, deputy, other_deputy):
    lin = deputy.deputy
    lin.delegation = Delegation.objects.get(division=city.gulou)
    lin.about, lin.occupation = "一\n二", "=1+1"
    lin.save()
    lin.stations.set([city.station])
    for kind in ("station", "deputy", "deputy_stations"):
        answer = desk.get(f"/admin/liaison/{kind}/export/")
        checked = check(desk, kind, SimpleUploadedFile("t.xlsx", answer.content))
        assert checked.status_code == 200, problems(checked)
        counts = checked.context["report"].counts
        changed = 1 if kind == "deputy" else 0  # the formula's sign is gone
        assert (counts["new"], counts["update"]) == (0, changed), kind


def test_no_formula_leaves_the_house(desk, city):
    city.station.about = '=HYPERLINK("http://evil.example")'
    city.station.save()
    answer = desk.get("/admin/liaison/station/export/")
    cells = [c for row in openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows() for c in row]
    assert {c.data_type for c in cells} <= {"s", "inlineStr", "n", "b"}


def test_deputies_are_taken_in_with_what_belongs_to_them(desk, city):
    take_in(desk, "deputy", DEPUTY | {
        "联系区域": "鼓楼区/温泉街道，仓山区", "领域": "教育", "联络站代号": "wenquan", "任职起始": "2023年2月1日",
    }, {"姓名": "单晓", "届次": "第16届", "层级": "县级", "选区": "鼓楼区/第三选区"})  # fmt: skip
    zeng, shan = Deputy.objects.get(name="曾国华"), Deputy.objects.get(name="单晓")
    assert (zeng.pinyin, zeng.delegation.name, zeng.since) == ("zeng guo hua", "鼓楼区代表团", date(2023, 2, 1))
    assert {d.name for d in zeng.divisions.all()} == {"温泉街道", "仓山区"}
    assert list(zeng.stations.all()) == [city.station]
    assert (shan.pinyin, shan.level, shan.constituency.name) == ("shan xiao", "county", "第三选区")
    assert shan.since == city.term.since


def test_a_dry_run_makes_no_constituency(desk, city):
    check(desk, "deputy", {"姓名": "单晓", "届次": 16, "层级": "县级", "选区": "鼓楼区/第三选区"})
    assert not Constituency.objects.exists()


def test_a_deputy_without_a_number_is_found_again_by_name_and_whom_they_were_elected_by(desk, city):
    take_in(desk, "deputy", DEPUTY)
    take_in(desk, "deputy", DEPUTY | {"单位及职务": "校长"})
    take_in(desk, "deputy", DEPUTY | {"代表团": "仓山区代表团"})
    rows = Deputy.objects.filter(name="曾国华").order_by("pk")
    assert [(d.occupation, d.delegation.name) for d in rows] == [("校长", "鼓楼区代表团"), ("", "仓山区代表团")]
    for name in ("阿依古丽·买买提", "John Lin"):
        take_in(desk, "deputy", DEPUTY | {"姓名": name})
        take_in(desk, "deputy", DEPUTY | {"姓名": name})
        assert Deputy.objects.filter(name=name).count() == 1
    assert problems(check(desk, "deputy", DEPUTY, DEPUTY)) == [(3, ["|与本文件第 2 行重复。"])]


@pytest.mark.parametrize(
    ("change", "heading", "text"),
    [
        ({"层级": "省级"}, "层级", "“省级”不在可选范围内：市级、县级、乡镇级。"),
        ({"届次": 99}, "届次", "没有“99”这一届。"),
        ({"届次": None}, "届次", "此字段不能为空。"),
        ({"代表团": "火星代表团"}, "代表团", "没有“火星代表团”这个代表团。"),
        ({"选区": "第三选区"}, "选区", "选区请连同行政区划一起写，例如“闽侯县/第一选区”，不能只写“第三选区”。"),
        ({"选区": "鼓楼区/第三选区"}, "选区", "市级代表按代表团登记，没有选区。"),
        ({"层级": "县级"}, "代表团", "只有市级代表才属于代表团。"),
        ({"联络站代号": "none"}, "联络站代号", "没有代号为“none”的联络站。"),
        ({"任职起始": "元旦"}, "任职起始", "“元旦”不是日期，请写成 2026-01-31。"),
        ({"编号": 999999}, "编号", "没有编号为 999999 的代表。"),
        ({"姓名": ""}, "姓名", "此字段不能为空。"),
    ],
)
def test_wrong_cells_are_named_in_chinese(desk, city, change, heading, text):
    [(line, [found])] = problems(check(desk, "deputy", DEPUTY | change))
    assert (line, found.rstrip("。")) == (2, f"{heading}|{text}".rstrip("。"))


def test_residencies_are_added_and_ended_and_names_checked(desk, city, deputy, other_deputy):
    lin, huang = deputy.deputy, other_deputy.deputy
    huang.stations.set([city.station])
    rows = [
        {"编号": lin.pk, "姓名": "林静", "联络站代号": "wenquan", "撤出": ""},
        {"编号": None, "姓名": "黄敏", "联络站代号": "wenquan", "撤出": "是"},
    ]
    counts = check(desk, "deputy_stations", *rows).context["report"].counts
    assert (counts["new"], counts["delete"]) == (1, 1)
    take_in(desk, "deputy_stations", *rows)
    assert (list(lin.stations.all()), list(huang.stations.all())) == ([city.station], [])
    assert exported(desk, "deputy_stations") == [
        {"编号": lin.pk, "姓名": "林静", "联络站代号": "wenquan", "联络站名称": city.station.name}
    ]
    wrong = [{"编号": lin.pk, "姓名": "黄敏", "联络站代号": "wenquan"}, {"姓名": "无名", "联络站代号": "wenquan"},
             {"姓名": "黄敏", "联络站代号": "none"}]  # fmt: skip
    assert problems(check(desk, "deputy_stations", *wrong)) == [
        (2, [f"|编号 {lin.pk} 是林静，不是黄敏。"]), (3, ["|没有叫“无名”的现任代表。"]),
        (4, ["|没有代号为“none”的联络站。"]),
    ]  # fmt: skip


RULE = {"联络站代号": "wenquan", "重复规则": "FREQ=MONTHLY;BYMONTHDAY=15", "开始时间": time(9), "结束时间": "11：00"}


def rules(*rows, dry=False):
    """The report of taking rules in."""
    resource = RuleResource()
    dataset = Sheet().create_dataset(table(*rows).read())
    return report(resource.import_data(dataset, dry_run=dry, rollback_on_validation_errors=True), resource)


def test_rules_are_taken_in_with_their_rota_in_order(city, deputy, other_deputy):
    rota = f"黄敏、林静#{deputy.deputy.pk}"
    rules(RULE | {"轮值代表": rota, "起始日期": "2027/1/1", "主题": "教育", "遇节假日": ""})
    rule = ReceptionRule.objects.get()
    assert (rule.recurrence, rule.begins, rule.ends, rule.since, rule.holidays) == (
        "FREQ=MONTHLY;BYMONTHDAY=15", time(9), time(11), date(2027, 1, 1), "next",
    )  # fmt: skip
    assert [p.deputy.name for p in rule.rota_places.all()] == ["黄敏", "林静"]
    [row] = RuleResource().export().dict
    assert (row["编号"], row["轮值代表"]) == (rule.pk, f"黄敏#{other_deputy.deputy.pk}、林静#{deputy.deputy.pk}")
    assert rules(row).counts["skip"] == 1
    rules(row | {"轮值代表": "林静"})
    assert [p.deputy.name for p in rule.rota_places.all()] == ["林静"]


def test_a_wrong_rule_is_refused_with_its_reason(city, deputy):
    wrong = [
        RULE | {"重复规则": "每月十五"},
        RULE | {"结束时间": "8:00"},
        RULE | {"轮值代表": "林静、林静"},
        RULE | {"编号": 9999},
    ]
    found = [(line, [f"{h}|{text}" for h, text in texts]) for line, texts in rules(RULE, *wrong).wrong]
    assert [line for line, _texts in found] == [3, 4, 5, 6]
    assert found[0][1][0].startswith("重复规则|")
    assert found[2][1] == ["|轮值代表里有人写了两次。"]
    assert found[3][1] == ["编号|没有编号为 9999 的规则。"]
    assert not ReceptionRule.objects.exists()


def test_only_the_office_reaches_import_and_export(client, desk, city, officer, deputy):
    client.force_login(deputy, "django.contrib.auth.backends.ModelBackend")
    for kind in ("station", "deputy", "deputy_stations"):
        assert client.get(f"/admin/liaison/{kind}/import/").status_code == 302
        assert client.get(f"/admin/liaison/{kind}/export/").status_code == 302
        assert client.post(f"/admin/liaison/{kind}/process_import/").status_code == 302


def photo(size=(1200, 1600)):
    out = BytesIO()
    exif = Image.Exif()
    exif[0x9286] = "在家里拍的"
    Image.new("RGB", size, (10, 120, 60)).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("me.jpg", out.getvalue(), "image/jpeg")


def test_a_photo_is_drawn_anew_small_and_public_and_the_old_file_goes(
    desk, city, deputy, django_capture_on_commit_callbacks, tmp_path
):
    lin, address = deputy.deputy, f"/admin/liaison/deputy/{deputy.deputy.pk}/change/"
    values = {"name": "林静", "level": "municipal", "term": city.term.pk, "since": "2022-01-01"}
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(address, values | {"photo": photo()}).status_code == 302
    lin.refresh_from_db()
    desk.logout()
    answer = desk.get(lin.photo_url)
    content = b"".join(answer.streaming_content)
    picture = Image.open(BytesIO(content))
    assert (picture.format, picture.size, len(picture.getexif())) == ("JPEG", (360, 480), 0)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert answer["Cache-Control"] == "public, max-age=604800"
    first = lin.photo.name
    desk.force_login(Deputy.objects.model._meta.get_field("user").related_model.objects.get(nickname="", name="办公室"),
                     "django.contrib.auth.backends.ModelBackend")  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(address, values)
    lin.refresh_from_db()
    assert lin.photo.name == first
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(address, values | {"no_photo": "on"})
    lin.refresh_from_db()
    assert not lin.photo
    assert not (tmp_path / first).exists()
    assert desk.get(f"/deputies/{lin.pk}/photo/").status_code == 404


def test_what_is_no_picture_is_refused_as_photo(desk, city, deputy):
    values = {"name": "林静", "level": "municipal", "term": city.term.pk, "since": "2022-01-01"}
    file = SimpleUploadedFile("me.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    response = desk.post(f"/admin/liaison/deputy/{deputy.deputy.pk}/change/", values | {"photo": file})
    assert response.context["errors"] == [["只能使用 JPEG、PNG、WebP 格式的图片。"]]
    assert Term.objects.count() == 1
