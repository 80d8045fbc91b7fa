import json

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.filebased import EmailBackend
from django.urls import reverse

from accounts import outbox
from accounts.models import User


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.OUTBOX_DIR = tmp_path


@pytest.fixture
def no_demo(settings):
    settings.DEMO = False


@pytest.fixture
def cast(citizen, deputy, handler, approver, office, officer):
    User.objects.update(is_demo=True)
    return {"citizen": citizen, "deputy": deputy, "handler": handler, "approver": approver, "office": office,
            "officer": officer}  # fmt: skip


def send_mail_to_file(folder, to, subject, text, html=""):
    mail = EmailMultiAlternatives(subject, text, "noreply@example.com", [to])
    if html:
        mail.attach_alternative(html, "text/html")
    EmailBackend(file_path=str(folder)).send_messages([mail])


def write_sms(folder, to, text, at="2026-11-22T10:00:00+08:00"):
    with (folder / "sms.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"to": to, "text": text, "at": at}, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("path", ["/demo/", "/demo/mail/", "/demo/mail/sms-0/"])
def test_the_demos_pages_do_not_exist_outside_the_demo(client, db, no_demo, path):
    assert client.get(path).status_code == 404


def test_nobody_signs_in_by_a_button_outside_the_demo(client, no_demo, cast):
    answer = client.post(reverse("demo_login", args=[cast["office"].pk]))
    assert answer.status_code == 404
    assert "_auth_user_id" not in client.session


def test_each_persona_is_shown_with_role_and_place(client, demo, cast):
    personas = {p.role: p for p in client.get("/demo/").context["personas"]}
    assert set(personas) == set(cast)
    assert personas["deputy"].place == "鼓楼区"
    assert personas["handler"].place == "福州市教育局"
    assert personas["officer"].place == "温泉街道代表联系群众活动室"
    assert personas["citizen"].place == ""


@pytest.mark.parametrize(
    ("role", "room"), [("citizen", "/my/"), ("deputy", "/desk/"), ("approver", "/desk/"), ("office", "/admin/")]
)
def test_a_persona_is_signed_in_and_led_to_their_work(client, demo, cast, role, room):
    answer = client.post(reverse("demo_login", args=[cast[role].pk]))
    assert (answer.status_code, answer["Location"]) == (302, room)
    assert client.session["_auth_user_id"] == str(cast[role].pk)


def test_signing_in_as_a_persona_takes_a_post(client, demo, cast):
    assert client.get(reverse("demo_login", args=[cast["office"].pk])).status_code == 405


def test_only_invented_people_can_be_signed_in_as(client, demo, citizen, neighbour):
    assert client.post(reverse("demo_login", args=[neighbour.pk])).status_code == 404


def test_a_persona_goes_where_next_says_but_never_off_the_site(client, demo, cast):
    url = reverse("demo_login", args=[cast["citizen"].pk])
    assert client.post(url, {"next": "/suggestions/"})["Location"] == "/suggestions/"
    assert client.post(url, {"next": "https://elsewhere.example/"})["Location"] == "/my/"


def test_mail_and_sms_are_listed_newest_first_and_can_be_opened(client, db, demo, tmp_path):
    send_mail_to_file(
        tmp_path, "lin@example.com", "验证码", "您的验证码是 123456。", "<p>您的验证码是 <b>123456</b></p>"
    )
    write_sms(tmp_path, "+8613800138000", "验证码 654321，15 分钟内有效。", at="2020-01-01T10:00:00+08:00")
    letters = client.get("/demo/mail/").context["letters"]
    assert [(x.kind, x.to, x.code) for x in letters] == [
        ("email", "lin@example.com", "123456"),
        ("sms", "+8613800138000", "654321"),
    ]
    for found in letters:
        page = client.get(reverse("demo_letter", args=[found.key]))
        assert page.context["letter"] == found
        assert found.code in page.content.decode()


def test_a_mails_html_is_shown_as_source(client, db, demo, tmp_path):
    send_mail_to_file(tmp_path, "lin@example.com", "题", "文", "<script>alert(1)</script>")
    key = outbox.letters()[0].key
    page = client.get(reverse("demo_letter", args=[key])).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_an_unknown_letter_is_not_found(client, db, demo):
    assert client.get("/demo/mail/none-0/").status_code == 404


def test_several_mails_of_one_connection_are_told_apart(settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path
    backend = EmailBackend(file_path=str(tmp_path))
    backend.send_messages([
        EmailMultiAlternatives(f"第{n}封", f"正文{n}", "noreply@example.com", ["lin@example.com"]) for n in range(3)
    ])  # fmt: skip
    assert sorted(x.subject for x in outbox.letters()) == ["第0封", "第1封", "第2封"]


def test_the_latest_code_of_an_address_is_found(settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path
    write_sms(tmp_path, "+8613800138000", "验证码 111111", at="2026-11-22T10:00:00+08:00")
    write_sms(tmp_path, "+8613800138000", "验证码 222222", at="2026-11-22T10:05:00+08:00")
    write_sms(tmp_path, "+8613900139000", "验证码 333333", at="2026-11-22T10:06:00+08:00")
    write_sms(tmp_path, "+8613800138000", "建议 2026-000123 已收到", at="2026-11-22T10:07:00+08:00")
    assert outbox.latest_code("+8613800138000") == "222222"
    assert outbox.latest_code("nobody@example.com") == ""
