"""From the street to the station and back to the timeline, in Chromium, with a Celery worker and beat really running.

Everybody signs in as people do; every message must arrive before the next person acts, and nobody gets another.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db.models import F
from django.utils import timezone

from fzportal.templatetags.ui import short_day, span
from liaison import workflow
from liaison.models import Appointment, Duty, Session, Slot
from suggestions.models import Suggestion

from .cast import make_session
from .journey.eyes import Eyes
from .journey.post import Post
from .journey.station import STATION, Officer, Receiver, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.fault, pytest.mark.django_db(transaction=True)]

ROLES = {"officer": Officer, "deputy": Receiver}
TOPIC = "学校食堂的食材从哪里来？"
SAID = {
    "own_words": "孩子在学校吃午餐，我们家长不知道食材从哪里来，问过两次没有下文。",
    "title": "请公开学校食堂的食材来源",
}
ANSWER = "已与学校谈定：每周一在校门口公布食材来源。"


@pytest.fixture
def town(live, city, deputy, officer, office, neighbour, settings, new_page, celery_worker_process):
    """``town.person(name)`` at a browser; ``town.session`` a week from now, announced and told; ``town.post``."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    for left in settings.OUTBOX_DIR.glob("*"):
        left.unlink()
    session = make_session(city.station, [deputy.deputy], theme="学校食堂")
    celery_worker_process.worker(wait=False)
    celery_worker_process.beat()
    post = Post()

    def person(name, eyes=None, width=1280, **options):
        return ROLES.get(name, Visitor)(name, new_page(width, **options), post, eyes)

    when = words_of(session)
    post.expect("", officer=f"{when}的接待已公布", deputy=f"请确认能否到场：{when}接待群众")
    return SimpleNamespace(person=person, post=post, session=session)


def words_of(row):
    """ "11月30日9:00—9:15": when a session or slot is, as subjects say it."""
    return f"{short_day(row.starts_at)}{span(row.starts_at, row.ends_at)}"


def come_today(session):
    """Let the days pass: the session began ten minutes ago."""
    gap = session.starts_at - timezone.now() + timedelta(minutes=10)
    back = {"starts_at": F("starts_at") - gap, "ends_at": F("ends_at") - gap}
    Slot.objects.filter(session=session).update(**back)
    Session.objects.filter(pk=session.pk).update(**back)
    Duty.objects.filter(session=session).update(span=(session.starts_at - gap, session.ends_at - gap))


def told(town, *people):
    """Everybody's inbox holds what their mailbox holds, in the order in which it happened."""
    for person in people:
        assert person.inbox() == town.post.inbox(person.name), person.name


def whole_way(town, **look):
    """Journeys 1 and 2: they differ in browsers alone."""
    visitor, officer, deputy = (town.person(name, **look) for name in ("citizen", "officer", "deputy"))
    code = booked_and_reminded(town, visitor)
    come_today(town.session)
    officer.sign_in_from_home()
    officer.open_counter()
    officer.let_in(code, "林静")
    number = received(town, visitor, deputy)
    answered_and_rated(town, visitor, deputy, number)
    suggestion = Suggestion.objects.get(number=number)
    assert (suggestion.status, suggestion.channel, suggestion.author.email) == (
        "closed", "station", "citizen@example.com"
    )  # fmt: skip
    assert [c.event for c in suggestion.changes.all()] == ["recorded", "claimed_at_station", "replied", "rated"]
    visit = Appointment.objects.get()
    events = ["booked", "reminder_day", "checked_in", "called_in", "received"]
    assert [c.event for c in visit.changes.order_by("pk")] == events


def booked_and_reminded(town, visitor):
    """Find my street's station, book, be reminded: the code."""
    slot = town.session.slots.first()
    visitor.find_station()
    visitor.open_session()
    code = visitor.book(span(slot.starts_at, slot.ends_at), TOPIC, "林晓榕", is_new=True)
    town.post.expect("", citizen=f"预约成功：{words_of(slot)}")
    assert f"预约码：{code}\n" in town.post.latest("citizen").text
    Appointment.objects.update(remind_at=timezone.now())
    town.post.expect("", citizen=f"预约提醒：{words_of(slot)}，{STATION}")
    visitor.goto(town.post.link("citizen"), "reminded")
    visitor.sees("已约好", code)
    return code


def received(town, visitor, deputy):
    """What was said becomes a suggestion, which the deputy takes: its number."""
    deputy.sign_in_from_home()
    number = deputy.take_down(town.session, SAID)
    town.post.expect(
        number, office="建议 {} 已由在场代表认领",
        citizen=["您到联络站反映的事情有了结果", "您反映的意见已登记为建议 {}", "建议 {} 已由代表认领"],
    )  # fmt: skip
    visitor.goto(Appointment.objects.get().get_absolute_url(), "received")
    visitor.sees("接待登记与结果", SAID["own_words"], number)
    visitor.follow(number, visitor.main)
    visitor.sees(SAID["title"], SAID["own_words"], STATION, "林静")
    visitor.look("timeline")
    return number


def answered_and_rated(town, visitor, deputy, number):
    deputy.answer_directly(SAID["title"], ANSWER)
    town.post.expect(number, citizen="建议 {} 已答复，请您评价")
    visitor.goto(town.post.link("citizen"), "replied")
    visitor.sees(ANSWER)
    visitor.rate(attitude="满意", result="满意")
    visitor.sees("谢谢，您的评价已记录。", "已办结")
    visitor.look("rated")
    town.post.expect(number, deputy="建议 {} 已评价，现已办结")


def test_who_books_is_reminded_received_and_answered(town):
    eyes = Eyes()
    whole_way(town, eyes=eyes)
    eyes.assert_nothing_found()


def test_who_books_is_reminded_received_and_answered_without_javascript(town):
    whole_way(town, javascript=False, width=375)


def waiting_way(town, **look):
    """A full slot: the second waits, the first cancels, the second is told and takes the place."""
    first, second = (town.person(name, **look) for name in ("citizen", "neighbour"))
    slot = town.session.slots.first()
    hours, when = span(slot.starts_at, slot.ends_at), words_of(slot)
    first.find_station()
    first.open_session()
    first.book(hours, TOPIC, "林晓榕", is_new=True)
    town.post.expect("", citizen=f"预约成功：{when}")
    second.sign_in_from_home()
    second.find_station()
    second.open_session()
    second.book(hours, "小区的路灯不亮", "陈茉", wait=True)
    town.post.expect("", neighbour=f"已列入候补：{when}")
    first.goto(town.post.link("citizen"))
    first.cancel_appointment()
    town.post.expect("", citizen=f"预约已取消：{when}", neighbour=f"有名额了，请确认：{when}")
    second.goto(town.post.link("neighbour"), "offered")
    second.sees("有名额空出，等您确认")
    second.press("接受名额")
    second.sees("已约好")
    town.post.expect("", neighbour=f"预约成功：{when}")
    told(town, first, second)
    slot.refresh_from_db()
    assert dict(Appointment.objects.values_list("user__email", "status")) == {
        "citizen@example.com": "cancelled", "neighbour@example.com": "booked"
    }  # fmt: skip
    assert slot.taken == 1


def test_a_cancelled_place_goes_to_the_first_who_waits(town):
    eyes = Eyes()
    waiting_way(town, eyes=eyes)
    eyes.assert_nothing_found()


def test_a_cancelled_place_goes_to_the_first_who_waits_without_javascript(town):
    waiting_way(town, javascript=False, width=375)


def called_off(town, neighbour, **look):
    """The officer cancels a session: everybody with a place and the deputy are told why, and offered the next."""
    visitor, officer = (town.person(name, **look) for name in ("citizen", "officer"))
    following = make_session(town.session.station, days=14, status="planned")
    workflow.announce(following, by=None)
    town.post.expect("", officer=f"{words_of(following)}的接待已公布")
    slot, other = town.session.slots.first(), town.session.slots.last()
    visitor.find_station()
    visitor.open_session()
    visitor.book(span(slot.starts_at, slot.ends_at), TOPIC, "林晓榕", is_new=True)
    town.post.expect("", citizen=f"预约成功：{words_of(slot)}")
    workflow.book(other, by=neighbour, user=neighbour, topic="路灯")
    town.post.expect("", neighbour=f"预约成功：{words_of(other)}")
    officer.sign_in_from_home()
    officer.call_off(town.session, "当天停电检修")
    off = "接待取消，请不要前来：{}"
    town.post.expect(
        "", citizen=off.replace("{}", words_of(slot)), neighbour=off.replace("{}", words_of(other)),
        deputy=f"接待取消：{words_of(town.session)}",
    )  # fmt: skip
    letter = town.post.latest("citizen").text
    assert "当天停电检修" in letter
    assert f"/sessions/{following.pk}/" in letter
    visitor.goto(town.post.link("citizen"), "next-session")
    visitor.sees("选择时段")
    told(town, visitor)
    assert set(Appointment.objects.values_list("status", flat=True)) == {"cancelled"}
    assert set(Duty.objects.values_list("status", flat=True)) == {"released"}


def test_a_session_called_off_is_told_to_all(town, neighbour):
    eyes = Eyes()
    called_off(town, neighbour, eyes=eyes)
    eyes.assert_nothing_found()


def test_a_session_called_off_is_told_to_all_without_javascript(town, neighbour):
    called_off(town, neighbour, javascript=False, width=375)
