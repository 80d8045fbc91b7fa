"""``/desk/passages/``: canned passages a department keeps for its replies; everybody's are read here."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from suggestions import passages, workflow
from suggestions.forms.passages import PassageForm
from suggestions.models import Passage
from suggestions.permissions import may_edit_passage


def departments_of(user) -> frozenset:
    """The departments whose passages this person keeps. Raises PermissionDenied where there are none."""
    found = user.scopes("handler") | user.scopes("approver")
    if not found:
        raise PermissionDenied
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def desk_passages(request):
    """The department's own and everybody's; POST keeps a new one."""
    departments = departments_of(request.user)
    form = PassageForm(request.POST if request.method == "POST" else None, departments=departments)
    if form.is_bound and form.is_valid():
        return kept(request, None, form)
    rows = list(Passage.objects.readable_in(departments).select_related("department"))
    values = {
        "form": form,
        "own": [row for row in rows if row.department_id],
        "general": [row for row in rows if not row.department_id and row.is_active],
        "names_departments": len(departments) > 1,
        "variables": passages.VARIABLES.items(),
    }
    return render(request, "desk/passages.html", values, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def desk_passage(request, pk):
    """Change one of the department's own, or take it out of use; nothing is deleted."""
    departments = departments_of(request.user)
    passage = get_object_or_404(Passage.objects.readable_in(departments), pk=pk)
    if not may_edit_passage(request.user, passage):
        raise PermissionDenied
    form = PassageForm(request.POST if request.method == "POST" else None, instance=passage, departments=departments)
    if form.is_bound and form.is_valid():
        return kept(request, passage, form)
    values = {"form": form, "passage": passage, "variables": passages.VARIABLES.items()}
    return render(request, "desk/passage.html", values, status=422 if form.is_bound else 200)


def kept(request, passage, form):
    """Keep it, and say which braces will stand as they were typed."""
    passage = workflow.keep_passage(passage, by=request.user, **form.words)
    messages.success(request, _("Passage kept: %(title)s") % {"title": passage.title})
    if strange := passages.wrong(passage.text):
        messages.warning(request, passages.said_of_wrong(strange))
    return redirect("desk_passages")
