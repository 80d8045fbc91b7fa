"""``/calendar/``: who receives people where and when, by month, week or day; everything in the address."""

from datetime import date

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fzportal import paging
from fzportal.paging import Order
from fzportal.templatetags.ui import MONTHS, WEEKDAYS, day, short_day

from .. import timetable
from ..forms.calendar import DAY, MONTH, VIEWS, CalendarForm, is_one
from ..models import Division, Session

IN_ORDER = Order(("starts_at", "id"), descending=False)


@require_safe
def calendar(request):
    """A month by default: the days as a table, on narrow screens as a list of those that have sessions."""
    now, form = timezone.now(), CalendarForm(request.GET)
    shown = timetable.stretch(form.shown_view, form.shown_day, form.today)
    sessions = form.narrow(Session.objects.all())
    values = {
        "form": form,
        "shown": shown,
        "title": title_of(shown),
        "weekdays": weekdays(),
        "chips": [(label, word, address(form, without=name)) for name, label, word in form.chips()],
        "views": [(word, address(form, view=view), view == shown.view) for view, word in view_words()],
        "earlier": shown.earlier and address(form, date=shown.earlier),
        "later": shown.later and address(form, date=shown.later),
        "today": address(form, date=form.today),
        "is_now": shown.first <= form.today <= shown.last,
        **ways_out(form, shown),
    }
    if shown.view == DAY:
        return render(request, "liaison/calendar_day.html", values | one_day(request, form, sessions, shown, now))
    return render(request, "liaison/calendar.html", values | days(form, sessions, shown, now))


def view_words():
    """(view, its word) of the three views."""
    return zip(VIEWS, (_("Month"), _("Week"), _("Day")), strict=True)


def days(form, sessions, shown, now) -> dict:
    """The table's weeks; each day knows the address of its own page."""
    weeks = timetable.weeks(sessions, shown, now)
    count = sum(len(one.sessions) + one.more for week in weeks for one in week)
    addresses = {one.date: address(form, view=DAY, date=one.date) for week in weeks for one in week if one.more}
    return {
        "weeks": [[(one, addresses.get(one.date)) for one in week] for week in weeks],
        "count": count_words(count),
        "count_number": count,
        "bare": "?" + urlencode({"view": shown.view, "date": shown.first}),
    }


def one_day(request, form, sessions, shown, now) -> dict:
    """All sessions of a day, paged by key."""
    rows = sessions.between(*shown.times)
    page = paging.page(rows, IN_ORDER, request.GET.get(paging.PARAMETER, ""))
    found = timetable.with_standing(Session.objects.filter(pk__in=[row.pk for row in page.rows]), now)
    holiday = timetable.Holiday.objects.filter(date=shown.first).first()
    return {
        "sessions": found,
        "count": count_words(rows.count()),
        "holiday": holiday,
        "month": address(form, view=MONTH),
        **page.links(request),
    }


def count_words(count: int) -> str:
    """ "12 场接待"."""
    return ngettext("%(n)s session", "%(n)s sessions", count) % {"n": f"{count:,}"}


def title_of(shown) -> str:
    """2026年11月 · 11月16日—11月22日 · the whole date."""
    if shown.view == DAY:
        return day(shown.first)
    if shown.view == "week":
        return f"{short_day(shown.first)}—{short_day(shown.last)}"
    return month_title(shown.first)


def month_title(first: date) -> str:
    """2026年11月; in English November 2026."""
    if get_language().startswith("zh"):
        return f"{first.year}年{first.month}月"
    return f"{MONTHS[first.month - 1]} {first.year}"


def weekdays() -> list[str]:
    """The heads of the columns, from Monday."""
    if get_language().startswith("zh"):
        return [f"周{word}" for word in WEEKDAYS]
    return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def address(form, without="", **changes) -> str:
    """This page's address with ``changes``, its filters kept but ``without`` one."""
    query = {"view": form.shown_view, "date": form.shown_day, **changes}
    kept = {name: word for name, word in form.kept().items() if name != without}
    return "?" + urlencode({**query, **kept})


def ways_out(form, shown) -> dict:
    """Where the same sessions can be subscribed to, and read as the plan of a year."""
    year = {"year": shown.first.year}
    if is_one(form.stations):
        slug = form.stations[0].slug
        plan = f"{reverse('station_plan', args=[slug])}?{urlencode(year)}"
        return {"feed": reverse("station_feed", args=[slug]), "plan": plan}
    if is_one(form.deputies):
        return {"feed": reverse("deputy_feed", args=[form.deputies[0].pk]), "plan": ""}
    place = form.place.chosen
    if place:
        year["division"] = place.code
    feed = reverse("division_feed", args=[place.code if place else city_code()])
    return {"feed": feed, "plan": f"{reverse('city_plan')}?{urlencode(year)}"}


def city_code() -> str:
    """The city's own division; Fuzhou's code when the divisions are not loaded."""
    codes = Division.objects.filter(level=Division.Level.CITY).values_list("code", flat=True)
    return codes.first() or "350100"
