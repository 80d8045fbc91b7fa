"""SMS: what the gateway hears, what its answers mean, and when no telephone rings."""

import json
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notifications import channels, workflow
from notifications.models import Notification, Preference
from notifications.workflow import delivering

CHINA = ZoneInfo("Asia/Shanghai")


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


@pytest.fixture
def by_phone(case, citizen):
    """An accepted suggestion whose author wants SMS and no e-mail; told, not sent."""
    citizen.phone, citizen.phone_verified = "+8613800000001", True
    citizen.save()
    Preference.objects.create(user=citizen, kind="own", email="off", sms=True)
    suggestion = case("submitted")
    workflow.announce(at(23, 10))
    return suggestion


def test_the_gateway_gets_number_text_reference_and_token(gateway):
    channels.send_sms("+8613800000001", "验证码 123456", "n1")
    [(headers, body)] = gateway.taken
    assert body == {"to": "+8613800000001", "text": "验证码 123456", "reference": "n1"}
    assert headers["Authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((500, b"{}"), channels.NotSent),
        ((503, b""), channels.NotSent),
        ((429, b"{}"), channels.Unreachable),
        ((401, b"{}"), channels.NotSent),
        ((400, b"{}"), channels.Refused),
        ((422, b'{"error": "no such number"}'), channels.Refused),
        ((302, b""), channels.NotSent),
        ((200, b"<html>"), channels.NotSent),
        ((200, b'"ok"'), channels.NotSent),
        ((200, b""), channels.NotSent),
        ((200, b"\xff"), channels.NotSent),
    ],
)
def test_every_answer_but_an_accepting_one_is_an_error_of_its_kind(gateway, answer, kind):
    gateway.answer = answer
    with pytest.raises(channels.NotSent) as caught:
        channels.send_sms("+8613800000001", "x", "n1")
    assert type(caught.value) is kind
    assert "GET" not in gateway.taken


def test_a_reference_the_gateway_has_already_counts_as_sent(gateway):
    gateway.answer = (409, b"{}")
    assert channels.send_sms("+8613800000001", "x", "n1") is None


def test_a_silent_gateway_is_left_after_five_seconds(gateway):
    gateway.answer = 8
    began = time.monotonic()
    with pytest.raises(channels.Unreachable):
        channels.send_sms("+8613800000001", "x", "n1")
    assert 4.5 < time.monotonic() - began < 6.5


def test_no_gateway_at_all_is_unreachable(gateway, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/"
    with pytest.raises(channels.Unreachable):
        channels.send_sms("+8613800000001", "x", "n1")


def test_the_console_prints_and_the_demo_keeps_a_line(settings, tmp_path, capsys):
    settings.DEMO, settings.OUTBOX_DIR = True, tmp_path / "outbox"
    settings.SMS_BACKEND = "notifications.channels.ConsoleSms"
    channels.send_sms("+8613800000001", "第一行\n第二行")
    assert "+8613800000001" in capsys.readouterr().out
    [line] = (tmp_path / "outbox" / "sms.jsonl").read_text(encoding="utf-8").splitlines()
    row = json.loads(line)
    assert (row["to"], row["text"]) == ("+8613800000001", "第一行\n第二行")
    assert datetime.fromisoformat(row["at"]).tzinfo is not None


def test_outside_the_demo_nothing_is_kept(settings, tmp_path):
    settings.DEMO, settings.OUTBOX_DIR = False, tmp_path / "outbox"
    channels.send_sms("+8613800000001", "验证码 123456")
    assert not settings.OUTBOX_DIR.exists()


def test_an_sms_is_short_and_leads_to_the_case(by_phone, gateway, settings, client, citizen):
    settings.SITE_URL = "https://rongsheng.fuzhou.gov.cn"
    assert workflow.deliver(at(23, 10)) == 1
    [(_headers, body)] = gateway.taken
    row = Notification.objects.get(channel="sms")
    assert (body["to"], body["reference"]) == ("+8613800000001", row.reference)
    text, _blank, link = body["text"].rpartition(" ")
    assert text == f"建议 {by_phone.number} 已收到"
    assert len(body["text"]) <= 70
    assert by_phone.query_code not in body["text"]
    answer = client.get(link.removeprefix(settings.SITE_URL))
    assert answer["Location"] == f"/suggestions/{by_phone.number}/"


def test_an_author_without_an_account_gets_number_and_query_code_by_sms(case, office, gateway):
    suggestion = case("submitted")
    suggestion.contact.email = ""
    suggestion.contact.save()
    suggestion.author = None
    suggestion.save()
    workflow.announce(at(23, 10))
    Notification.objects.filter(channel="email").delete()
    assert workflow.deliver(at(23, 10)) == 1
    [(_headers, body)] = gateway.taken
    assert body["to"] == "+8613800000000"
    text, _blank, link = body["text"].rpartition(" ")
    assert text == f"建议 {suggestion.number} 已收到，查询码 {suggestion.query_code}"
    assert link.startswith("http://testserver/n/")


def test_a_short_link_cannot_be_guessed(by_phone, client):
    row = Notification.objects.get(channel="sms")
    for code in (f"{row.pk}", f"{row.pk}-000000", "zzzzzzzzzzzzzzz-000000", "é-1"):
        assert client.get(f"/n/{code}/").status_code == 404


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (at(23, 21), at(24, 8)),
        (at(23, 23, 59), at(24, 8)),
        (at(24, 0), at(24, 8)),
        (at(24, 7, 59), at(24, 8)),
    ],
)
def test_no_telephone_rings_at_night(by_phone, gateway, now, then):
    assert workflow.deliver(now) == 0
    row = Notification.objects.get(channel="sms")
    assert (row.next_try_at, row.tries, gateway.taken) == (then, 0, [])
    assert workflow.deliver(then) == 1


@pytest.mark.parametrize("now", [at(24, 8), at(24, 20, 59)])
def test_by_day_an_sms_goes_out_at_once(by_phone, gateway, now):
    assert workflow.deliver(now) == 1


def test_a_refused_number_fails_and_a_dead_gateway_is_not_tried_for_each(case, citizen, office, by_phone, gateway):
    gateway.answer = (422, b"{}")
    workflow.deliver(at(23, 10))
    assert Notification.objects.get(channel="sms").state == "failed"
    row = Notification.objects.get(channel="sms")
    for n in range(4):
        row.pk, row.state, row.change_id, row.error = None, "waiting", row.change_id, ""
        row.recipient, row.address = None, f"+861380000010{n}"
        row.next_try_at = at(23, 10)
        row.save()
    gateway.taken.clear()
    gateway.answer = (429, b"{}")
    assert workflow.deliver(at(23, 10)) == 0
    assert len(gateway.taken) == 1
    waiting = Notification.objects.filter(channel="sms", state="waiting")
    assert [n.tries for n in waiting] == [1, 1, 1, 1]
    assert min(n.next_try_at for n in waiting) >= at(23, 10) + timedelta(minutes=delivering.WAITS[0] * 0.8)
