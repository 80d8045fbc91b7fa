"""The delivery log of a case: who was told what, when, by which channel, and how it went; for those who work on it."""

from typing import NamedTuple

from django.db.models import Count, Max, Q
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from notifications.models import Channel, Notification
from notifications.words import result_of, word_for

from .models import AssignmentChange, CommitmentChange, ProposalChange, SuggestionChange

AUDIENCES = {
    "author": _("The author"), "followers": _("Who follows or supports it"), "office": _("The congress office"),
    "pool": _("Deputies concerned"), "deputy": _("The deputy who claimed it"), "former": _("The deputy before"),
    "lead": _("The lead department"), "co": _("The co-handler"), "approver": _("Who releases replies"),
    "department": _("The department"), "handler": _("Who wrote the reply"), "holder": _("Whose turn it is"),
    "head": _("Who answers for the department"), "supervisor": _("The supervisor"), "keeper": _("Who made the promise"),
    "reporter": _("Who reported it as kept"), "bearer": _("Who raised the proposal"),
    "signers": _("Who signed the proposal"), "invited": _("Who is invited to sign"),
}  # fmt: skip
# So many names are listed; of more people only the number is said.
NAMES = 3


class Line(NamedTuple):
    """People told one thing by one channel with one result."""

    who: str
    channel: str
    result: str
    tone: str
    sent_at: object


class Entry(NamedTuple):
    """One piece of news and how it reached whom."""

    word: str
    # Whose part it is about: a department, a promise, a proposal; "" for the suggestion itself.
    about: str
    at: object
    lines: list[Line]


def changes_of(suggestion) -> dict:
    """{(topic, pk): change} of the suggestion, its departments' parts, its promises and its proposal."""
    mine = Q(subject__suggestion=suggestion)
    found = [
        *SuggestionChange.objects.filter(subject=suggestion),
        *AssignmentChange.objects.filter(mine).select_related("subject__department"),
        *CommitmentChange.objects.filter(mine).select_related("subject"),
    ]
    if suggestion.taken_up_id:
        found += ProposalChange.objects.filter(subject=suggestion.taken_up_id).select_related("subject")
    return {(change._meta.label_lower, change.pk): change for change in found}


def notifications_of(changes):
    """The notifications that tell these changes."""
    topics = {}
    for topic, pk in changes:
        topics.setdefault(topic, []).append(pk)
    wanted = Q(pk__in=[])
    for topic, pks in topics.items():
        wanted |= Q(topic=topic, change_id__in=pks)
    return Notification.objects.filter(wanted)


def log(suggestion) -> list[Entry]:
    """What was told of ``suggestion``, the latest first."""
    changes = changes_of(suggestion)
    told = {}
    for key, line in [*of_people(suggestion, changes), *of_followers(changes)]:
        told.setdefault(key, []).append(line)
    newest = sorted(told, key=lambda key: (changes[key].at, key[1]), reverse=True)
    return [Entry(str(word_for(changes[k].event)), about(changes[k]), changes[k].at, told[k]) for k in newest]


def of_people(suggestion, changes):
    """((topic, pk), line) of everybody but followers, who may be thousands."""
    rows = notifications_of(changes).exclude(audience="followers").select_related("recipient__deputy").order_by("pk")
    groups = {}
    for n in rows:
        key = (n.topic, n.change_id), n.audience, n.channel, result_of(n.channel, n.state, n.error, n.read_at)
        groups.setdefault(key, []).append(n)
    for (key, audience, channel, result), group in groups.items():
        who = f"{AUDIENCES.get(audience, audience)}{names(suggestion, audience, group)}"
        last = max((n.sent_at for n in group if n.sent_at), default=None)
        yield key, Line(who, Channel(channel).label, *result, last)


def of_followers(changes):
    """The same of followers, counted by the database."""
    rows = notifications_of(changes).filter(audience="followers").order_by()
    rows = rows.values("topic", "change_id", "channel", "state", "error")
    for row in rows.annotate(n=Count("pk"), last=Max("sent_at"), seen=Count("read_at")):
        who = f"{AUDIENCES['followers']} {people(row['n'])}"
        result = result_of(row["channel"], row["state"], row["error"])
        if row["channel"] == Channel.INBOX and row["seen"]:
            result = gettext("%(n)s read") % {"n": row["seen"]}, "done"
        yield (row["topic"], row["change_id"]), Line(who, Channel(row["channel"]).label, *result, row["last"])


def people(count) -> str:
    """How many, in words."""
    return ngettext("(%(n)s person)", "(%(n)s people)", count) % {"n": count}


def names(suggestion, audience, group) -> str:
    """Up to three names, as masked as elsewhere; of more people their number. An author is told by the name shown."""
    if audience == "author":
        return f" {group[0].masked_address}" if group[0].recipient is None else f" {suggestion.author_name}"
    if len(group) > NAMES:
        return f" {people(len(group))}"
    return " " + pgettext("between names", ", ").join(name(n) for n in group)


def name(notification) -> str:
    """A deputy by name (代表法 2025, Art. 58), others masked, an address without an account masked."""
    user = notification.recipient
    deputy = getattr(user, "deputy", None)
    return str(deputy.name if deputy else user or notification.masked_address)


def about(change) -> str:
    """Whose part a change is about."""
    if isinstance(change, AssignmentChange):
        return str(change.subject.department)
    if isinstance(change, CommitmentChange):
        return gettext("Promise: %(what)s") % {"what": change.subject.what}
    if isinstance(change, ProposalChange):
        return gettext("Proposal %(name)s") % {"name": change.subject.number or change.subject.title}
    return ""
