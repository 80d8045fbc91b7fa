"""What demo mode sent: mails and SMS as files in ``settings.OUTBOX_DIR``, read back for people to open.

Mails are the ``.log`` files of Django's file-based backend, several messages to a file, each followed by a line of
79 dashes. SMS are one JSON object a line in ``sms.jsonl``: ``{"to", "text", "at"}``.
"""

import json
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from django.conf import settings
from django.utils.html import strip_tags

BETWEEN_MAILS = b"-" * 79
# A demo that ran for weeks stays quick to open.
NEWEST_FILES = 200
NEWEST_LETTERS = 100
CODE = re.compile(r"(?<![\d-])\d{6}(?!\d)")


class Letter(NamedTuple):
    """A mail or an SMS. ``key`` finds it again; ``at`` is aware; ``html`` is empty for SMS and plain mails."""

    key: str
    kind: str
    to: str
    subject: str
    text: str
    html: str
    at: datetime

    @property
    def code(self) -> str:
        """The six-digit verification code in the text, or ""."""
        found = CODE.search(self.text)
        return found.group() if found else ""


def letters() -> list[Letter]:
    """The newest letters, newest first."""
    found = [*_mails(), *_short_messages()]
    return sorted(found, key=lambda letter: letter.at, reverse=True)[:NEWEST_LETTERS]


def letter(key: str) -> Letter | None:
    """One letter by its key."""
    return next((found for found in letters() if found.key == key), None)


def latest_code(address: str) -> str:
    """The last code sent to an e-mail address or phone number, or ""."""
    address = address.lower()
    return next((found.code for found in letters() if found.to.lower() == address and found.code), "")


def _mails():
    paths = sorted(settings.OUTBOX_DIR.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in paths[:NEWEST_FILES]:
        for index, part in enumerate(path.read_bytes().split(b"\n" + BETWEEN_MAILS + b"\n")):
            if part.strip():
                yield _mail(f"{path.stem}-{index}", part)


def _mail(key, raw):
    message = message_from_bytes(raw.lstrip(b"\n"), policy=policy.default)
    html, plain = message.get_body(["html"]), message.get_body(["plain"])
    html = html.get_content() if html else ""
    return Letter(
        key=key,
        kind="email",
        to=str(message["To"] or ""),
        # A long one is folded before its first word.
        subject=str(message["Subject"] or "").strip(),
        text=plain.get_content() if plain else strip_tags(html),
        html=html,
        at=_aware(message["Date"]),
    )


def _aware(date):
    """Django writes the offset "-0000", which the standard library reads as "no time zone": it is UTC."""
    at = parsedate_to_datetime(date)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _short_messages():
    path = settings.OUTBOX_DIR / "sms.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for index, line in enumerate(lines):
        row = json.loads(line)
        at = datetime.fromisoformat(row["at"])
        yield Letter(f"sms-{index}", "sms", row["to"], "", row["text"], "", at)
