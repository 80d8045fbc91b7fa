"""From a notification to a mail server: once, later, or never, and always to be seen which."""

import threading
import time
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from notifications import workflow
from notifications.models import Notification, Preference
from notifications.workflow import delivering
from suggestions import workflow as acts
from suggestions.models import SuggestionChange

State = Notification.State
MORNING = timezone.make_aware(timezone.datetime(2026, 11, 23, 10))


@pytest.fixture
def followed(draft, follow_by, answered):
    """``followed(20)``: an answer to tell twenty followers by e-mail; the author wants none."""

    def make(count):
        Preference.objects.get_or_create(user=draft.author, kind="own", defaults={"email": "off"})
        people = follow_by(draft, count)
        answered(draft)
        workflow.announce(seconds=60)
        return people

    return make


def states(**about):
    rows = Notification.objects.filter(channel="email", **about).values_list("state", flat=True)
    return {state: list(rows).count(state) for state in set(rows)}


def one():
    return Notification.objects.get(channel="email")


def test_every_follower_gets_one_mail_over_one_connection(followed, smtp):
    people = followed(30)
    assert workflow.deliver() == 30
    assert smtp.receivers == sorted(p.email for p in people)
    assert (smtp.connections, states()) == (1, {"sent": 30})
    assert workflow.deliver() == 0


def test_a_mail_carries_the_headers_receivers_and_mail_programs_ask_for(case, office, smtp, settings):
    settings.SITE_URL = "https://portal.example"
    suggestion = case("accepted")
    workflow.announce()
    workflow.deliver()
    [mail] = [m for m in smtp.mails if m["To"] == "citizen@example.com" and "受理" in m["Subject"]]
    row = Notification.objects.get(channel="email", event="accepted", audience="author")
    assert mail["Message-ID"] == f"<{row.reference}@portal.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    unsubscribe = mail["List-Unsubscribe"].strip(" <>")
    assert unsubscribe.startswith("https://portal.example/unsubscribe/")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == f"建议 {suggestion.number} 已受理"
    text, html = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
    for part in (text, html):
        assert f"您的建议《{suggestion.title}》已由人大代表工作机构受理。" in part
        assert f"https://portal.example/suggestions/{suggestion.number}/" in part
        assert unsubscribe in part


def test_the_words_of_a_citizen_are_text_in_a_mail_not_markup(draft, citizen, office, smtp):
    draft.title = "<b>食堂</b> & <script>alert(1)</script>"
    draft.save()
    acts.submit(draft, by=citizen)
    workflow.announce()
    workflow.deliver()
    mail = next(m for m in smtp.mails if m["To"] == citizen.email)
    assert f"《{draft.title}》" in mail.get_body(["plain"]).get_content()
    html = mail.get_body(["html"]).get_content()
    assert "&lt;b&gt;食堂&lt;/b&gt; &amp;" in html
    assert "<script" not in html


def test_a_server_that_hangs_up_after_three_messages_gets_the_rest_on_new_connections(followed, smtp):
    smtp.per_connection = 3
    followed(10)
    assert workflow.deliver() == 10
    assert (len(smtp.raw), smtp.connections) == (10, 4)


def test_a_refused_address_fails_at_once_and_no_other_suffers(followed, smtp):
    people = followed(5)
    smtp.refused = {people[2].email}
    assert workflow.deliver() == 4
    assert states() == {"sent": 4, "failed": 1}
    failed = Notification.objects.failed().get()
    assert (failed.recipient, failed.tries) == (people[2], 0)
    assert "550" in failed.error


def test_a_busy_server_is_tried_again_later(followed, smtp):
    followed(1)
    smtp.trouble = "busy"
    assert workflow.deliver(MORNING) == 0
    row = one()
    assert (row.state, row.tries, row.lease_until) == (State.WAITING, 1, None)
    assert "451" in row.error
    smtp.trouble = ""
    assert workflow.deliver(row.next_try_at - timedelta(seconds=1)) == 0
    assert workflow.deliver(row.next_try_at) == 1
    assert one().state == State.SENT


def test_waits_grow_for_four_hours_and_more_before_a_message_is_failed(followed, smtp):
    followed(1)
    smtp.trouble = "busy"
    now, waits = timezone.now(), []
    while one().state == State.WAITING:
        workflow.deliver(now)
        waits.append(one().next_try_at - now)
        now = max(one().next_try_at, now)
    waits = waits[:-1]
    assert one().tries == len(waits) + 1
    assert sum(waits, timedelta()) >= timedelta(hours=4)
    for wait, minutes in zip(waits, delivering.WAITS, strict=True):
        assert timedelta(minutes=minutes * 0.8) <= wait <= timedelta(minutes=minutes * 1.2)


def test_waits_are_scattered(followed, smtp):
    followed(20)
    smtp.trouble = "busy"
    workflow.deliver(MORNING)
    assert len(set(Notification.objects.filter(channel="email").values_list("next_try_at", flat=True))) == 20


@pytest.mark.parametrize("trouble", ["hang", "drop"])
def test_a_broken_server_costs_a_few_seconds_and_no_message(followed, smtp, trouble, monkeypatch):
    monkeypatch.setattr(delivering, "BATCH", 10)
    followed(30)
    smtp.trouble = trouble
    began = time.monotonic()
    assert workflow.deliver() == 0
    assert time.monotonic() - began < 8
    assert smtp.connections <= 4
    assert states() == {"waiting": 30}
    # The batch has a try behind it, everybody else only waits a minute.
    rows = Notification.objects.filter(channel="email")
    assert sorted(rows.values_list("tries", flat=True)) == [0] * 20 + [1] * 10
    assert rows.due().count() == 0
    smtp.trouble = ""
    rows.update(next_try_at=timezone.now())
    assert workflow.deliver(seconds=60) == 30


def test_no_server_at_all_is_tried_again_later(followed, smtp, settings):
    followed(3)
    settings.EMAIL_PORT = 1
    assert workflow.deliver() == 0
    assert states() == {"waiting": 3}
    assert "ConnectionRefusedError" in one_error()


def one_error():
    return Notification.objects.filter(channel="email").first().error


def test_news_that_is_no_longer_true_is_not_sent(case, office, smtp):
    suggestion = case("submitted")
    workflow.announce()
    acts.accept(suggestion, by=office)
    workflow.deliver()
    assert smtp.receivers == ["citizen@example.com"]
    assert states(audience="office") == {"outdated": 1}


def test_who_turned_e_mail_off_meanwhile_gets_none(followed, smtp):
    [person] = followed(1)
    workflow.choose(by=person, choices={"followed": workflow.Choice("off")})
    assert workflow.deliver() == 0
    assert (one().state, one().error, smtp.raw) == (State.OUTDATED, "unwanted", [])


def test_a_lease_keeps_others_away_until_it_ends(followed, smtp):
    followed(3)
    now = timezone.now()
    assert len(delivering.claim(Notification.objects, now)) == 3  # and then the worker dies
    assert workflow.deliver(now + timedelta(minutes=4, seconds=59)) == 0
    assert workflow.deliver(now + timedelta(minutes=5, seconds=1)) == 3


def test_a_worker_that_died_before_marking_repeats_a_mail_under_the_same_message_id(followed, smtp):
    followed(1)
    now = timezone.now()
    workflow.deliver(now)
    Notification.objects.filter(channel="email").update(state=State.WAITING, lease_until=now + timedelta(minutes=5))
    workflow.deliver(now + timedelta(minutes=6))
    first, second = smtp.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_the_delivery_log_does_not_repeat_an_address_that_was_refused(followed, smtp):
    people = followed(1)
    smtp.refused = {people[0].email}
    workflow.deliver()
    error = Notification.objects.get(state=State.FAILED).error
    assert ("550" in error, people[0].email in error) == (True, False)


def test_a_message_that_cannot_be_drawn_holds_up_no_other(case, office, smtp, monkeypatch):
    case("accepted")
    workflow.announce()
    Notification.objects.filter(event="accepted", channel="email").update(event="nonsense")
    SuggestionChange.objects.filter(event="accepted").update(event="nonsense")
    assert workflow.deliver() == 1
    row = Notification.objects.get(event="nonsense", channel="email")
    assert (row.state, row.tries) == (State.WAITING, 1)
    assert "TemplateDoesNotExist" in row.error


def test_staff_send_failed_ones_again_and_nothing_else(followed, smtp, office, citizen):
    people = followed(3)
    smtp.refused = {people[0].email}
    workflow.deliver()
    everything = Notification.objects.all()
    with pytest.raises(PermissionDenied):
        workflow.send_again(everything, by=citizen)
    assert workflow.send_again(everything, by=office) == 1
    smtp.refused = set()
    assert workflow.deliver() == 1
    assert smtp.receivers == sorted(p.email for p in people)


@pytest.mark.django_db(transaction=True)
def test_four_deliverers_at_once_send_every_mail_once(followed, smtp, monkeypatch):
    monkeypatch.setattr(delivering, "BATCH", 7)
    people = followed(200)
    counts, together = [], threading.Barrier(4)

    def run():
        together.wait()
        counts.append(workflow.deliver(seconds=60))
        connection.close()

    threads = [threading.Thread(target=run) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 200
    assert smtp.receivers == sorted(p.email for p in people)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_deliverers_would_take_the_same_rows(followed):
    """What SKIP LOCKED and the lease are for: two plain readers see the same rows."""
    followed(5)
    seen = [list(Notification.objects.due().values_list("pk", flat=True)) for _reader in range(2)]
    assert seen[0] == seen[1]
    assert {n.pk for n in delivering.claim(Notification.objects, timezone.now())} == set(seen[0])
    assert delivering.claim(Notification.objects, timezone.now()) == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_a_mail_is_on_its_way(followed, smtp):
    followed(1)
    smtp.trouble = "hang"
    thread = threading.Thread(target=lambda: (workflow.deliver(), connection.close()))
    thread.start()
    while not smtp.connections:
        time.sleep(0.01)
    assert Notification.objects.filter(channel="email").select_for_update(nowait=True).count() == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE state LIKE 'idle in transaction%' AND datname = current_database()"
        )
        assert cursor.fetchone() == (0,)
    thread.join()
