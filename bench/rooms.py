"""Which pages are measured, each with what it is asked for and by whom."""

from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from suggestions.models import Suggestion

NAMES = ["林", "林静", "chenmin", "lj", "huang", "郑榕"]
TWO = ["电梯", "食堂", "内河", "路灯", "古树", "停车", "公交", "温泉"]
FOUR = ["社区食堂", "学校食堂", "晚上没有", "公布时间", "独居老人", "公园厕所", "延长开放", "三坊七巷"]


def rooms(cast) -> dict:
    """name -> (paths, cookie, test client)."""
    nobody, tracker = Client(), Client()
    deputy, officer = signed_in(cast["deputy_user"]), signed_in(cast["officer"])
    numbers = list(Suggestion.objects.published().order_by("pk").values_list("number", flat=True)[:2000:100])
    case = Suggestion.objects.get(number=numbers[0])
    opened = tracker.post("/track/", {"number": case.number, "code": case.query_code}, follow=True)
    slug, today = cast["stations"][0].slug, f"{timezone.localdate():%F}"
    theme, place = case.category.slug, case.division.code
    return {
        "bare": (["/bare/"], "", nobody),
        "home": (["/"], "", nobody),
        "browse": (["/suggestions/"], "", nobody),
        "browse, filtered": ([f"/suggestions/?category={theme}&division={place}"], "", nobody),
        "search, 2 characters": ([f"/suggestions/?q={q}" for q in map(quote, TWO)], "", nobody),
        "search, 4 characters": ([f"/suggestions/?q={q}" for q in map(quote, FOUR)], "", nobody),
        "feed": (["/suggestions/feed/"], "", nobody),
        "feed, filtered": ([f"/suggestions/feed/?theme={theme}", "/suggestions/feed/?sort=answered"], "", nobody),
        "feed of a search": ([f"/suggestions/feed/?q={q}" for q in map(quote, TWO)], "", nobody),
        "open data": (["/figures/data/"], "", nobody),
        "figures": (["/figures/"], "", nobody),
        "departments": (["/departments/"], "", nobody),
        "detail": ([f"/suggestions/{n}/" for n in numbers], "", nobody),
        "track": ([opened.request["PATH_INFO"]], cookie(tracker), tracker),
        "desk": (["/desk/"], cookie(deputy), deputy),
        "stations": (["/stations/"], "", nobody),
        "stations of a district": (["/stations/?division=350102"], "", nobody),
        "station": ([s.get_absolute_url() for s in cast["stations"]], "", nobody),
        "calendar, a month": (["/calendar/"], "", nobody),
        "calendar of a station": ([f"/calendar/?station={s.slug}" for s in cast["stations"]], "", nobody),
        "deputies by name": ([f"/deputies/?q={quote(q)}" for q in NAMES], "", nobody),
        "deputy": ([d.get_absolute_url() for d in cast["residents"]], "", nobody),
        "session": ([s.get_absolute_url() for s in cast["sessions"]], "", nobody),
        "counter, today": ([reverse("desk_station_day", args=[slug, today])], cookie(officer), officer),
    }


def signed_in(user_pk) -> Client:
    """A client signed in as somebody."""
    client = Client()
    client.force_login(get_user_model().objects.get(pk=user_pk), settings.AUTHENTICATION_BACKENDS[0])
    return client


def cookie(client) -> str:
    """The session a test client holds, for a real connection."""
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
