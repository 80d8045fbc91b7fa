"""What every page knows: the portal's name, the display mode and language, demo or not, what is unread."""

from functools import cache

from django.conf import settings
from django.utils.translation import get_language

LANGUAGE_TAGS = {"zh-hans": "zh-CN", "zh-hant": "zh-TW"}


def portal(request):
    """Values for every template rendered with a request; the database is asked only when ``unread`` is drawn."""
    language = get_language() or settings.LANGUAGE_CODE

    @cache
    def unread():
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return 0
        return user.notifications.in_inbox_of(user).unread().count()

    return {
        "portal": settings.PORTAL,
        "demo": settings.DEMO,
        "mode": "elder" if request.COOKIES.get("mode") == "elder" else "",
        "lang": LANGUAGE_TAGS.get(language, language),
        "unread": unread,
    }
