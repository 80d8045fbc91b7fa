"""The pages of figures: read the table alone, name the moment, and lead from every number to the list behind it."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qsl, unquote

import psycopg
import pytest
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fzportal import charts
from suggestions import statistics, tasks, workflow
from suggestions.models import Department, Statistic, StatisticsRun, Suggestion
from suggestions.statistics import Cell, counting, sums, tables

PAGE = "/figures/"


@pytest.fixture
def lived(case, city, citizen, office):
    """Four cases of today: answered and public, answered and not public, declined, in progress and public."""

    def one(state, is_public):
        suggestion = Suggestion.objects.create(
            author=citizen, title=f"菜单公开 {state}", situation="情况。", category=city.category, division=city.street,
            station=city.station,
        )  # fmt: skip
        case(state, suggestion)
        if is_public:
            workflow.publish(suggestion, by=office)
        return suggestion

    made = [one("closed", True), one("replied", False), one("declined", False), one("in_progress", True)]
    statistics.refresh()
    return made


def cost(client, path):
    with CaptureQueriesContext(connection) as seen:
        response = client.get(path)
    assert response.status_code == 200
    return seen.captured_queries, html.unescape(response.content.decode())


def links(page):
    return [url for url in re.findall(r'href="([^"]+)"', page) if url.startswith("/suggestions/?counted")]


def test_every_number_says_how_many_are_public_and_leads_to_them(lived, client):
    page = cost(client, PAGE)[1]
    found = links(page)
    assert any(f"counted=received&span={timezone.localdate().year}" in url for url in found)
    year, month = (f"span={timezone.localdate():{form}}&" for form in ("%Y", "%Y-%m"))
    for url in [u for u in set(found) if year in f"{u}&"] + [u for u in found if month in f"{u}&"][:2]:
        response = client.get(url)
        name, span = response.context["form"]["counted"].value(), response.context["form"]["span"].value()
        kind = "month" if "-" in span else "year"
        row = Statistic.objects.get(of="city", figure=name, span=kind)
        assert len(response.context["entries"]) == row.public > 0, url
    assert "公开 2 件" in page
    # Nobody may read a declined one here: its number stands without a link.
    assert not any("counted=declined" in url for url in found)


def test_the_office_is_led_to_all_cases_behind_a_number(lived, office, client):
    client.force_login(office, "django.contrib.auth.backends.ModelBackend")
    page = cost(client, PAGE)[1]
    found = set(re.findall(r'href="(/admin/suggestions/suggestion/\?counted=[^"]+)"', page))
    assert len(found) > 10
    for url in found:
        listed = client.get(url).context["cl"]
        name = dict(parse_qsl(unquote(url.partition("=")[2])))
        row = Statistic.objects.get(of="city", figure=name["counted"], span="month" if "-" in name["span"] else "year")
        assert listed.result_count == row.number > 0, url


def test_the_page_names_the_moment_and_every_share_its_base(lived, client):
    page = re.sub(r'href="[^"]*"', "", cost(client, PAGE)[1])
    run = statistics.latest_run()
    assert f"截至{timezone.localtime(run.began_at).year}年" in page
    shares = re.findall(r"(\d+\.\d%)(?: \(|</b><small>)([^<)]+)", page)
    assert shares
    for share, base in shares:
        number, whole = sorted(map(int, re.findall(r"\d+", base.replace(",", ""))[:2]))
        assert share == f"{number * 1000 // whole / 10:.1f}%"
    assert page.count("%") == len(shares) + page.count("90%")


def test_the_page_reads_the_table_and_costs_the_same_for_a_town_and_a_city(lived, case, city, citizen, client):
    first, _page = cost(client, PAGE)
    read = "\n".join(q["sql"] for q in first)
    for table in ("suggestions_suggestion", "suggestions_suggestionchange", "suggestions_reply", "suggestions_rating"):
        assert f'"{table}"' not in read
    for n in range(20):
        Department.objects.create(name=f"单位{n}")
        other = Suggestion.objects.create(author=citizen, title="又一条", situation="情况。", category=city.category)
        case("submitted", other)
    statistics.refresh()
    assert len(cost(client, PAGE)[0]) == len(first)
    assert len(cost(client, f"{PAGE}?by=department")[0]) <= len(first)


@pytest.mark.parametrize("kind", ["category", "division", "department", "station", "deputy"])
def test_each_slice_has_its_board(lived, city, deputy, client, kind):
    one = {
        "category": city.category, "division": city.street, "department": city.education, "station": city.station,
        "deputy": deputy.deputy,
    }[kind]  # fmt: skip
    page = cost(client, f"{PAGE}?of={kind}-{one.pk}")[1]
    assert f"<h1>{one.place if kind == 'division' else one}的数字" in page.replace("\n", "")
    board = statistics.read(statistics.Slice.about(one), timezone.localdate().year)
    assert board.cell("received").number == {"department": 3, "deputy": 3}.get(kind, 4)
    for url in links(page)[:2]:
        assert len(client.get(url).context["entries"]) > 0, url


def test_a_county_and_a_task_area_include_what_lies_inside(lived, city):
    year = timezone.localdate().year
    for above in (city.gulou, city.category.parent):
        if above is not None:
            assert statistics.read(statistics.Slice.about(above), year).cell("received").number == 4


@pytest.mark.parametrize("asked", ["of=deputy-999999", "of=nobody", "of=category-x", "year=1700", "by=nothing", "of=-"])
def test_nonsense_shows_the_whole_city(lived, client, asked):
    response = client.get(f"{PAGE}?{asked}")
    assert (response.status_code, response.context["about"].key) == (200, "")


def test_before_the_first_counting_the_page_says_so(client, city):
    assert "还没有统计" in client.get(PAGE).content.decode()
    assert client.get("/figures/about/").status_code == 200


def test_nearly_all_is_not_all_and_nothing_has_no_share():
    assert Cell(9_999, base=10_000).share == "99.9%"
    assert (Cell(5).share, Cell(0, base=0).share, Cell(3, base=3).share) == ("", "", "100.0%")


def test_a_failed_counting_leaves_the_last_one_standing(lived, monkeypatch):
    before = list(Statistic.objects.order_by("pk").values())
    Suggestion.objects.filter(pk=lived[0].pk).update(category=None)
    monkeypatch.setattr(sums, "NEW", "SELECT nothing FROM nowhere")
    with pytest.raises(ProgrammingError):
        statistics.refresh()
    assert list(Statistic.objects.order_by("pk").values()) == before
    monkeypatch.undo()
    statistics.refresh()
    assert not Statistic.objects.filter(of="category", figure="received", number=4).exists()


def test_what_has_not_changed_is_not_written_again(lived):
    kept = set(Statistic.objects.values_list("pk", flat=True))
    statistics.refresh()
    assert set(Statistic.objects.values_list("pk", flat=True)) == kept


@pytest.mark.django_db(transaction=True)
def test_one_process_counts_at_a_time(db):
    where = connection.get_connection_params()
    with psycopg.connect(host=where.get("host"), port=where.get("port"), user=where.get("user"),
                         password=where.get("password"), dbname=where["dbname"]) as other:  # fmt: skip
        other.execute("SELECT pg_advisory_lock(%s)", [counting.LOCK])
        assert statistics.refresh() is None
        other.execute("SELECT pg_advisory_unlock(%s)", [counting.LOCK])
    assert statistics.refresh() is not None


def test_it_counts_when_time_has_passed_and_something_happened(lived, case, office):
    now, run = timezone.now(), statistics.latest_run()
    assert not statistics.is_due(now)
    soon = now + timedelta(minutes=11)
    is_same_day = timezone.localdate(soon) == timezone.localdate(run.began_at)
    assert statistics.is_due(soon) != is_same_day
    assert statistics.is_due(now + timedelta(hours=1, minutes=1))
    workflow.unpublish(lived[0], by=office, reason="隐私")
    assert statistics.is_due(soon)
    # A long counting rests ten times as long.
    StatisticsRun.objects.filter(pk=run.pk).update(finished_at=run.began_at + timedelta(minutes=3))
    assert not statistics.is_due(now + timedelta(minutes=20))


def test_the_tick_counts_once(lived):
    runs = StatisticsRun.objects.count()
    tasks.refresh_statistics()
    assert StatisticsRun.objects.count() == runs
    StatisticsRun.objects.all().delete()
    tasks.refresh_statistics()
    tasks.refresh_statistics()
    assert StatisticsRun.objects.count() == 1


def test_a_deputy_and_a_station_carry_their_own(lived, city, deputy, client):
    for one in (deputy.deputy, city.station, city.education):
        url = one.get_absolute_url() if one != city.education else f"/departments/{one.pk}/"
        page = cost(client, url)[1]
        assert f"/figures/?of={statistics.Slice.about(one).key}" in page
        assert "公开 2 件" in page


def test_departments_cost_the_same_for_one_and_for_twenty(lived, client):
    page = cost(client, "/departments/")[1]
    assert "收到 3 件" in page
    few = len(cost(client, "/departments/")[0])
    for n in range(18):
        Department.objects.create(name=f"单位{n}")
    assert len(cost(client, "/departments/")[0]) == few


def test_a_department_shows_what_it_leads_and_what_it_answered(lived, city, client):
    page = cost(client, f"/departments/{city.education.pk}/")[1]
    assert [title in page for title in (lived[0].title, lived[1].title, lived[3].title)] == [True, False, True]
    assert city.education.phone in page
    Department.objects.filter(pk=city.education.pk).update(is_active=False)
    assert "已停用" in cost(client, f"/departments/{city.education.pk}/")[1]
    # Its old links still find.
    year = timezone.localdate().year
    found = client.get(f"/suggestions/?counted=answered&span={year}&department={city.education.pk}")
    assert [entry.pk for entry in found.context["entries"]] == [lived[0].pk]


def test_the_list_ignores_spans_and_figures_nobody_knows(lived, client):
    for query in ("span=2026-13", "span=99", "counted=nothing", "station=nowhere", "deputy=x", "span=2026-111"):
        assert len(client.get(f"/suggestions/?{query}").context["entries"]) == 2, query
    assert len(client.get("/suggestions/?span=2001").context["entries"]) == 0


@pytest.mark.parametrize(("highest", "top", "step"), [(0, 1, 1), (5, 5, 1), (6, 6, 2), (23, 25, 5), (51, 60, 20)])
def test_a_chart_has_a_round_upper_edge_and_few_lines(highest, top, step):
    assert charts.top_of(highest) == (top, step)


def test_a_gap_breaks_a_line_and_a_number_alone_is_a_dot():
    chart = charts.lines("x", "题", "述", range(1, 6), [("a", [1, 2, None, 4, None])])
    assert [len(line.points.split()) for line in chart.lines] == [2, 1]
    assert len(chart.dots) == 3


def test_stacked_bars_stand_on_each_other():
    chart = charts.stacked("x", "题", "述", ["1"], [("a", [2]), ("b", [3])])
    low, high = chart.bars
    assert float(high.y) + float(high.height) == pytest.approx(float(low.y), abs=0.2)
    assert float(low.height) / float(high.height) == pytest.approx(2 / 3, abs=0.01)


def test_the_short_block_has_a_base_under_every_share(lived):
    board = statistics.read(statistics.Slice(), timezone.localdate().year)
    assert all(base for _label, value, base, _url in tables.in_short(board) if value.endswith("%"))
