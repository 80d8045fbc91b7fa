"""The yearly plan of a station, of a division, of the city: a page for paper, and the same as XLSX."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import phrases, plan
from ..forms.calendar import PlanForm
from ..models import Division, Session, Station
from .calendar import city_code, count_words, month_title

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def station_plan(request, slug):
    """``/stations/<slug>/plan/?year=2026``"""
    station = get_object_or_404(Station.objects.select_related("division__parent"), slug=slug)
    year = PlanForm(request.GET).shown_year
    rules = station.rules.filter(is_active=True).order_by("begins", "pk")
    values = {
        "station": station,
        "title": _("%(name)s: reception days %(year)s") % {"name": station, "year": year},
        "rules": [(phrases.phrase(rule.recurrence), rule) for rule in rules],
        "feed": reverse("station_feed", args=[slug]),
        "xlsx": f"{reverse('station_plan_xlsx', args=[slug])}?year={year}",
        "calendar": f"{reverse('calendar')}?{urlencode({'station': slug})}",
        "years": [(y, f"?year={y}") for y in (year - 1, year, year + 1)],
    }
    return page(request, year, plan.of_year(Session.objects.filter(station=station), year), values)


@require_safe
def city_plan(request):
    """``/calendar/plan/?year=2026&division=350102``; a plan too long to read shows how many there are where."""
    form = PlanForm(request.GET)
    place = form.place.chosen
    query = form.query()
    values = {
        "form": form,
        "title": _("%(name)s: reception days %(year)s") % {"name": place_name(place), "year": form.shown_year},
        "feed": reverse("division_feed", args=[place.code if place else city_code()]),
        "xlsx": f"{reverse('city_plan_xlsx')}?{urlencode(query)}",
        "calendar": f"{reverse('calendar')}?{urlencode({'division': query['division']} if place else {})}",
    }
    rows = sessions_of(form)
    if rows.order_by()[: plan.MOST + 1].count() > plan.MOST:
        parts = [
            (one, count_words(n), f"?{urlencode({**query, 'division': one.code})}" if leads_on(one, place) else "")
            for one, n in plan.by_division(rows, place)
        ]
        return render(
            request,
            "liaison/plan.html",
            values | {"parts": parts, "count": count_words(rows.count()), "now": timezone.now()},
        )
    return page(request, form.shown_year, rows, values)


def leads_on(division, place) -> bool:
    """Whether ``division`` can be chosen, and is not the one shown."""
    return division != place and division.level in (Division.Level.COUNTY, Division.Level.STREET)


def page(request, year, rows, values):
    """The plan itself: a table by month."""
    now = timezone.now()
    months = [(month_title(month.first), month.sessions) for month in plan.months(rows, now)]
    count = count_words(sum(len(sessions) for _title, sessions in months))
    values = values | {"months": months, "count": count, "year": year, "now": now}
    return render(request, "liaison/plan.html", values)


@require_safe
def station_plan_xlsx(request, slug):
    """``/stations/<slug>/plan.xlsx``"""
    station, year = get_object_or_404(Station, slug=slug), PlanForm(request.GET).shown_year
    return sheet(f"{station} {year}", plan.of_year(Session.objects.filter(station=station), year))


@require_safe
def city_plan_xlsx(request):
    """``/calendar/plan.xlsx``; what is too long for a page is too long here, and leads back to it."""
    form = PlanForm(request.GET)
    rows = sessions_of(form)
    if rows.order_by()[: plan.MOST + 1].count() > plan.MOST:
        return redirect(f"{reverse('city_plan')}?{urlencode(form.query())}")
    return sheet(f"{place_name(form.place.chosen)} {form.shown_year}", rows)


def sessions_of(form):
    """The year's sessions in the division asked for, or everywhere."""
    sessions = plan.of_year(Session.objects.all(), form.shown_year)
    return sessions.in_divisions([form.place.chosen]) if form.place.chosen else sessions


def sheet(title, rows):
    """The workbook as a download."""
    response = HttpResponse(plan.workbook(title, rows, timezone.now()), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{title}.xlsx")
    return response


def place_name(place) -> str:
    """The division, or the city as a whole."""
    return place.place if place else str(city() or _("The whole city"))


def city():
    """The city's own division."""
    return Division.objects.filter(level=Division.Level.CITY).first()
