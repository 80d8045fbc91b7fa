"""What was said at a station becomes a suggestion, on the same way as one sent online."""

import pytest
from django.urls import reverse

from fzportal.workflow import MoveNotAllowed
from liaison import workflow as liaison
from liaison.models import Reception
from suggestions import timeline, workflow
from suggestions.models import Suggestion
from suggestions.permissions import CodeHolder
from tests.cast import make_deputy, person

pytestmark = pytest.mark.django_db
WORDS = "食堂不公开菜单。\n\n我问过两次，都说“以后再说”。"


@pytest.fixture
def reception(session, officer, deputy):
    """``reception(user=None, **words)``: taken down by ``officer``, ``deputy`` present, to become a suggestion."""

    def make(user=None, *, contact=None, by=officer, **words):
        appointment = liaison.book(
            session.slots.filter(taken=0).first(), by=user or officer, user=user,
            **({"name": "陈阿婆", "phone": "+8613800000001"} if contact is None else contact),
        )  # fmt: skip
        return liaison.take_down(
            appointment, by=by, deputies=[deputy.deputy],
            **{"own_words": WORDS, "outcome": "suggestion", "notes": "老人听力不便。"} | words,
        )  # fmt: skip

    return make


@pytest.fixture
def typed(city):
    """What the form sends."""
    return {"title": "请公开食堂菜单", "proposal": "每周公布", "category": city.category.pk, "division": city.street.pk}


@pytest.fixture
def words(city):
    """What the verb takes."""
    return {"title": "请公开食堂菜单", "category": city.category, "division": city.street}


def page(reception):
    return reverse("reception_suggestion", args=[reception.pk])


def test_the_officer_makes_it_with_the_visitors_own_words(client, city, officer, reception, typed):
    record = reception(may_publish=True, may_pass_contact=True)
    client.force_login(officer)
    answer = client.post(page(record), typed)
    assert (answer.status_code, answer.url) == (302, page(record))
    [made] = Suggestion.objects.all()
    assert (made.situation, made.title, made.proposal) == (WORDS, "请公开食堂菜单", "每周公布")
    assert (made.status, made.channel, made.station, made.reception) == ("submitted", "station", city.station, record)
    assert (made.author, made.deputy, made.category, made.division) == (None, None, city.category, city.street)
    assert (made.contact.name, made.contact.phone) == ("陈阿婆", "+8613800000001")
    assert made.number and made.submitted_at and made.due_at
    assert {(c.kind, c.version, c.given_at) for c in made.consents.all()} == {
        ("publish", record.consent_version, record.recorded_at),
        ("pass_contact", record.consent_version, record.recorded_at),
    }
    [change] = made.changes.all()
    assert (change.event, change.role, change.by, change.audiences) == (
        "recorded", "officer", officer, ("author", "office"),
    )  # fmt: skip


def test_no_consent_is_kept_that_was_not_given(officer, reception, words):
    made = workflow.raise_from_reception(reception(), by=officer, **words)
    assert list(made.consents.all()) == []


def test_a_visitor_with_an_account_is_its_author_and_keeps_their_contact(citizen, officer, reception, words):
    made = workflow.raise_from_reception(reception(citizen, contact={}), by=officer, **words)
    assert (made.author, made.contact.name, made.contact.email) == (citizen, "林晓榕", "citizen@example.com")
    assert made.addresses("author") == []
    assert list(made.audience("author")) == [citizen]


def test_a_visitor_without_an_account_hears_at_the_address_they_left(officer, reception, words):
    made = workflow.raise_from_reception(reception(), by=officer, **words)
    assert made.addresses("author") == [("sms", "+8613800000001")]
    assert CodeHolder(made).holds(made)


def test_the_code_is_shown_at_the_counter_only_where_no_message_reaches_the_visitor(client, officer, reception, typed):
    client.force_login(officer)
    reached, unreached = reception(), reception(contact={"name": "陈阿婆"})
    seen = {}
    for record in (reached, unreached):
        client.post(page(record), typed)
        seen[record] = client.get(page(record)).content.decode()
    assert reached.suggestion.query_code not in seen[reached]
    assert unreached.suggestion.query_code in seen[unreached]
    Suggestion.objects.update(submitted_at="2026-01-01T00:00Z")
    assert unreached.suggestion.query_code not in client.get(page(unreached)).content.decode()


def test_pressed_twice_it_is_the_same_one(client, officer, reception, typed, words):
    record = reception()
    client.force_login(officer)
    first, second = client.post(page(record), typed), client.post(page(record), typed | {"title": "另一个"})
    assert (first.url, second.url) == (page(record), page(record))
    assert [s.title for s in Suggestion.objects.all()] == ["请公开食堂菜单"]
    assert workflow.raise_from_reception(record, by=officer, **words).pk == Suggestion.objects.get().pk


def test_an_unfinished_form_is_422_and_keeps_what_was_typed(client, officer, reception, typed):
    record = reception()
    client.force_login(officer)
    answer = client.post(page(record), typed | {"title": "", "proposal": "每周一公布"})
    assert answer.status_code == 422
    assert "每周一公布" in answer.content.decode()
    assert not Suggestion.objects.exists()


def test_the_form_begins_with_the_stations_division_and_a_title_from_what_was_said(client, city, officer, reception):
    client.force_login(officer)
    form = client.get(page(reception())).context["form"]
    assert (form["title"].value(), form["division"].value()) == ("食堂不公开菜单", city.street.pk)
    assert "is_claimed" not in form.fields


def test_a_deputy_who_was_present_takes_it_at_once(client, deputy, reception, typed):
    record = reception(by=deputy)
    client.force_login(deputy)
    client.post(page(record), typed | {"is_claimed": "on"})
    made = record.suggestion
    assert (made.status, made.deputy) == ("triaging", deputy.deputy)
    assert [(c.event, c.role, c.by) for c in made.changes.all()] == [
        ("recorded", "deputy", deputy), ("claimed_at_station", "deputy", deputy),
    ]  # fmt: skip
    assert made.changes.last().audiences == ("author", "office")


def test_a_deputy_who_was_present_takes_it_after_the_officer_made_it(client, officer, deputy, reception, words):
    record = reception()
    made = workflow.raise_from_reception(record, by=officer, **words)
    client.force_login(deputy)
    answer = client.post(page(record), {"claim": "1"})
    assert answer.url == reverse("desk_case", args=[made.number])
    made.refresh_from_db()
    assert (made.status, made.deputy) == ("triaging", deputy.deputy)


def test_who_comes_too_late_to_take_it_reads_so(client, officer, office, deputy, reception, words):
    record = reception()
    made = workflow.raise_from_reception(record, by=officer, **words)
    workflow.decline(made, by=office, reason=made._meta.get_field("decline_reason").related_model.objects.first())
    client.force_login(deputy)
    answer = client.post(page(record), {"claim": "1"})
    assert answer.status_code == 409
    assert "不予受理" in answer.content.decode()


def test_a_deputy_who_was_not_present_may_not_take_it(city, session, officer, reception, words):
    record = reception()
    absent = make_deputy(person("", "陈代表", "absent@example.com"), city, "陈立", "chen li", [city.gulou])
    session.duties.create(deputy=absent.deputy, span=(session.starts_at, session.ends_at))
    with pytest.raises(MoveNotAllowed):
        workflow.raise_from_reception(record, by=absent, is_claimed=True, **words)
    assert not Suggestion.objects.exists()
    made = workflow.raise_from_reception(record, by=absent, **words)
    with pytest.raises(MoveNotAllowed):
        workflow.claim(made, by=absent)


def test_a_deputy_may_not_take_what_they_said_themselves(session, officer, deputy, reception, words):
    record = reception(deputy, contact={})
    made = workflow.raise_from_reception(record, by=officer, **words)
    with pytest.raises(MoveNotAllowed):
        workflow.claim(made, by=deputy)


def test_only_those_of_the_session_reach_it_and_only_where_it_is_to_be_a_suggestion(
    client, citizen, handler, other_deputy, officer, reception
):
    record, advice = reception(), reception(outcome="advice")
    for who in (citizen, handler, other_deputy):
        client.force_login(who)
        assert client.get(page(record)).status_code == 404
    client.force_login(officer)
    assert client.get(page(record)).status_code == 200
    assert client.get(page(advice)).status_code == 404
    with pytest.raises(MoveNotAllowed):
        workflow.raise_from_reception(advice, by=officer, title="甲", category=None, division=None)
    with pytest.raises(MoveNotAllowed):
        workflow.raise_from_reception(record, by=citizen, title="甲", category=None, division=None)


def test_its_way_begins_at_the_station_without_the_visitors_name_or_the_notes(client, city, session, officer, office,
                                                                              deputy, reception, words):  # fmt: skip
    record = reception(may_publish=True)
    made = workflow.raise_from_reception(record, by=officer, **words)
    workflow.accept(made, by=office)
    workflow.publish(made, by=office)
    made = Suggestion.objects.with_parts().get()
    first, second, *_rest = timeline.timeline(made, officer, timeline.history(made))
    assert first.at == record.appointment.slot.starts_at
    assert (str(city.station) in first.title, "林静" in first.role) == (True, True)
    assert second.at == made.submitted_at
    seen = client.get(made.get_absolute_url()).content.decode()
    assert str(city.station) in seen
    assert "陈阿婆" not in seen
    assert "老人听力不便" not in seen
    assert officer.name not in seen


def test_staff_who_work_on_the_case_read_the_notes_at_the_desk_and_other_deputies_do_not(
    client, city, officer, office, deputy, reception, words
):
    made = workflow.raise_from_reception(reception(), by=officer, **words)
    workflow.accept(made, by=office)
    url = reverse("desk_case", args=[made.number])
    client.force_login(deputy)
    assert "老人听力不便" not in client.get(url).content.decode()
    workflow.claim(made, by=deputy)
    assert "老人听力不便" in client.get(url).content.decode()
    client.force_login(office)
    admin = reverse("admin:suggestions_suggestion_change", args=[made.pk])
    assert "老人听力不便" in client.get(admin).content.decode()


def test_the_first_messages_name_the_station_and_the_code(mailoutbox, officer, deputy, reception, words):
    from notifications.tasks import announce, deliver

    record = reception(contact={"name": "陈阿婆", "email": "chen@example.com"}, by=deputy)
    made = workflow.raise_from_reception(record, by=deputy, is_claimed=True, **words)
    announce()
    deliver()
    told = [m for m in mailoutbox if m.to == ["chen@example.com"] and made.number in m.subject]
    assert len(told) == 2
    assert made.query_code in told[0].body
    assert "温泉街道代表联系群众活动室" in told[0].body
    assert "林静" in told[1].body


def test_a_record_without_its_suggestion_waits_to_be_made_one(officer, reception, words):
    record = reception()
    reception(outcome="advice")
    assert list(Reception.objects.unraised()) == [record]
    workflow.raise_from_reception(record, by=officer, **words)
    assert list(Reception.objects.unraised()) == []
