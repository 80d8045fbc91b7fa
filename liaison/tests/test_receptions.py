"""What was said at the counter is written down once, by those who received, and read by the staff."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import CodeHolder
from fzportal.workflow import MoveNotAllowed, Stale
from liaison import tasks, workflow
from liaison.models import Appointment, Reception
from liaison.workflow.sessions import shift_times
from tests.cast import make_deputy, make_session, person

pytestmark = pytest.mark.django_db
WORDS = "食堂不公开菜单。\n\n我问过两次，都说“以后再说”。"


@pytest.fixture
def visit(session, officer):
    """``visit(place=0, **words)``: booked on the phone by ``officer`` for somebody without an account."""

    def make(place=0, **words):
        slot = session.slots.all()[place]
        return workflow.book(slot, by=officer, **{"name": "陈阿婆", "phone": "+8613800000001", "topic": "食堂"} | words)

    return make


@pytest.fixture
def typed(deputy):
    """What the page sends."""
    return {"own_words": WORDS, "outcome": "advice", "deputies": [deputy.deputy.pk]}


def page(appointment):
    return reverse("reception_record", args=[appointment.pk])


def test_the_officer_writes_it_down_and_the_visitor_is_told(client, session, officer, deputy, visit, typed):
    appointment = visit()
    workflow.check_in(appointment, by=officer)
    client.force_login(officer)
    answer = client.post(page(appointment), typed | {
        "outcome": "answered", "answer": "下周起每周公布。", "notes": "老人听力不便。", "is_confirmed": "on",
        "may_publish": "on",
    })  # fmt: skip
    assert (answer.status_code, answer.url) == (302, page(appointment))
    record = Reception.objects.get(appointment=appointment)
    assert (record.own_words, record.notes, record.answer) == (WORDS, "老人听力不便。", "下周起每周公布。")
    assert (record.outcome, record.recorded_by, list(record.deputies.all())) == ("answered", officer, [deputy.deputy])
    assert (record.may_publish, record.may_pass_contact, record.consent_version) == (
        True, False, settings.CONSENT_VERSION,
    )  # fmt: skip
    assert record.confirmed_at == record.recorded_at
    appointment.refresh_from_db()
    assert appointment.status == "served"
    last = appointment.changes.last()
    assert (last.event, last.role, last.by, last.audiences) == ("received", "officer", officer, ("visitor",))


def test_consent_and_confirmation_are_never_assumed(client, officer, visit, typed):
    appointment = visit()
    client.force_login(officer)
    form = client.get(page(appointment)).context["form"]
    assert [form[name].value() for name in ("is_confirmed", "may_publish", "may_pass_contact")] == [None, None, None]
    client.post(page(appointment), typed)
    record = Reception.objects.get()
    assert (record.confirmed_at, record.may_publish, record.may_pass_contact, record.consent_version) == (
        None, False, False, "",
    )  # fmt: skip


def test_the_deputies_on_duty_are_preselected_and_no_others_offered(client, city, officer, deputy, other_deputy, visit):
    client.force_login(officer)
    form = client.get(page(visit())).context["form"]
    assert form["deputies"].value() == [deputy.deputy.pk]
    assert list(form.fields["deputies"].queryset) == [deputy.deputy]


def test_where_nobody_was_entered_for_duty_the_stations_deputies_are_offered(client, city, officer, other_deputy):
    other_deputy.deputy.stations.set([city.station])
    appointment = workflow.book(make_session(city.station).slots.first(), by=officer, name="陈")
    client.force_login(officer)
    form = client.get(page(appointment)).context["form"]
    assert (form["deputies"].value(), list(form.fields["deputies"].queryset)) == ([], [other_deputy.deputy])


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"own_words": " "}, {"own_words"}),
        ({"outcome": ""}, {"outcome"}),
        ({"deputies": []}, {"deputies"}),
        ({"outcome": "answered"}, {"answer"}),
        ({"outcome": "transferred"}, {"transferred_to"}),
        ({"own_words": "我的证件 11010519491231002X"}, {"own_words"}),
    ],
)
def test_an_unfinished_record_is_422_and_keeps_what_was_typed(client, officer, visit, typed, changed, wrong):
    appointment = visit()
    client.force_login(officer)
    answer = client.post(page(appointment), typed | {"notes": "请再问一次"} | changed)
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, wrong)
    assert "请再问一次" in answer.content.decode()
    appointment.refresh_from_db()
    assert (appointment.status, Reception.objects.count()) == ("booked", 0)


def test_a_transfer_names_who_is_responsible(client, officer, visit, typed):
    appointment = visit()
    client.force_login(officer)
    client.post(page(appointment), typed | {"outcome": "transferred", "transferred_to": "鼓楼区教育局 0591-12345"})
    assert Reception.objects.get().transferred_to == "鼓楼区教育局 0591-12345"


@pytest.mark.parametrize("status", ["booked", "no_show", "waitlisted"])
def test_who_was_not_checked_in_is_in_the_same_act(client, session, officer, visit, typed, status):
    if status == "waitlisted":
        other = visit()
        appointment = visit(phone="+8613800000002")
        # The place is free again: nobody is offered it any more on the day itself.
        Appointment.objects.filter(pk=other.pk).update(slot=session.slots.last())
        session.slots.filter(pk=appointment.slot_id).update(taken=0)
    else:
        appointment = visit()
    if status == "no_show":
        shift_times(session, timezone.now() - timedelta(minutes=30))
        appointment.refresh_from_db()
        workflow.miss(appointment, by=officer)
    appointment.refresh_from_db()
    assert appointment.status == status
    client.force_login(officer)
    client.post(page(appointment), typed)
    appointment.refresh_from_db()
    came = "came_late" if status == "no_show" else "checked_in"
    assert (appointment.status, [c.event for c in appointment.changes.all()][-2:]) == ("served", [came, "received"])


def test_a_visitor_without_a_place_needs_one_first(client, session, officer, visit, typed):
    visit()
    waiting = visit(phone="+8613800000002")
    client.force_login(officer)
    answer = client.post(page(waiting), typed)
    assert answer.status_code == 422
    assert "以后再说" in answer.content.decode()
    waiting.refresh_from_db()
    assert (waiting.status, Reception.objects.count()) == ("waitlisted", 0)


def test_who_was_absent_and_has_booked_anew_is_recorded_there(client, session, officer, visit, typed):
    missed = visit()
    workflow.miss(missed, by=None)
    other = visit(1)
    client.force_login(officer)
    answer = client.post(page(missed), typed)
    assert (answer.status_code, Reception.objects.exists()) == (422, False)
    assert other.spoken_code in str(answer.context["form"].non_field_errors())
    assert WORDS.split()[0] in answer.content.decode()


def test_whoever_is_slower_sees_the_others_record_and_keeps_their_words(client, officer, deputy, visit, typed):
    appointment = visit()
    workflow.take_down(appointment, by=deputy, deputies=[deputy.deputy], own_words="先记下的话", outcome="advice")
    client.force_login(officer)
    answer = client.post(page(appointment), typed)
    seen = answer.content.decode()
    assert answer.status_code == 409
    assert ("先记下的话" in seen, "以后再说" in seen, "林代表" in seen) == (True, True, True)
    assert Reception.objects.get().own_words == "先记下的话"
    with pytest.raises(Stale):
        workflow.take_down(appointment, by=officer, deputies=[deputy.deputy], own_words="后记的话", outcome="advice")


def test_a_cancelled_visit_is_not_recorded_and_the_words_stay(client, officer, visit, typed):
    appointment = visit()
    workflow.cancel(appointment, by=CodeHolder(appointment))
    client.force_login(officer)
    answer = client.post(page(appointment), typed)
    assert (answer.status_code, Reception.objects.count()) == (409, 0)
    assert "以后再说" in answer.content.decode()


def test_only_those_who_receive_at_the_session_reach_it(client, city, citizen, handler, other_deputy, officer, deputy,
                                                        office, visit):  # fmt: skip
    appointment = visit()
    for who in (citizen, handler, other_deputy):
        client.force_login(who)
        assert client.get(page(appointment)).status_code == 404
    for who in (officer, deputy, office):
        client.force_login(who)
        assert client.get(page(appointment)).status_code == 200
    client.logout()
    assert client.get(page(appointment)).url.startswith("/accounts/login/")


def test_a_deputy_who_is_not_on_duty_may_not_write_it_down(city, visit):
    absent = make_deputy(person("", "陈代表", "absent@example.com"), city, "陈立", "chen li", [city.gulou])
    with pytest.raises(MoveNotAllowed):
        workflow.take_down(visit(), by=absent, deputies=[absent.deputy], own_words="话", outcome="advice")
    assert not Reception.objects.exists()


def test_the_record_is_read_afterwards_and_only_notes_are_added(client, officer, deputy, visit):
    appointment = visit()
    record = workflow.take_down(appointment, by=deputy, deputies=[deputy.deputy], own_words=WORDS, outcome="advice",
                                notes="第一条")  # fmt: skip
    client.force_login(officer)
    seen = client.get(page(appointment)).content.decode()
    assert ("以后再说" in seen, "第一条" in seen, 'name="own_words"' in seen) == (True, True, False)
    note = reverse("reception_note", args=[appointment.pk])
    assert client.post(note, {"text": ""}).status_code == 422
    assert client.post(note, {"text": "日期写错了，应为周二"}).url == page(appointment)
    record.refresh_from_db()
    first, added = record.notes.split("\n\n")
    assert (first, added.endswith("郑联络] 日期写错了，应为周二"), record.own_words) == ("第一条", True, WORDS)


def test_a_note_is_refused_to_others_and_before_there_is_a_record(client, citizen, officer, deputy, visit):
    appointment = visit()
    note = reverse("reception_note", args=[appointment.pk])
    client.force_login(officer)
    assert client.post(note, {"text": "早"}).status_code == 404
    record = workflow.take_down(appointment, by=deputy, deputies=[deputy.deputy], own_words=WORDS, outcome="advice")
    with pytest.raises(MoveNotAllowed):
        workflow.add_note(record, by=citizen, text="改一下")
    record.refresh_from_db()
    assert record.notes == ""


def test_a_record_that_is_to_become_a_suggestion_leads_there(client, officer, visit, typed):
    appointment = visit()
    client.force_login(officer)
    answer = client.post(page(appointment), typed | {"outcome": "suggestion"})
    goal = reverse("reception_suggestion", args=[Reception.objects.get().pk])
    assert answer.url == goal
    assert goal in client.get(page(appointment)).content.decode()


@pytest.mark.parametrize(("outcome", "reminded"), [("suggestion", 1), ("advice", 0)])
def test_the_station_is_reminded_of_records_that_have_not_become_suggestions(
    session, officer, deputy, visit, outcome, reminded
):
    workflow.take_down(visit(), by=officer, deputies=[deputy.deputy], own_words=WORDS, outcome=outcome)
    shift_times(session, timezone.now() - timedelta(days=6))
    workflow.hold(session)
    tasks.remind_records(timezone.now())
    tasks.remind_records(timezone.now())
    assert session.changes.filter(event="records_missing").count() == reminded


def test_contacts_are_blanked_three_years_after_the_visit_and_what_was_said_stays(
    settings, session, officer, deputy, visit
):
    settings.CONTACT_KEPT_YEARS = 3
    appointment = visit(email="chen@example.com")
    workflow.take_down(appointment, by=officer, deputies=[deputy.deputy], own_words=WORDS, outcome="advice")
    late = session.ends_at + timedelta(days=365 * 3 + 2)
    tasks.anonymise_visitors(late - timedelta(days=3))
    appointment.refresh_from_db()
    assert (appointment.name, appointment.anonymised_at) == ("陈阿婆", None)
    assert tasks.anonymise_visitors(late) == 1
    appointment.refresh_from_db()
    assert (appointment.name, appointment.phone, appointment.email, appointment.person) == ("", "", "", "")
    assert (appointment.topic, appointment.reception.own_words, appointment.anonymised_at) == ("食堂", WORDS, late)
    assert tasks.anonymise_visitors(late) == 0


def test_news_sent_to_a_visitors_address_forgets_it_with_the_visitor(session, officer, visit):
    from notifications.models import Notification
    from notifications.tasks import announce

    appointment = visit()
    announce()
    [news] = Notification.objects.filter(address="+8613800000001")
    workflow.anonymise_visitor(appointment)
    assert not Notification.objects.exclude(address="").exists()
    news.refresh_from_db()
    assert (news.address, news.state) == ("", "outdated")
