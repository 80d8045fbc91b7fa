"""What came of it, in Chromium, with and without JavaScript: departments at work; the author's verdict to the end.

Worker and beat are not running: what they would do is called here, which the other journeys prove they do.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from fzportal import workdays
from fzportal.demo.stories import pass_days
from fzportal.templatetags.ui import day
from suggestions import tasks, workflow
from suggestions.models import Department, DepartmentMember, Suggestion
from suggestions.tests.at_desk import states, told
from suggestions.tests.made import picture
from suggestions.tests.promised import LIGHTS, let_pass, reply

from .cast import person
from .journey.feedback import Author, Overseer, Unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARKET, HEALTH, EDUCATION, TRAFFIC = "福州市市场监督管理局", "福州市卫生健康委员会", "福州市教育局", "福州市交通运输局"
NOT_OURS = "学校食堂不归交通运输部门管理。"
MORE_TIME = "须逐校核对供货合同。"
OPINION = "供货单位名单可以公开，检测报告每月出一次。"
TOO_VAGUE = "请写明从哪一周开始。"
MENU = ("每周菜单没有公开", "自下学期第一周起，每周一在校门口和网上公布。")
ORIGIN = ("进货来源没有公开", "供货单位名单随菜单一并公布。")
ASK_HERE = "体卫艺处 0591-00000001"
LAMPS = "已装好十二盏，昨日通电。"
AS_BEFORE = "路灯已装好，其余路段暂无计划。"
STILL_AS_BEFORE = "其余路段涉及规划调整，目前不能安排。"
WHOLE_ROAD = "只装了校门口，孩子回家的路还是黑的。"
NO_CHANGE = "和上次说的一样，还是没有办法。"
END = "其余路段已列入征迁范围，明年拆除，不宜再装路灯；拆除前由社区安排值守。"


@pytest.fixture(params=[True, False], ids=["javascript", "without-javascript"])
def sit(request, new_page, live):
    """``sit(Unit, user)``: at a browser of their own, signed in where ``user`` is given; ``sit.looks``: what axe found.

    Looked at with JavaScript alone: without it the pages are the same.
    """

    def down(role, user=None, width=1280):
        found = role("", new_page(width, javascript=request.param), None)
        found.looks = down.looks
        return found.enter(user, live) if user else found

    down.looks = {} if request.param else None
    return down


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def market(city):
    """A handler of one of two departments that assist; the other has nobody at the desk, and is late."""
    Department.objects.create(name=HEALTH)
    user = person("", "钱经办", "market@example.com")
    DepartmentMember.objects.create(user=user, department=Department.objects.create(name=MARKET), role="handler")
    return user


def test_departments_return_it_ask_for_time_wait_for_each_other_and_answer_point_by_point(
    sit, case, citizen, office, handler, approver, other_handler, market
):
    suggestion = case("accepted")
    overseer, lead = sit(Overseer, office), sit(Unit, handler)
    returned_and_assigned_again(suggestion, overseer, sit(Unit, other_handler))
    author = sit(Author, width=375)
    given_more_time(suggestion, overseer, lead, author)
    one_opinion_comes_and_one_is_late(suggestion, sit(Unit, market), lead)
    sent_back_and_released(suggestion, lead, sit(Unit, approver))
    rated_by_code(suggestion, author)
    assert_nothing_found(sit.looks)


def assert_nothing_found(looks):
    assert looks is None or looks == dict.fromkeys(looks, [])


def returned_and_assigned_again(suggestion, overseer, first):
    """The wrong lead says whose it is; who assisted goes on, and the page counts the hands."""
    overseer.at(suggestion, "assign", "admin-assign")
    overseer.assign(TRAFFIC, co=[MARKET, HEALTH])
    overseer.sees("已交办。")
    first.at(suggestion)
    first.give_back(NOT_OURS, EDUCATION)
    first.sees(f"已退回：{suggestion.number}")
    overseer.at(suggestion, "assign")
    overseer.sees(f"建议改由{EDUCATION}主办。", NOT_OURS)
    assert overseer.assisting() == [HEALTH, MARKET]
    overseer.assign()
    overseer.sees("已交办。", "先后交办过 2 次。")
    assert states(suggestion) == {
        "交通运输局": ("lead", "returned"), "市场监督管理局": ("co", "given"), "卫生健康委员会": ("co", "given"),
        "教育局": ("lead", "given"),
    }  # fmt: skip
    assert told("returned", "co_given") == [
        ("co_given", "co", "market"), ("returned", "office", "office"),
    ]  # fmt: skip


def given_more_time(suggestion, overseer, lead, author):
    """Asked with a reason, granted; the author reads both dates and how each came about."""
    lead.at(suggestion)
    lead.press("开始办理")
    lead.sees("尚缺协办意见：", MARKET, HEALTH)
    lead.ask_for_time(15, MORE_TIME)
    lead.sees(f"已申请延期：{suggestion.number}")
    since = timezone.localdate()
    before, after = (day(workdays.due(since, rule)) for rule in ("15d", "15d+15d"))
    overseer.at(suggestion, "extension", "admin-extension")
    overseer.sees(EDUCATION, MORE_TIME, before, after)
    overseer.choose("决定", "同意延期")
    overseer.press("审批延期")
    overseer.sees("已作出决定。", after)
    assert told("extension_granted") == [
        ("extension_granted", "author", "citizen"), ("extension_granted", "lead", "handler"),
    ]  # fmt: skip
    author.track(suggestion.number, Suggestion.objects.get(pk=suggestion.pk).query_code)
    author.shows(f"应于{after}前答复", f"同意延期，延至{after}", MORE_TIME, "先后交办过 2 次", NOT_OURS)
    author.unfold("这个日期怎么算的？")
    author.shows(f"自{day(since)}的次日起 15 个工作日，至{before}。", f"延期 15 个工作日，由{before}延至{after}。")
    author.look("track-extended")


def one_opinion_comes_and_one_is_late(suggestion, assisting, lead):
    """The lead waits for both until one has come and the other's day has passed."""
    assisting.at(suggestion, "desk-assisting")
    assisting.give_opinion(OPINION)
    assisting.sees(f"意见已交给主办单位：{suggestion.number}")
    lead.at(suggestion)
    lead.sees(f"尚缺协办意见：{HEALTH}")
    assert lead.main.get_by_role("button", name="提交审核", exact=True).count() == 0
    awaited = suggestion.assignments.awaited().get()
    pass_days(suggestion, (timezone.localdate(awaited.due_at) - timezone.localdate()).days + 1)
    lead.at(suggestion, "desk-one-late")
    lead.shows(f"{HEALTH}的协办意见已逾期，主办单位可以不再等待。")
    lead.sees(OPINION)


def sent_back_and_released(suggestion, lead, releasing):
    """Class B: points, a promise, whom to ask. A second person wants it clearer, then releases it."""
    by = timezone.localdate() + timedelta(days=30)
    lead.write("经与市场监管部门研究，现答复如下。", "B 类：正在解决或已列入计划", ASK_HERE)
    lead.promise("公布全部学校的供货单位名单", by)
    lead.answer_points((MENU[0], "今后会公布。"), ORIGIN)
    lead.press("提交审核")
    lead.sees(f"已提交审核：{suggestion.number}")
    releasing.at(suggestion, "desk-to-release")
    releasing.shows(MENU[0], "今后会公布。", *ORIGIN, "公布全部学校的供货单位名单", ASK_HERE)
    releasing.send_back(TOO_VAGUE)
    releasing.sees(f"已退回修改：{suggestion.number}")
    assert told("sent_back") == [("sent_back", "handler", "handler")]
    lead.at(suggestion)
    lead.sees("答复退回修改", TOO_VAGUE)
    lead.page.get_by_label("对第 1 条的答复").fill(MENU[1])
    lead.press("提交审核")
    releasing.at(suggestion)
    releasing.shows(*MENU, *ORIGIN)
    releasing.press("审核通过并公布")
    releasing.sees(f"已公布答复：{suggestion.number}")
    assert told("replied") == [("replied", "author", "citizen")]
    assert [(c.what, c.due_on, c.status) for c in suggestion.commitments.all()] == [
        ("公布全部学校的供货单位名单", by, "promised")
    ]


def rated_by_code(suggestion, author):
    """Read point by point; rated, and rated better after a second thought."""
    author.goto(f"/track/{suggestion.number}/")
    author.shows("已有答复，请您评一评", *MENU, *ORIGIN, "公布全部学校的供货单位名单", ASK_HERE)
    author.misses("今后会公布。", OPINION)
    author.look("track-points")
    author.rate("满意", "基本满意")
    author.shows("谢谢，您的评价已记录。", "您还可以更改评价")
    author.rate_again("满意")
    author.shows("您的评价已更改。", "提出人把评价改为：态度“满意”，结果“满意”")
    suggestion.refresh_from_db()
    rating = suggestion.replies.get().rating
    assert (suggestion.status, rating.attitude, rating.result) == ("closed", 3, 3)
    assert told("rated") == [("rated", "department", "approver"), ("rated", "department", "handler")]


@pytest.fixture
def promised(case, citizen, handler, approver, office):
    """A published case, answered with a promise by tomorrow, rated and closed."""
    suggestion = case("in_progress")
    workflow.publish(suggestion, by=office)
    reply(suggestion, handler, approver, promises=[(LIGHTS, 1)], text="校门口的路灯已列入计划。")
    workflow.rate(suggestion, by=citizen, attitude=3, result=2)
    return suggestion


def test_a_missed_promise_reopens_and_dissatisfaction_leads_to_an_end_with_a_published_reason(
    sit, promised, citizen, handler, approver, office, other_office
):
    promise = promised.commitments.get()
    author, lead, releasing = sit(Author, citizen), sit(Unit, handler), sit(Unit, approver)
    missed_and_reopened(promise, author)
    kept_late(promise, lead, releasing)
    answered_anew(promised, lead, releasing, AS_BEFORE)
    author.goto(promised.get_absolute_url())
    author.shows("校门口的路灯已列入计划。", AS_BEFORE)
    author.rate("基本满意", "不满意", WHOLE_ROAD)
    author.shows("感谢您的直言。", f"由{EDUCATION}重新办理")
    answered_anew(promised, lead, releasing, STILL_AS_BEFORE, because=WHOLE_ROAD)
    dissatisfied_again(promised, author)
    closed_over_by_two(promised, sit(Overseer, office), sit(Overseer, other_office))
    everybody_can_check(promised, promise, sit(Author, width=375))
    assert_nothing_found(sit.looks)


def missed_and_reopened(promise, author):
    """Its day passes; the clock opens the case again and says so."""
    let_pass(promise, days=2)
    tasks.miss_commitments()
    assert told("reopened", "promise_missed") == [
        ("promise_missed", "head", "approver"), ("promise_missed", "keeper", "handler"),
        ("reopened", "author", "citizen"), ("reopened", "deputy", "deputy"), ("reopened", "lead", "handler"),
        ("reopened", "office", "office"), ("reopened", "office", "other-office"),
    ]  # fmt: skip
    author.goto(promise.suggestion.get_absolute_url())
    author.shows("1 项承诺逾期", "承诺未按时兑现，重新办理", f"现在由{EDUCATION}主办，正在办理", "未按时兑现")
    author.look("reopened")


def kept_late(promise, lead, releasing):
    """On the word of two people, with a picture."""
    lead.at_promise(promise)
    lead.page.get_by_label("兑现情况").fill(LAMPS)
    lead.page.get_by_label("佐证材料：照片或 PDF").set_input_files(
        {"name": "路灯.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    lead.press("报告已兑现")
    lead.shows("已报告，等本单位第二人确认。", "路灯.jpg")
    assert lead.main.get_by_role("button", name="确认已兑现").count() == 0
    releasing.at_promise(promise)
    releasing.shows(LAMPS, "路灯.jpg")
    releasing.press("确认已兑现")
    releasing.shows("已确认，请提出人评价。")
    assert told("promise_reported", "promise_kept") == [
        ("promise_kept", "author", "citizen"), ("promise_kept", "deputy", "deputy"),
        ("promise_reported", "approver", "approver"),
    ]  # fmt: skip


def answered_anew(suggestion, lead, releasing, text, because=""):
    """A new reply; what was said before stays before the handler's eyes."""
    lead.at(suggestion)
    lead.sees("校门口的路灯已列入计划。", because)
    lead.write(text, "C 类：暂时不能解决")
    lead.press("提交审核")
    lead.sees(f"已提交审核：{suggestion.number}")
    releasing.at(suggestion)
    releasing.press("审核通过并公布")
    releasing.sees(f"已公布答复：{suggestion.number}")


def dissatisfied_again(suggestion, author):
    """The old replies stand beside the new; the second no brings the office in."""
    author.goto(suggestion.get_absolute_url())
    author.shows("最新答复", "此前的答复", "校门口的路灯已列入计划。", AS_BEFORE, STILL_AS_BEFORE)
    author.look("three-replies")
    author.rate("不满意", "不满意", NO_CHANGE)
    author.shows("人大代表工作机构介入督办", "人大代表工作机构已介入督办")
    suggestion.refresh_from_db()
    assert suggestion.status == "supervised"


def closed_over_by_two(suggestion, first, second):
    """One names a supervisor and proposes the end; only another can agree."""
    first.at(suggestion, "supervisor", "admin-supervisor")
    first.page.get_by_label("督办人").select_option(label="综合处")
    first.press("指定督办人")
    first.sees("已指定督办人。", "督办人：综合处")
    assert told("supervised", "supervisor_named") == [
        ("supervised", "deputy", "deputy"), ("supervised", "lead", "handler"), ("supervised", "office", "office"),
        ("supervised", "office", "other-office"), ("supervisor_named", "author", "citizen"),
        ("supervisor_named", "lead", "handler"), ("supervisor_named", "supervisor", "other-office"),
    ]  # fmt: skip
    first.at(suggestion, "propose-closing", "admin-propose-closing")
    first.page.get_by_label("办结理由").fill(END)
    first.press("提议办结")
    first.shows("已提议，由本机构另一人决定。", "这是您提议的，须由本机构另一人同意。")
    first.at(suggestion, "close-over")
    first.shows("这是您提议的，须由本机构另一人同意。")
    assert first.main.get_by_role("button", name="同意办结").count() == 0
    suggestion.refresh_from_db()
    assert suggestion.status == "supervised"
    second.at(suggestion, "close-over")
    second.shows(END, "提议人：办公室")
    second.press("同意办结")
    second.shows("提出人不满意，仍予办结", "同意人：综合处")
    assert told("closed_over") == [
        ("closed_over", "author", "citizen"), ("closed_over", "department", "approver"),
        ("closed_over", "department", "handler"), ("closed_over", "deputy", "deputy"),
    ]  # fmt: skip


def everybody_can_check(suggestion, promise, reader):
    """The reason on the public page, the promise in the ledger, the case in the figures."""
    tasks.refresh_statistics()
    reader.goto(suggestion.get_absolute_url())
    reader.shows("提出人仍不满意，人大代表工作机构予以办结", END, "已办结", "逾期后兑现", LAMPS)
    reader.misses(WHOLE_ROAD, NO_CHANGE, "综合处")
    reader.goto("/commitments/")
    reader.shows(LIGHTS, "逾期后兑现", f"承诺{day(promise.due_on)}前兑现")
    this_year = figures(reader, timezone.localdate().year)
    assert {name: this_year[name] for name in ("重新办理", "督办中", "不满意而办结")} == {
        "重新办理": "1", "督办中": "1", "不满意而办结": "1"
    }  # fmt: skip
    assert figures(reader, promise.due_on.year)["逾期兑现"].startswith("1")


def figures(reader, year):
    """{words of a row: its number} of the tables with one figure a row."""
    reader.goto(f"/figures/?year={year}", "figures")
    rows = reader.main.locator(".figure-table tr:has(td:nth-child(2):last-child)").all()
    texts = [re.split(r"\s+", row.inner_text().strip(), maxsplit=1) for row in rows]
    return {row[0]: row[1] for row in texts if len(row) == 2}
