"""What stations keep about a person: theirs to see, and blanked when they leave."""

import pytest

from liaison import privacy, workflow
from liaison.models import Appointment, Feed, Reception
from suggestions import privacy as of_suggestions
from suggestions import workflow as suggestions
from suggestions.models import Suggestion

pytestmark = pytest.mark.django_db


@pytest.fixture
def visits(session, citizen, neighbour, officer, deputy):
    """citizen's visit that was written down, neighbour's, and one of nobody's account."""
    first, second, third, _last = session.slots.all()
    mine = workflow.book(first, by=citizen, user=citizen, name="林晓榕", phone="+8613800138000", topic="食堂")
    theirs = workflow.book(second, by=neighbour, user=neighbour, name="陈茉", topic="路灯")
    strange = workflow.book(third, by=officer, name="陈阿婆", phone="+8613800138002")
    workflow.take_down(
        mine, by=officer, deputies=[deputy.deputy], own_words="食堂不公开菜单。", notes="内部备注", answer="会转交",
        outcome="suggestion",
    )  # fmt: skip
    return mine, theirs, strange


def test_a_person_sees_their_visits_what_they_said_and_was_answered_and_no_notes(citizen, visits):
    mine, _theirs, _strange = visits
    held = privacy.export(citizen)
    assert [(a["code"], a["name"], a["phone"], a["topic"]) for a in held["appointments"]] == [
        (mine.code, "林晓榕", "+8613800138000", "食堂")
    ]
    [record] = held["receptions"]
    assert (record["own_words"], record["answer"], record["outcome"]) == ("食堂不公开菜单。", "会转交", "suggestion")
    assert "内部备注" not in str(held)


def test_who_leaves_is_blanked_and_what_lies_ahead_cancelled_and_nobody_elses_touched(neighbour, session, visits):
    mine, theirs, strange = visits
    Feed.objects.create(user=neighbour, token="a" * 32)
    privacy.erase(neighbour)
    theirs.refresh_from_db()
    assert (theirs.status, theirs.name, theirs.phone, theirs.email, theirs.topic, theirs.person) == (
        "cancelled", "", "", "", "", "",
    )  # fmt: skip
    assert theirs.anonymised_at is not None
    assert [slot.taken for slot in session.slots.all()] == [1, 0, 1, 0]
    assert list(Appointment.objects.order_by("pk").values_list("name", flat=True)) == ["林晓榕", "", "陈阿婆"]
    assert not Feed.objects.exists()


def test_what_was_said_stays_as_a_citizens_when_its_author_leaves(citizen, office, officer, city, visits):
    made = suggestions.raise_from_reception(
        Reception.objects.get(), by=officer, title="请公开菜单", category=city.category, division=city.street
    )
    privacy.erase(citizen)
    of_suggestions.erase(citizen)
    visit = Appointment.objects.get(pk=visits[0].pk)
    assert (visit.status, visit.name, visit.phone, visit.reception.own_words) == ("served", "", "", "食堂不公开菜单。")
    made = Suggestion.objects.get(pk=made.pk)
    assert (made.contact.name, made.contact.phone, made.situation) == ("", "", "食堂不公开菜单。")


def test_leaving_twice_changes_nothing_more(citizen, visits):
    privacy.erase(citizen)
    changes = visits[0].changes.count()
    privacy.erase(citizen)
    assert visits[0].changes.count() == changes
