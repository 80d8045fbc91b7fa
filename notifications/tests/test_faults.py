"""What a killed worker, a stopped and a frozen Valkey do to news: nothing that people notice.

A real Celery worker and beat, real PostgreSQL and Valkey; the demo's mail lands in files, where it is counted.
"""

import random
import re
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from fzportal.workflow import record
from notifications import workflow
from notifications.models import Digest, Notification, Preference
from suggestions.models import Suggestion, SuggestionChange

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

State = Notification.State


def mails(settings) -> Counter:
    """How often each of this test's messages was sent, by Message-ID."""
    text = "".join(path.read_text(errors="replace") for path in settings.OUTBOX_DIR.glob("*.log"))
    ours = {n.reference for n in Notification.objects.filter(channel="email")}
    return Counter(reference for reference in re.findall(r"^Message-ID: <(.+)@", text, re.M) if reference in ours)


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def all_told():
    untold = SuggestionChange.objects.filter(told_at=None)
    return not untold.exists() and not Notification.objects.filter(state=State.WAITING).exists()


def five_minutes_pass():
    """What a dead worker had in its hands may be taken up by another. Only called while no worker lives."""
    time.sleep(0.2)  # the server finishes the statement the dead had sent
    past = timezone.now() - timedelta(seconds=1)
    Notification.objects.filter(state=State.WAITING, lease_until__isnull=False).update(lease_until=past)


def test_a_worker_killed_ten_times_loses_nothing_and_repeats_no_in_app_news(
    celery_worker_process, draft, follow_by, answered, settings
):
    """2,000 notifications: 20 changes told to 49 followers and the author, in the portal and by e-mail."""
    follow_by(draft, 49)
    celery_worker_process.beat()
    worker = celery_worker_process.worker()
    for round_ in range(10):
        for _n in range(2):
            answered(draft)
        rows = round_ * 200 + random.randint(1, 60)
        done = Notification.objects.exclude(state=State.WAITING)
        wait_until(lambda done=done, rows=rows: done.count() > rows, 120)
        worker.kill_hard()
        five_minutes_pass()
        worker = celery_worker_process.worker(wait=False)
    wait_until(all_told, 120)
    in_app = Notification.objects.filter(channel="inbox", state=State.SENT)
    assert in_app.count() == 1000
    assert in_app.values("recipient", "change_id").distinct().count() == 1000
    sent = mails(settings)
    assert len(sent) == 1000
    # Each of two processes can have had one mail sent and not yet marked at each of ten kills.
    assert sum(sent.values()) - 1000 <= 20
    print(f"10 kills: 2,000 told, 0 lost, 0 in-app duplicates, {sum(sent.values()) - 1000} e-mails twice")


def test_a_worker_killed_while_digests_go_out_sends_every_one_and_none_of_them_twice_but_what_it_held(
    celery_worker_process, draft, follow_by, answered, settings
):
    """60 followers with a digest each; the worker dies three times amid sending."""
    people = follow_by(draft, 60)
    Preference.objects.bulk_create(Preference(user=user, kind="followed", email="daily") for user in people)
    answered(draft)
    workflow.announce(seconds=60)
    held = Notification.objects.filter(state=State.HELD)
    assert held.count() == 60
    held.update(next_try_at=timezone.now())
    celery_worker_process.beat()
    for round_ in range(3):
        worker = celery_worker_process.worker(wait=False)
        done = Digest.objects.filter(state=State.SENT)
        wait_until(lambda done=done, round_=round_: done.count() > round_ * 15, 60)
        worker.kill_hard()
        time.sleep(0.2)
        Digest.objects.filter(state=State.WAITING).update(lease_until=None)
    celery_worker_process.worker(wait=False)
    wait_until(lambda: not Digest.objects.exclude(state=State.SENT).exists() and not held.exists(), 60)
    rows = Notification.objects.filter(channel="email", audience="followers", state=State.SENT)
    assert (Digest.objects.count(), rows.count(), rows.values("digest").distinct().count()) == (60, 60, 60)
    text = "".join(path.read_text(errors="replace") for path in settings.OUTBOX_DIR.glob("*.log"))
    ours = {digest.reference for digest in Digest.objects.all()}
    sent = Counter(name for name in re.findall(r"^Message-ID: <(.+)@", text, re.M) if name in ours)
    assert len(sent) == 60
    # Each of two processes can have had one sent and not yet marked at each kill.
    assert sum(sent.values()) - 60 <= 6


def hundred_moves(city, citizen, office, client, pause=0.0):
    """A hundred acts of the office through the real verb and a page read after each; how long the slowest took."""
    from suggestions import workflow

    slowest = 0.0
    for n in range(100):
        suggestion = Suggestion.objects.create(
            author=citizen, title=f"建议之{n}", status="submitted", number=f"2026-9{n:05}",
            submitted_at=timezone.now(), category=city.category, division=city.street,
        )  # fmt: skip
        began = time.monotonic()
        workflow.accept(suggestion, by=office)
        assert client.get("/my/inbox/").status_code == 200
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(pause)
    return slowest


def accepted_told():
    told = Notification.objects.filter(event="accepted", audience="author", state=State.SENT)
    return (told.filter(channel="inbox").count(), told.filter(channel="email").count())


def test_a_hundred_moves_while_valkey_is_stopped_for_half_a_minute_are_all_told_after(
    celery_worker_process, valkey, city, citizen, office, client, settings
):
    client.force_login(citizen)
    celery_worker_process.worker()
    celery_worker_process.beat()
    valkey.stop()
    began = time.monotonic()
    assert hundred_moves(city, citizen, office, client, pause=0.2) < 2
    time.sleep(max(0.0, 30 - (time.monotonic() - began)))
    assert accepted_told() == (0, 0)
    valkey.start()
    wait_until(lambda: accepted_told() == (100, 100), 90)
    assert sorted(mails(settings).values()) == [1] * 100


def test_while_valkey_is_frozen_pages_and_acts_answer_at_once_and_all_is_told_after(
    celery_worker_process, valkey, city, citizen, office, client, settings
):
    client.force_login(citizen)
    celery_worker_process.worker()
    celery_worker_process.beat()
    valkey.freeze()
    assert hundred_moves(city, citizen, office, client) < 2
    time.sleep(8)
    valkey.thaw()
    wait_until(lambda: accepted_told() == (100, 100), 90)
    assert sorted(mails(settings).values()) == [1] * 100


def test_news_arrives_within_seconds_of_the_act(celery_worker_process, draft, citizen):
    celery_worker_process.worker()
    celery_worker_process.beat()
    record(draft, "published", by=None, role="office")
    wait_until(lambda: Notification.objects.filter(channel="email", state=State.SENT).count() == 1, 10)
