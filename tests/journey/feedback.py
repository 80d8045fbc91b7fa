"""What came of it: departments, the office and the author on the pages of one case, each by its own address."""

from playwright.sync_api import expect

from tests.looks import findings, sign_in

from .eyes import Eyes
from .people import Citizen, Office, Worker

# Looked at where they are made.
SEEN_ELSEWHERE = {"track", "rate"}


class Present:
    """Somebody whose page is a browser tab of their own. ``looks``: {page's name: what axe found there}."""

    looks: dict | None = None

    def enter(self, user, live):
        """Be ``user``, as if by code."""
        sign_in(self.page, user, live)
        return self

    def look(self, name):
        """Run axe on the page as it is, once for each name, where looking was asked for."""
        if self.looks is not None and name and name not in self.looks.keys() | SEEN_ELSEWHERE:
            Eyes.photograph(self.page, name)
            self.looks[name] = findings(self.page)

    def shows(self, *texts):
        """Every text can be seen: it is not folded away."""
        for text in texts:
            expect(self.main.get_by_text(text).first).to_be_visible()


class Author(Present, Citizen):
    """Who wrote it, signed in or by number and code."""

    def unfold(self, label):
        self.main.locator("summary", has_text=label).first.click()

    def rate_again(self, result):
        """Change the rating's result."""
        self.follow("更改评价", self.main)
        self.choose("对办理结果的评价", result)
        self.press("更改评价")


class Overseer(Present, Office):
    """Of the congress office, at the page of one act."""

    def at(self, suggestion, act, name=""):
        self.goto(f"/admin/suggestions/suggestion/{suggestion.pk}/{act}/", name)

    def assign(self, department="", co=()):
        """To ``department``, or whoever was proposed; ``co`` assist, those ticked already stay."""
        if department:
            self.page.get_by_label("主办单位").select_option(label=department)
        for name in co:
            self.page.get_by_label(name, exact=True).check()
        self.press("交办")

    def assisting(self):
        """The names ticked as those who assist."""
        ticked = self.page.get_by_role("group", name="协办单位").get_by_role("checkbox", checked=True)
        return [self.page.locator(f"label:has(#{box.get_attribute('id')})").inner_text() for box in ticked.all()]


class Unit(Present, Worker):
    """Somebody of a department, at the case or at one of its promises."""

    def at(self, suggestion, name=""):
        self.goto(f"/desk/{suggestion.number}/", name)

    def at_promise(self, promise):
        self.goto(f"/desk/commitments/{promise.pk}/")

    def give_back(self, reason, department):
        self.unfold("退办")
        self.page.get_by_label("退办理由").fill(reason)
        self.page.get_by_label("推荐承办单位").select_option(label=department)
        self.press("退办")

    def ask_for_time(self, days, reason):
        self.unfold("申请延期")
        self.page.get_by_label("延长多少个工作日").fill(str(days))
        self.page.get_by_label("延期理由").fill(reason)
        self.press("申请延期")

    def give_opinion(self, text):
        self.page.get_by_label("给主办单位的意见").fill(text)
        self.press("提交意见")

    def answer_points(self, *points):
        """(point, answer) one after another: without JavaScript each new row is a round trip that keeps the rest."""
        for n, (point, answer) in enumerate(points, 1):
            if n > 1:
                self.press("添加一条")
            self.page.get_by_label(f"第 {n} 条诉求", exact=True).fill(point)
            self.page.get_by_label(f"对第 {n} 条的答复").fill(answer)

    def promise(self, what, by):
        self.page.get_by_label("承诺 1：做什么").fill(what)
        self.page.get_by_label("承诺 1：哪一天前完成").fill(by.isoformat())

    def write(self, text, result="", contact=""):
        """The reply as a whole; class and contact where they are not as wanted already."""
        self.page.get_by_label("答复", exact=True).fill(text)
        if result:
            self.choose("答复类别", result)
        if contact:
            self.page.get_by_label("咨询方式").fill(contact)

    def send_back(self, reason):
        self.unfold("退回修改")
        self.page.get_by_label("需要修改之处").fill(reason)
        self.press("退回修改")
