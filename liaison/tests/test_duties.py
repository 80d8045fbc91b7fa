"""Duties: a deputy answers, the station answers for them or asks somebody else; by whom, and what is counted."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from liaison import workflow
from liaison.models import Duty
from tests.cast import make_deputy, make_session, person

from .counter import LOGIN, answers, begin, make_other_officer
from .test_counter import queries

pytestmark = pytest.mark.django_db

# The deputy it is about is ``deputy``; ``colleague`` is on duty at the same session.
STAFF = {"officer": 302, "other_officer": 404, "deputy": 403, "colleague": 403, "other_deputy": 404, "office": 302,
         "citizen": 404, "anonymous": LOGIN}  # fmt: skip
OWN = STAFF | {"officer": 403, "deputy": 302, "office": 403}
# act: (state it starts from, who may, state after, event)
ACTS = {
    "confirm": ("asked", OWN, "confirmed", "duty_confirmed"),
    "confirm-for": ("asked", STAFF, "confirmed", "duty_confirmed"),
    "decline": ("asked", STAFF | {"deputy": 302}, "declined", "duty_declined"),
    "ask": ("proposed", STAFF, "asked", "duty_asked"),
    "substitute": ("asked", STAFF, "released", "duty_released"),
}


@pytest.fixture
def other_officer(city):
    return make_other_officer(city)


@pytest.fixture
def colleague(city):
    return make_deputy(person("", "吴代表", "colleague@example.com"), city, "吴强", "wu qiang", [city.gulou])


@pytest.fixture
def spare(city):
    """A deputy of the area who is free."""
    return make_deputy(person("", "郑代表", "spare@example.com"), city, "郑安", "zheng an", [city.gulou])


@pytest.fixture
def duty(city, deputy, colleague):
    """``duty("asked")``: of ``deputy``, beside ``colleague``."""

    def make(state="asked"):
        status = "planned" if state == "proposed" else "announced"
        session = make_session(city.station, [deputy.deputy, colleague.deputy], status=status)
        return session.duties.get(deputy=deputy.deputy)

    return make


def url(duty, act):
    return reverse("desk_duty_act", args=[duty.pk, act])


def typed(act, spare):
    return {"decline": {"note": "出差"}, "substitute": {"deputy": spare.deputy.pk}}.get(act, {})


@pytest.mark.parametrize("act", ACTS)
def test_an_act_answers_every_persona_as_the_rules_say(
    act, client, request, duty, spare, officer, other_officer, deputy, colleague, other_deputy, office, citizen
):
    state, expected, _after, _event = ACTS[act]
    assert answers(client, request, url(duty(state), act), typed(act, spare), personas=tuple(expected)) == expected


@pytest.mark.parametrize("act", ACTS)
def test_an_act_leaves_the_new_state_and_its_line(act, client, duty, spare, officer, deputy):
    state, _expected, after, event = ACTS[act]
    made = duty(state)
    actor = deputy if act == "confirm" else officer
    client.force_login(actor)
    answer = client.post(url(made, act), typed(act, spare))
    made.refresh_from_db()
    back = reverse("desk_duties") if act == "confirm" else reverse("desk_session", args=[made.session_id])
    assert (answer.status_code, answer.url) == (302, back)
    assert (made.status, made.changes.last().event, made.changes.last().by) == (after, event, actor)


@pytest.mark.parametrize("act", ["confirm", "confirm-for", "ask"])
def test_an_act_on_a_duty_that_has_changed_is_refused_with_who_was_faster(act, client, duty, officer, office, deputy):
    made = duty()
    workflow.confirm(made, by=office)
    lines = made.changes.count()
    client.force_login(deputy if act == "confirm" else officer)
    answer = client.post(url(made, act))
    assert (answer.status_code, made.changes.count()) == (409, lines)
    assert "办公室" in answer.context["change_line"]
    assert answer.context["change_line"] in answer.content.decode()


def test_a_deputy_who_cannot_come_says_why_and_the_station_reads_it(client, duty, officer, deputy):
    made = duty()
    client.force_login(deputy)
    answer = client.post(url(made, "decline"), {"note": " "})
    assert (answer.status_code, Duty.objects.get(pk=made.pk).status) == (422, "asked")
    assert client.post(url(made, "decline"), {"note": "出差", "page": "session"}).url == reverse("desk_duties")
    client.force_login(officer)
    page = client.get(reverse("desk_session", args=[made.session_id])).content.decode()
    assert ("出差" in page, "林静 · 不能出席" in page) == (True, True)


def test_in_the_place_of_a_deputy_who_declined_somebody_else_is_asked_once(client, duty, deputy, spare, officer):
    made = duty()
    workflow.decline_duty(made, by=deputy, note="出差")
    client.force_login(officer)
    assert client.post(url(made, "substitute"), {"deputy": spare.deputy.pk}).status_code == 302
    stand_in = made.substitutes.get()
    assert (stand_in.deputy, stand_in.status) == (spare.deputy, "asked")
    assert "接替林静" in client.get(reverse("desk_session", args=[made.session_id])).content.decode()
    assert client.post(url(made, "substitute"), {"deputy": spare.deputy.pk}).status_code == 409


def test_a_substitute_who_is_busy_elsewhere_is_refused_and_nobody_released(client, city, duty, spare, officer):
    made = duty()
    make_session(city.station, [spare.deputy])
    client.force_login(officer)
    answer = client.post(url(made, "substitute"), {"deputy": spare.deputy.pk})
    made.refresh_from_db()
    assert (answer.status_code, made.status) == (422, "asked")
    assert "当时在别处值班" in answer.content.decode()


def test_the_page_is_for_deputies_alone(
    client, request, session, officer, other_officer, deputy, other_deputy, office, citizen
):
    expected = {"officer": 403, "other_officer": 403, "deputy": 200, "other_deputy": 200, "office": 403,
                "citizen": 403, "anonymous": LOGIN}  # fmt: skip
    assert answers(client, request, reverse("desk_duties"), method="get") == expected


def test_what_is_asked_comes_first_the_earliest_answer_first_then_what_lies_ahead(client, city, deputy, other_deputy):
    late = make_session(city.station, [deputy.deputy], days=12)
    soon = make_session(city.station, [deputy.deputy], days=6)
    sure = make_session(city.station, [deputy.deputy], days=9)
    planned = make_session(city.station, [deputy.deputy], days=30, status="planned")
    make_session(city.station, [other_deputy.deputy], days=6)
    workflow.confirm(sure.duties.get(), by=deputy)
    client.force_login(deputy)
    page = client.get(reverse("desk_duties")).context
    assert [item["duty"].session for item in page["asked"]] == [soon, late]
    assert [item["duty"].session for item in page["others"]] == [sure, planned]
    assert [one.act.slug for one in page["asked"][0]["acts"]] == ["confirm", "decline"]
    assert [one.act.slug for one in page["others"][0]["acts"]] == ["decline"]


def test_sessions_of_this_year_are_counted_when_they_were_held(client, city, deputy, officer):
    for day in (3, 4, 5):
        session = make_session(city.station, [deputy.deputy], days=day)
        if day != 5:
            workflow.confirm(session.duties.get(), by=deputy)
        begin(session, minutes=90 * (day + 1))
        workflow.hold(session)
    ahead = make_session(city.station, [deputy.deputy], days=9)
    workflow.confirm(ahead.duties.get(), by=deputy)
    client.force_login(deputy)
    answer = client.get(reverse("desk_duties"))
    this_year = (timezone.now() - timedelta(hours=8)).year == timezone.localdate().year
    assert (answer.context["held"], answer.context["wanted"]) == (2 if this_year else 0, 2)
    assert f"{answer.context['held']} / 2" in answer.content.decode()


def test_the_page_costs_the_same_with_one_duty_and_with_twenty(client, city, deputy):
    client.force_login(deputy)
    make_session(city.station, [deputy.deputy], days=5)
    client.get(reverse("desk_duties"))
    one = queries(client, reverse("desk_duties"))
    for day in range(6, 25):
        make_session(city.station, [deputy.deputy], days=day, status="announced" if day % 2 else "planned")
    assert queries(client, reverse("desk_duties")) == one


def test_what_lies_further_ahead_is_folded_away(client, city, deputy):
    soon = make_session(city.station, [deputy.deputy], days=20, status="planned")
    far = make_session(city.station, [deputy.deputy], days=200, status="planned")
    client.force_login(deputy)
    page = client.get("/desk/duties/")
    assert [item["duty"].session_id for item in page.context["others"]] == [soon.pk]
    assert [duty.session_id for duty in page.context["later"]] == [far.pk]
    assert reverse("desk_session", args=[far.pk]) in page.content.decode()
