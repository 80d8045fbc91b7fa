"""The change of term: what is previewed is what is done, who continues loses nothing, running twice is harmless."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed
from liaison.models import Deputy, Term
from suggestions import workflow
from suggestions.forms.terms import match
from suggestions.models import Suggestion
from suggestions.workflow import terms
from tests.cast import make_session


@pytest.fixture
def term(city):
    """The 17th, which begins in 30 days."""
    return Term.objects.create(number=17, since=timezone.localdate() + timedelta(days=30))


@pytest.fixture
def change(city, term, deputy, other_deputy, office, citizen, case):
    """林静 leaves with a case, a referred case, a residency, duties on both sides of the change; 黄敏 continues."""
    lin, huang = deputy.deputy, other_deputy.deputy
    Deputy.objects.update(since=city.term.since)
    lin.stations.set([city.station])
    huang.stations.set([city.station])
    case("triaging")
    referred = Suggestion.objects.create(
        author=citizen, title="另一件", situation="情况", category=city.category, division=city.street
    )
    case("referred", referred)
    before = make_session(city.station, [lin], days=20)
    after = make_session(city.station, [lin, huang], days=40)
    proposed = make_session(city.station, [lin], days=50, status="planned")
    return {"lin": lin, "huang": huang, "sessions": (before, after, proposed), "referred": referred}


def state(lin, huang):
    lin.refresh_from_db()
    huang.refresh_from_db()
    return [(d.term.number, d.until) for d in (lin, huang)]


def carry(term, change, office, **more):
    return terms.carry_over(term, Term.objects.get(number=16), continuing={change["huang"].pk}, by=office, **more)


def test_what_is_planned_is_what_is_done(change, term, office, draft, city):
    lin, huang = change["lin"], change["huang"]
    planned = terms.plan(term, city.term, continuing={huang.pk})
    assert ([d.name for d in planned.continuing], [d.name for d in planned.leaving]) == (["黄敏"], ["林静"])
    assert (planned.cases, len(planned.duties), planned.residencies) == ([draft], 2, 1)
    assert state(lin, huang) == [(16, None), (16, None)]
    done = carry(term, change, office, key=planned.key)
    assert done.key == planned.key
    assert state(lin, huang) == [(16, term.since - timedelta(days=1)), (17, None)]
    draft.refresh_from_db()
    assert (draft.status, draft.deputy) == ("accepted", None)
    last = draft.changes.last()
    assert (last.event, last.role, last.by) == ("given_back", "office", office)


def test_only_duties_after_the_last_day_are_released_and_only_of_those_who_leave(change, term, office):
    carry(term, change, office)
    before, after, proposed = change["sessions"]
    found = {(d.session_id, d.deputy.name): (d.status, d.changes.last().event) for s in change["sessions"]
             for d in s.duties.all() if d.changes.exists()}  # fmt: skip
    assert found == {
        (before.pk, "林静"): ("asked", "duty_asked"),
        (after.pk, "林静"): ("released", "duty_released"),
        (after.pk, "黄敏"): ("asked", "duty_asked"),
        (proposed.pk, "林静"): ("released", "duty_dropped"),
    }


def test_what_was_referred_stays_where_it_is(change, term, office):
    carry(term, change, office)
    change["referred"].refresh_from_db()
    assert (change["referred"].status, change["referred"].deputy) == ("referred", change["lin"])


@pytest.mark.parametrize(("days", "left"), [(30, 1), (0, 0), (-10, 0)])
def test_residencies_of_leaving_deputies_end_with_their_last_day(change, term, office, days, left):
    term.since = timezone.localdate() + timedelta(days=days)
    term.save()
    done = carry(term, change, office)
    assert (done.residencies, change["lin"].stations.count(), change["huang"].stations.count()) == (1, left, 1)


def test_running_twice_changes_nothing_more(change, term, office, draft):
    carry(term, change, office)
    changes = draft.changes.count()
    states = state(change["lin"], change["huang"])
    again = carry(term, change, office)
    assert (again.continuing, [d.name for d in again.leaving], again.cases, again.duties) == ([], ["林静"], [], [])
    assert state(change["lin"], change["huang"]) == states
    assert draft.changes.count() == changes


def test_who_had_left_before_and_who_begins_later_are_no_candidates(city, term, office):
    old = Deputy.objects.create(name="早", pinyin="zao", term=city.term, until=date(2024, 1, 1))
    late = Deputy.objects.create(name="晚", pinyin="wan", term=city.term, since=term.since)
    assert not set(terms.candidates(term, city.term)) & {old, late}
    county = Deputy.objects.create(name="县", pinyin="xian", term=city.term, level="county")
    assert list(terms.candidates(term, city.term, "county")) == [county]


def test_nobody_but_the_office_may(change, term, officer, deputy):
    for by in (officer, deputy, None):
        with pytest.raises(MoveNotAllowed):
            carry(term, change, by)
    assert state(change["lin"], change["huang"]) == [(16, None), (16, None)]


def test_a_change_since_the_preview_stops_everything(change, term, office, draft, city, deputy):
    planned = terms.plan(term, city.term, continuing={change["huang"].pk})
    workflow.refer(draft, by=deputy, opinion="请研究。")
    with pytest.raises(terms.Outdated) as found:
        carry(term, change, office, key=planned.key)
    assert found.value.carrying.cases == []
    assert state(change["lin"], change["huang"]) == [(16, None), (16, None)]


def test_names_are_matched_one_by_one(city, deputy, other_deputy):
    twin = Deputy.objects.create(name="林静", pinyin="lin jing", term=city.term)
    lin, huang = deputy.deputy, other_deputy.deputy
    everybody = [lin, huang, twin]
    assert match(["姓名", " 黄敏 ", "", f"林静#{lin.pk}", str(twin.pk)], everybody) == ({lin.pk, huang.pk, twin.pk}, [])
    found, problems = match(["林静", "无名"], everybody)
    assert found == set()
    assert problems == [f"第 1 行：有重名，请写 林静#{lin.pk}、林静#{twin.pk}。", "第 2 行：“无名”不是那一届的代表。"]


@pytest.fixture
def desk(client, office):
    client.force_login(office, "django.contrib.auth.backends.ModelBackend")
    return client


def address(term, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/admin/liaison/term/{term.pk}/carry-over/?{query}"


def test_the_office_ticks_looks_and_confirms(desk, change, term, city, draft):
    assert "第17届" in desk.get(address(term)).content.decode()
    where = address(term, from_term=city.term.pk)
    who = desk.get(where)
    assert who.context["form"].ticked == {change["lin"].pk, change["huang"].pk}
    preview = desk.post(where, {"continuing": [change["huang"].pk]})
    carrying = preview.context["carrying"]
    text = preview.content.decode()
    assert draft.number in text
    assert Deputy.objects.filter(term=term).count() == 0
    values = {"key": carrying.key, "continuing": f"{change['huang'].pk},"}
    done = desk.post(where, values)
    assert done.context["carrying"].key == carrying.key
    assert [d.name for d in term.deputies.all()] == ["黄敏"]
    entry = LogEntry.objects.get(object_id=str(term.pk))
    assert "1 位继续，1 位离任；1 件退回代表池，2 次值班取消，1 项进驻结束" in entry.get_change_message()
    again = desk.post(where, values)
    assert again.status_code == 409
    assert LogEntry.objects.count() == 1
    assert desk.get(where).context["form"].ticked == set()


def test_a_list_of_names_counts_instead_of_the_ticks(desk, change, term, city):
    where = address(term, from_term=city.term.pk)
    preview = desk.post(where, {"continuing": [change["huang"].pk], "names": "姓名\n林静"})
    assert [d.name for d in preview.context["carrying"].continuing] == ["林静"]
    book = openpyxl.Workbook()
    for name in ("姓名", "林静"):
        book.active.append([name])
    out = BytesIO()
    book.save(out)
    for content in (out.getvalue(), "林静\r\n".encode("gb18030"), "\ufeff林静".encode()):
        preview = desk.post(where, {"file": SimpleUploadedFile("a.xlsx", content)})
        assert [d.name for d in preview.context["carrying"].continuing] == ["林静"]
    wrong = desk.post(where, {"names": "无名"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors["names"] == ["第 1 行：“无名”不是那一届的代表。"]


def test_the_pages_are_the_offices_alone(client, desk, term, city, officer):
    client.force_login(officer, "django.contrib.auth.backends.ModelBackend")
    assert client.get(address(term)).status_code == 302
    assert client.post(address(term, from_term=city.term.pk), {"key": "x"}).status_code == 302


def test_the_list_costs_the_same_with_one_and_with_twenty_deputies(desk, term, city):
    def cost():
        with CaptureQueriesContext(connection) as found:
            assert desk.get(address(term, from_term=city.term.pk)).status_code == 200
        return len(found)

    Deputy.objects.create(name="甲", pinyin="jia", term=city.term)
    first = cost()
    Deputy.objects.bulk_create([Deputy(name=f"乙{n}", pinyin="yi", term=city.term) for n in range(19)])
    assert cost() == first


def test_a_released_deputy_is_told_while_still_a_deputy(change, term, office):
    carry(term, change, office)
    duty = change["sessions"][1].duties.get(deputy=change["lin"])
    assert duty.changes.last().audiences == ("deputy",)
    assert [u.pk for u in duty.audience("deputy")] == [change["lin"].user_id]
