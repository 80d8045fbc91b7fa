"""The front door: true figures with their base, the newest answers, light enough for a poor line."""

import gzip
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fzportal import workdays
from suggestions import statistics, workflow
from suggestions.models import Suggestion


def at(month, day, hour=10):
    return timezone.make_aware(datetime(2026, month, day, hour))


@pytest.fixture
def answered(case, city, citizen, office):
    """``answered(received, given, due)``: a published, answered suggestion with these times."""

    def make(received, given, due):
        suggestion = Suggestion.objects.create(
            author=citizen, title="一条建议", situation="情况。", category=city.category, division=city.street
        )
        case("replied", suggestion)
        workflow.publish(suggestion, by=office)
        suggestion.changes.update(at=received)
        suggestion.changes.filter(event="reply_review").update(due_at=due)
        suggestion.changes.filter(event__in=["replied", "redacted", "published"]).update(at=given)
        Suggestion.objects.filter(pk=suggestion.pk).update(submitted_at=received, answered_at=given)
        return suggestion

    return make


def test_the_figures_are_counted_as_they_say(answered, case):
    # Over the National Day holiday, and on its last day.
    answered(at(9, 28), at(10, 12), workdays.close_of(at(10, 12).date()))
    answered(at(11, 2), at(11, 4), at(11, 10))
    answered(at(11, 2), at(11, 20), at(11, 10))  # late
    case("submitted")
    statistics.refresh(at(11, 22))
    year = statistics.year_so_far(at(11, 22))
    expected = workdays.between(at(9, 28).date(), at(10, 12).date())
    assert sorted([expected, 2, 14])[1] == year.days
    assert (year.number, year.received, year.answered, year.at) == (2026, 4, 3, at(11, 22))
    assert (year.on_time, year.promised, year.on_time_share, year.on_time_base) == (2, 3, "66.6%", "2 / 3")


def test_last_years_cases_are_not_this_years(answered):
    answered(at(11, 2), at(11, 4), at(11, 10))
    later = timezone.make_aware(datetime(2027, 1, 2))
    statistics.refresh(later)
    assert statistics.year_so_far(later) == (2027, 0, 0, None, 0, 0, later)


def test_nearly_all_is_never_shown_as_all():
    year = statistics.Year(2026, 0, 0, None, 9_999, 10_000)
    assert (year.on_time_share, year.on_time_base) == ("99.9%", "9,999 / 10,000")


def test_without_a_base_there_is_no_figure(client, db):
    page = client.get("/").content.decode()
    assert 'class="figure"' not in page
    assert "有了答复，会先出现在这里。" in page


def test_the_newest_public_answers_are_shown_and_no_others(answered, case, office, client):
    shown = [answered(at(11, 2), at(11, day), at(11, 30)) for day in range(3, 9)]
    workflow.unpublish(shown[-1], by=office, reason="含有隐私")
    entries = client.get("/").context["answered"]
    assert [e.number for e in entries] == [s.number for s in reversed(shown[1:5])]


def test_home_costs_the_same_with_one_and_with_five_answers(answered, client):
    def cost():
        statistics.refresh()
        with CaptureQueriesContext(connection) as found:
            assert "figures-moment" in client.get("/").content.decode()
        return len(found)

    # This year's, whenever this runs: the page shows the year it is.
    answered(timezone.now(), timezone.now(), timezone.now())
    first = cost()
    for _n in range(4):
        answered(timezone.now(), timezone.now(), timezone.now())
    assert cost() == first <= 12


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_first_visit_is_light_and_asks_nobody_else(answered, new_page, live):
    for day in range(3, 8):
        answered(at(11, 2), at(11, day), at(11, 30))
    page, seen = new_page(375, height=700), []
    page.on("response", lambda response: seen.append((response.url, response.body())))
    page.goto("/", wait_until="networkidle")
    sizes = {url: len(gzip.compress(body)) for url, body in seen}
    html = next(body for url, body in seen if url.rstrip("/") == live)
    assert len(html) <= 30_000
    assert len(seen) <= 12
    assert sum(sizes.values()) <= 150_000
    assert [url for url in sizes if not url.startswith(live)] == []


def test_the_promise_is_not_torn_apart_within_a_phrase(client, db):
    page = client.get("/").content.decode()
    assert page.count('<span class="phrase">') == 4
    assert '<span class="phrase">有人听、</span>' in page
