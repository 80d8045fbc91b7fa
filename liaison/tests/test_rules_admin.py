"""The form for reception rules, its preview, and sessions before the office."""

from datetime import date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from fzportal.models import Holiday
from liaison import recurrence, tasks, workflow
from liaison.coming import coming
from liaison.forms import rules as forms
from liaison.models import Deputy, ReceptionRule, RotaPlace, Session
from tests.cast import make_session

from .test_recurrence import patterns
from .test_unrolling import NOW, make_rule, on, rota  # noqa: F401  (a fixture)

ADD = "/admin/liaison/receptionrule/add/"
SESSIONS = "/admin/liaison/session/"
chosen = {"min_size": 1, "max_size": 4, "unique": True}
month_days = st.lists(st.sampled_from(forms.MONTH_DAYS), **chosen)
nths = st.lists(st.sampled_from([value for value, _label in forms.NTHS]), **chosen)
weekdays = st.lists(st.sampled_from(forms.CODES), **chosen)


@pytest.fixture
def desk(client, office):
    client.force_login(office)
    return client


def change(rule):
    return reverse("admin:liaison_receptionrule_change", args=[rule.pk])


def typed(city, deputies=(), **values):
    """What the office types, the rota with it."""
    values = {
        "station": city.station.pk, "pattern": "month_day", "month_days": ["15"], "since": "2026-01-01", "until": "",
        "begins": "09:00", "ends": "11:00", "slot_minutes": "15", "places": "1", "mode": "station", "holidays": "next",
        "rota": "round_robin", "wanted": "2", "announce_days": "14", "is_active": "on", "recurrence": "",
        "rota_places-TOTAL_FORMS": len(deputies), "rota_places-INITIAL_FORMS": "0",
    } | values  # fmt: skip
    for n, deputy in enumerate(deputies):
        values |= {f"rota_places-{n}-deputy": deputy.pk, f"rota_places-{n}-position": n}
    return values


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.fixed_dictionaries({"pattern": st.sampled_from(list(forms.BY_DAY_OF_MONTH)), "month_days": month_days}),
        st.fixed_dictionaries({"pattern": st.just("nth_weekday"), "nths": nths, "weekdays": weekdays}),
        st.fixed_dictionaries({"pattern": st.sampled_from(["weekly", "biweekly"]), "weekdays": weekdays}),
    )
)
def test_what_is_chosen_comes_back_as_it_was_chosen(values):
    assert forms.split(forms.join(**values)) == values


@settings(max_examples=200, deadline=None)
@given(patterns)
def test_a_rule_is_shown_by_a_pattern_only_when_the_pattern_means_the_same(pattern):
    found = forms.split(pattern[0])
    rules = [SimpleNamespace(recurrence=pattern[0], since=date(2026, 1, 1), until=None)]
    if found["pattern"] != "other":
        rules.append(SimpleNamespace(recurrence=forms.join(**found), since=date(2026, 1, 1), until=None))
    days = [recurrence.occurrences(rule, date(2026, 1, 1), date(2027, 12, 31)) for rule in rules]
    assert days[0] == days[-1]


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ({"pattern": "month_day", "month_days": ["15"]}, "FREQ=MONTHLY;BYMONTHDAY=15"),
        ({"pattern": "odd_months", "month_days": ["-1"]}, "FREQ=MONTHLY;BYMONTH=1,3,5,7,9,11;BYMONTHDAY=-1"),
        ({"pattern": "nth_weekday", "nths": ["1", "3"], "weekdays": ["TU"]}, "FREQ=MONTHLY;BYDAY=1TU,3TU"),
        ({"pattern": "weekly", "weekdays": ["WE"]}, "FREQ=WEEKLY;BYDAY=WE"),
        ({"pattern": "biweekly", "weekdays": ["WE"]}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"),
        ({"pattern": "other", "recurrence": "rrule:freq=monthly;bymonthday=1;interval=3"},
         "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1"),
    ],
)  # fmt: skip
def test_saving_a_rule_stores_the_recurrence_and_makes_the_sessions(desk, city, rota, values, stored):  # noqa: F811
    answer = desk.post(ADD, typed(city, rota(3), **values))
    assert answer.status_code == 302, answer.context["errors"]
    rule = ReceptionRule.objects.get()
    assert rule.recurrence == stored
    assert rule.sessions.count() > 3
    assert {s.duties.count() for s in rule.sessions.all()} == {2}
    page = desk.get(change(rule))
    form = page.context["adminform"].form
    shown = {name: form[name].value() for name in values if name != "recurrence"}
    assert shown == {name: value for name, value in values.items() if name != "recurrence"}
    assert form["recurrence"].value() == stored
    assert len(page.context["coming"]) == 12
    rows = page.context["inline_admin_formset"].formset.forms
    assert [row["position"].value() for row in rows] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"month_days": []}, "month_days"),
        ({"month_days": ["31"]}, "month_days"),
        ({"pattern": ""}, "pattern"),
        ({"pattern": "nth_weekday", "weekdays": ["TU"]}, "nths"),
        ({"pattern": "weekly"}, "weekdays"),
        ({"pattern": "other"}, "recurrence"),
        ({"pattern": "other", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=32"}, "recurrence"),
        ({"pattern": "other", "recurrence": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"}, "recurrence"),
        ({"ends": "08:00"}, "ends"),
        ({"ends": "09:10"}, "slot_minutes"),
        ({"until": "2025-12-31"}, "until"),
        ({"since": "9999-12-31"}, "since"),
        ({"since": "0202-01-01", "pattern": "other", "recurrence": "FREQ=DAILY"}, "since"),
        ({"mode": "online"}, "link"),
        ({"mode": "outing"}, "place"),
        ({"announce_days": "2"}, "announce_days"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(desk, city, values, field):
    page = desk.post(ADD, typed(city, **values))
    assert list(page.context["adminform"].form.errors) == [field]
    assert (ReceptionRule.objects.count(), Session.objects.count()) == (0, 0)


def test_a_preview_saves_nothing_and_keeps_what_was_typed(desk, city, rota):  # noqa: F811
    deputies = rota(2)
    page = desk.post(ADD, typed(city, deputies, month_days=["25"], theme="食品安全", _preview="1"))
    assert (ReceptionRule.objects.count(), Session.objects.count()) == (0, 0)
    assert len(page.context["coming"]) == 12
    text = page.content.decode()
    assert "预览：尚未保存" in text and "每月25日" in text and "食品安全" in text
    assert "请更正下列" not in text and 'class="errornote"' not in text
    rule = make_rule(city, deputies=deputies)
    page = desk.post(change(rule), typed(city, month_days=["25"], _preview="1"))
    rule.refresh_from_db()
    assert (rule.recurrence, page.context["coming"][0].occurrence.day) == ("FREQ=MONTHLY;BYMONTHDAY=15", 25)


def test_the_next_days_name_the_holiday_and_where_the_session_goes(city):
    rule = make_rule(city, "FREQ=MONTHLY;BYMONTHDAY=1")
    rows = {row.occurrence: row for row in coming(rule, now=NOW)}
    assert len(rows) == 12
    assert (rows[date(2026, 10, 1)].moved, rows[date(2026, 10, 1)].day) == ("国庆节，顺延至10月8日", date(2026, 10, 8))
    assert rows[date(2026, 8, 1)].moved == "星期六，顺延至8月3日"
    assert rows[date(2026, 4, 1)].moved == ""
    said = {}
    for policy in ("previous", "skip", "keep"):
        rule.holidays = policy
        said[policy] = next(r.moved for r in coming(rule, now=NOW) if r.occurrence == date(2026, 10, 1))
    assert said == {"previous": "国庆节，提前至9月30日", "skip": "国庆节，不安排", "keep": "国庆节，照常接待"}


def test_days_that_fall_together_are_marked_and_todays_hour_counts(city):
    rule = make_rule(city, "FREQ=WEEKLY;BYDAY=SA,SU", since=date(2026, 3, 2))
    rows = coming(rule, now=NOW)
    assert (rows[0].moved, rows[1].moved) == ("星期六，顺延至3月9日", "星期日，顺延至3月9日（与前一次合为一场）")
    daily = make_rule(city, "FREQ=DAILY")
    assert coming(daily, now=NOW)[0].occurrence == date(2026, 3, 2)
    assert coming(daily, now=NOW + timedelta(hours=2))[0].occurrence == date(2026, 3, 3)


def test_the_days_of_the_month_are_said_in_the_language_of_the_page(desk):
    pages = [desk.get(ADD, headers={"accept-language": language}).content.decode() for language in ("en", "zh-hans")]
    assert ["15日" in page for page in pages] == [False, True]
    assert ["day 15" in page for page in pages] == [True, False]


def test_conflicts_with_the_station_and_the_deputies_are_named(city, rota):  # noqa: F811
    deputies = rota(2)
    other = make_rule(city, "FREQ=MONTHLY;BYMONTHDAY=18", deputies[:1], begins=time(10), ends=time(12), wanted=1)
    workflow.unroll(other, now=NOW)
    rule = ReceptionRule(
        station=city.station, recurrence="FREQ=MONTHLY;BYMONTHDAY=18,19", since=date(2026, 1, 1), begins=time(9),
        ends=time(11),
    )  # fmt: skip
    rows = {row.day: row.conflicts for row in coming(rule, deputies, now=NOW)}
    assert rows[date(2026, 3, 18)] == [
        "本站10:00—12:00另有接待", "代表0代表10:00—12:00在温泉街道代表联系群众活动室接待",
    ]  # fmt: skip
    assert rows[date(2026, 3, 19)] == []


def test_a_changed_rule_saved_in_the_admin_moves_what_is_planned(desk, city, rota):  # noqa: F811
    rule = make_rule(city, deputies=rota(2))
    workflow.unroll(rule)
    desk.post(change(rule), typed(city, month_days=["20"], **{"rota_places-TOTAL_FORMS": "0"}))
    assert {s.occurrence.day for s in rule.sessions.all()} == {20}


def test_a_deputy_taken_out_of_the_rota_is_proposed_no_more(desk, city, rota):  # noqa: F811
    rule = make_rule(city, deputies=rota(3))
    workflow.unroll(rule)
    places = list(RotaPlace.objects.order_by("position"))
    values = typed(city, [p.deputy for p in places]) | {"rota_places-INITIAL_FORMS": "3", "rota_places-0-DELETE": "on"}
    values |= {f"rota_places-{n}-id": p.pk for n, p in enumerate(places)}
    values |= {f"rota_places-{n}-rule": rule.pk for n in range(3)}
    assert desk.post(change(rule), values).status_code == 302
    assert [p.deputy for p in RotaPlace.objects.all()] == [p.deputy for p in places[1:]]
    assert places[0].deputy.duties.count() == 0


def test_the_list_says_the_rule_in_words_with_as_many_queries_for_one_as_for_twenty(
    desk, city, django_assert_max_num_queries
):
    make_rule(city, "FREQ=MONTHLY;BYDAY=1TU,3TU")
    address = "/admin/liaison/receptionrule/"
    assert "每月第一、三个星期二" in desk.get(address).content.decode()
    with django_assert_max_num_queries(100) as one:
        desk.get(address)
    for _n in range(19):
        make_rule(city)
    with django_assert_max_num_queries(len(one)):
        desk.get(address)


def test_the_office_plans_a_single_session(desk, city, deputy):
    day = timezone.localdate() + timedelta(days=9)
    values = {
        "station": city.station.pk, "day": day, "begins": "14:00", "ends": "15:00", "slot_minutes": "20", "places": "2",
        "mode": "station", "chosen": [deputy.deputy.pk], "theme": "古树保护",
    }  # fmt: skip
    assert desk.post(SESSIONS + "add/", values | {"ends": "14:10"}).context["adminform"].form.errors.keys() == {
        "slot_minutes"
    }
    assert desk.post(SESSIONS + "add/", values).status_code == 302
    session = Session.objects.get()
    assert (session.status, session.day, session.slots.count(), session.theme) == ("planned", day, 3, "古树保护")
    assert [d.deputy for d in session.duties.all()] == [deputy.deputy]
    mistyped = desk.post(SESSIONS + "add/", values | {"day": "9999-12-31"})
    assert mistyped.context["adminform"].form.errors.keys() == {"day"}
    twice = desk.post(SESSIONS + "add/", values | {"begins": "14:30"})
    assert twice.context["adminform"].form.errors.keys() == {"begins"}
    Deputy.objects.filter(pk=deputy.deputy.pk).update(until=timezone.localdate() - timedelta(days=1))
    gone = desk.post(SESSIONS + "add/", values | {"begins": "16:00", "ends": "17:00"})
    assert gone.context["adminform"].form.errors.keys() == {"chosen"}


def test_several_sessions_are_announced_at_once_and_those_that_cannot_are_named(desk, city):
    planned = [make_session(city.station, days=n, status="planned") for n in (5, 6)]
    off = make_session(city.station, days=7)
    online = make_session(city.station, days=8, status="planned", mode="online")
    keys = [s.pk for s in (*planned, off, online)]
    page = desk.post(SESSIONS, {"action": "announce", "_selected_action": keys}, follow=True)
    texts = [str(m) for m in page.context["messages"]]
    assert len(texts) == 3
    assert str(online) in texts[0] and texts[1] == "已公告。共 2 场。" and str(off) in texts[2]
    assert set(Session.objects.filter(status="announced")) == {*planned, off}
    assert planned[0].changes.get().role == "office"


def test_several_sessions_are_cancelled_with_one_reason(desk, city, deputy):
    sessions = [make_session(city.station, [deputy.deputy], days=n) for n in (5, 6)]
    chosen = {"action": "cancel", "_selected_action": [s.pk for s in sessions]}
    page = desk.post(SESSIONS, chosen)
    assert page.status_code == 200 and {s.pk for s in page.context["sessions"]} == {s.pk for s in sessions}
    assert desk.post(SESSIONS, chosen | {"apply": "1", "note": " "}).status_code == 422
    assert {s.status for s in Session.objects.all()} == {"announced"}
    desk.post(SESSIONS, chosen | {"apply": "1", "note": "台风"})
    assert {(s.status, s.changes.last().note) for s in Session.objects.all()} == {("cancelled", "台风")}


def test_a_session_is_read_with_its_deputies_and_history_and_not_edited(desk, city, deputy):
    session = make_session(city.station, [deputy.deputy])
    address = f"{SESSIONS}{session.pk}/change/"
    page = desk.get(address).content.decode()
    assert "林静" in page and "已公告" in page and reverse("desk_session", args=[session.pk]) in page
    assert desk.post(address, {"status": "held"}).status_code == 403
    session.refresh_from_db()
    assert session.status == "announced"


def test_the_list_begins_with_what_comes_next(desk, city):
    past, later, next_one = (make_session(city.station, days=n, status="planned") for n in (-3, 9, 2))

    def listed(query=""):
        return [s.pk for s in desk.get(SESSIONS + query).context["cl"].result_list]

    assert listed() == [next_one.pk, later.pk]
    assert listed("?when=past") == [past.pk]
    assert listed("?when=all") == [past.pk, next_one.pk, later.pk]


def test_the_list_of_sessions_asks_as_many_queries_for_twenty_as_for_one(
    desk, city, deputy, django_assert_max_num_queries
):
    make_session(city.station, [deputy.deputy], days=3)
    desk.get(SESSIONS)
    with django_assert_max_num_queries(100) as one:
        desk.get(SESSIONS)
    for n in range(4, 23):
        make_session(city.station, [deputy.deputy], days=n)
    with django_assert_max_num_queries(len(one)):
        desk.get(SESSIONS)
    assert desk.get(SESSIONS + "?on_duty=none").context["cl"].result_count == 0


def test_a_holiday_saved_by_the_office_is_followed_by_the_next_run(desk, city, rota):  # noqa: F811
    rule = make_rule(city, deputies=rota(2))
    workflow.unroll(rule, now=NOW)
    desk.post("/admin/fzportal/holiday/add/", {"date": "2026-04-15", "name": "校庆"})
    assert Holiday.objects.filter(date=date(2026, 4, 15)).exists()
    tasks.unroll(now=NOW)
    assert on(rule, date(2026, 4, 16)).occurrence == date(2026, 4, 15)
    assert datetime.combine(date(2026, 4, 15), time(9)) not in list(rule.sessions.values_list("starts_at", flat=True))
