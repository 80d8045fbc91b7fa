"""The mail that really arrived: read from the files the portal and its Celery worker write in the demo."""

import re
import time
from collections import defaultdict

from accounts import outbox

PATIENCE = 30.0


class Post:
    """``expect(subject, people…)`` waits until exactly the news expected so far lies in everybody's mailbox."""

    def __init__(self):
        self.expected = defaultdict(list)

    def expect(self, number, **subjects):
        """``subjects``: person -> subject, or several, where "{}" stands for the number. Nobody else got anything."""
        for person, news in subjects.items():
            for subject in [news] if isinstance(news, str) else news:
                self.expected[f"{person}@example.com"].append(subject.format(number))
        wanted = {address: sorted(news) for address, news in self.expected.items()}
        deadline = time.monotonic() + PATIENCE
        while (arrived := self.arrived()) != wanted:
            if time.monotonic() > deadline:
                assert arrived == wanted, f"not within {PATIENCE} seconds"
            time.sleep(0.1)

    def arrived(self):
        """Mailbox -> subjects of the news in it, sorted; codes are no news."""
        found = defaultdict(list)
        for letter in outbox.letters():
            if not is_code(letter):
                found[letter.to].append(letter.subject)
        return {address: sorted(subjects) for address, subjects in found.items()}

    def inbox(self, person):
        """The news expected for a person so far, newest first, as their inbox shows it."""
        return self.expected[f"{person}@example.com"][::-1]

    def latest(self, person):
        """The last news a person was sent."""
        letters = [found for found in outbox.letters() if found.to == f"{person}@example.com" and not is_code(found)]
        return next(found for found in letters if found.subject == self.inbox(person)[0])

    def link(self, person):
        """The link in it that leads to the case."""
        return re.findall(r"https?://\S+", self.latest(person).text)[0]

    def code(self, address):
        """The verification code sent to an address last; sent before the page that asks for it is shown."""
        return next(found.code for found in outbox.letters() if found.to == address and is_code(found))


def is_code(letter):
    return "验证码" in letter.subject
