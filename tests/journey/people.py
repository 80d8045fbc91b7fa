"""The personas at their browsers: what each does on the way, by the labels and buttons they see."""

import re

from playwright.sync_api import expect

CATEGORY, STREET = "教育", "温泉街道"


class Person:
    """Somebody at a browser. ``name`` is theirs in the cast, and the mailbox ``name@example.com``."""

    def __init__(self, name, page, post, eyes=None):
        self.name, self.page, self.post, self.eyes = name, page, post, eyes
        if eyes:
            eyes.listen(page)

    @property
    def main(self):
        return self.page.get_by_role("main")

    def look(self, name):
        """The page as it is now, with the eyes of a careful visitor."""
        if self.eyes:
            self.eyes.look(self.page, name)

    def goto(self, url, name=""):
        self.page.goto(url)
        if name:
            self.look(name)

    def press(self, name, within=None):
        """Press a button and wait for the page it leads to."""
        (within or self.page).get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def follow(self, name, within=None):
        """Follow a link by its words."""
        (within or self.page).get_by_role("link", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def choose(self, question, answer):
        """One of the choices below a question."""
        self.page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()

    def sees(self, *texts):
        """Every text stands on the page."""
        for text in texts:
            expect(self.main).to_contain_text(text)

    def misses(self, *texts):
        """No text of these stands on the page, which has been seen to be there."""
        for text in texts:
            expect(self.main).not_to_contain_text(text)

    def sign_in(self, name=""):
        """By a code to the mailbox, from wherever the sign-in page was reached."""
        address = f"{self.name}@example.com"
        expect(self.page.get_by_role("heading", name="登录或注册")).to_be_visible()
        self.look("sign-in")
        self.page.get_by_label("手机号或电子邮箱").fill(address)
        self.press("获取验证码")
        self.sees(address)
        self.look("code")
        self.page.get_by_label("验证码", exact=True).fill(self.post.code(address))
        self.press("确认")

    def sign_in_from_home(self):
        self.goto("/", "home")
        self.page.get_by_role("banner").get_by_role("link", name="登录").first.click()
        self.sign_in()

    def sign_in_by_demo(self, full_name):
        """As one of the invented people of the demo."""
        self.goto("/demo/", "demo")
        self.page.get_by_role("button", name=re.compile(f"^以{full_name}（")).click()
        self.page.wait_for_load_state()

    def inbox(self):
        """The subjects in one's inbox, newest first; the header counts them as unread."""
        self.goto("/my/inbox/", "inbox")
        subjects = self.main.get_by_role("heading", level=2).all_inner_texts()
        mine = self.page.get_by_role("banner").get_by_role("link", name=re.compile("^我的"))
        expect(mine).to_contain_text(f"{len(subjects)} 条未读")
        return subjects


class Citizen(Person):
    """Writes, answers, rates."""

    def write(self, words, *, files=()):
        """Up to the question who it is from; ``words``: title, situation, proposal, place."""
        self.goto("/suggestions/new/", "scope")
        self.page.get_by_label("提一条建议").check()
        self.press("继续")
        self.look("words")
        self.page.get_by_label("标题").fill(words["title"])
        self.page.get_by_label("情况", exact=True).fill(words["situation"])
        self.page.get_by_role("textbox", name=re.compile("^建议")).fill(words["proposal"])
        self.press("保存并继续")
        self.look("place")
        self.page.get_by_label("类别").select_option(label=CATEGORY)
        self.page.locator("#id_division").select_option(label=STREET)
        self.page.get_by_label("具体位置").fill(words["place"])
        self.press("保存并继续")
        self.look("files")
        if files:
            self.page.get_by_label("照片或 PDF").set_input_files(files)
            self.press("上传")
            self.sees(f"已保存 {len(files)} 个文件")
            self.look("files-kept")
        self.press("保存并继续")

    def sign_in_to_submit(self):
        """In the middle of writing: the draft is kept."""
        self.sees("草稿已保存")
        self.look("sign-in-to-submit")
        self.follow("登录", self.main)
        self.sign_in()

    def introduce(self, nickname, name, *, is_new=False):
        """Who it is from; both consents. The account knows the address, and the names after the first time."""
        self.look("person")
        self.choose("公开显示的名字", f"我的昵称（{'在下面填写' if is_new else nickname}）")
        expect(self.page.get_by_label("昵称", exact=True)).to_have_value("" if is_new else nickname)
        self.page.get_by_label("昵称", exact=True).fill(nickname)
        self.page.get_by_label("您的姓名").fill(name)
        expect(self.page.get_by_label("电子邮件")).to_have_value(f"{self.name}@example.com")
        self.page.get_by_label("公开这条建议的内容").check()
        self.page.get_by_label("提供给承办单位").check()
        self.press("保存并继续")

    def submit(self):
        """Check the answers, submit; (number, query code) as the confirmation shows them."""
        expect(self.page.get_by_role("heading", name="请核对", exact=True)).to_be_visible()
        self.look("check")
        self.press("提交建议")
        expect(self.page.get_by_role("heading", name=re.compile("已收到"))).to_be_visible()
        self.look("done")
        number, code = self.main.locator(".big-number").all_inner_texts()
        return number.strip(), code.strip()

    def track(self, number, code):
        """By number and query code, without signing in."""
        self.goto("/track/", "track")
        self.page.get_by_label("编号").fill(number)
        self.page.get_by_label("查询码").fill(code)
        self.press("查询")

    def answer(self, text):
        self.follow("回答问题")
        self.look("answer")
        self.page.get_by_label("您的回答").fill(text)
        self.press("提交回答")

    def rate(self, attitude, result, reason=""):
        self.follow("评价答复", self.main)
        self.look("rate")
        self.choose("对办理态度的评价", attitude)
        self.choose("对办理结果的评价", result)
        if reason:
            self.page.get_by_label("还缺什么").fill(reason)
        self.press("提交评价")


class Office(Person):
    """Works in the administration."""

    def open(self, queue, title):
        """A case out of a queue on the index page."""
        self.goto("/admin/", "admin-index")
        self.page.get_by_role("link", name=re.compile(f"^{queue}")).first.click()
        self.look("admin-queue")
        self.follow(title)
        self.look("admin-case")

    def act(self, label):
        """The page of one act on the open case."""
        self.follow(label, self.page.get_by_role("navigation", name="可以进行的操作"))
        self.look(f"admin-{label}")

    def accept(self):
        self.act("受理")
        self.press("受理")

    def ask(self, question):
        self.act("请补充")
        self.page.get_by_label("还缺什么").fill(question)
        self.press("请补充")

    def decline(self, reason, note):
        self.act("不予受理")
        option = self.page.get_by_label("理由").locator("option", has_text=reason)
        self.page.get_by_label("理由").select_option(option.get_attribute("value"))
        self.page.get_by_label("给提出人的说明").fill(note)
        self.press("不予受理")

    def redact(self, instead):
        """Change the copy that everybody will read; ``instead``: what the author wrote -> what stands there then."""
        self.act("编辑公开版本")
        for field in self.main.get_by_role("textbox").all():
            text = field.input_value()
            for old, new in instead.items():
                text = text.replace(old, new)
            field.fill(text)
        self.press("保存公开版本")

    def publish(self, *files):
        self.act("公开")
        for name in files:
            self.page.get_by_label(name).check()
        self.press("公开")

    def assign(self, department, due="", note=""):
        self.act("交办")
        self.page.get_by_label("主办单位").select_option(label=department)
        if due:
            self.page.get_by_label("办理期限").fill(due)
        if note:
            self.page.get_by_label("给承办单位的说明").fill(note)
        self.press("交办")


class Worker(Person):
    """A deputy or somebody of a department, at the desk."""

    def open(self, title, name=""):
        """A case of the queue in which something waits."""
        self.goto("/desk/", f"desk-{self.name}")
        self.follow(title)
        if name:
            self.look(name)

    def unfold(self, label):
        """An act that waits behind its name."""
        self.page.locator("summary", has_text=re.compile(f"^{label}$")).click()

    def refer(self, opinion, department):
        self.unfold("转交")
        self.page.get_by_label("研判意见").fill(opinion)
        self.page.get_by_label("推荐承办单位").select_option(label=department)
        self.press("转交")

    def hand_in(self, text, result):
        self.page.get_by_role("textbox", name="答复", exact=True).fill(text)
        self.choose("答复类别", result)
        self.press("提交审核")
