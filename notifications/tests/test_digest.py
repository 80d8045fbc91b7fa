"""The digest: once a day or a week one e-mail with one row for each case, and never twice the same news."""

import threading
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from fzportal.workflow import record
from notifications import digests, messages, workflow
from notifications.models import Digest, Notification, Pace, Preference
from notifications.workflow import Choice, delivering
from suggestions import workflow as acts
from suggestions.models import Follow, Suggestion, SuggestionChange

State = Notification.State


def at(day, hour, minute=0):
    """A moment of November 2026; the 23rd and the 30th are Mondays."""
    return timezone.make_aware(datetime(2026, 11, day, hour, minute))


@pytest.fixture
def suggestion(city, citizen):
    """``suggestion("食堂")``: an open one of ``citizen``'s with that title."""

    def make(title):
        number = f"2026-{Suggestion.objects.count() + 1:06}"
        return Suggestion.objects.create(
            author=citizen, title=title, status="accepted", number=number, submitted_at=at(1, 9),
            category=city.category, division=city.street, department=city.education,
        )  # fmt: skip

    return make


WAYS = {
    "accepted": ("submitted", "accepted"), "in_progress": ("assigned", "in_progress"),
    "replied": ("triaging", "replied"),
}  # fmt: skip


def happen(subject, event, when):
    """A line of history, told at ``when``."""
    before, after = WAYS.get(event, (subject.status, subject.status))
    change = SuggestionChange.objects.create(
        subject=subject, before=before, after=after, event=event, role="deputy", at=when, due_at=subject.due_at
    )
    workflow.announce(when, seconds=60)
    return change


def want(user, pace, *kinds):
    workflow.choose(by=user, choices={kind: Choice(pace) for kind in kinds or ("own", "followed", "work")})


def send(now):
    """What the tick does; returns how many digests went out."""
    workflow.gather(now, seconds=60)
    return workflow.deliver_digests(now, seconds=60)


def held():
    return Notification.objects.filter(channel="email").values_list("state", "next_try_at")


@pytest.mark.parametrize(
    ("pace", "now", "then"),
    [
        ("daily", at(23, 9), at(23, 18)), ("daily", at(23, 17, 59), at(23, 18)), ("daily", at(23, 18), at(24, 18)),
        ("daily", at(29, 23), at(30, 18)), ("weekly", at(23, 9), at(23, 18)), ("weekly", at(23, 18), at(30, 18)),
        ("weekly", at(24, 9), at(30, 18)), ("weekly", at(29, 23), at(30, 18)),
    ],
)  # fmt: skip
def test_a_digest_comes_at_six_of_every_day_or_of_every_monday(pace, now, then):
    assert digests.next_time(Pace(pace), now) == then


def test_news_waits_for_the_digest_its_reader_chose(suggestion, citizen):
    want(citizen, "daily")
    happen(suggestion("食堂"), "accepted", at(24, 9))
    assert list(held()) == [("held", at(24, 18))]
    want(citizen, "weekly")
    assert workflow.deliver(at(24, 9)) == 0
    happen(suggestion("公交"), "accepted", at(24, 10))
    assert Notification.objects.filter(state=State.HELD).count() == 2


def test_one_e_mail_has_one_row_for_each_case_with_its_latest_news(suggestion, citizen):
    want(citizen, "daily")
    canteen, bus = suggestion("学校食堂"), suggestion("公交站")
    happen(canteen, "accepted", at(24, 9))
    happen(bus, "published", at(24, 10))
    happen(canteen, "in_progress", at(24, 11))
    assert send(at(24, 17, 59)) == 0
    assert send(at(24, 18)) == 1
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["citizen@example.com"], "2件事项有新消息")
    text = letter.body
    assert text.count("■") == 2
    assert text.index("学校食堂") < text.index("公交站")
    assert "（另有1条较早的消息）" in text
    for case in (canteen, bus):
        assert f"/suggestions/{case.number}/" in text
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.extra_headers["Message-ID"].startswith(f"<{Digest.objects.get().reference}@")
    assert set(Notification.objects.filter(channel="email").values_list("state", "sent_at")) == {("sent", at(24, 18))}


def test_it_is_sent_once_however_often_the_tick_comes(suggestion, citizen):
    want(citizen, "daily")
    happen(suggestion("食堂"), "accepted", at(24, 9))
    assert [send(at(24, 18)), send(at(24, 18, 1)), send(at(25, 18))] == [1, 0, 0]
    assert len(mail.outbox) == 1


def test_nothing_is_sent_when_nothing_is_new(suggestion, citizen):
    want(citizen, "daily")
    assert send(at(24, 18)) == 0
    assert Digest.objects.count() == 0


def test_what_was_read_in_the_inbox_is_left_out_and_nothing_is_sent_when_nothing_is_left(suggestion, citizen):
    want(citizen, "daily")
    happen(suggestion("食堂"), "accepted", at(24, 9))
    bus = happen(suggestion("公交"), "accepted", at(24, 9))
    workflow.mark_read(Notification.objects.get(channel="inbox", change_id=bus.pk), by=citizen)
    assert send(at(24, 18)) == 1
    assert "食堂" in mail.outbox[0].body
    assert "公交" not in mail.outbox[0].body
    assert Notification.objects.values_list("state", "error").get(channel="email", change_id=bus.pk) == (
        "outdated", "read"
    )  # fmt: skip
    happen(suggestion("路灯"), "accepted", at(25, 9))
    workflow.mark_all_read(by=citizen)
    assert send(at(25, 18)) == 0
    assert list(Digest.objects.order_by("on").values_list("state", "error")) == [("sent", ""), ("outdated", "empty")]
    assert len(mail.outbox) == 1


def test_what_is_no_longer_true_is_left_out(case, office):
    want(office, "daily")
    suggestion = case("submitted")
    workflow.announce(at(24, 9))
    acts.accept(suggestion, by=office)
    workflow.announce(at(24, 10))
    assert send(at(24, 18)) == 0
    row = Notification.objects.get(channel="email", audience="office")
    assert (row.state, row.error) == ("outdated", "outdated")


def test_who_no_longer_works_here_is_not_called_to_act(case, office):
    want(office, "daily")
    case("submitted")
    workflow.announce(at(24, 9))
    office.office_memberships.update(until=timezone.localdate() - timedelta(days=1))
    assert send(at(24, 18)) == 0
    assert Notification.objects.values_list("error", flat=True).get(channel="email", audience="office") == "left"


def test_calls_to_act_stand_first_the_earliest_due_on_top(city, suggestion, handler, citizen):
    want(handler, "daily")
    early, late, followed = suggestion("早到期"), suggestion("晚到期"), suggestion("我关注的")
    # Needed before the digest they would not wait for it.
    for one, day in ((late, 29), (early, 28)):
        Suggestion.objects.filter(pk=one.pk).update(due_at=at(day, 23), status="assigned")
        one.refresh_from_db()
        happen(one, "due_soon", at(24, 9))
    Follow.objects.create(suggestion=followed, user=handler)
    happen(followed, "replied", at(24, 10))
    assert send(at(24, 18)) == 1
    [letter] = [m for m in mail.outbox if m.to == [handler.email]]
    places = [letter.body.index(word) for word in ("待您办理：", "早到期", "晚到期", "其他消息：", followed.number)]
    assert places == sorted(places)


def test_a_call_is_not_hidden_behind_later_news_of_its_case(suggestion, handler):
    want(handler, "daily")
    one = suggestion("食堂")
    Suggestion.objects.filter(pk=one.pk).update(due_at=at(28, 23), status="assigned")
    one.refresh_from_db()
    happen(one, "due_soon", at(24, 9))
    Follow.objects.create(suggestion=one, user=handler)
    happen(one, "replied", at(24, 10))
    rows = list(Notification.objects.filter(recipient=handler, channel="email"))
    found = digests.rows([(n.change, n.audience, messages.message(n.change, n.audience)) for n in rows])
    assert [(row.is_call, row.others) for row in found] == [(True, 1)]


def test_the_parts_of_a_case_share_its_row(case, city, other_handler, office):
    suggestion = case("in_progress")
    want(other_handler, "daily", "work")
    part = acts.involve(suggestion, by=office, department=city.traffic)
    Follow.objects.create(suggestion=suggestion, user=other_handler)
    assert part.case == suggestion
    news = [(part.changes.get(), "co"), (record(suggestion, "published", by=None, role="office"), "author")]
    assert len(digests.rows([(change, audience, None) for change, audience in news])) == 1


def test_what_cannot_wait_so_long_comes_at_once(suggestion, handler):
    want(handler, "weekly")
    one = suggestion("食堂")
    for due, state in ((at(25, 23), "waiting"), (at(29, 23), "waiting"), (at(30, 23), "held"), (at(20, 23), "held")):
        Suggestion.objects.filter(pk=one.pk).update(due_at=due, status="assigned")
        one.refresh_from_db()
        happen(one, "due_soon", at(24, 9))
        assert Notification.objects.filter(channel="email", recipient=handler).latest("pk").state == state, due


def test_daily_and_weekly_news_come_in_one_e_mail_on_mondays(suggestion, citizen):
    workflow.choose(by=citizen, choices={"own": Choice("daily"), "followed": Choice("weekly")})
    happen(suggestion("我的食堂"), "accepted", at(29, 20))
    other = suggestion("我关注的公交")
    Suggestion.objects.filter(pk=other.pk).update(author=None)
    other.refresh_from_db()
    Follow.objects.create(suggestion=other, user=citizen)
    happen(other, "replied", at(28, 10))
    assert send(at(29, 18)) == 0
    assert send(at(30, 18)) == 1
    assert len(mail.outbox) == 1
    assert "我的食堂" in mail.outbox[0].body
    assert other.number in mail.outbox[0].body


def test_a_change_of_mind_is_followed_by_what_waits_already(suggestion, citizen):
    want(citizen, "daily")
    happen(suggestion("食堂"), "accepted", at(24, 9))
    for pace, expected in (
        ("weekly", ("held", at(30, 18))), ("daily", ("held", at(24, 18))), ("now", ("waiting", at(24, 10))),
    ):  # fmt: skip
        workflow.choose(by=citizen, choices={"own": Choice(pace)}, now=at(24, 10))
        assert list(held()) == [expected]


def test_what_was_turned_off_meanwhile_is_not_sent(suggestion, citizen, neighbour):
    want(neighbour, "daily")
    one = suggestion("食堂")
    Follow.objects.create(suggestion=one, user=neighbour)
    happen(one, "replied", at(24, 9))
    want(neighbour, "off", "followed")
    assert send(at(24, 18)) == 0
    row = Notification.objects.get(channel="email", recipient=neighbour)
    assert (row.state, row.error, row.digest) == ("outdated", "unwanted", None)


def test_news_too_late_for_todays_digest_waits_for_tomorrows(suggestion, citizen):
    want(citizen, "daily")
    happen(suggestion("食堂"), "accepted", at(24, 9))
    assert send(at(24, 18)) == 1
    # Written by a transaction that began before six and ended after.
    late = happen(suggestion("公交"), "accepted", at(24, 17, 59))
    assert send(at(24, 18, 1)) == 0
    assert Notification.objects.get(channel="email", change_id=late.pk).next_try_at == at(25, 18)
    assert send(at(25, 18)) == 1
    assert Notification.objects.filter(channel="email").values("digest").distinct().count() == 2


def test_a_busy_server_is_tried_again_and_a_refused_digest_is_seen_as_failed(suggestion, citizen, smtp, office):
    want(citizen, "daily")
    happen(suggestion("食堂"), "accepted", at(24, 9))
    smtp.trouble = "busy"
    assert send(at(24, 18)) == 0
    digest = Digest.objects.get()
    assert (digest.state, digest.tries) == ("waiting", 1)
    smtp.trouble, smtp.refused = "", {citizen.email}
    assert workflow.deliver_digests(digest.next_try_at) == 0
    failed = Notification.objects.failed().get()
    assert (Digest.objects.get().state, "550" in failed.error, citizen.email in failed.error) == ("failed", True, False)
    smtp.refused = set()
    # By itself, as any other message.
    assert workflow.send_again(Notification.objects.all(), by=office) == 1
    assert workflow.deliver() == 1
    assert smtp.receivers == [citizen.email]


def test_a_worker_that_died_after_sending_repeats_the_digest_under_the_same_message_id(suggestion, citizen, smtp):
    want(citizen, "daily")
    happen(suggestion("食堂"), "accepted", at(24, 9))
    workflow.gather(at(24, 18))
    [_leased] = delivering.claim(Digest.objects, at(24, 18))  # and then the worker dies
    assert workflow.deliver_digests(at(24, 18, 4)) == 0
    assert workflow.deliver_digests(at(24, 18, 6)) == 1
    Digest.objects.update(state=State.WAITING)
    Notification.objects.filter(channel="email").update(state=State.HELD)
    assert workflow.deliver_digests(at(24, 18, 7)) == 1
    first, second = smtp.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_one_click_turns_off_the_kinds_a_digest_was_about(suggestion, citizen, neighbour):
    want(citizen, "daily", "own", "followed")
    one, other = suggestion("食堂"), suggestion("公交")
    Suggestion.objects.filter(pk=other.pk).update(author=neighbour)
    other.refresh_from_db()
    Follow.objects.create(suggestion=other, user=citizen)
    happen(one, "accepted", at(24, 9))
    happen(other, "replied", at(24, 9))
    send(at(24, 18))
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    client = Client(enforce_csrf_checks=True)
    assert client.get(link).context["form"].kinds == ["own", "followed"]
    assert Preference.objects.filter(email="daily").count() == 2
    one_click = {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}
    assert client.post(link, **one_click).status_code == 204
    assert set(Preference.objects.values_list("kind", "email")) == {("own", "weekly"), ("followed", "off")}


def test_twenty_rows_and_twenty_people_cost_as_many_queries_as_one(suggestion, follow_by, citizen,
                                                                   django_assert_max_num_queries):  # fmt: skip
    """Drawing is by batch; what each digest costs besides is its own marking."""
    costs = []
    for people in (1, 20):
        one = suggestion(f"食堂{people}")
        for user in follow_by(one, people):
            Preference.objects.create(user=user, kind="followed", email="daily")
        happen(one, "replied", at(23 + people // 20, 9))
        workflow.gather(at(23 + people // 20, 18), seconds=60)
        with django_assert_max_num_queries(1000) as cost:
            assert workflow.deliver_digests(at(23 + people // 20, 18), seconds=60) == people
        costs.append(len(cost))
    marking = (costs[1] - costs[0]) / 19
    assert marking <= 5


@pytest.mark.django_db(transaction=True)
def test_four_gatherers_at_once_put_every_piece_of_news_into_one_digest(suggestion, follow_by, citizen):
    one = suggestion("食堂")
    for user in follow_by(one, 60):
        Preference.objects.create(user=user, kind="followed", email="daily")
    happen(one, "replied", at(24, 9))
    together, made = threading.Barrier(4), []

    def run():
        together.wait()
        made.append(workflow.gather(at(24, 18), seconds=60))
        connection.close()

    threads = [threading.Thread(target=run) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(made), Digest.objects.count()) == (60, 60)
    rows = Notification.objects.filter(channel="email", state=State.HELD, audience="followers")
    assert (rows.count(), rows.filter(digest=None).count(), rows.values("digest").distinct().count()) == (60, 0, 60)
    assert workflow.deliver_digests(at(24, 18), seconds=60) == 60
    assert len(mail.outbox) == 60
