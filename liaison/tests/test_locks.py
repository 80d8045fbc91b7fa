"""In which order rows are locked, so that nobody waits in a circle; and what verbs do that come a moment too late."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from fzportal.workflow import MoveNotAllowed, Stale
from liaison import privacy, tasks, workflow
from liaison.models import Duty, Feed, Session
from tests.cast import make_session

pytestmark = pytest.mark.django_db


def locked(act):
    """The tables whose rows ``act()`` locks, in order, each named when it is first locked."""
    with CaptureQueriesContext(connection) as queries:
        act()
    found = [re.search(r'FROM "(\w+)"', q["sql"])[1] for q in queries if "FOR NO KEY UPDATE" in q["sql"]]
    return list(dict.fromkeys(found))


def test_a_substitute_locks_the_session_before_the_duty_as_a_cancelled_session_does(session, other_deputy, officer):
    duty = session.duties.get()
    order = locked(lambda: workflow.substitute(duty, other_deputy.deputy, by=officer))
    assert order == ["liaison_session", "liaison_duty"]
    order = locked(lambda: workflow.cancel_session(session, by=officer, note="停电"))
    assert order == ["liaison_session", "liaison_slot", "liaison_duty"]


def test_a_deputy_asked_while_the_session_moves_is_on_duty_at_its_new_time(session, other_deputy, officer):
    seen = Session.objects.get(pk=session.pk)
    to = session.starts_at + timedelta(days=1)
    workflow.move_session(session, by=officer, starts_at=to)
    duty = workflow.ask_deputy(seen, other_deputy.deputy, by=officer)
    duty.refresh_from_db()
    assert (duty.span.lower, duty.span.upper) == (to, to + timedelta(hours=1))


def test_no_deputy_is_asked_for_a_session_that_was_cancelled_meanwhile(session, other_deputy, officer):
    seen = Session.objects.get(pk=session.pk)
    workflow.cancel_session(session, by=officer, note="停电")
    with pytest.raises(MoveNotAllowed):
        workflow.ask_deputy(seen, other_deputy.deputy, by=officer)
    assert not Duty.objects.active().exists()


def test_two_who_look_for_a_substitute_at_once_find_one(city, session, deputy, other_deputy, officer, office):
    duty = session.duties.get()
    workflow.decline_duty(duty, by=deputy, note="出差")
    seen = Duty.objects.prefetch_related("substitutes").get(pk=duty.pk)
    assert not seen.substitutes.all()
    workflow.substitute(duty, other_deputy.deputy, by=officer)
    third = type(deputy.deputy).objects.create(name="吴三", pinyin="wu san", term=city.term)
    with pytest.raises(Stale):
        workflow.substitute(seen, third, by=office)
    assert [d.deputy for d in session.duties.active()] == [other_deputy.deputy]


def test_who_leaves_the_portal_locks_all_slots_first_in_the_order_of_their_keys(city, session, citizen):
    later = make_session(city.station, days=8)
    for slot in (later.slots.first(), session.slots.first()):
        workflow.book(slot, by=citizen, user=citizen)
    with CaptureQueriesContext(connection) as queries:
        privacy.erase(citizen)
    first = next(q["sql"] for q in queries if "FOR NO KEY UPDATE" in q["sql"])
    assert 'FROM "liaison_slot"' in first
    assert 'ORDER BY "liaison_slot"."id" ASC' in first
    assert "IN (SELECT" in first
    assert not session.appointments.open().exists()


def test_a_session_dropped_meanwhile_does_not_keep_the_others_back(city, session, deputy, monkeypatch):
    gone, there = [make_session(city.station, days=3, status="planned") for _n in range(2)]
    warn = workflow.warn

    def slow(row, **how):
        if row.pk == gone.pk and not how.get("by"):
            Session.objects.filter(pk=gone.pk).delete()
        return warn(row, **how)

    monkeypatch.setattr(workflow, "warn", slow)
    tasks.warn(there.starts_at - timedelta(days=3))
    assert not Session.objects.filter(pk=gone.pk).exists()
    assert {c.event for c in there.changes.all()} == {"announce_soon", "lacks_deputies"}


@pytest.mark.django_db(transaction=True)
def test_a_calendar_address_asked_for_twice_at_once_is_made_twice_and_the_last_one_stands(citizen):
    results, gate = [], threading.Barrier(2)

    def press():
        try:
            gate.wait(10)
            with transaction.atomic():
                results.append(workflow.open_feed(by=citizen).token)
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    for _round in range(5):
        threads = [threading.Thread(target=press) for _n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [r for r in results if isinstance(r, Exception)] == []
    assert Feed.objects.count() == 10
    assert Feed.objects.filter(revoked_at=None).count() == 1
