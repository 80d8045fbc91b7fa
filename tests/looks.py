"""How tests look at a page: axe-core, and whether anything is cut off at any width; and how they sign in."""

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

# (width, 关怀版). The pieces all pages are built from are looked at in every mode and width (fzportal/tests/
# test_access.py); a page of its own in two views that differ in both, and for what is cut off at every width.
LOOKS = [(375, False), (1280, True)]
WIDTHS = (320, 375, 768, 1280)


def findings(page) -> list[str]:
    """What axe reports, one line per rule and place, and each width at which the page scrolls sideways."""
    report = Axe().run(page).response
    found = [f"{rule['id']}: {node['html'][:160]}" for rule in report["violations"] for node in rule["nodes"]]
    return found + sideways(page)


def sideways(page, widths=WIDTHS) -> list[str]:
    """Each of ``widths`` at which something sticks out at the side; the page is left at its own width."""
    size, found = page.viewport_size, []
    for width in widths:
        page.set_viewport_size({"width": width, "height": size["height"]})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{wide} px wide on {width}")
    page.set_viewport_size(size)
    return found


def sign_in(page, user, live):
    """Be ``user`` in this page's profile, as if by code."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live}])
