"""Departments in public: who they are, what they lead now, how they did, what they promised and answered."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fzportal import paging
from fzportal.paging import Order
from fzportal.templatetags.ui import door_url

from .. import statistics
from ..forms.browse import GROUPS
from ..listing import ANSWERED, NEWEST, entries, listed
from ..models import Department, Statistic, Suggestion

IN_ORDER = Order(("id",), descending=False)
SHOWN = 5


@require_safe
def department_list(request):
    """``/departments/``: every department in use, with the year's figures beside its name."""
    rows = Department.objects.filter(is_active=True)
    page = paging.page(rows, IN_ORDER, request.GET.get(paging.PARAMETER, ""))
    year, count = timezone.localdate().year, paging.count(rows).number
    values = {
        "boards": [
            (board.about.one, *(board.cell(name) for name in ("received", "answered", "on_time")))
            for board in statistics.boards(Statistic.Of.DEPARTMENT, year, page.rows)
        ],
        "year": year,
        "run": statistics.latest_run(),
        "count": ngettext("%(n)s department", "%(n)s departments", count) % {"n": f"{count:,}"},
        **page.links(request),
    }
    return render(request, "suggestions/departments.html", values)


@require_safe
def department_detail(request, pk):
    """``/departments/<pk>/``: one that is no longer in use stays, marked, for whoever follows an old link."""
    department = get_object_or_404(Department, pk=pk)
    theirs = Suggestion.objects.published().filter(department=department)
    leading = theirs.filter(status__in=GROUPS["department"][1])
    answered = theirs.filter(answered_at__isnull=False)
    values = {
        "department": department,
        "leading": entries(list(listed(leading).order_by(*NEWEST.by(False))[:SHOWN])),
        "leading_count": paging.count(leading),
        "leading_url": f"{reverse('suggestion_list')}?department={pk}&state=department",
        "answered": entries(list(listed(answered).order_by(*ANSWERED.by(False))[:SHOWN])),
        "answered_url": f"{reverse('suggestion_list')}?department={pk}&sort=answered",
        "promises_url": f"{door_url('commitment_list')}?department={pk}" if door_url("commitment_list") else "",
    }
    return render(request, "suggestions/department.html", values)
