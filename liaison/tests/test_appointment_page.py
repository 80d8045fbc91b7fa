"""The page of one appointment: who opens it, what it says in every state, what its holder may do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from fzportal.workflow import MoveNotAllowed
from liaison import workflow
from liaison.models import Appointment, Slot
from liaison.views import booking, held
from tests.cast import make_session

WORDS = {"name": "林晓榕", "topic": "路灯不亮", "party": 2, "phone": "+8613800138000", "reminded_by": "email"}


@pytest.fixture
def slot(session):
    return session.slots.first()


@pytest.fixture
def made(slot, citizen):
    """citizen's booking of the first slot."""
    return workflow.book(slot, by=citizen, user=citizen, **WORDS)


def url(appointment, act=""):
    return reverse(f"appointment_{act or 'detail'}", args=[appointment.code])


def fresh(appointment):
    return Appointment.objects.get(pk=appointment.pk)


def in_line(slot, *people):
    """Each waits for ``slot``, which is full."""
    return [workflow.book(slot, by=p, user=p, name=p.name, topic="也想谈") for p in people]


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def titles(answer):
    return [str(item.title) for item in answer.context["timeline"]]


# --- who opens it ----------------------------------------------------------------------------------------------------


def test_the_code_alone_opens_the_page_and_shows_it_in_two_parts(client, made):
    page = client.get(url(made))
    html = page.content.decode()
    assert made.spoken_code in html and "路灯不亮" in html and "林静" in html
    assert "+8613800138000" not in html
    client.force_login(made.user)
    assert "+8613800138000" in client.get(url(made)).content.decode()


def test_the_code_is_read_in_any_case_with_blanks_and_dashes_and_leads_to_one_address(client, made):
    for written in (made.spoken_code, made.code.lower(), f"{made.code[:3]} {made.code[3:]}"):
        for act in ("detail", "cancel", "change"):
            answer = client.get(reverse(f"appointment_{act}", args=[written]))
            assert (answer.status_code, answer.url) == (302, url(made, act))


@pytest.mark.parametrize("code", ["AAAAAAAAAA", "x", "-", "9" * 500, "%00"])
def test_an_unknown_code_is_not_there_whatever_is_asked(code, client, made):
    for act in ("", "change/", "cancel/", "appointment.ics"):
        assert client.get(f"/appointments/{code}/{act}", follow=True).status_code == 404
    for act in ("change", "cancel", "accept", "confirm", "again"):
        assert client.post(f"/appointments/{code}/{act}/").status_code == 404


def test_the_pages_are_in_no_cache_no_index_and_told_to_no_other_site(client, made):
    for address in (url(made), url(made, "cancel"), url(made, "change"), url(made, "ics"), reverse("appointment_find")):
        answer = client.get(address)
        assert "no-store" in answer["Cache-Control"]
        assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("same-origin", "noindex")


def test_too_many_tries_from_one_address_are_answered_429_even_with_a_right_code(client, made):
    limit = held.PER_ADDRESS[0]
    statuses = [client.get(f"/appointments/{'A' * 9}{n % 10}/").status_code for n in range(limit)]
    assert statuses == [404] * limit
    assert client.get(url(made)).status_code == 429
    assert client.post(reverse("appointment_find"), {"code": made.code}).status_code == 429
    assert client.get(url(made), REMOTE_ADDR="10.9.8.7").status_code == 200
    client.force_login(made.user)
    assert client.get(url(made)).status_code == 200


@pytest.mark.parametrize("typed", ["{0}", "{0} ", "{1}", "{2}"])
def test_the_code_from_paper_finds_the_appointment(typed, client, made):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in made.code.lower())
    answer = client.post(reverse("appointment_find"), {"code": typed.format(made.code, made.spoken_code, wide)})
    assert (answer.status_code, answer.url) == (302, url(made))


@pytest.mark.parametrize(("typed", "error"), [("", "请填写预约码。"), ("AAAAAAAAAA", "没有找到这个预约码")])
def test_a_wrong_code_is_kept_in_its_field_with_a_hint(typed, error, client, made):
    answer = client.post(reverse("appointment_find"), {"code": typed})
    assert answer.status_code == 422
    assert error in answer.content.decode() and f'value="{typed}"' in answer.content.decode() or not typed


# --- what it says ----------------------------------------------------------------------------------------------------


def test_the_waiting_line_says_how_many_are_before(client, made, slot, neighbour, officer):
    first, second = in_line(slot, neighbour, officer)
    assert "您排在第一位" in client.get(url(first)).content.decode()
    assert "前面有 1 人" in client.get(url(second)).content.decode()
    workflow.cancel(first, by=neighbour)
    assert "您排在第一位" in client.get(url(second)).content.decode()
    assert titles(client.get(url(second))) == ["已加入候补"]


def test_an_online_meetings_address_is_shown_to_who_has_a_place_only(client, city, citizen, neighbour):
    session = make_session(city.station, mode="online", link="https://meet.example/secret")
    slot = session.slots.first()
    booked = workflow.book(slot, by=citizen, user=citizen, name="甲")
    waiting = workflow.book(slot, by=neighbour, user=neighbour, name="乙")
    assert "https://meet.example/secret" in client.get(url(booked)).content.decode()
    assert "meet.example" not in client.get(url(waiting)).content.decode()


def test_after_a_cancelled_session_the_page_says_why_and_books_the_next_with_the_words_kept(
    client, made, session, city, officer, citizen
):
    later = make_session(city.station, days=9)
    workflow.cancel_session(session, by=officer, note="台风预警")
    client.force_login(citizen)
    page = client.get(url(made))
    assert "台风预警" in page.content.decode() and page.context["others"] == [later]
    answer = client.post(url(made, "again"), {"session": later.pk})
    assert (answer.status_code, answer.url) == (302, later.get_absolute_url())
    target = later.slots.first()
    form = client.get(reverse("book", args=[later.pk, target.pk])).context["form"]
    assert {name: form[name].value() for name in WORDS} == WORDS


def test_who_only_knows_the_code_carries_no_phone_over(client, made, session, city, officer):
    later = make_session(city.station, days=9)
    workflow.cancel_session(session, by=officer, note="台风预警")
    answer = client.post(url(made, "again"), {"session": later.pk})
    kept = booking.kept(answer.wsgi_request)
    assert (kept["topic"], "phone" in kept, "email" in kept) == ("路灯不亮", False, False)


@pytest.mark.parametrize("session_pk", ["", "x", "99999999999999999999", "0"])
def test_booking_again_at_a_session_that_is_none_is_not_there(session_pk, client, made):
    assert client.post(url(made, "again"), {"session": session_pk}).status_code == 404


def served(made, officer, deputy, **words):
    workflow.check_in(made, by=officer)
    words = {
        "own_words": "路口的灯\n坏了半年",
        "answer": "本周修好",
        "outcome": "answered",
        "notes": "语气平和",
    } | words
    workflow.receive(made, by=officer, deputies=[deputy.deputy], **words)
    return fresh(made)


def test_after_the_visit_the_page_shows_the_words_the_answer_and_the_result_but_no_notes(client, made, officer, deputy):
    served(made, officer, deputy)
    html = client.get(url(made)).content.decode()
    for words in ("路口的灯<br>坏了半年", "本周修好", made.reception.get_outcome_display(), "内容属实"):
        assert words in html
    assert "语气平和" not in html and html.count('class="button primary"') == 1


def test_a_transfer_names_who_is_responsible(client, made, officer, deputy):
    served(made, officer, deputy, outcome="transferred", transferred_to="福州市城管委 12319", answer="")
    assert "福州市城管委 12319" in client.get(url(made)).content.decode()


@pytest.mark.parametrize("signed_in", [True, False])
def test_the_visitor_confirms_the_record_once(signed_in, client, made, officer, deputy):
    record = served(made, officer, deputy).reception
    if signed_in:
        client.force_login(made.user)
    for _n in range(2):
        answer = client.post(url(made, "confirm"), follow=True)
        assert answer.redirect_chain == [(url(made), 302)]
    record.refresh_from_db()
    change = made.changes.get(event="record_confirmed")
    assert (record.confirmed_at, change.by, change.role) == (change.at, made.user if signed_in else None, "visitor")
    assert "内容属实" not in answer.content.decode() and "您已确认登记内容" in answer.content.decode()


def test_nobody_else_confirms_a_record_and_without_one_there_is_nothing(client, made, officer, deputy, neighbour):
    assert client.post(url(made, "confirm")).status_code == 404
    record = served(made, officer, deputy).reception
    for person in (neighbour, officer, deputy, None):
        with pytest.raises(MoveNotAllowed):
            workflow.confirm_record(record, by=person)
    record.refresh_from_db()
    assert record.confirmed_at is None


def test_what_became_a_suggestion_is_linked_for_its_author_and_by_code(client, made, officer, deputy, case, citizen):
    suggestion = case("accepted")
    record = served(made, officer, deputy, outcome="suggestion", answer="").reception
    type(suggestion).objects.filter(pk=suggestion.pk).update(reception=record)
    assert f'href="/track/?number={suggestion.number}"' in client.get(url(made)).content.decode()
    client.force_login(citizen)
    assert f'href="{suggestion.get_absolute_url()}"' in client.get(url(made)).content.decode()


def test_the_calendar_file_carries_the_appointment(client, made, slot):
    answer = client.get(url(made, "ics"))
    event = Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (slot.starts_at, slot.ends_at)


# --- what its holder may do ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signed_in", [True, False])
def test_cancelling_is_asked_once_and_offers_the_place_to_the_first_in_line(
    signed_in, client, made, slot, neighbour, officer
):
    first, second = in_line(slot, neighbour, officer)
    if signed_in:
        client.force_login(made.user)
    assert "要取消这个预约吗？" in client.get(url(made, "cancel")).content.decode()
    assert fresh(made).status == "booked"
    answer = client.post(url(made, "cancel"), follow=True)
    assert said(answer) == ["预约已取消，谢谢您告诉我们。"]
    assert [fresh(a).status for a in (made, first, second)] == ["cancelled", "offered", "waitlisted"]
    change = made.changes.last()
    assert (change.event, change.role, change.by) == ("cancelled", "visitor", made.user if signed_in else None)
    slot.refresh_from_db()
    assert slot.taken == 1


def test_an_offer_shows_its_deadline_and_is_accepted_by_one_press(client, made, slot, neighbour):
    (first,) = in_line(slot, neighbour)
    workflow.cancel(made, by=made.user)
    page = client.get(url(first)).content.decode()
    until = timezone.localtime(fresh(first).due_at)
    assert f"{until.year}年{until.month}月{until.day}日" in page and page.count('class="button primary"') == 1
    assert client.get(url(first, "accept")).status_code == 405
    answer = client.post(url(first, "accept"), follow=True)
    assert said(answer) == ["名额已归您。"]
    assert (fresh(first).status, fresh(first).due_at) == ("booked", None)
    assert titles(answer) == ["已加入候补", "有名额空出，已为您保留", "已预约"]


def test_a_lapsed_offer_is_answered_409_with_the_page_as_it_is_now(client, made, slot, neighbour):
    (first,) = in_line(slot, neighbour)
    workflow.cancel(made, by=made.user)
    Appointment.objects.filter(pk=first.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert client.post(url(first, "accept")).status_code == 409
    workflow.lapse(fresh(first))
    answer = client.post(url(first, "accept"))
    assert answer.status_code == 409
    assert "未在期限内接受名额" in answer.context["changed"] and answer.context["appointment"].status == "cancelled"


def test_cancelling_what_the_station_cancelled_meanwhile_is_answered_409(client, made, officer):
    workflow.cancel(made, by=officer, note="代表临时有会")
    answer = client.post(url(made, "cancel"))
    assert answer.status_code == 409
    assert "联络站已取消" in answer.context["changed"] and "联络站" in answer.context["changed"]
    assert answer.context["timeline"][-1].note == "代表临时有会"
    for act in ("cancel", "change"):
        back = client.get(url(made, act), follow=True)
        assert (back.redirect_chain, said(back)) == ([(url(made), 302)], ["目前没有需要您操作的事项。"])


def test_notes_for_the_staff_are_not_shown(client, made):
    made.changes.create(before="booked", after="booked", event="moved", role="clock", note="内部：换房间")
    assert "内部：换房间" not in client.get(url(made)).content.decode()


def offered_slots(answer):
    return [pk for pk, _label in answer.context["form"].fields["slot"].choices]


def test_another_time_is_chosen_among_the_free_ones_of_this_and_later_sessions(
    client, made, session, city, slot, neighbour
):
    later, earlier = make_session(city.station, days=9), make_session(city.station, days=5)
    planned = make_session(city.station, days=10, status="planned")
    taken = session.slots.all()[1]
    workflow.book(taken, by=neighbour, user=neighbour, name="乙")
    free = [*session.slots.all()[2:], *later.slots.all()]
    assert offered_slots(client.get(url(made, "change"))) == [s.pk for s in free]
    assert not {s.pk for one in (earlier, planned) for s in one.slots.all()} & {s.pk for s in free}
    target = later.slots.last()
    answer = client.post(url(made, "change"), {"slot": target.pk}, follow=True)
    assert said(answer) == ["已改好。预约码不变。"]
    now = fresh(made)
    assert (now.status, now.slot, now.session, now.code) == ("booked", target, later, made.code)
    assert list(Slot.objects.filter(pk__in=[slot.pk, target.pk]).order_by("pk").values_list("taken", flat=True)) == [
        0,
        1,
    ]
    assert titles(answer)[-1] == "已改到另一时段"


def test_somebody_in_line_changes_to_a_free_time(client, made, session, slot, neighbour):
    (waiting,) = in_line(slot, neighbour)
    target = session.slots.last()
    client.post(url(waiting, "change"), {"slot": target.pk})
    now = fresh(waiting)
    assert (now.status, now.slot, now.place_in_line) == ("booked", target, None)


@pytest.mark.parametrize("typed", ["", "x", "0"])
def test_without_a_time_nothing_changes(typed, client, made):
    answer = client.post(url(made, "change"), {"slot": typed})
    assert (answer.status_code, fresh(made).slot) == (422, made.slot)
    assert "<title>错误：" in answer.content.decode()


def test_a_time_taken_meanwhile_keeps_the_old_one_and_shows_what_is_left(
    client, made, session, slot, neighbour, monkeypatch
):
    target, real = session.slots.last(), workflow.change_slot

    def second(appointment, wanted, **how):
        workflow.book(target, by=neighbour, user=neighbour, name="乙")
        return real(appointment, wanted, **how)

    monkeypatch.setattr(workflow, "change_slot", second)
    answer = client.post(url(made, "change"), {"slot": target.pk})
    assert answer.status_code == 409
    assert "有人先约了那个时段" in answer.content.decode()
    assert target.pk not in offered_slots(answer) and fresh(made).slot == slot


def test_a_session_where_one_has_a_place_already_is_refused_with_a_line(client, made, city, citizen):
    later = make_session(city.station, days=9)
    workflow.book(later.slots.first(), by=citizen, user=citizen, name="林")
    answer = client.post(url(made, "change"), {"slot": later.slots.last().pk})
    assert (answer.status_code, "您在那一场已有另一个预约" in answer.content.decode()) == (409, True)
    assert fresh(made).slot == made.slot


def test_changing_a_cancelled_appointment_is_answered_409(client, made, session, officer):
    workflow.cancel(made, by=officer, note="停电")
    answer = client.post(url(made, "change"), {"slot": session.slots.last().pk})
    assert (answer.status_code, fresh(made).status) == (409, "cancelled")


def test_once_the_time_has_begun_the_page_offers_no_change(client, made, slot):
    Slot.objects.filter(pk=slot.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    page = client.get(url(made))
    assert page.context["may_change"] is False
    assert url(made, "cancel") not in page.content.decode()


def test_a_link_never_acts(client, made):
    for act in ("accept", "confirm", "again"):
        assert client.get(url(made, act)).status_code == 405
    for act in ("detail", "ics"):
        assert client.post(url(made, act)).status_code == 405


# --- all of mine -----------------------------------------------------------------------------------------------------


def test_my_appointments_ask_to_sign_in_and_show_only_mine(client, made, neighbour, slot):
    assert client.get(reverse("my_appointments")).url == f"{reverse('account_login')}?next=/my/appointments/"
    client.force_login(neighbour)
    page = client.get(reverse("my_appointments"))
    assert (page.context["ahead"], page.context["past"]) == ([], [])
    assert f'href="{reverse("station_list")}"' in page.content.decode()
    assert f'href="{reverse("my_appointments")}"' in client.get(reverse("my")).content.decode()


def test_what_lies_ahead_stands_first_by_its_day_and_the_past_newest_first(client, city, citizen):
    sessions = [make_session(city.station, days=days) for days in (20, 10, 30, 40)]
    a, b, c, d = [workflow.book(s.slots.first(), by=citizen, user=citizen, name="林") for s in sessions]
    workflow.cancel(c, by=citizen)
    workflow.cancel(d, by=citizen)
    client.force_login(citizen)
    page = client.get(reverse("my_appointments"))
    assert (page.context["ahead"], page.context["past"]) == ([b, a], [d, c])


def test_the_past_is_read_page_by_page(client, city, citizen):
    session = make_session(city.station)
    rows = [
        Appointment(session=session, slot=session.slots.first(), user=citizen, name="林", status="cancelled")
        for _n in range(45)
    ]
    Appointment.objects.bulk_create(rows)
    client.force_login(citizen)
    found, address = [], reverse("my_appointments")
    while address:
        page = client.get(address)
        found += [row.pk for row in page.context["past"]]
        address = page.context["older"] and reverse("my_appointments") + page.context["older"]
    assert found == sorted((row.pk for row in rows), reverse=True)


def test_my_appointments_cost_the_same_with_one_row_and_with_twenty(client, city, citizen):
    client.force_login(citizen)
    counts = []
    for many in (1, 19):
        for n in range(many):
            session = make_session(city.station, days=10 + n + many)
            for cancelled in (True, False):
                made = workflow.book(session.slots.first(), by=citizen, user=citizen, name="林")
                if cancelled:
                    workflow.cancel(made, by=citizen)
        client.get(reverse("my_appointments"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("my_appointments"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_the_page_costs_the_same_with_a_long_history(client, made, citizen):
    client.force_login(citizen)
    counts = []
    for _n in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(url(made))
        counts.append(len(queries))
        for _k in range(20):
            made.changes.create(before="booked", after="booked", event="rebooked", role="visitor", by=citizen)
    assert counts[0] == counts[1] <= 12
