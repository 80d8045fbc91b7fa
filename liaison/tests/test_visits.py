"""Walk-ins and callers: who may take them in, where they go, and that a form pressed twice makes one of them."""

import re

import pytest
from django.urls import reverse

from liaison import workflow
from liaison.models import Appointment
from tests.cast import make_session

from .counter import LOGIN, answers, begin, make_other_officer

pytestmark = pytest.mark.django_db

WALK_IN = {"name": "吴先生", "phone": "", "party": "2", "topic": "想反映停车难"}
CALLER = {"name": "黄女士", "phone": "138 0000 0005", "party": "1", "topic": "停车难", "by_sms": "on"}
STAFF = {"officer": 302, "other_officer": 404, "deputy": 403, "other_deputy": 404, "office": 302, "citizen": 404,
         "anonymous": LOGIN}  # fmt: skip


@pytest.fixture
def other_officer(city):
    return make_other_officer(city)


def walk_in_url(session):
    return reverse("desk_walk_in", args=[session.pk])


def book_url(session):
    return reverse("desk_book", args=[session.pk])


def test_only_the_station_and_the_office_take_people_in(
    client, request, session, officer, other_officer, deputy, other_deputy, office, citizen
):
    slots = session.slots.all()
    caller = CALLER | {"slot": slots[3].pk}
    assert answers(client, request, book_url(session), caller) == STAFF
    assert answers(client, request, book_url(session), method="get") == STAFF | {"officer": 200, "office": 200}
    begin(session)
    assert answers(client, request, walk_in_url(session), WALK_IN | {"slot": slots[2].pk}) == STAFF
    assert answers(client, request, walk_in_url(session), method="get") == STAFF | {"officer": 200, "office": 200}


def test_a_walk_in_takes_a_place_of_the_running_slot_and_is_checked_in(client, session, officer):
    begin(session)
    client.force_login(officer)
    form = client.get(walk_in_url(session)).context["form"]
    over, running = session.slots.all()[:2]
    assert (str(over.pk) in form.slots, form.initial["slot"]) == (False, str(running.pk))
    answer = client.post(walk_in_url(session), WALK_IN | {"slot": running.pk})
    visit = Appointment.objects.get()
    assert answer.url.endswith(f"#a{visit.pk}")
    assert (visit.status, visit.is_walk_in, visit.party, visit.phone, visit.slot) == (
        "checked_in",
        True,
        2,
        "",
        running,
    )
    running.refresh_from_db()
    assert running.taken == 1


def test_a_slot_just_filled_is_said_with_the_next_free_one_and_the_words_stay(client, session, officer):
    begin(session)
    full, free = session.slots.all()[1:3]
    workflow.walk_in(full, by=officer, name="林先生")
    client.force_login(officer)
    answer = client.post(walk_in_url(session), WALK_IN | {"slot": full.pk})
    form = answer.context["form"]
    assert (answer.status_code, Appointment.objects.count()) == (422, 1)
    assert (form["name"].value(), form["topic"].value(), form["slot"].value()) == (
        "吴先生",
        "想反映停车难",
        str(free.pk),
    )
    assert "下一个有空的时段" in form.errors["slot"][0]


def test_when_nothing_is_free_the_next_session_is_offered(client, city, session, officer):
    later = make_session(city.station, days=14)
    begin(session)
    for slot in session.slots.all()[1:]:
        workflow.walk_in(slot, by=officer, name="林先生")
    client.force_login(officer)
    answer = client.get(walk_in_url(session))
    assert answer.context["next_session"] == later
    assert book_url(later) in answer.content.decode()


def test_a_form_pressed_twice_makes_one_visitor(client, session, officer):
    begin(session)
    client.force_login(officer)
    page = client.get(walk_in_url(session)).content.decode()
    code = re.search(r'name="code" value="([^"]+)"', page).group(1)
    typed = WALK_IN | {"slot": session.slots.all()[1].pk, "code": code}
    first, second = client.post(walk_in_url(session), typed), client.post(walk_in_url(session), typed)
    assert (first.url, Appointment.objects.count()) == (second.url, 1)
    typed["slot"] = session.slots.all()[2].pk
    assert client.post(walk_in_url(session), typed).url == first.url


def test_a_code_of_ones_own_making_is_not_taken(client, session, officer):
    begin(session)
    client.force_login(officer)
    client.post(walk_in_url(session), WALK_IN | {"slot": session.slots.all()[1].pk, "code": "AAAAAAAAAA"})
    assert Appointment.objects.get().code != "AAAAAAAAAA"


def test_a_caller_gets_a_place_or_the_next_one_in_line_and_the_officer_reads_out_the_code(client, session, officer):
    slot = session.slots.first()
    client.force_login(officer)
    page = client.post(book_url(session), CALLER | {"slot": slot.pk}, follow=True).content.decode()
    first = Appointment.objects.get()
    assert (first.status, first.phone, first.reminded_by, first.user) == ("booked", "+8613800000005", "sms", None)
    assert first.spoken_code in page
    typed = CALLER | {"slot": slot.pk, "phone": "13800000006", "by_sms": ""}
    page = client.post(book_url(session), typed, follow=True).content.decode()
    second = Appointment.objects.get(phone="+8613800000006")
    assert (second.status, second.place_in_line, second.reminded_by) == ("waitlisted", 1, "")
    assert "已列入" in page


def test_a_phone_that_has_an_appointment_is_refused_with_its_code(client, session, officer):
    first = workflow.book(session.slots.first(), by=officer, name="黄女士", phone="+8613800000005", topic="")
    client.force_login(officer)
    answer = client.post(book_url(session), CALLER | {"slot": session.slots.all()[1].pk})
    assert (answer.status_code, Appointment.objects.count()) == (422, 1)
    assert first.spoken_code in answer.context["form"].errors["phone"][0]


def test_a_caller_needs_a_phone_and_nobody_an_identity_number(client, session, officer):
    client.force_login(officer)
    typed = CALLER | {"slot": session.slots.first().pk, "phone": "", "topic": "我是 11010519491231002X"}
    answer = client.post(book_url(session), typed)
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"phone", "topic"})


def test_nobody_is_taken_into_a_session_that_was_cancelled_meanwhile(client, session, officer):
    slot = session.slots.first()
    workflow.cancel_session(session, by=officer, note="停电")
    client.force_login(officer)
    answer = client.post(book_url(session), CALLER | {"slot": slot.pk})
    assert (answer.status_code, Appointment.objects.count()) == (422, 0)
    assert answer.context["form"].errors["slot"]
