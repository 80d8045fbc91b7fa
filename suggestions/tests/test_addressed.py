"""A suggestion written to one deputy or one station: from the QR code to the pool."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from suggestions import workflow
from suggestions.models import Suggestion
from tests.cast import BOTH

from .submission import page, shown, where, who, words

pytestmark = pytest.mark.django_db
START = "/suggestions/new/"


def begin(client, query):
    """The draft the first page made at this address."""
    client.post(f"{START}?{query}", {"topic": "suggestion"})
    return Suggestion.objects.drafts().order_by("-pk").first()


def test_a_deputys_address_is_kept_through_the_steps_and_shown_at_each(client, city, citizen, other_deputy):
    client.force_login(citizen)
    deputy = other_deputy.deputy
    assert "黄敏代表" in shown(client.get(f"{START}?deputy={deputy.pk}"))
    draft = begin(client, f"deputy={deputy.pk}")
    assert (draft.addressed_to, draft.station) == (deputy, None)
    client.post(page("words", draft), words())
    client.post(page("place", draft), where(city))
    client.post(page("person", draft), who())
    for step in ("words", "place", "files", "person", "check"):
        assert "黄敏代表" in shown(client.get(page(step, draft))), step
    client.post(page("check", draft))
    draft.refresh_from_db()
    assert (draft.status, draft.addressed_to) == ("submitted", deputy)
    assert "写给黄敏代表" in shown(client.get(draft.get_absolute_url()))


def test_a_stations_address_is_kept_before_signing_in_too(client, city):
    draft = begin(client, f"station={city.station.slug}")
    assert (draft.author, draft.station, draft.addressed_to) == (None, city.station, None)
    assert str(city.station) in shown(client.get(page("words", draft)))


def test_the_addressed_deputy_finds_it_in_the_pool_wherever_it_is(client, office, draft, other_deputy):
    assert not Suggestion.objects.in_pool_of([other_deputy.deputy]).exists()
    draft.addressed_to = other_deputy.deputy
    draft.save()
    workflow.submit(draft, by=draft.author, consents=BOTH)
    workflow.accept(draft, by=office)
    assert list(Suggestion.objects.in_pool_of([other_deputy.deputy])) == [draft]
    assert other_deputy in draft.audience("pool")
    client.force_login(other_deputy)
    assert "黄敏代表" in shown(client.get(reverse("desk_case", args=[draft.number])))


def test_the_addressee_is_taken_off_and_the_page_stays(client, citizen, city, other_deputy):
    client.force_login(citizen)
    draft = begin(client, f"deputy={other_deputy.deputy.pk}")
    here = page("words", draft) + "?back=check"
    answer = client.post(page("unaddress", draft), {"next": here})
    assert (answer.status_code, answer.url) == (302, here)
    draft.refresh_from_db()
    assert (draft.addressed_to, draft.station) == (None, None)
    assert "黄敏代表" not in shown(client.get(page("words", draft)))


@pytest.mark.parametrize("goal", ["https://elsewhere.example/", "//elsewhere.example", "/admin/", ""])
def test_taking_it_off_leads_nowhere_else(client, citizen, city, goal):
    client.force_login(citizen)
    draft = begin(client, f"station={city.station.slug}")
    answer = client.post(page("unaddress", draft), {"next": goal})
    assert answer.url == reverse("suggestion_new_continue", args=[draft.pk])


def test_only_its_writer_takes_it_off(client, citizen, neighbour, city):
    client.force_login(citizen)
    draft = begin(client, f"station={city.station.slug}")
    client.force_login(neighbour)
    assert client.post(page("unaddress", draft)).status_code == 404
    draft.refresh_from_db()
    assert draft.station == city.station


def test_who_is_not_there_any_more_is_left_out_with_a_line(client, citizen, city, other_deputy):
    ended, closed = other_deputy.deputy, city.station
    ended.until = timezone.localdate() - timedelta(days=1)
    ended.since = ended.until - timedelta(days=30)
    ended.save()
    closed.is_active = False
    closed.save()
    client.force_login(citizen)
    for query, line in ((f"deputy={ended.pk}", "这位代表"), (f"station={closed.slug}", "这个联络站")):
        assert line in shown(client.get(f"{START}?{query}"))
        draft = begin(client, query)
        assert (draft.addressed_to, draft.station) == (None, None)


@pytest.mark.parametrize(
    "query", ["deputy=", "deputy=x", "deputy=²", "deputy=99999999999999999999", "station=%00", "station="]
)
def test_nonsense_in_the_address_is_no_error(client, db, query):
    assert client.get(f"{START}?{query}").status_code == 200


def test_the_detour_over_who_is_responsible_keeps_the_addressee(client, citizen, city):
    client.force_login(citizen)
    answer = client.post(f"{START}?station={city.station.slug}", {"topic": "hotline"})
    assert answer.url.endswith(f"/elsewhere/hotline/?station={city.station.slug}")
    assert f'action="{START}?station={city.station.slug}"' in shown(client.get(answer.url))


def test_an_empty_draft_begun_for_somebody_else_is_not_written_to_them(client, citizen, city, other_deputy):
    client.force_login(citizen)
    first = begin(client, f"deputy={other_deputy.deputy.pk}")
    second = begin(client, "")
    assert (second.pk, second.addressed_to) == (first.pk, None)
