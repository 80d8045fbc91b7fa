"""Looking at a page as a careful visitor does: axe-core on a phone and a desk screen, the browser's complaints."""

import os
from pathlib import Path

from tests.looks import findings

WIDTHS = (375, 1280)
# The browser logs every answer from 400 on as an error of its own; those that belong to a journey are seen on the page.
ANSWERS = "Failed to load resource"


class Eyes:
    """``look(page, name)`` opens the page once more in a second tab, at both widths, and runs axe there.

    axe injects styles, so it stays out of the tab that is listened to: ``complaints`` are what the browser said there.
    With SHOTS naming a folder, every page is photographed.
    """

    def __init__(self):
        self.found, self.complaints, self.seen = {}, [], set()

    def listen(self, page):
        """Collect what the browser complains about: the content security policy, scripts that fail."""
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def hear(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(ANSWERS):
            self.complaints.append(message.text)

    def look(self, page, name):
        """Once for each name."""
        if name in self.seen:
            return
        self.seen.add(name)
        twin = page.context.new_page()
        twin.emulate_media(reduced_motion="reduce")
        for width in WIDTHS:
            twin.set_viewport_size({"width": width, "height": 900})
            if width == WIDTHS[0]:
                twin.goto(page.url)
            self.photograph(twin, f"{len(self.seen):02}-{name}-{width}")
            self.found[f"{name} {width}"] = findings(twin)
        twin.close()

    @staticmethod
    def photograph(page, name):
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    def assert_nothing_found(self):
        assert {name: found for name, found in self.found.items() if found} == {}
        assert self.complaints == []
