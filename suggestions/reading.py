"""One suggestion as one reader may read it: everything its page shows, and which acts it offers."""

from . import handling, ledger
from . import replies as answers
from .models import ContactView
from .origin import addressee
from .permissions import is_author, may_change_rating, may_claim, may_open_attachment, works_on
from .permissions.verdict import CHANGEABLE
from .proposals.reading import taken_up_into
from .standing import standing, tag
from .timeline import history, rated, role_word, timeline

# What an author may do, by the move it is.
ACTS = {"answered": "answer", "withdrawn": "withdraw", "rated": "rate"}


def reading(suggestion, by) -> dict:
    """Values for templates/suggestions/detail.html. ``by``: a user or a CodeHolder."""
    mine, staff = is_author(by, suggestion), works_on(by, suggestion)
    changes = history(suggestion)
    now = standing(suggestion, by, changes)
    at = answered_at(suggestion, mine or staff)
    replies = answers.shown(at, at.replies.released().with_parts(), by)
    for reply in replies:
        # What another author said to their answer is theirs.
        reply.rated = reply.rating if rated(reply) and at == suggestion else None
        reply.place = f"#reply-words-{reply.pk}"
    promises = ledger.promises(at, by if at == suggestion else None)
    return {
        "suggestion": suggestion,
        "addressee": addressee(suggestion),
        "tag": tag(suggestion),
        "standing": now,
        "hands": handling.panel(suggestion, is_staff=False),
        "timeline": timeline(suggestion, by, changes, now.next_step),
        "words": words(suggestion),
        "own_words": own_words(suggestion) if mine or staff else None,
        "question": question(suggestion, changes) if mine else None,
        "replies": replies,
        "promises": promises,
        "badge": ledger.badge(promises),
        "closing": closing(suggestion, changes),
        "changeable_until": changeable_until(replies),
        "proposal": taken_up_into(suggestion),
        "attachments": [a for a in files(suggestion) if may_open_attachment(by, a)],
        "target": target(suggestion, by),
        "mine": mine,
        "staff": staff,
        "works_here": staff or may_claim(by, suggestion),
        "acts": acts(suggestion, by),
    } | (private(suggestion) if mine else {})


def answered_at(suggestion, concerns_reader):
    """Where its answer stands: a merged one goes on in another, whose answer is for both, for who is concerned."""
    at = suggestion
    while concerns_reader and at.merged_into_id is not None:
        at = at.merged_into
    return at


def changeable_until(replies):
    """Until when the rating of the newest reply may be changed; None when it was not rated."""
    rating = replies[-1].rated if replies else None
    return rating.at + CHANGEABLE if rating else None


def closing(suggestion, changes):
    """The line of history with which the office closed it over the author's dissatisfaction, while it is closed."""
    if suggestion.status != "closed":
        return None
    last = next((c for c in reversed(changes) if c.before != c.after), None)
    return last if last and last.event == "closed_over" else None


def words(suggestion):
    """What everybody reads: the public version; the author's own words while nobody has made one."""
    return suggestion.public or suggestion


def own_words(suggestion):
    """The author's words, when the public version says something else."""
    fields = ("title", "situation", "proposal", "place")
    public = suggestion.public
    if public is None or all(getattr(public, f) == getattr(suggestion, f) for f in fields):
        return None
    return suggestion


def question(suggestion, changes):
    """The office's open question to the author."""
    if suggestion.status != "needs_info":
        return None
    return next((c for c in reversed(changes) if c.event == "needs_info"), None)


def files(suggestion) -> list:
    """Its attachments, each knowing its suggestion without a query."""
    found = list(suggestion.attachments.all())
    for attachment in found:
        attachment.suggestion = suggestion
    return found


def target(suggestion, by):
    """What it was merged into, when this reader may open it."""
    if suggestion.merged_into_id is None:
        return None
    readers = type(suggestion).objects.visible_to(by if by.pk else None)
    return readers.filter(pk=suggestion.merged_into_id).first()


def acts(suggestion, by) -> set[str]:
    """What the author may do now: answer, withdraw, rate, change the rating."""
    if not is_author(by, suggestion):
        return set()
    found = {ACTS[m.name] for m in suggestion.moves_for(by) if m.name in ACTS}
    return found | ({"change"} if may_change_rating(by, suggestion) else set())


def private(suggestion) -> dict:
    """For the author alone: consents in force, and who looked at the contact and why."""
    looks = list(ContactView.objects.filter(contact__suggestion=suggestion))
    for look in looks:
        look.role_word = role_word(look.role)
    return {"consents": list(suggestion.consents.filter(withdrawn_at=None)), "looks": looks}
