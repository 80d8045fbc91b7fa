"""What every page knows: the portal's name, the display mode, the language, whether this is the demo."""

from django.conf import settings
from django.utils.translation import get_language

LANGUAGE_TAGS = {"zh-hans": "zh-CN", "zh-hant": "zh-TW"}


def portal(request):
    """Values for every template rendered with a request; asks the database nothing."""
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "portal": settings.PORTAL,
        "demo": settings.DEMO,
        "mode": "elder" if request.COOKIES.get("mode") == "elder" else "",
        "lang": LANGUAGE_TAGS.get(language, language),
    }
