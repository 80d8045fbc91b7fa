"""Switches, written pages, the component gallery and what people see when something fails.

A form that does not validate is answered with ``render(request, template, context, status=422)``.
"""

import logging
import re
import sys
from http import HTTPStatus

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_safe

from fzportal import context
from fzportal.gallery import gallery

__all__ = ["about", "accessibility", "gallery", "help_page", "privacy", "set_language_link", "set_mode", "sitemap"]

logger = logging.getLogger("fzportal.errors")
YEAR = 365 * 24 * 3600
BUSY_SECONDS = 30
# Never written back onto a page.
SECRET = re.compile(r"(^|[\W_])(csrfmiddlewaretoken|\w*password|code|token|key|otp|secret|credential)\d*($|[\W_])")
LAST_RESORT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>系统出错了</title>
<h1>系统出错了</h1><p>请稍后再试。报错编号：%s</p></html>"""


def back(request):
    """Where a switch returns to: the page it was pressed on, if that is one of ours."""
    target = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(target)
    return redirect("home")


def remember(response, name, value):
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


@require_safe
def set_mode(request, mode):
    """``/mode/elder/`` and ``/mode/normal/``: a plain link, so that it works without JavaScript."""
    if mode not in ("elder", "normal"):
        raise Http404
    return remember(back(request), "mode", mode)


@require_safe
def set_language_link(request, code):
    """``/language/en/``: the same for the language."""
    if code not in dict(settings.LANGUAGES) or not check_for_language(code):
        raise Http404
    return remember(back(request), settings.LANGUAGE_COOKIE_NAME, code)


@require_safe
def about(request):
    return render(request, "pages/about.html")


@require_safe
def help_page(request):
    return render(request, "pages/help.html")


@require_safe
def privacy(request):
    values = {"years": settings.CONTACT_KEPT_YEARS, "days": settings.DRAFT_KEPT_DAYS}
    return render(request, "pages/privacy.html", values)


@require_safe
def accessibility(request):
    return render(request, "pages/accessibility.html")


@require_safe
def sitemap(request):
    return render(request, "pages/sitemap.html")


def kept_words(request):
    """The texts a failed POST carried: no secrets, no files, no mere choices (short codes of a form's own)."""
    if request.method != "POST":
        return []
    try:
        return [
            text
            for name, texts in request.POST.lists()
            for text in texts
            if not SECRET.search(name.lower()) and text.strip() and not (text.isascii() and len(text) < 6)
        ]
    except Exception:  # a broken or oversized body: there is nothing to give back
        logger.warning("The body of the failed request could not be read", exc_info=True)
        return []


def failure_page(request, status, *, with_person=False, **values):
    """An error page that cannot itself fail; it touches session and database only ``with_person``."""
    values = {**values, "request_id": getattr(request, "id", ""), "kept": kept_words(request)}
    for scope in (request, None) if with_person else (None,):
        try:
            extra = {} if scope else {**context.portal(request), "standalone": True}
            return HttpResponse(render_to_string(f"{status.value}.html", {**extra, **values}, scope), status=status)
        except Exception:
            logger.exception("The page for status %s could not be drawn", status.value)
    return HttpResponse(LAST_RESORT % values["request_id"], status=status)


def bad_request(request, exception=None):
    return failure_page(request, HTTPStatus.BAD_REQUEST)


def forbidden(request, exception=None):
    return failure_page(request, HTTPStatus.FORBIDDEN, with_person=True)


def csrf_failure(request, reason=""):
    """The form was too old or came from elsewhere; the words typed are shown so that they can be sent again."""
    return failure_page(request, HTTPStatus.FORBIDDEN, with_person=True, expired=True)


def not_found(request, exception=None):
    return failure_page(request, HTTPStatus.NOT_FOUND, with_person=True)


def too_many(request):
    response = failure_page(request, HTTPStatus.TOO_MANY_REQUESTS, with_person=True)
    response["Retry-After"] = BUSY_SECONDS
    return response


def unavailable(request):
    response = failure_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = BUSY_SECONDS
    return response


def server_error(request):
    """500, or 503 when it was the database that failed outside of a view (sessions, sign-in)."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return unavailable(request)
    return failure_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)
