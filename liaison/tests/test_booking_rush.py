"""Hundreds at once over HTTP: places are given out exactly, the line is in the order of commits, nobody sees a 500."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.urls import reverse

from liaison import workflow
from liaison.models import Appointment, Slot
from liaison.workflow import appointments
from tests.cast import make_session

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
CITIZENS, PLACES, ROUNDS = 200, 10, 20
HOLDING = "('booked', 'offered', 'checked_in', 'served')"
# "wait": they agreed to wait when the place is gone.
WORDS = {"topic": "路灯不亮", "party": "1", "name": "林晓榕", "phone": "13800138000", "wait": "1"}


@pytest.fixture(autouse=True)
def _as_in_production(monkeypatch):
    """Threads keep their database connection; owners of an appointment are not counted as guessers of codes."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)
    monkeypatch.setattr("fzportal.throttle.once_more", lambda *_: pytest.fail("an owner was counted as a guesser"))


def crowd(count, prefix="c"):
    """``count`` verified citizens with the keys of their sessions: {user: key}."""
    model = get_user_model()
    people = model.objects.bulk_create(
        [
            model(phone=f"+8613{prefix}{n:06}"[:20], phone_verified=True, name=f"市民{n}", username=f"{prefix}{n}")
            for n in range(count)
        ]
    )
    return {user: signed_in(user) for user in people}


def signed_in(user):
    """A session's key, as the login view makes it."""
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    return session.session_key


def post(server, url, key, words):
    """The status of one POST, as a browser sends it."""
    token = "c" * 32
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    server.request("POST", url, urlencode({"csrfmiddlewaretoken": token} | words), headers)
    answer = server.getresponse()
    answer.read()
    return answer.status


def at_once(live, presses, browsers=20):
    """The statuses of all ``presses`` (address, session key, words): twenty browsers begin together and press on."""
    start, mine = threading.Barrier(browsers), threading.local()

    def open_browser():
        mine.server = HTTPConnection(urlsplit(live).netloc, timeout=60)
        mine.server.connect()
        start.wait(timeout=20)

    with ThreadPoolExecutor(browsers, initializer=open_browser) as pool:
        answers = [pool.submit(lambda press: post(mine.server, *press), press) for press in presses]
        return [answer.result() for answer in answers]


def new_slot(city, places, days=7):
    """A slot of a session of its own."""
    return make_session(city.station, days=days, places=places).slots.first()


def booking(slot, keys):
    return [(reverse("book_check", args=[slot.session_id, slot.pk]), key, WORDS) for key in keys]


def lines(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def in_commit_order(slot):
    """(status, place in line) of a slot's appointments as their transactions followed one another.

    PostgreSQL numbers a transaction when it first writes, which here is under the slot's lock.
    """
    return lines(
        "SELECT c.after, a.place_in_line FROM liaison_appointmentchange c JOIN liaison_appointment a "
        "ON a.id = c.subject_id WHERE a.slot_id = %s ORDER BY c.xmin::text::bigint",
        slot.pk,
    )


def test_of_200_citizens_ten_get_the_ten_places_and_190_wait_in_the_order_of_commits_twenty_times(live, city):
    keys = list(crowd(CITIZENS).values())
    for turn in range(ROUNDS):
        slot = new_slot(city, PLACES, days=7 + turn)
        assert set(at_once(live, booking(slot, keys))) == {302}
        taken = [("booked", None)] * PLACES
        waiting = [("waitlisted", n) for n in range(1, CITIZENS - PLACES + 1)]
        assert in_commit_order(slot) == taken + waiting
        by_change = slot.appointments.order_by("changes__pk").values_list("status", "place_in_line")
        assert list(by_change) == taken + waiting
        slot.refresh_from_db()
        assert (slot.taken, slot.last_in_line) == (PLACES, CITIZENS - PLACES)


def test_who_does_not_want_to_wait_is_asked_and_not_put_in_line(live, city):
    keys = list(crowd(40).values())
    slot = new_slot(city, PLACES)
    presses = [(url, key, {k: v for k, v in words.items() if k != "wait"}) for url, key, words in booking(slot, keys)]
    assert sorted(at_once(live, presses)) == [302] * PLACES + [409] * 30
    assert in_commit_order(slot) == [("booked", None)] * PLACES


class Watch(threading.Thread):
    """Looks again and again, from a connection of its own, how many hold a place of a slot."""

    def __init__(self, slot):
        super().__init__()
        self.slot, self.seen = slot, set()
        self.looked, self.ended = threading.Event(), threading.Event()

    def run(self):
        asked = f"SELECT count(*) FROM liaison_appointment WHERE slot_id = %s AND status IN {HOLDING}"
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
            while not self.ended.is_set():
                self.seen.add(database.execute(asked, [self.slot.pk]).fetchone()[0])
                self.looked.set()

    def __exit__(self, *_):
        self.ended.set()
        self.join()

    def __enter__(self):
        self.start()
        return self


def test_50_cancels_against_50_bookings_never_fill_a_slot_above_its_places(live, city):
    holders, comers, line = crowd(50, "h"), crowd(50, "n"), crowd(20, "w")
    slot = new_slot(city, 50)
    held = [workflow.book(slot, by=user, user=user, name="甲") for user in holders]
    waiting = [workflow.book(slot, by=user, user=user, name="乙") for user in line]
    cancels = [(reverse("appointment_cancel", args=[a.code]), holders[a.user], {}) for a in held]
    presses = [press for pair in zip(cancels, booking(slot, comers.values()), strict=True) for press in pair]
    with Watch(slot) as watch:
        watch.looked.wait(timeout=20)
        assert set(at_once(live, presses)) == {302}
    assert max(watch.seen) <= 50
    slot.refresh_from_db()
    status = dict(slot.appointments.values_list("pk", "status"))
    assert {status[a.pk] for a in held} == {"cancelled"}
    # Fifty places came free and seventy wanted one: the line was asked first, in its order.
    assert slot.taken == slot.appointments.holding().count() == 50
    assert {status[a.pk] for a in waiting} == {"offered"}
    assert_offers_followed_the_line(slot)
    left = slot.appointments.filter(status="waitlisted").order_by("place_in_line")
    assert left.count() == 20


def assert_offers_followed_the_line(slot):
    """Each place that came free went to whoever stood first at that moment."""
    offers = lines(
        "SELECT a.place_in_line FROM liaison_appointmentchange c JOIN liaison_appointment a ON a.id = c.subject_id "
        "WHERE a.slot_id = %s AND c.event = 'offered' ORDER BY c.id",
        slot.pk,
    )
    given = [number for (number,) in offers]
    assert given == sorted(given)
    rest = slot.appointments.filter(status="waitlisted").values_list("place_in_line", flat=True)
    assert not rest or max(given) < min(rest)


def only_look(together):
    """In place of the lock: read the row, and wait until all have read the same."""

    def look(obj):
        obj.refresh_from_db()
        if isinstance(obj, Slot):
            together.wait(timeout=20)
        return obj

    return look


def test_without_the_lock_more_are_booked_than_there_are_places(live, city, monkeypatch):
    keys = list(crowd(4).values())
    slot = new_slot(city, 1)
    monkeypatch.setattr(appointments, "lock", only_look(threading.Barrier(4)))
    statuses = at_once(live, booking(slot, keys), browsers=4)
    booked = Appointment.objects.filter(slot=slot).holding().count()
    assert booked > 1 or [s for s in statuses if s >= 500]
    slot.refresh_from_db()
    assert slot.taken != booked or max(statuses) >= 500


def test_without_the_lock_cancels_and_bookings_lose_count(live, city, monkeypatch):
    """A race is luck: two wrong counts may even out, so it is run until one goes wrong, eight times at most."""
    assert any(goes_wrong(live, city, monkeypatch, n) for n in range(8))


def goes_wrong(live, city, monkeypatch, n) -> bool:
    """Two cancel while two book a full slot, nobody waiting for anybody: is the count wrong, or an answer 500?"""
    holders, comers = crowd(2, f"h{n}"), crowd(2, f"n{n}")
    slot = new_slot(city, 2, days=7 + n)
    held = [workflow.book(slot, by=user, user=user, name="甲") for user in holders]
    cancels = [(reverse("appointment_cancel", args=[a.code]), holders[a.user], {}) for a in held]
    with monkeypatch.context() as patched:
        patched.setattr(appointments, "lock", only_look(threading.Barrier(4)))
        statuses = at_once(live, [*cancels, *booking(slot, comers.values())], browsers=4)
    slot.refresh_from_db()
    return slot.taken != slot.appointments.holding().count() or max(statuses) >= 500
