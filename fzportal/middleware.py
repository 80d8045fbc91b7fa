"""Every request has a name; every failure has a page that keeps the words the person had typed."""

import logging
import re
import uuid
from contextvars import ContextVar

from allauth.core.exceptions import RateLimited
from django.db import InterfaceError, OperationalError
from django.urls import reverse

from fzportal import views

request_id = ContextVar("request_id", default="-")
logger = logging.getLogger("fzportal.errors")
# Addresses that are keys themselves.
SECRET_PATH = re.compile(r"(/calendar/private/)[\w-]+")


class RequestIdMiddleware:
    """A fresh id per request: in ``request.id``, in every log line and in the answer's ``X-Request-Id``."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = uuid.uuid4().hex[:12]
        # Not taken back afterwards: Django logs 4xx answers when all middleware is done. The next request sets its own.
        request_id.set(request.id)
        response = self.get_response(request)
        response["X-Request-Id"] = request.id
        return response


class RequestIdFilter(logging.Filter):
    """Gives log records the id of the request they belong to (``-`` outside of one), and takes secret addresses out."""

    def filter(self, record):
        record.request_id = request_id.get()
        if isinstance(record.args, tuple):
            record.args = tuple(SECRET_PATH.sub(r"\1…", a) if isinstance(a, str) else a for a in record.args)
        return True


class ErrorPagesMiddleware:
    """Failures that are nobody's bug: too many tries (429), no database (503), a NUL in the admin's address (400)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Our own forms clean it; the admin's filters pass it on to PostgreSQL, which refuses it.
        if "%00" in request.META.get("QUERY_STRING", "") and request.path.startswith(reverse("admin:index")):
            return views.bad_request(request)
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, RateLimited):
            return views.too_many(request)
        if isinstance(exception, (OperationalError, InterfaceError)):
            logger.error("The database does not answer: %s", exception, exc_info=exception)
            return views.unavailable(request)
        return None
