"""At the station: who books and is received, and who stands behind the counter."""

import re

from playwright.sync_api import expect

from .people import Citizen, Worker

STATION, STREET = "温泉街道代表联系群众活动室", "温泉街道"


class Visitor(Citizen):
    """Finds a station, books, waits, comes."""

    def find_station(self):
        """From the home page, by the name of one's street."""
        self.goto("/", "home")
        self.page.get_by_role("banner").get_by_role("link", name="联络站").first.click()
        self.look("stations")
        self.page.get_by_role("searchbox", name="名称、街道或地址").fill(STREET)
        self.press("搜索", self.main)
        self.follow(STATION, self.main)
        self.look("station")

    def open_session(self):
        """The next session on the station's page."""
        self.main.get_by_role("link", name=re.compile("^(预约|加入候补)")).first.click()
        self.page.wait_for_load_state()
        expect(self.page.get_by_role("heading", name="选择时段")).to_be_visible()
        self.look("session")

    def book(self, hours, topic, name, *, is_new=False, wait=False, reminded_by=""):
        """Choose a time, say what it is about, check, confirm; the code as the page shows it."""
        act = "加入候补" if wait else "预约"
        self.main.get_by_role("link", name=re.compile(f"^{act} {hours}$")).click()
        self.look("book")
        if not is_new:
            self.tell(topic, name, reminded_by)
            self.press("继续")
        else:
            self.tell(topic, name, "")
            self.main.get_by_role("textbox", name="电子邮件").fill(f"{self.name}@example.com")
            self.press("继续")
            self.look("book-sign-in")
            self.follow("登录", self.main)
            self.sign_in()
        expect(self.page.get_by_role("heading", name="请核对")).to_be_visible()
        self.sees(topic, name)
        self.look("book-check")
        self.press(act if wait else "确认预约")
        self.sees("您正在候补" if wait else "已约好")
        self.look("waiting" if wait else "booked")
        return self.main.locator(".big-number").first.inner_text().strip()

    def tell(self, topic, name, reminded_by):
        self.main.get_by_label("想谈的事").fill(topic)
        self.main.get_by_label("来访人数").select_option("2")
        self.main.get_by_label("您的姓名").fill(name)
        if reminded_by:
            self.choose("提醒方式", reminded_by)

    def cancel_appointment(self):
        self.follow("取消预约", self.main)
        self.look("cancel")
        self.press("是的，取消")
        self.sees("这个预约已取消")
        self.look("cancelled")


class Officer(Worker):
    """Behind the counter."""

    def open_counter(self):
        self.goto("/desk/", "desk-officer")
        self.goto("/desk/station/", "counter")

    def let_in(self, code, deputy):
        """By the code the visitor says; then to the deputy."""
        self.main.get_by_label("预约码或姓名").fill(code.lower())
        self.press("查找", self.main)
        self.look("counter-found")
        self.press("签到", self.main)
        self.press(f"请进：{deputy}代表", self.main)
        self.sees(f"正由{deputy}代表接待")
        self.look("counter-received")

    def call_off(self, session, reason):
        """Cancel a whole session, with the reason everybody is told."""
        self.goto(f"/desk/sessions/{session.pk}/", "desk-session")
        self.unfold("取消场次")
        self.main.locator("details[open]").get_by_label(re.compile("理由|原因")).fill(reason)
        self.press("取消场次", self.main)
        self.look("desk-session-cancelled")


class Receiver(Worker):
    """A deputy who writes down what was said."""

    def take_down(self, session, words):
        """``words``: own_words, title. It becomes a suggestion, which the deputy takes."""
        self.goto(f"/desk/sessions/{session.pk}/", "deputy-session")
        self.follow("登记接待", self.main)
        self.look("record")
        self.main.get_by_label("来访人原话").fill(words["own_words"])
        self.choose("处理结果", "登记为建议")
        for consent in ("记录已向来访人宣读", "隐去姓名和联系方式后", "提供给承办单位"):
            self.main.get_by_label(re.compile(consent)).check()
        self.press("保存登记")
        self.sees(words["own_words"])
        self.look("raise")
        self.main.get_by_label("标题").fill(words["title"])
        self.main.get_by_label("类别").select_option(label="教育")
        self.main.get_by_label("由我认领").check()
        self.press("生成建议")
        self.look("raised")
        return self.main.locator(".big-number").first.inner_text().strip()

    def answer_directly(self, title, text):
        self.open(title)
        self.unfold("直接答复")
        self.main.get_by_role("textbox", name="答复", exact=True).fill(text)
        self.choose("答复类别", "A 类：已解决或基本解决")
        self.press("直接答复")
