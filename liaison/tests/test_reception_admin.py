"""What the office sees of appointments and records: what is missing, and nothing to edit."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison import workflow
from liaison.admin import missing
from liaison.models import Appointment, Reception
from liaison.workflow.sessions import shift_times
from tests.cast import make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(session, officer, deputy):
    """A session three days ago: one visitor without a record, one recorded, one to become a suggestion, one absent."""
    for number, slot in enumerate(session.slots.all()):
        visit = workflow.book(slot, by=officer, name="陈阿婆", phone=f"+861380000000{number}")
        if number < 3:
            workflow.check_in(visit, by=officer)
        if number in (1, 2):
            outcome = "suggestion" if number == 2 else "advice"
            workflow.receive(visit, by=officer, deputies=[deputy.deputy], own_words="话", outcome=outcome)
    shift_times(session, timezone.now() - timedelta(days=3, hours=2))
    return session


def shown(client, model, query):
    """The keys an admin list shows."""
    answer = client.get(f"/admin/liaison/{model}/{query}")
    assert answer.status_code == 200
    return [row.pk for row in answer.context["cl"].result_list]


def test_the_first_page_counts_what_the_stations_left_undone_and_leads_there(client, over, office):
    first, second = missing.tiles()
    assert (first.number, first.days, second.number, second.days) == (1, 3, 1, 0)
    client.force_login(office)
    page = client.get("/admin/").content.decode()
    assert (first.url in page, second.url in page) == (True, True)
    [waiting] = Appointment.objects.filter(status="checked_in")
    assert shown(client, "appointment", "?missing=yes") == [waiting.pk]
    assert shown(client, "reception", "?missing=yes") == [Reception.objects.get(outcome="suggestion").pk]
    assert len(shown(client, "appointment", "")) == 4


def test_two_visitors_of_one_session_are_one_session_and_before_its_end_none(officer, session):
    for slot in session.slots.all()[:2]:
        workflow.check_in(workflow.book(slot, by=officer, name="陈", phone=f"+86138000000{slot.pk}"), by=officer)
    assert [tile.number for tile in missing.tiles()] == [0, 0]
    assert [tile.number for tile in missing.tiles(session.ends_at + timedelta(minutes=1))] == [1, 0]


def test_the_lists_and_pages_carry_no_contact_and_change_nothing(client, over, office):
    client.force_login(office)
    visit, record = Appointment.objects.first(), Reception.objects.first()
    for path in ("appointment/", f"appointment/{visit.pk}/change/", "reception/", f"reception/{record.pk}/change/"):
        answer = client.get(f"/admin/liaison/{path}")
        assert answer.status_code == 200
        assert "陈阿婆" not in answer.content.decode()
        assert "+8613800" not in answer.content.decode()
    assert client.post(f"/admin/liaison/reception/{record.pk}/change/", {"own_words": "改"}).status_code == 403
    assert client.get("/admin/liaison/reception/add/").status_code == 403


@pytest.mark.parametrize("asked", ["name__contains=陈", "phone=%2B8613800000000", "email__gt=a", "person__contains=1"])
def test_no_filter_in_the_address_spells_out_who_comes(client, over, office, asked):
    client.force_login(office)
    assert client.get(f"/admin/liaison/appointment/?{asked}").status_code == 400


def test_a_list_of_twenty_asks_no_more_than_a_list_of_one(client, city, office, officer, deputy):
    client.force_login(office)

    def asked(path):
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            client.get(path)
        return len(found)

    def receive(count):
        session = make_session(city.station, [], days=7 + count, places=count)
        for number in range(count):
            visit = workflow.book(session.slots.first(), by=officer, name="陈", phone=f"+8613{count:02}{number:07}")
            workflow.take_down(visit, by=officer, deputies=[deputy.deputy], own_words="话", outcome="suggestion")

    receive(1)
    lists = ("/admin/liaison/appointment/", "/admin/liaison/reception/", "/admin/")
    before = [asked(path) for path in lists]
    receive(20)
    assert [asked(path) for path in lists] == before
