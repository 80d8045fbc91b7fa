"""What is said: ``templates/messages/<app>/<event>.txt``, or ``<event>.<audience>.txt`` where readers differ.

The first line is the subject and carries no personal data; blank lines part paragraphs. The template knows ``change``,
``subject`` (what changed), ``audience``, ``url`` (where this audience reads on, absolute), and ``site``, with which
every other address begins.
"""

from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.core import signing
from django.db.models import Prefetch
from django.template import Context
from django.template.loader import get_template, render_to_string, select_template
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext as _

from .models import Channel, Digest, Kind, Notification

SALT = "notifications.unsubscribe"


class Message(NamedTuple):
    """A message in words: subject, paragraphs, and the address of the page to go on."""

    subject: str
    paragraphs: list[str]
    url: str
    # What opens the page for an author without an account; "" for everybody else.
    code: str = ""

    @property
    def blocks(self) -> list[list[tuple[str, bool]]]:
        """Paragraphs as lines, each with whether it is an address of ours: what the HTML part may make a link."""
        return [[(line, line.startswith(absolute("/"))) for line in part.splitlines()] for part in self.paragraphs]


def absolute(path: str) -> str:
    """An address that works outside of the portal."""
    return settings.SITE_URL.rstrip("/") + path


def message(change, audience: str) -> Message:
    """What ``audience`` is told about ``change``, in the active language."""
    folder = f"messages/{change._meta.app_label}"
    template = select_template([f"{folder}/{change.event}.{audience}.txt", f"{folder}/{change.event}.txt"])
    values = {"change": change, "subject": change.subject, "audience": audience}
    return drawn(template, values, absolute(change.subject.url_for(audience)), own_code(change.subject))


def drawn(template, values, url, code="") -> Message:
    """A template of messages (or its name) with ``values``, parted into subject and paragraphs."""
    template = get_template(template) if isinstance(template, str) else template
    values = {**values, "url": url, "my": absolute(reverse("my")), "site": absolute("")}
    # Plain text: escaping would put &amp; into it. The HTML part escapes for itself.
    subject, _end, body = template.template.render(Context(values, autoescape=False)).strip().partition("\n")
    paragraphs = ["\n".join(line.strip() for line in part.splitlines() if line.strip()) for part in body.split("\n\n")]
    return Message(" ".join(subject.split()), [part for part in paragraphs if part], url, code)


def own_code(subject) -> str:
    """The query code of what has no author's account."""
    return "" if getattr(subject, "author_id", None) else getattr(subject, "query_code", "")


def mail_parts(said: Message, unsubscribe_url: str) -> dict:
    """The message as ``subject``, ``text`` and ``html`` of an e-mail; both parts say the same."""
    values = {"said": said, "portal": settings.PORTAL, "unsubscribe_url": unsubscribe_url, "lang": "zh-CN"}
    text = render_to_string("messages/base.txt", values).strip() + "\n"
    return {"subject": said.subject, "text": text, "html": render_to_string("messages/base.html", values)}


def short_text(said: Message, notification) -> str:
    """The message as an SMS: subject and a short link; to the address an author without an account left, the code too.

    It may be all they have: without number and code they could neither answer nor rate.
    """
    words = said.subject
    if said.code and notification.recipient_id is None:
        words = _("%(subject)s, query code %(code)s") % {"subject": said.subject, "code": said.code}
    return f"{words} {absolute(reverse('short_link', args=[short_code(notification)]))}"


def short_code(notification) -> str:
    """pk in base 36 and six letters that nobody can guess: short, and not to be counted through."""
    seal = salted_hmac("notifications.short", str(notification.pk)).hexdigest()[:6]
    return f"{int_to_base36(notification.pk)}-{seal}"


def behind(code: str):
    """The notification a short link stands for, or None."""
    try:
        notification = Notification.objects.filter(pk=base36_to_int(code.partition("-")[0])).first()
    except (ValueError, OverflowError):
        return None
    return notification if notification and constant_time_compare(short_code(notification), code) else None


def unsubscribe_url(delivery) -> str:
    """The link at the end of an e-mail: signed, so that it works without signing in; it names no address."""
    token = signing.Signer(salt=SALT).sign(f"{delivery.letter}{delivery.pk}")
    return absolute(reverse("unsubscribe", args=[token]))


class Subscription(NamedTuple):
    """Who got an e-mail, and the kinds of news it was about: what its link may change."""

    user: object
    address: str
    kinds: list[str]


def behind_link(token: str) -> Subscription | None:
    """What ``token`` of an e-mail may change, or None."""
    try:
        name = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    if name.startswith(Digest.letter):
        digest = Digest.objects.select_related("user").filter(pk=name.removeprefix(Digest.letter)).first()
        kinds = digest.notifications.values_list("kind", flat=True).distinct() if digest else []
        return digest and Subscription(digest.user, "", [kind for kind in Kind.values if kind in set(kinds)])
    rows = Notification.objects.select_related("recipient").filter(channel=Channel.EMAIL)
    # Links sent before there were digests have no letter.
    found = rows.filter(pk=name.removeprefix(Notification.letter)).first()
    return found and Subscription(found.recipient, found.address, [found.kind])


def changes_of(notifications) -> dict:
    """The changes behind many notifications with who made them, {(topic, pk): change}, in two queries per topic.

    What changed comes with its parts: the queryset of a ``Movable`` that tells news has ``with_message_parts()``.
    """
    found = {}
    for topic in {n.topic for n in notifications}:
        model = apps.get_model(topic)
        subjects = model._meta.get_field("subject").related_model.objects.with_message_parts()
        pks = {n.change_id for n in notifications if n.topic == topic}
        rows = (
            model.objects.select_related("by__deputy")
            .filter(pk__in=pks)
            .prefetch_related(Prefetch("subject", subjects))
        )
        found |= {(topic, change.pk): change for change in rows}
    return found
