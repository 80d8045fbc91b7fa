"""One suggestion as one reader may read it: everything its page shows, and which acts it offers."""

from .models import ContactView
from .origin import addressee
from .permissions import is_author, may_claim, may_open_attachment, works_on
from .standing import standing, tag
from .timeline import history, rated, role_word, timeline

# What an author may do, by the state it leads to.
ACTS = {"submitted": "answer", "withdrawn": "withdraw", "closed": "rate"}


def reading(suggestion, by) -> dict:
    """Values for templates/suggestions/detail.html. ``by``: a user or a CodeHolder."""
    mine, staff = is_author(by, suggestion), works_on(by, suggestion)
    changes = history(suggestion)
    now = standing(suggestion, by, changes)
    replies = answers(suggestion, mine or staff)
    for reply in replies:
        # What another author said to their answer is theirs.
        reply.rated = reply.rating if rated(reply) and reply.suggestion_id == suggestion.pk else None
        reply.place = f"#reply-words-{reply.pk}"
    return {
        "suggestion": suggestion,
        "addressee": addressee(suggestion),
        "tag": tag(suggestion),
        "standing": now,
        "timeline": timeline(suggestion, by, changes, now.next_step),
        "words": words(suggestion),
        "own_words": own_words(suggestion) if mine or staff else None,
        "question": question(suggestion, changes) if mine else None,
        "replies": replies,
        "attachments": [a for a in files(suggestion) if may_open_attachment(by, a)],
        "target": target(suggestion, by),
        "mine": mine,
        "staff": staff,
        "works_here": staff or may_claim(by, suggestion),
        "acts": acts(suggestion, by),
    } | (private(suggestion) if mine else {})


def answers(suggestion, concerns_reader) -> list:
    """Its released replies; of a merged one those of where it went on, which answer both, for who is concerned."""
    at = suggestion
    while concerns_reader and at.merged_into_id is not None:
        at = at.merged_into
    return list(at.replies.released().select_related("department", "deputy", "rating"))


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
    """What the author may do now: answer, withdraw, rate."""
    if not is_author(by, suggestion):
        return set()
    return {ACTS[m.target] for m in suggestion.moves_for(by) if m.target in ACTS}


def private(suggestion) -> dict:
    """For the author alone: consents in force, and who looked at the contact and why."""
    looks = list(ContactView.objects.filter(contact__suggestion=suggestion))
    for look in looks:
        look.role_word = role_word(look.role)
    return {"consents": list(suggestion.consents.filter(withdrawn_at=None)), "looks": looks}
