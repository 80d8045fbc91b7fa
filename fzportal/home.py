"""The home page: what was answered lately, what comes next, and the three doors most people look for."""

from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request):
    """The front door."""
    return render(request, "home.html")
