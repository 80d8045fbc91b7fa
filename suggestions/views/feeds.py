"""``/suggestions/feed/``: the public list as an Atom feed, with the list's own filters and words looked for."""

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models.functions import Left
from django.http import HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from fzportal.templatetags.ui import lines
from liaison import feeds

from ..forms.browse import FilterForm
from ..listing import ANSWERED, NEWEST, listed
from .browse import found

SIZE = 25
OPENING = 300
# What XML 1.0 cannot carry.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Before the portal: what an empty feed was last changed on.
LONG_AGO = datetime(2024, 1, 16, tzinfo=UTC)


@require_safe
def suggestion_feed(request):
    """25 entries, the newest or (``sort=answered``) the last answered; 304 while it reads as it did.

    Asked about each time, so that what leaves the public pages leaves the feed at once.
    """
    form = FilterForm(request.GET)
    body = HttpResponse(content_type=Atom1Feed.content_type)
    SuggestionFeed().get_feed(form, request).write(body, "utf-8")
    version = feeds.digest(body.content)
    name = hashlib.sha256(address(form).encode()).hexdigest()[:32]
    at = int(feeds.first_seen(f"suggestions:{name}", version).timestamp())
    etag = quote_etag(version)
    response = get_conditional_response(request, etag=etag, last_modified=at) or body
    response["ETag"], response["Last-Modified"] = etag, http_date(at)
    response["Cache-Control"] = "public, no-cache"
    return response


class Atom(Atom1Feed):
    """Without entries it does not change from moment to moment."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else LONG_AGO


class SuggestionFeed(Feed):
    """Public words only; every address is whole, by SITE_URL."""

    feed_type = Atom

    def get_feed(self, obj, request):
        """``obj``: the list's filter form."""
        self.asked = obj.values()
        return super().get_feed(obj, request)

    def title(self, form):
        chips = [f"{label}：{word}" if word else str(label) for _name, label, word in form.chips()]
        return clean(" · ".join([settings.PORTAL["name"], _("Suggestions"), *chips]))

    def link(self, form):
        return whole(reverse("suggestion_list") + query(form))

    def feed_url(self, form):
        return address(form)

    def author_name(self, form):
        return settings.PORTAL["title"]

    def items(self, form):
        sort = "answered" if self.asked.get("sort") == "answered" else "new"
        rows, _order, way = found(form, self.asked, sort)
        order = ANSWERED if sort == "answered" else NEWEST
        with way:
            rows = listed(rows).annotate(opening=Left("public__situation", OPENING)).order_by(*order.by(False))
            return list(rows[:SIZE])

    def item_title(self, row):
        return clean(row.public.title)

    def item_link(self, row):
        return whole(row.get_absolute_url())

    def item_description(self, row):
        text = f"{row.opening}…" if len(row.opening) == OPENING else row.opening
        answer = row.answers[-1] if row.answers else None
        if answer is None:
            return clean(lines(text))
        said = _("Reply of %(giver)s") % {"giver": answer.giver}
        colon = pgettext("before a quotation", ": ")
        return clean(format_html("{}<p>{}{}{}</p>", lines(text), said, colon, answer.opening))

    def item_categories(self, row):
        return [str(name) for name in (row.category, row.division and row.division.place, row.department) if name]

    def item_pubdate(self, row):
        return row.published_at

    def item_updateddate(self, row):
        return max(filter(None, [row.published_at, row.answered_at, row.public.at]))


def query(form) -> str:
    """The filters that say something, for an address."""
    asked = form.values()
    return f"?{urlencode(asked)}" if asked else ""


def address(form) -> str:
    """The feed's own address."""
    return whole(reverse("suggestion_feed") + query(form))


def whole(path) -> str:
    """A page's whole address."""
    return settings.SITE_URL.rstrip("/") + path


def clean(text) -> str:
    """Without what XML cannot carry."""
    return UNPRINTABLE.sub("", str(text))
