"""From a free time to an appointment: every way there, and nothing typed is lost on any of them."""

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaison import workflow
from liaison.models import Appointment, Reception, ReceptionRule, Session
from liaison.views import booking
from tests.cast import make_session, person

WORDS = {
    "topic": "温泉小学门口没有斑马线。\n孩子过马路危险。", "party": "2", "name": "林晓榕", "phone": "138 0013-8000",
    "email": "", "reminded_by": "",
}  # fmt: skip
TYPED = WORDS | {"phone": "+8613800138000", "party": 2}


@pytest.fixture
def slot(session):
    return session.slots.first()


def book_url(slot):
    return reverse("book", args=[slot.session_id, slot.pk])


def check_url(slot):
    return reverse("book_check", args=[slot.session_id, slot.pk])


def fill(slot, people):
    """Every one of ``people`` (users) books ``slot``."""
    return [workflow.book(slot, by=p, user=p, name=p.name, topic="路灯") for p in people]


def said(answer):
    return [str(message) for message in answer.context["messages"]]


# --- the session in public -------------------------------------------------------------------------------------------


def times(client, session):
    page = client.get(session.get_absolute_url())
    return [(t.words, t.act) for t in page.context["times"]]


def test_a_session_says_who_receives_where_and_which_times_are_free(client, session, city, citizen, neighbour):
    city.station.address, city.station.phone, city.station.step_free = "温泉路1号", "0591-87550000", "东门有坡道"
    city.station.save()
    first, second = session.slots.all()[:2]
    fill(first, [citizen, neighbour])
    Session.objects.filter(pk=session.pk).update(theme="学校食堂", scope="食材、价格")
    page = client.get(session.get_absolute_url())
    html = page.content.decode()
    for words in ("林静", "温泉路1号", "0591-87550000", "东门有坡道", "学校食堂", "食材、价格"):
        assert words in html
    assert times(client, session) == [
        ("已满，可候补（前面有 1 人）", "wait"), *[("还有 1 个名额", "book")] * 3,
    ]  # fmt: skip
    assert f'href="{book_url(first)}"' in html and f'href="{book_url(second)}"' in html
    assert 'class="button primary' not in html


def test_a_planned_session_says_when_appointments_begin(client, city):
    rule = ReceptionRule.objects.create(
        station=city.station, recurrence="FREQ=WEEKLY", begins="09:00", ends="10:00", announce_days=10
    )
    session = make_session(city.station, days=30, status="planned", rule=rule)
    page = client.get(session.get_absolute_url())
    assert page.context["opens_on"] == session.starts_at - timedelta(days=10)
    assert "尚未开放预约" in page.content.decode()
    assert book_url(session.slots.first()) not in page.content.decode()
    single = make_session(city.station, days=31, status="planned")
    html = client.get(single.get_absolute_url()).content.decode()
    day = timezone.localtime(single.starts_at - timedelta(days=3))
    assert f"最迟{day.year}年{day.month}月{day.day}日" in html


def test_a_cancelled_session_says_why_and_shows_the_next_ones_with_places(client, session, city, officer, deputy):
    full = make_session(city.station, days=8, places=1)
    for slot in full.slots.all():
        workflow.book(slot, by=officer, name="王", phone=f"+86138001380{slot.pk % 90 + 10}")
    later = make_session(city.station, [deputy.deputy], days=9)
    workflow.cancel_session(session, by=officer, note="台风预警，请另约")
    page = client.get(session.get_absolute_url())
    assert "台风预警，请另约" in page.content.decode()
    assert page.context["others"] == [later]
    assert later.get_absolute_url() in page.content.decode()


def test_a_held_session_says_what_came_of_it(client, session, slot, officer, deputy):
    for status, outcome in (("a", "answered"), ("b", "answered"), ("c", "advice")):
        slot = session.slots.filter(taken=0).first()
        made = workflow.walk_in(slot, by=officer, name=status)
        workflow.receive(made, by=officer, deputies=[deputy.deputy], own_words="话", answer="答", outcome=outcome)
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(hours=3), ends_at=timezone.now())
    workflow.hold(session, by=officer)
    page = client.get(session.get_absolute_url())
    labels = Reception.Outcome
    assert page.context["outcomes"] == [(labels.ANSWERED.label, 2), (labels.ADVICE.label, 1)]
    assert f"{labels.ANSWERED.label}：2 件" in page.content.decode()


def test_an_online_sessions_address_is_not_public(client, city):
    session = make_session(city.station, mode="online", link="https://meet.example/secret")
    html = client.get(session.get_absolute_url()).content.decode()
    assert "meet.example" not in html and "线上" in html


def test_the_page_costs_the_same_with_one_slot_and_with_twenty(client, session, city):
    many = make_session(city.station, days=9)
    many.slots.bulk_create(
        [
            type(many.slots.first())(
                session=many, starts_at=many.starts_at + timedelta(minutes=n), ends_at=many.ends_at, places=1
            )
            for n in range(1, 15)
        ]
    )
    session.slots.exclude(pk=session.slots.first().pk).delete()
    found = []
    for one in (session, many):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(one.get_absolute_url()).status_code == 200
        found.append(len(queries))
    assert found[0] == found[1] <= 4


# --- three steps -----------------------------------------------------------------------------------------------------


def test_a_time_is_booked_in_three_steps(client, session, slot, citizen, case):
    suggestion = case("accepted")
    client.force_login(citizen)
    form = client.get(book_url(slot)).context["form"]
    assert (form["name"].value(), form["email"].value(), form["party"].value()) == ("林晓榕", "citizen@example.com", 1)
    typed = WORDS | {"about_number": suggestion.number, "reminded_by": "email"}
    step = client.post(book_url(slot), typed)
    assert (step.status_code, step.url) == (302, check_url(slot))
    check = client.get(step.url)
    answers = {str(q): str(a) for q, a in check.context["answers"]}
    assert answers == {
        "想谈的事": WORDS["topic"], "有关您提过的建议": f"{suggestion.number} {suggestion.title}",
        "来访人数": "2 人", "您的姓名": "林晓榕", "电话": "+8613800138000", "电子邮件": "",
        "提醒方式": "电子邮件",
    }  # fmt: skip
    hidden = {field.name: field.value() for field in check.context["form"]}
    end = client.post(check_url(slot), hidden)
    made = Appointment.objects.get()
    assert (end.status_code, end.url) == (302, made.get_absolute_url())
    got = {name: getattr(made, name) for name in TYPED}
    assert got == TYPED | {"reminded_by": "email"}
    assert (made.status, made.slot, made.user, made.about_number) == ("booked", slot, citizen, suggestion.number)
    assert made.changes.get().by == citizen
    assert "已约好" in client.get(end.url).content.decode()


def test_what_is_missing_is_said_beside_the_field_and_what_was_typed_stays(client, slot, citizen):
    client.force_login(citizen)
    answer = client.post(book_url(slot), WORDS | {"topic": " ", "phone": "", "party": "6", "name": "林某"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "topic": ["请用一句话写明想谈什么。"], "phone": ["请填写手机号或邮箱，方便联络站联系您。"],
        "party": answer.context["form"].errors["party"],
    }  # fmt: skip
    assert 'value="林某"' in answer.content.decode() and "<title>错误：" in answer.content.decode()


def test_a_topic_may_have_500_characters_and_no_more(client, slot, citizen):
    client.force_login(citizen)
    assert client.post(book_url(slot), WORDS | {"topic": "字" * 500}).status_code == 302
    assert client.post(book_url(slot), WORDS | {"topic": "字" * 501}).status_code == 422


def test_only_ones_own_suggestions_can_be_named(client, slot, case, neighbour):
    suggestion = case("accepted")
    client.force_login(neighbour)
    assert "about_number" not in client.get(book_url(slot)).context["form"].fields
    client.post(check_url(slot), WORDS | {"about_number": suggestion.number})
    assert Appointment.objects.get().about_number == ""


def test_a_reminder_goes_only_where_the_person_has_proved_an_address(client, slot, citizen):
    client.force_login(citizen)
    choices = [value for value, _label in client.get(book_url(slot)).context["form"].fields["reminded_by"].choices]
    assert choices == ["", "email"]
    assert client.post(book_url(slot), WORDS | {"reminded_by": "sms"}).status_code == 422


def test_the_words_wait_while_somebody_signs_in(client, slot, neighbour, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    step = client.post(book_url(slot), WORDS | {"name": "陈茉", "reminded_by": "email"})
    page = client.get(step.url)
    entrance = re.search(r'href="(/accounts/login/\?next=[^"]+)"', page.content.decode())[1]
    assert "您填写的内容已保存" in page.content.decode()
    client.get(entrance)
    client.post(reverse("account_login"), {"address": "neighbour@example.com"})
    code = re.search(r"\b(\d{6})\b", mail.outbox[-1].body)[1]
    back = client.post(reverse("account_confirm_login_code"), {"code": code})
    assert back.url == check_url(slot)
    check = client.get(back.url)
    assert dict(check.context["answers"])["想谈的事"] == WORDS["topic"]
    client.post(check_url(slot), {field.name: field.value() for field in check.context["form"]})
    made = Appointment.objects.get()
    assert (made.user, made.name, made.topic) == (neighbour, "陈茉", WORDS["topic"])


def test_an_unverified_person_is_asked_to_verify_and_nothing_is_booked(client, slot, stranger):
    client.force_login(stranger)
    for method in (client.post, client.get):
        answer = method(check_url(slot), WORDS if method == client.post else None)
        assert answer.status_code == 200
        assert reverse("account_email") in answer.content.decode()
    assert Appointment.objects.count() == 0
    assert booking.kept(answer.wsgi_request)["topic"] == WORDS["topic"]


def test_what_was_typed_is_forgotten_after_two_hours(client, slot, monkeypatch):
    client.post(book_url(slot), WORDS)
    assert client.get(book_url(slot)).context["form"]["topic"].value() == WORDS["topic"]
    later = booking.time.time() + booking.KEPT_SECONDS + 1
    monkeypatch.setattr(booking.time, "time", lambda: later)
    assert client.get(book_url(slot)).context["form"]["topic"].value() is None
    assert client.get(check_url(slot)).url == book_url(slot)


def test_a_double_press_makes_one_appointment(client, session, slot, citizen):
    client.force_login(citizen)
    client.post(check_url(slot), WORDS)
    made = Appointment.objects.get()
    for again in (slot, session.slots.last()):
        for answer in (client.post(check_url(again), WORDS, follow=True), client.get(book_url(again), follow=True)):
            assert answer.redirect_chain == [(made.get_absolute_url(), 302)]
            assert said(answer) == ["您已预约本场，就在下面。"]
    assert Appointment.objects.get() == made


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("places", [1, 2])
def test_two_presses_at_the_same_moment_make_one_appointment(places, city, citizen, monkeypatch):
    from django.test import Client

    slot = make_session(city.station, places=places).slots.first()
    together, answers = threading.Barrier(2), []
    monkeypatch.setattr(booking, "own_appointment", first_none(together, booking.own_appointment))
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(citizen)

    def press(client):
        answers.append(client.post(check_url(slot), WORDS))
        connection.close()

    threads = [threading.Thread(target=press, args=[client]) for client in clients]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    made = Appointment.objects.get()
    assert [(a.status_code, a.url) for a in answers] == [(302, made.get_absolute_url())] * 2
    slot.refresh_from_db()
    assert (made.status, slot.taken) == ("booked", 1)


def first_none(together, real):
    """Both look for an appointment before either has made one."""
    seen = threading.local()

    def look(user, session):
        if not getattr(seen, "once", False):
            seen.once = True
            together.wait(timeout=20)
            return None
        return real(user, session)

    return look


# --- full, closed, gone ----------------------------------------------------------------------------------------------


def test_a_full_time_offers_the_waiting_list_and_says_the_place_in_it(client, slot, citizen, neighbour, officer):
    fill(slot, [neighbour, officer])
    client.force_login(citizen)
    html = client.get(book_url(slot)).content.decode()
    assert "加入候补" in html and "前面有 1 人" in html
    client.post(book_url(slot), WORDS)
    html = client.get(check_url(slot)).content.decode()
    assert 'name="wait" value="1"' in html and "前面有 1 人" in html
    client.post(check_url(slot), WORDS | {"wait": "1"})
    made = Appointment.objects.get(user=citizen)
    assert (made.status, made.place_in_line) == ("waitlisted", 2)


def test_a_time_that_filled_meanwhile_asks_before_it_lets_somebody_wait(client, session, slot, citizen, neighbour):
    client.force_login(citizen)
    client.post(book_url(slot), WORDS)
    assert 'name="wait"' not in client.get(check_url(slot)).content.decode()
    fill(slot, [neighbour])
    answer = client.post(check_url(slot), WORDS)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "这个时段刚刚约满" in html and "排在第一位" in html
    assert 'name="wait" value="1"' in html and f'href="{session.get_absolute_url()}"' in html
    assert {f.name: f.value() for f in answer.context["form"]} == WORDS
    slot.refresh_from_db()
    assert (Appointment.objects.filter(user=citizen).count(), slot.last_in_line) == (0, 0)
    other = session.slots.last()
    form = client.get(book_url(other)).context["form"]
    assert {name: form[name].value() for name in TYPED} == TYPED


def test_a_place_that_became_free_meanwhile_is_booked_although_waiting_was_offered(client, slot, citizen):
    client.force_login(citizen)
    client.post(check_url(slot), WORDS | {"wait": "1"})
    assert Appointment.objects.get().status == "booked"


@pytest.mark.parametrize("how", ["planned", "cancelled", "begun"])
def test_a_time_that_cannot_be_booked_leads_back_to_the_session_with_the_words_kept(how, client, city, citizen, office):
    session = make_session(city.station, status="planned" if how == "planned" else "announced")
    slot = session.slots.first()
    if how == "cancelled":
        workflow.cancel_session(session, by=office, note="停电")
    if how == "begun":
        session.slots.filter(pk=slot.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    client.force_login(citizen)
    for address in (book_url(slot), check_url(slot)):
        answer = client.post(address, WORDS, follow=True)
        assert answer.redirect_chain == [(session.get_absolute_url(), 302)]
        assert said(answer) == ["这个时段已不能预约。您填写的内容还在，请另选时段。"]
        assert booking.kept(answer.wsgi_request)["topic"] == WORDS["topic"]
        answer = client.get(address, follow=True)
        assert answer.redirect_chain == [(session.get_absolute_url(), 302)]
        assert said(answer) == ["这个时段已不能预约，请另选时段。"]
    assert Appointment.objects.count() == 0


def test_a_session_cancelled_between_look_and_press_takes_nobody(client, slot, citizen, office, monkeypatch):
    real = workflow.book

    def cancelled_first(slot, **how):
        workflow.cancel_session(Session.objects.get(pk=slot.session_id), by=office, note="停电")
        return real(slot, **how)

    monkeypatch.setattr(workflow, "book", cancelled_first)
    client.force_login(citizen)
    answer = client.post(check_url(slot), WORDS)
    assert (answer.status_code, answer.url) == (302, slot.session.get_absolute_url())
    assert Appointment.objects.count() == 0


def test_a_slot_of_another_session_is_not_there(client, session, city, citizen):
    other = make_session(city.station, days=9).slots.first()
    client.force_login(citizen)
    for name in ("book", "book_check"):
        assert client.get(reverse(name, args=[session.pk, other.pk])).status_code == 404
        assert client.post(reverse(name, args=[session.pk, other.pk]), WORDS).status_code == 404


def test_one_may_book_two_different_sessions(client, slot, city, citizen):
    other = make_session(city.station, days=9).slots.first()
    client.force_login(citizen)
    client.post(check_url(slot), WORDS)
    client.post(check_url(other), WORDS)
    assert list(Appointment.objects.values_list("slot", "status")) == [(slot.pk, "booked"), (other.pk, "booked")]


def test_pages_of_a_booking_are_in_no_cache_and_cost_little(client, slot, citizen):
    for n in range(20):
        person(f"n{n}", f"人{n}")
    client.force_login(citizen)
    client.get(book_url(slot))
    with CaptureQueriesContext(connection) as queries:
        page = client.get(book_url(slot))
    assert "no-store" in page["Cache-Control"]
    assert len(queries) <= 8
