"""Feeds, read back by ``icalendar``: every field, stable identities, growing versions, and whose eyes they are for."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from fzportal.middleware import RequestIdFilter
from liaison import feeds, ical, workflow
from liaison.models import Feed, Session, Station
from tests.cast import make_session

CITY = ZoneInfo("Asia/Shanghai")


def read(response):
    """The calendar a feed answered with."""
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content)


def events(response):
    """{uid: event}, each once."""
    found = read(response).walk("VEVENT")
    by_uid = {str(one["uid"]): one for one in found}
    assert len(by_uid) == len(found)
    return by_uid


def uid(session):
    return f"session-{session.pk}@testserver"


def feed_of(station, client):
    return client.get(reverse("station_feed", args=[station.slug]))


@pytest.fixture
def secret(client):
    """``secret(user)``: the path of their private feed."""
    return lambda user: reverse("private_feed", args=[workflow.open_feed(by=user).token])


def test_every_field_reads_back_as_the_session_has_it(client, city, deputy, other_deputy):
    Station.objects.filter(pk=city.station.pk).update(
        address="鼓楼区五四路89号，2楼; 东侧", latitude=26.09, longitude=119.3, phone="0591-0000"
    )
    session = make_session(
        city.station,
        [deputy.deputy, other_deputy.deputy],
        theme="老旧小区, 改造; 加装电梯",
        scope="物业与\\维修资金" * 8,
    )
    response = feed_of(city.station, client)
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    found = read(response)
    assert str(found["x-wr-calname"]) == "温泉街道代表联系群众活动室 · 代表接待日"
    assert (found["method"], found["version"], found["x-wr-timezone"]) == ("PUBLISH", "2.0", "Asia/Shanghai")
    assert found["refresh-interval"].dt == timedelta(hours=1) and found["x-published-ttl"] == "PT1H"
    (zone,) = found.walk("VTIMEZONE")
    assert (zone["tzid"], zone.to_tz().utcoffset(datetime(2026, 7, 1))) == ("Asia/Shanghai", timedelta(hours=8))
    (one,) = found.walk("VEVENT")
    assert one["dtstart"].params["TZID"] == one["dtend"].params["TZID"] == "Asia/Shanghai"
    assert one["dtstart"].dt == session.starts_at and one["dtend"].dt == session.ends_at
    assert one["dtstart"].dt.hour == 9 and one["dtend"].dt.hour == 10
    assert one["dtstamp"].dt == one["last-modified"].dt == session.changed_at.replace(microsecond=0)
    assert (str(one["uid"]), int(one["sequence"]), str(one["status"])) == (uid(session), 1, "CONFIRMED")
    assert str(one["summary"]) == "老旧小区, 改造; 加装电梯 · 温泉街道代表联系群众活动室"
    assert str(one["location"]) == "温泉街道代表联系群众活动室 鼓楼区五四路89号，2楼; 东侧"
    assert one["geo"].to_ical() == "26.09;119.3"
    assert str(one["url"]) == f"http://testserver/sessions/{session.pk}/"
    assert [str(c) for c in one["categories"].cats] == ["代表接待", "代表联系群众活动室"]
    lines = str(one["description"]).split("\n")
    assert lines[2:] == [f"事项：{session.scope}", "代表：林静、黄敏", "电话：0591-0000", str(one["url"])]


def test_outside_and_online_there_are_no_coordinates_and_no_link_in_public(client, city):
    Station.objects.filter(pk=city.station.pk).update(address="五四路89号", latitude=26.09, longitude=119.3)
    out = make_session(city.station, mode="outing", place="温泉公园北门")
    online = make_session(city.station, days=8, mode="online", link="https://meet.example/secret")
    response = feed_of(city.station, client)
    found = events(response)
    assert str(found[uid(out)]["location"]) == "温泉公园北门" and "geo" not in found[uid(out)]
    assert str(found[uid(online)]["location"]) == "线上接待" and "geo" not in found[uid(online)]
    assert b"meet.example" not in response.content.replace(b"\r\n ", b"")


def test_times_at_the_edges_of_a_day_stay_on_that_day(client, city):
    edge = datetime(timezone.localdate().year, 3, 8, 0, 0, tzinfo=CITY)
    for moment in (edge, edge.replace(hour=23, minute=59)):
        session = Session.objects.create(station=city.station, starts_at=moment, ends_at=moment + timedelta(minutes=30))
        (one,) = read(client.get(reverse("session_ics", args=[session.pk]))).walk("VEVENT")
        assert one["dtstart"].to_ical() == moment.strftime("%Y%m%dT%H%M%S").encode()
        assert one["dtstart"].dt == moment


def test_the_identity_stays_and_the_version_grows_with_every_real_change(client, city, office, deputy):
    session = make_session(city.station, [deputy.deputy], status="planned")

    def now():
        ((key, one),) = events(feed_of(city.station, client)).items()
        assert key == uid(session)
        return int(one["sequence"]), str(one["status"]), one["dtstart"].dt

    assert now() == (0, "TENTATIVE", session.starts_at)
    workflow.announce(session, by=office)
    assert now() == (1, "CONFIRMED", session.starts_at)
    later = session.starts_at + timedelta(days=1, hours=2)
    workflow.move_session(session, by=office, starts_at=later)
    assert now() == (2, "CONFIRMED", later)
    workflow.cancel_session(session, by=office, note="停电")
    assert now() == (3, "CANCELLED", later)


def test_a_cancelled_session_stays_ninety_days(client, city, office):
    session = make_session(city.station, days=200)
    workflow.cancel_session(session, by=office, note="停电")
    assert list(events(feed_of(city.station, client))) == [uid(session)]
    Session.objects.filter(pk=session.pk).update(changed_at=timezone.now() - timedelta(days=91))
    assert events(feed_of(city.station, client)) == {}


def test_a_feed_reaches_from_sixty_days_back_to_a_year_ahead(client, city):
    inside = [make_session(city.station, days=n, status="planned") for n in (-59, 364)]
    for n in (-61, 367):
        make_session(city.station, days=n, status="planned")
    assert list(events(feed_of(city.station, client))) == [uid(s) for s in inside]


def test_a_feed_too_long_keeps_what_is_nearest(monkeypatch, city):
    monkeypatch.setattr(feeds, "MOST", 4)
    rows = {n: make_session(city.station, days=n, status="planned").pk for n in (-30, -20, -10, 1, 2, 3)}
    assert set(feeds.contents(Session.objects.all())[0]) == {rows[n] for n in (-10, 1, 2, 3)}


def test_feeds_of_deputy_and_division_hold_theirs_alone(client, city, deputy, other_deputy, office):
    elsewhere = Station.objects.create(name="仓山站", slug="cangshan", kind="liaison_station", division=city.cangshan)
    mine, theirs = make_session(city.station, [deputy.deputy]), make_session(elsewhere, [other_deputy.deputy])
    of_deputy = reverse("deputy_feed", args=[deputy.deputy.pk])
    assert list(events(client.get(of_deputy))) == [uid(mine)]
    for code, expected in (("350102", [mine]), (city.street.code, [mine]), ("350104", [theirs])):
        assert list(events(client.get(f"/calendar/division/{code}.ics"))) == [uid(s) for s in expected]
    assert set(events(client.get("/calendar/division/350100.ics"))) == {uid(mine), uid(theirs)}
    workflow.cancel_session(mine, by=office, note="停电")
    assert [str(e["status"]) for e in events(client.get(of_deputy)).values()] == ["CANCELLED"]
    deputy.deputy.until = timezone.localdate() - timedelta(days=1)
    deputy.deputy.save()
    assert client.get(of_deputy).status_code == 404
    assert client.get("/calendar/division/999999.ics").status_code == 404


def test_an_unchanged_feed_costs_a_304_and_every_change_a_new_one(client, city, deputy, other_deputy, office):
    session = make_session(city.station, [deputy.deputy])
    address = reverse("station_feed", args=["wenquan"])

    def changed():
        """Whether a program that asked last time is given something new, by either of its headers."""
        nonlocal last
        by_tag = client.get(address, headers={"If-None-Match": last["ETag"]})
        by_time = client.get(address, headers={"If-Modified-Since": last["Last-Modified"]})
        assert by_tag.status_code == by_time.status_code
        assert by_tag["Cache-Control"] == "public, no-cache" and by_tag["ETag"]
        if by_tag.status_code == 304:
            assert by_tag.content == b"" and by_tag["ETag"] == last["ETag"]
        last = client.get(address)
        return by_tag.status_code == 200

    last = client.get(address)
    assert not changed()
    duty = session.duties.get()
    for act in (
        lambda: workflow.move_session(session, by=office, starts_at=session.starts_at + timedelta(hours=1)),
        lambda: workflow.substitute(duty, other_deputy.deputy, by=office),
        lambda: Session.objects.filter(pk=session.pk).update(theme="加装电梯"),
        lambda: Station.objects.filter(pk=city.station.pk).update(address="五四路89号"),
        lambda: make_session(city.station, days=9),
        lambda: workflow.cancel_session(session, by=office, note="停电"),
    ):
        act()
        assert changed()
        assert not changed()


def test_a_program_that_knows_only_the_time_is_told_of_what_came_back(client, city, deputy):
    """A, then B, then A again: the time goes on although the words are those of before."""
    make_session(city.station, [deputy.deputy])
    address = reverse("station_feed", args=["wenquan"])
    times = []
    for name in ("甲站", "乙站", "甲站"):
        Station.objects.filter(pk=city.station.pk).update(name=name)
        times.append(client.get(address)["Last-Modified"])
    assert len(set(times)) == 3
    cache.clear()
    assert client.get(address, headers={"If-None-Match": client.get(address)["ETag"]}).status_code == 304


def test_one_session_is_a_file_of_its_own(client, session):
    response = client.get(reverse("session_ics", args=[session.pk]))
    assert response["Content-Disposition"] == f'attachment; filename="session-{session.pk}.ics"'
    assert list(events(response)) == [uid(session)]


def test_an_appointments_event_follows_its_history_and_names_nobody(city, citizen, session, office):
    slots = list(session.slots.order_by("starts_at"))
    words = {"name": "林晓榕", "phone": "+8613800000000", "topic": "隐私的事"}
    mine = workflow.book(slots[0], by=citizen, user=citizen, **words)

    def now():
        text = ical.calendar_of("x", [ical.appointment_event(type(mine).objects.get(pk=mine.pk))])
        for secret in ("林晓榕", "13800000000", "隐私的事"):
            assert secret.encode() not in text.replace(b"\r\n ", b"")
        (one,) = Calendar.from_ical(text).walk("VEVENT")
        assert str(one["uid"]) == f"appointment-{mine.pk}@testserver"
        return int(one["sequence"]), str(one["status"]), one["dtstart"].dt

    assert now() == (1, "CONFIRMED", slots[0].starts_at)
    workflow.change_slot(mine, slots[2], by=citizen)
    assert now() == (2, "CONFIRMED", slots[2].starts_at)
    workflow.cancel(mine, by=citizen)
    assert now() == (3, "CANCELLED", slots[2].starts_at)


def test_a_deputys_own_feed_tells_their_answer_and_the_version_grows(client, city, deputy, office, secret):
    session = make_session(city.station, [deputy.deputy], mode="online", link="https://meet.example/room")
    make_session(city.station, days=8)
    path = secret(deputy)

    def now():
        ((key, one),) = events(client.get(path)).items()
        assert key == uid(session)
        return int(one["sequence"]), str(one["status"]), str(one["summary"]).split(" · ")[1]

    duty = session.duties.get()
    assert now() == (2, "TENTATIVE", "待确认")
    workflow.confirm(duty, by=deputy)
    assert now() == (3, "CONFIRMED", "已确认")
    ((_key, one),) = events(client.get(path)).items()
    assert "线上会议地址：https://meet.example/room" in str(one["description"])
    workflow.move_session(session, by=office, starts_at=session.starts_at + timedelta(hours=1))
    assert now() == (5, "CONFIRMED", "已确认")
    workflow.cancel_session(session, by=office, note="停电")
    assert now() == (7, "CANCELLED", "已取消")


def test_a_duty_declined_leaves_the_feed_and_one_asked_again_is_newer(client, city, deputy, office, secret):
    session = make_session(city.station, [deputy.deputy])
    path = secret(deputy)
    before = int(events(client.get(path))[uid(session)]["sequence"])
    workflow.decline_duty(session.duties.get(), by=deputy, note="出差")
    assert events(client.get(path)) == {}
    workflow.ask_deputy(session, deputy.deputy, by=office)
    assert int(events(client.get(path))[uid(session)]["sequence"]) > before


def test_an_officers_own_feed_holds_their_stations_sessions_and_no_visitor(client, city, officer, citizen, secret):
    session = make_session(city.station)
    elsewhere = Station.objects.create(name="仓山站", slug="cangshan", kind="liaison_station", division=city.cangshan)
    make_session(elsewhere)
    workflow.book(session.slots.first(), by=citizen, user=citizen, name="林晓榕", phone="+8613800000000")
    response = client.get(secret(officer))
    assert list(events(response)) == [uid(session)]
    assert "林晓榕".encode() not in response.content and b"13800000000" not in response.content


def test_a_citizens_own_feed_holds_their_booked_appointments_alone(client, city, citizen, neighbour, session, secret):
    slots = list(session.slots.order_by("starts_at"))
    mine = workflow.book(slots[0], by=citizen, user=citizen, name="林晓榕")
    workflow.book(slots[1], by=neighbour, user=neighbour, name="陈茉")
    other = make_session(city.station, days=9)
    taken = workflow.book(other.slots.first(), by=neighbour, user=neighbour, name="陈茉")
    waiting = workflow.book(other.slots.first(), by=citizen, user=citizen, name="林晓榕")
    path = secret(citizen)
    assert list(events(client.get(path))) == [f"appointment-{mine.pk}@testserver"]
    # A place of one's own at last: then it is there, and stays there when cancelled.
    workflow.cancel(taken, by=neighbour)
    waiting.refresh_from_db()
    assert (waiting.status, len(events(client.get(path)))) == ("offered", 1)
    workflow.accept_offer(waiting, by=citizen)
    workflow.cancel(mine, by=citizen)
    found = {key: str(one["status"]) for key, one in events(client.get(path)).items()}
    assert found == {
        f"appointment-{mine.pk}@testserver": "CANCELLED", f"appointment-{waiting.pk}@testserver": "CONFIRMED"
    }  # fmt: skip


def test_a_role_that_ended_empties_the_feed_at_once(client, city, deputy, officer, secret):
    make_session(city.station, [deputy.deputy])
    of_deputy, of_officer = secret(deputy), secret(officer)
    assert len(events(client.get(of_deputy))) == len(events(client.get(of_officer))) == 1
    yesterday = timezone.localdate() - timedelta(days=1)
    type(deputy.deputy).objects.update(until=yesterday)
    city.station.members.update(until=yesterday)
    assert events(client.get(of_deputy)) == events(client.get(of_officer)) == {}


def test_revoked_replaced_unknown_and_deactivated_addresses_are_gone(client, citizen, secret):
    first = secret(citizen)
    assert client.get(first).status_code == 200
    second = secret(citizen)
    assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
    citizen.is_active = False
    citizen.save()
    assert client.get(second).status_code == 404
    citizen.is_active = True
    citizen.save()
    assert client.get(second).status_code == 200
    workflow.revoke_feed(by=citizen)
    assert client.get(second).status_code == 404
    assert client.get("/calendar/private/nonsense.ics").status_code == 404


def test_a_private_feed_is_kept_by_nobody_else_and_304_while_it_is_the_same(client, citizen, session, secret):
    path = secret(citizen)
    response = client.get(path)
    assert (response["Cache-Control"], response["Referrer-Policy"]) == ("private, no-cache", "no-referrer")
    assert response["X-Robots-Tag"] == "noindex"
    tag = {"If-None-Match": response["ETag"]}
    again = client.get(path, headers=tag)
    assert (again.status_code, again["Cache-Control"], again.content) == (304, "private, no-cache", b"")
    workflow.book(session.slots.first(), by=citizen, user=citizen)
    assert len(events(client.get(path, headers=tag))) == 1


def test_the_secret_is_never_written_to_the_log(client, citizen, secret, caplog):
    caplog.handler.addFilter(RequestIdFilter())
    path = secret(citizen)
    workflow.revoke_feed(by=citizen)
    with caplog.at_level(logging.DEBUG, "django.request"):
        client.get(path)
    assert [r.getMessage() for r in caplog.records if r.name == "django.request"] == [
        "Not Found: /calendar/private/….ics"
    ]


def test_the_address_is_made_replaced_and_revoked_by_posting_only(client, citizen):
    page = reverse("my_calendar")
    assert client.get(page).status_code == 302
    assert client.post(page, {"act": "open"}).status_code == 302
    assert Feed.objects.count() == 0
    client.force_login(citizen)
    assert client.get(page, {"act": "open"}).context["feed"] is None
    assert client.post(page, {"act": "open"}).url == page
    first = Feed.objects.get()
    shown = client.get(page)
    address = f"http://testserver/calendar/private/{first.token}.ics"
    assert (first.user, shown.context["address"]) == (citizen, address)
    assert shown.context["webcal"] == f"webcal://testserver/calendar/private/{first.token}.ics"
    client.post(page, {"act": "open"})
    second = Feed.objects.get(revoked_at=None)
    assert second.token != first.token and Feed.objects.count() == 2
    client.post(page, {"act": "nonsense"})
    assert Feed.objects.get(revoked_at=None) == second
    client.post(page, {"act": "revoke"})
    assert not Feed.objects.filter(revoked_at=None).exists()
    assert client.get(page).context["feed"] is None


def test_twenty_rows_cost_as_many_queries_as_one(client, city, deputy, officer, secret):
    paths = {
        "station": reverse("station_feed", args=["wenquan"]),
        "deputy": reverse("deputy_feed", args=[deputy.deputy.pk]),
        "division": "/calendar/division/350102.ics",
        "own of a deputy": secret(deputy),
        "own of an officer": secret(officer),
    }

    def add(days):
        session = make_session(city.station, [deputy.deputy], days=days)
        workflow.book(session.slots.first(), by=deputy, user=deputy, name="林静")

    def counted():
        found = {}
        for name, path in paths.items():
            with CaptureQueriesContext(connection) as caught:
                assert client.get(path).status_code == 200
            found[name] = len(caught)
        return found

    add(1)
    one = counted()
    for n in range(2, 22):
        add(n)
    assert counted() == one
