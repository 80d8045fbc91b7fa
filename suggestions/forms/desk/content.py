"""All that a reply in the making says, as one value: to fill a form, and to tell versions apart."""

import hashlib
import json
from typing import NamedTuple


class Content(NamedTuple):
    """``points``: ((point, answer), …); ``promises``: ((what, date or None), …)."""

    text: str = ""
    result: str = ""
    contact: str = ""
    points: tuple = ()
    promises: tuple = ()

    @classmethod
    def of(cls, reply):
        """What ``reply`` (None: nothing yet) says as it is stored."""
        if reply is None:
            return cls()
        points = tuple((p.point, p.answer) for p in reply.points.all())
        promises = tuple((c.what, c.due_on) for c in sorted(reply.commitments.all(), key=lambda c: c.pk))
        return cls(reply.text, reply.result, reply.contact, points, promises)

    @property
    def fingerprint(self) -> str:
        """Tells one version from another; empty for nothing."""
        if self == Content():
            return ""
        return hashlib.sha256(json.dumps(self, default=str, ensure_ascii=False).encode()).hexdigest()
