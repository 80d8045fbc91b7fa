"""From a citizen's words to a rated answer, in Chromium, with a Celery worker and beat really running.

Everybody signs in as people do; every message of the table must arrive in its mailbox before the next person acts,
and nobody may get another.
"""

from types import SimpleNamespace

import pytest
from django.utils import timezone
from PIL import Image
from pypdf import PdfWriter

from accounts.models import User
from fzportal import workdays
from fzportal.templatetags.ui import day
from suggestions.models import Suggestion

from .journey.eyes import Eyes
from .journey.people import Citizen, Office, Worker
from .journey.post import Post

pytestmark = [pytest.mark.browser, pytest.mark.fault, pytest.mark.django_db(transaction=True)]

STAFF = {"deputy": "林代表", "office": "办公室", "handler": "王经办", "approver": "周审核"}
ROLES = {"citizen": Citizen, "office": Office}
WORDS = {
    "title": "温泉小学门口放学时请安排护学岗",
    "situation": "放学时电动车逆行，孩子只能走在机动车道上。\n\n五年级的陈小明上周被撞倒，家长电话 13800138000。",
    "proposal": "每天 16:00 至 17:00 安排护学岗，并画出非机动车等候区。",
    "place": "温泉小学东门",
}
UNCLEAR = {
    "title": "公交站台没有座椅，老人候车很辛苦",
    "situation": "站台上只有一根栏杆，老人要站二十分钟。",
    "proposal": "请安装座椅。",
    "place": "公交站",
}
ELSEWHERE = {
    "title": "我的医保报销款三个月没有到账",
    "situation": "材料八月已交，至今没有到账。",
    "proposal": "请帮我查一查。",
    "place": "医保窗口",
}
REPLY = "已会同交警在东门设置护学岗，每个上学日 16:00 至 17:00 值守；等候区已画线。"
EMPTY_REPLY = "您反映的问题已收悉，感谢您的关心。"


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "东门.jpg"
    Image.effect_noise((640, 480), 60).convert("RGB").save(path, "JPEG")
    return str(path)


@pytest.fixture
def plan(tmp_path):
    writer, path = PdfWriter(), tmp_path / "示意图.pdf"
    writer.add_blank_page(width=200, height=200)
    with path.open("wb") as file:
        writer.write(file)
    return str(path)


@pytest.fixture
def cast(live, city, deputy, other_deputy, office, handler, approver, other_handler, neighbour):
    """Those who are there already. Two would hear of it if the wrong people were told."""
    User.objects.filter(pk__in=[office.pk, approver.pk]).update(is_demo=True)


@pytest.fixture
def town(cast, settings, tmp_path, new_page, celery_worker_process):
    """``town.person(name, …)`` sits somebody down at a browser; ``town.post`` is what the worker really sent."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    for left in settings.OUTBOX_DIR.glob("*"):
        left.unlink()
    celery_worker_process.worker(wait=False)
    celery_worker_process.beat()
    post = Post()

    def person(name, eyes=None, width=1280, **options):
        return ROLES.get(name, Worker)(name, new_page(width, **options), post, eyes)

    return SimpleNamespace(person=person, post=post)


def submitted(town, citizen, words, *, files=(), is_new=True):
    """A citizen writes, signs up by code on the way, submits: (number, query code)."""
    citizen.write(words, files=files)
    if is_new:
        citizen.sign_in_to_submit()
    citizen.introduce("护学人", "林晓榕", is_new=is_new)
    citizen.sees(words["title"], *words["situation"].split("\n\n"), words["proposal"], words["place"])
    citizen.sees("护学人", "林晓榕", *(file.rpartition("/")[2] for file in files))
    number, code = citizen.submit()
    town.post.expect(number, citizen="建议 {} 已收到", office="新建议 {} 待审核")
    assert f"编号：{number}\n查询码：{code}\n" in town.post.latest("citizen").text
    return number, code


def accepted(town, office, number, title):
    office.open("待审核", title)
    office.accept()
    office.sees("已受理。", "现在等有关代表认领")
    town.post.expect(number, citizen="建议 {} 已受理", deputy="建议 {} 待认领")


def published(town, office, neighbour, number):
    """The office hides a name and a telephone number; a neighbour reads what is left, and follows it."""
    office.redact({"陈小明": "某同学", "，家长电话 13800138000": ""})
    office.publish("东门.jpg")
    office.sees("已公开。")
    town.post.expect(number, citizen="建议 {} 已公开")
    neighbour.sign_in_from_home()
    neighbour.follow("看建议")
    neighbour.look("list")
    neighbour.follow(WORDS["title"], neighbour.main)
    neighbour.sees("五年级的某同学上周被撞倒。", "护学人", "东门.jpg", "附议 0")
    neighbour.misses("陈小明", "13800138000", "示意图.pdf", "林晓榕", "提交时的原文")
    neighbour.look("detail-public")
    neighbour.press("关注")
    neighbour.sees("已关注，取消")


def referred(town, deputy, number, title):
    """The deputy claims it and passes it on."""
    deputy.open(title, "desk-to-claim")
    deputy.press("认领")
    deputy.sees(f"已认领：{number}")
    town.post.expect(number, citizen="建议 {} 已由代表认领")
    deputy.open(title, "desk-claimed")
    deputy.refer("家长反映属实，请教育局会同交警研究。", "福州市教育局")
    deputy.sees(f"已转交：{number}")
    town.post.expect(number, office="建议 {} 待交办")


def assigned(town, office, number, title, due=None):
    """To the department the deputy proposed; with a date of the office's own, or by the promise."""
    office.open("已转交，待交办", title)
    office.sees("家长反映属实，请教育局会同交警研究。")
    office.assign("福州市教育局", due.isoformat() if due else "", "请会同交警。")
    office.sees("已交办。", day(due) if due else "15 个工作日")
    town.post.expect(number, citizen="建议 {} 已交办", handler="建议 {} 已交办给您单位")


def taken_on(town, handler, number, title):
    handler.open(title, "desk-assigned")
    handler.press("开始办理")
    handler.sees(f"已开始办理：{number}")
    town.post.expect(number, citizen="建议 {} 已开始办理")


def handed_in(town, handler, number, title, text):
    handler.open(title, "desk-in-progress")
    handler.hand_in(text, "A 类：已解决或基本解决")
    handler.sees(f"已提交审核：{number}")
    town.post.expect(number, approver="建议 {} 的答复待您审核")


def released(town, approver, number, title, text, **others):
    approver.open(title, "desk-to-release")
    approver.sees(text)
    approver.press("审核通过并公布")
    approver.sees(f"已公布答复：{number}")
    town.post.expect(number, citizen="建议 {} 已答复，请您评价", deputy="建议 {} 已答复", **others)


def rated(town, citizen, reply, **grades):
    """By the link in the message that arrived."""
    citizen.goto(town.post.link("citizen"), "detail-replied")
    citizen.sees("已有答复，请您评一评", "福州市教育局", reply)
    citizen.rate(**grades)


def closed(town, citizen, number):
    """What everybody hears at the end."""
    citizen.sees("谢谢，您的评价已记录。", "已办结")
    citizen.look("detail-closed")
    town.post.expect(number, **dict.fromkeys(("deputy", "handler", "approver"), "建议 {} 已评价，现已办结"))


def told(town, *people):
    """Everybody's inbox holds what their mailbox holds, in the order in which it happened."""
    for person in people:
        assert person.inbox() == town.post.inbox(person.name), person.name


def history(number):
    """Its state, and how it got there: (event, role) in order."""
    suggestion = Suggestion.objects.get(number=number)
    return suggestion.status, list(suggestion.changes.order_by("pk").values_list("event", "role"))


def whole_way(town, photo, plan, **look):
    """Journeys 1 and 2: they differ in browsers alone."""
    title, due = WORDS["title"], workdays.add(timezone.localdate(), 20)
    citizen, neighbour, deputy = (town.person(name, **look) for name in ("citizen", "neighbour", "deputy"))
    office, handler, approver = (town.person(name, **look) for name in ("office", "handler", "approver"))
    number, _code = submitted(town, citizen, WORDS, files=[photo, plan])
    office.sign_in_by_demo("办公室")
    accepted(town, office, number, title)
    published(town, office, neighbour, number)
    deputy.sign_in_from_home()
    referred(town, deputy, number, title)
    assigned(town, office, number, title, due)
    handler.sign_in_from_home()
    taken_on(town, handler, number, title)
    handed_in(town, handler, number, title, REPLY)
    approver.sign_in_by_demo("周审核")
    released(town, approver, number, title, REPLY, neighbour="您关注的建议 {} 已答复")
    rated(town, citizen, REPLY, attitude="满意", result="基本满意")
    closed(town, citizen, number)
    told(town, citizen, neighbour, deputy, office, handler, approver)
    assert history(number) == (
        "closed",
        [
            ("submitted", "author"), ("accepted", "office"), ("redacted", "office"), ("published", "office"),
            ("triaging", "deputy"), ("referred", "deputy"), ("assigned", "office"), ("in_progress", "department"),
            ("reply_review", "department"), ("replied", "department"), ("rated", "author"),
        ],
    )  # fmt: skip


def test_a_suggestion_goes_the_whole_way(town, photo, plan):
    eyes = Eyes()
    whole_way(town, photo, plan, eyes=eyes)
    eyes.assert_nothing_found()


def test_it_goes_the_whole_way_without_javascript(town, photo, plan):
    whole_way(town, photo, plan, javascript=False)


def test_unhappy_ways(town):
    """One is asked about and answered by number and code, one declined, one answered so badly that it comes back."""
    citizen, deputy, handler, approver, office = map(
        town.person, ("citizen", "deputy", "handler", "approver", "office")
    )  # fmt: skip
    office.sign_in_by_demo("办公室")
    asked_and_answered(town, citizen, office)
    declined(town, citizen, office)
    for person in (deputy, handler):
        person.sign_in_from_home()
    approver.sign_in_by_demo("周审核")
    handled_twice(town, citizen, deputy, handler, approver, office)
    told(town, citizen, deputy, handler, approver, office)


def asked_and_answered(town, citizen, office):
    """The answer comes from another browser, where nobody is signed in."""
    number, code = submitted(town, citizen, UNCLEAR)
    office.open("待审核", UNCLEAR["title"])
    office.ask("是哪一个站台？往哪个方向？")
    office.sees("已请提出人补充。")
    town.post.expect(number, citizen="建议 {} 请您补充材料")
    assert "是哪一个站台？往哪个方向？" in town.post.latest("citizen").text
    passer_by = town.person("citizen", width=375)
    passer_by.track(number, code)
    passer_by.sees("工作人员有一个问题想请您补充", "是哪一个站台？往哪个方向？")
    passer_by.answer("温泉公园站，往五四路方向。")
    passer_by.sees("谢谢，您的补充已送达人大代表工作机构。", "温泉公园站，往五四路方向。")
    town.post.expect(number, office="建议 {} 已补充材料")
    office.open("已补充，待审核", UNCLEAR["title"])
    office.sees("温泉公园站，往五四路方向。")
    assert history(number) == (
        "submitted", [("submitted", "author"), ("needs_info", "office"), ("answered", "author")]
    )  # fmt: skip


def declined(town, citizen, office):
    """The message names who is responsible and how to reach them, and so does the page."""
    number, _code = submitted(town, citizen, ELSEWHERE, is_new=False)
    office.open("待审核", ELSEWHERE["title"])
    office.decline("12345 受理事项", "请先拨打热线登记。")
    office.sees("已作不予受理处理。")
    town.post.expect(number, citizen="建议 {} 不予受理")
    said = ["12345 受理事项", "福州市 12345 政务服务便民热线", "拨打 12345，24 小时服务", "请先拨打热线登记。"]
    assert [words for words in said if words not in town.post.latest("citizen").text] == []
    citizen.goto(town.post.link("citizen"))
    citizen.sees("本件不予受理", *said)
    assert history(number) == ("declined", [("submitted", "author"), ("declined", "office")])


def handled_twice(town, citizen, deputy, handler, approver, office):
    """A reply that says nothing comes back; the second one does."""
    number, _code = submitted(town, citizen, WORDS, is_new=False)
    title, missing = WORDS["title"], "没有说护学岗安排不安排。"
    accepted(town, office, number, title)
    referred(town, deputy, number, title)
    assigned(town, office, number, title)
    taken_on(town, handler, number, title)
    handed_in(town, handler, number, title, EMPTY_REPLY)
    released(town, approver, number, title, EMPTY_REPLY)
    rated(town, citizen, EMPTY_REPLY, attitude="基本满意", result="不满意", reason=missing)
    citizen.sees("感谢您的直言。", "由福州市教育局重新办理，", "重新办理")
    again = "建议 {} 正在重新办理"
    town.post.expect(number, handler="建议 {} 需要重新办理", office=again, deputy=again)
    handler.open(title)
    handler.sees(missing, EMPTY_REPLY)
    handed_in(town, handler, number, title, REPLY)
    released(town, approver, number, title, REPLY)
    rated(town, citizen, REPLY, attitude="满意", result="满意")
    closed(town, citizen, number)
    citizen.sees(EMPTY_REPLY, "不满意", missing)
    assert history(number) == (
        "closed",
        [
            ("submitted", "author"), ("accepted", "office"), ("triaging", "deputy"), ("referred", "deputy"),
            ("assigned", "office"), ("in_progress", "department"), ("reply_review", "department"),
            ("replied", "department"), ("rehandling", "author"), ("reply_review", "department"),
            ("replied", "department"), ("rated", "author"),
        ],
    )  # fmt: skip
