"""Nearly the same reply given before: told to who writes and to who releases, and never in anybody's way.

A reply is cut to its body, for every unit opens and closes alike, and compared by its sequences of four characters.
Of 1,407 real replies of a city's letter box hardly a pair (3) lies between 0.70 and 0.75: below stand common phrases
about different matters, above it copies (160 pairs).
"""

import re
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from .models import Reply

SHARE = 0.7
GRAM = 4
DAYS = 180
# The newest replies of the unit that are looked at, and the copies that are named.
AT_MOST = 500
NAMED = 3
FRAME_LENGTH = 60
FRAME = re.compile(
    "您好|你好|尊敬|网友|市民朋友|留言|来信|收悉|答复如下|回复如下|答复|感谢|谢谢|关心|支持|理解|监督|特此|此复|祝您|祝你|欢迎|联系电话|咨询"
)


class Near(NamedTuple):
    """A reply that says nearly the same; ``percent`` of what both say."""

    reply: Reply
    percent: int


def body(text: str) -> str:
    """``text`` without the opening and closing phrases, letters and figures only; the whole where nothing is left."""
    parts = [part.strip() for part in re.split(r"[。！？；!?;：:\n]", text)]
    whole = "".join(parts)
    while parts and _is_frame(parts[0]):
        parts.pop(0)
    while parts and _is_frame(parts[-1]):
        parts.pop()
    return re.sub(r"[\W_]+", "", "".join(parts) or whole)


def _is_frame(part) -> bool:
    return not part or (len(part) <= FRAME_LENGTH and FRAME.search(part) is not None)


def grams(text: str) -> set[str]:
    """The sequences of four characters of a text's body."""
    said = body(text)
    return {said[n : n + GRAM] for n in range(len(said) - GRAM + 1)} or {said}


def share(one: set, other: set) -> float:
    """How much of two texts is the same, 0 to 1 (Dice)."""
    return 2 * len(one & other) / (len(one) + len(other))


def words(text, points) -> str:
    """A reply's own words: the text and the answers, not the points, which are the citizen's."""
    return "\n".join([text, *(answer for _point, answer in points)])


def words_of(reply) -> str:
    """The same of a stored reply."""
    return words(reply.text, [(p.point, p.answer) for p in reply.points.all()])


def copies(text, *, department_id, besides=None, now=None) -> list[Near]:
    """Replies the department handed in during the last 180 days that say nearly the same as ``text``, nearest first.

    ``besides``: the pk of the reply itself.
    """
    since = (now or timezone.now()) - timedelta(days=DAYS)
    recent = Reply.objects.filter(department=department_id, handed_in_at__gte=since).exclude(pk=besides)
    recent = recent.select_related("suggestion").prefetch_related("points").order_by("-handed_in_at")[:AT_MOST]
    mine = grams(text)
    found = [Near(reply, round(100 * share(mine, grams(words_of(reply))))) for reply in recent]
    return sorted((n for n in found if n.percent >= 100 * SHARE), key=lambda n: -n.percent)[:NAMED]
