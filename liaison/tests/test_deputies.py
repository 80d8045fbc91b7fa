"""Deputies in public: found by place, field, name however typed; their page says what the law says is public."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fzportal import qr
from liaison import pinyin, workflow
from liaison.models import Appointment, Delegation, Deputy, Division, Reception
from suggestions import workflow as case_verbs
from tests.cast import make_session


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        *((typed, True) for typed in (
            "林静", "林", "静", "lin jing", "LinJing", "linj", "jing", "lj", "L J", "l", "ＬＪ", "lín jìng", "lin'jing",
        )),
        *((typed, False) for typed in ("ing", "jl", "静林", "%", "linjingx")),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_typed(city, deputy, other_deputy, typed, found):
    assert list(Deputy.objects.called(typed)) == ([deputy.deputy] if found else [])


@pytest.mark.parametrize(
    ("name", "expected"),
    [("林静", "lin jing"), ("曾国华", "zeng guo hua"), ("欧阳修", "ou yang xiu"), ("吕布", "lv bu"),
     ("单晓", "shan xiao"), ("阿依古丽·买买提", "a yi gu li mai mai ti"), ("𠮷田", "tian"), ("", "")],
)  # fmt: skip
def test_names_are_written_in_pinyin_family_names_read_as_such(name, expected):
    assert pinyin.of_name(name) == expected


@pytest.fixture
def crowd(city):
    """``crowd(n, **fields)``: n deputies listening in 温泉街道, in order of pinyin."""

    def make(count, **fields):
        made = []
        for _n in range(count):
            n = Deputy.objects.count() + 1
            row = Deputy.objects.create(name=f"代表{n}", pinyin=f"dai biao {n:05}", term=city.term, **fields)
            row.divisions.set([city.street])
            row.fields.set([city.field])
            row.stations.set([city.station])
            made.append(row)
        return made

    return make


def named(client, **asked):
    response = client.get("/deputies/", asked)
    assert response.status_code == 200
    return [d.name for d in response.context["deputies"]]


def test_the_list_is_in_the_order_of_pinyin_and_shows_todays_deputies_only(client, city, deputy, other_deputy):
    ended = Deputy.objects.create(name="安前", pinyin="an qian", term=city.term, until=date(2024, 1, 1))
    coming = Deputy.objects.create(name="白后", pinyin="bai hou", term=city.term, since=date(2099, 1, 1))
    assert named(client) == ["黄敏", "林静"]
    assert not {ended.name, coming.name} & set(named(client, q="an")) | set(named(client, q="bai"))


def test_every_filter_narrows_and_they_join(client, city, deputy, other_deputy):
    lin, huang = deputy.deputy, other_deputy.deputy
    lin.delegation = Delegation.objects.get(division=city.gulou)
    lin.save()
    huang.stations.set([city.station])
    county = Deputy.objects.create(name="郑县", pinyin="zheng xian", term=city.term, level="county")
    whole = Deputy.objects.create(name="周全", pinyin="zhou quan", term=city.term)
    whole.divisions.set([city.whole])
    elsewhere = Division.objects.filter(parent=city.gulou).exclude(pk=city.street.pk).first()
    expected = {
        # Their street, what lies around it, and the station there.
        f"county=350102&street={city.street.code}": ["黄敏", "林静", "周全"],
        f"county=350102&street={elsewhere.code}": ["林静", "周全"],
        "county=350102": ["黄敏", "林静", "周全"],
        "county=350104": ["黄敏", "周全"],
        "station=wenquan": ["黄敏"],
        f"county=350102&street={elsewhere.code}&station=wenquan": ["林静", "周全"],
        f"field={city.field.pk}": ["林静"],
        f"delegation={lin.delegation_id}": ["林静"],
        "level=county": [county.name],
        "county=350102&q=h": ["黄敏"],
        f"q=lj&field={city.field.pk}": ["林静"],
        "q=hm&level=county": [],
    }
    for query, names in expected.items():
        assert [d.name for d in client.get(f"/deputies/?{query}").context["deputies"]] == names, query


@pytest.mark.parametrize(
    "query",
    ["county=1", "street=350102003", "station=%00", "station=none", "field=abc", "delegation=999999", "level=x",
     "page=x", "q=%00", "q=" + "a" * 300, "q=%25", "county=350102&county=<b>"],
)  # fmt: skip
def test_nonsense_in_the_address_is_answered_all_the_same(client, deputy, query):
    assert client.get(f"/deputies/?{query}").status_code == 200


def test_a_walk_through_the_pages_meets_every_deputy_once(client, crowd):
    names, seen, address = [d.name for d in crowd(45)], [], "/deputies/?q=dai"
    while address:
        response = client.get(address)
        seen += [d.name for d in response.context["deputies"]]
        address = response.context["older"] and "/deputies/" + response.context["older"]
    assert seen == names


def test_the_row_says_who_it_is_and_the_chips_take_filters_away(client, city, crowd):
    [one] = crowd(1, delegation=Delegation.objects.get(division=city.gulou))
    page = client.get(f"/deputies/?q=dai&county=350102&street={city.street.code}&page=x")
    text = page.content.decode()
    for word in (one.name, "鼓楼区代表团", "教育", city.station.name, "1 位代表", f'href="/deputies/{one.pk}/"'):
        assert word in text
    chips = {word: url for _label, word, url in page.context["chips"]}
    assert chips["鼓楼区"] == "?q=dai"
    assert chips["温泉街道"] == "?q=dai&county=350102"


def test_empty_lists_say_what_to_do_next(client, city):
    assert f'href="{reverse("suggestion_new")}"' in client.get("/deputies/").content.decode()
    assert 'href="/deputies/"' in client.get("/deputies/?q=xyz").content.decode()


@pytest.mark.parametrize("query", ["", "q=dai", "county=350102&q=d", "county=350102&street=350102004&level=municipal"])
def test_the_list_costs_the_same_with_one_and_with_twenty_rows(client, crowd, query):
    crowd(1)
    first = cost(client, f"/deputies/?{query}")
    crowd(19)
    assert cost(client, f"/deputies/?{query}") == first <= 14


def cost(client, path):
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_the_search_for_a_name_reads_an_index(city):
    rows = [Deputy(name=f"人{n}", pinyin=f"ren {n:05}", term=city.term) for n in range(4000)]
    Deputy.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE liaison_deputy")
        # So few rows are read faster without it.
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "deputy_sought" in Deputy.objects.called("ren 03999").order_by().explain()
    assert "deputy_order" in Deputy.objects.current().order_by("pinyin", "id")[:21].explain()


def figures(client, deputy):
    response = client.get(f"/deputies/{deputy.deputy.pk}/")
    return [(figure.value, figure.base) for figure in response.context["figures"]]


def test_the_page_counts_sessions_held_visitors_and_what_came_of_suggestions(
    client, city, deputy, office, citizen, case
):
    lin, base = deputy.deputy, "认领 3 件中"
    make_session(city.station, [lin], days=8)
    for number, days in enumerate((-1, -2, -400)):
        held = make_session(city.station, [lin], days=days)
        workflow.confirm(held.duties.get(), by=deputy)
        workflow.hold(held)
        row = Appointment.objects.create(
            session=held,
            slot=held.slots.first(),
            code=f"AAAAAAAAA{number}",
            name="林晓榕",
            topic="事",
            party=number + 1,
        )
        visit = Reception.objects.create(appointment=row, own_words="话", outcome="advice", recorded_by=office)
        visit.deputies.set([lin])
    case("triaging")
    for target in ("referred", "replied"):
        other = type(lin.claimed.first()).objects.create(
            author=citizen, title="另一件", situation="情况", category=city.category, division=city.street
        )
        case("triaging", other)
        if target == "referred":
            case_verbs.refer(other, by=deputy, opinion="请研究。")
        else:
            case_verbs.answer_directly(other, by=deputy, text="已办。", result="A")
    year = sum((timezone.localdate() + timedelta(days=d)).year == timezone.localdate().year for d in (-1, -2, -400))
    assert figures(client, deputy) == [
        ("3", f"本届以来，其中今年 {year} 场"), ("6", "共 3 次接待"), ("3", "含未公开的"), ("1", base), ("1", base),
        ("1", base), ("0", base),
    ]  # fmt: skip


def test_the_year_of_the_figures_begins_at_midnight_in_the_city(client, city, deputy, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 12, 31, 16, 30, tzinfo=UTC))
    for days in (-2, -1, 0):
        held = make_session(city.station, [deputy.deputy], days=days)
        workflow.confirm(held.duties.get(), by=deputy)
        workflow.hold(held)
    assert figures(client, deputy)[0] == ("3", "本届以来，其中今年 1 场")


def test_only_published_suggestions_are_listed_newest_first(client, deputy, office, case, citizen, city):
    hidden = case("triaging")
    shown = type(hidden).objects.create(
        author=citizen, title="公开的一件", situation="情况", category=city.category, division=city.street
    )
    case("triaging", shown)
    case_verbs.publish(shown, by=office)
    response = client.get(f"/deputies/{deputy.deputy.pk}/")
    assert [s.pk for s, _tone in response.context["suggestions"]] == [shown.pk]
    text = response.content.decode()
    assert hidden.title not in text
    assert shown.get_absolute_url() in text
    assert "代表研判中" in text


def test_the_page_says_what_the_law_wants_public_and_offers_the_ways_to_reach_them(client, city, deputy):
    lin = deputy.deputy
    lin.delegation, lin.electing_unit = Delegation.objects.get(division=city.gulou), "鼓楼区人民代表大会"
    lin.occupation, lin.about = "温泉小学校长", "从教二十年。<b>"
    lin.save()
    lin.stations.set([city.station])
    near = make_session(city.station, [lin], days=5)
    make_session(city.station, [lin], days=9, status="planned")
    response = client.get(f"/deputies/{lin.pk}/")
    text = response.content.decode()
    for word in (
        "第16届",
        "鼓楼区代表团",
        "鼓楼区人民代表大会",
        "温泉小学校长",
        "从教二十年。&lt;b&gt;",
        "教育",
        city.station.name,
    ):
        assert word in text
    assert f'href="{reverse("suggestion_new")}?deputy={lin.pk}"' in text
    assert response.context["sessions"] == [near]


def test_a_former_deputys_page_stays_and_offers_neither_addressing_nor_sessions(client, city, deputy):
    lin = deputy.deputy
    make_session(city.station, [lin], days=5)
    lin.until = timezone.localdate() - timedelta(days=1)
    lin.save()
    response = client.get(f"/deputies/{lin.pk}/")
    text = response.content.decode()
    assert "已不再担任代表" in text
    assert "?deputy=" not in text
    assert response.context["sessions"] == []
    assert client.get("/deputies/999999/").status_code == 404


def test_the_page_costs_the_same_with_one_and_with_twenty_suggestions(client, city, deputy, citizen):
    lin = deputy.deputy

    def fill(count):
        for _n in range(count):
            n = lin.claimed.count()
            row = lin.claimed.create(
                number=f"2026-{n:06}", author=citizen, title="公开", category=city.category, division=city.street,
                status="triaging", submitted_at=timezone.now(),
            )  # fmt: skip
            row.public = row._meta.get_field("public").related_model.objects.create(suggestion=row, title="公开")
            row.published_at = timezone.now()
            row.save()
            make_session(city.station, [lin], days=5 + n)

    fill(1)
    first = cost(client, f"/deputies/{lin.pk}/")
    fill(19)
    assert cost(client, f"/deputies/{lin.pk}/") == first <= 16


def test_the_qr_code_and_the_sheet_lead_to_the_page(client, deputy, settings):
    settings.SITE_URL = "https://portal.example"
    code = client.get(f"/deputies/{deputy.deputy.pk}/qr.svg")
    assert code["Content-Type"] == "image/svg+xml"
    assert code.content == qr.svg(f"/deputies/{deputy.deputy.pk}/")
    page = client.get(f"/deputies/{deputy.deputy.pk}/sheet/").content.decode()
    assert f"https://portal.example/deputies/{deputy.deputy.pk}/" in page
    assert f'src="/deputies/{deputy.deputy.pk}/qr.svg"' in page
