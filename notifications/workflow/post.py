"""What the letters of one batch have in common: the changes told, who still wants to hear, the words."""

from django.contrib.auth import get_user_model

from .. import channels, digests, messages
from ..models import Channel, Notification, Preference, Unsubscribed


class Post:
    """Notifications that go out one by one."""

    def __init__(self, batch, mailer):
        self.mailer = mailer
        self.changes = messages.changes_of(batch)
        self.receivers = {n.recipient_id for n in batch}
        addresses = {n.address for n in batch if n.address}
        self.unsubscribed = set(Unsubscribed.objects.filter(address__in=addresses).values_list("address", flat=True))
        self.asked, self.said = {}, {}

    def send(self, notification) -> str:
        """Send, or say why it should not be sent: "" when it went out. Raises NotSent and its kin."""
        if objection := self.objection(notification):
            return objection
        said = self.words(notification)
        if notification.channel == Channel.SMS:
            channels.send_sms(notification.to, messages.short_text(said, notification), notification.reference)
        else:
            self.mail(notification, said)
        return ""

    def mail(self, delivery, said):
        """Send ``said`` by e-mail; ``delivery`` is what the way out of it is signed for."""
        link = messages.unsubscribe_url(delivery)
        parts = messages.mail_parts(said, link)
        self.mailer.send(
            channels.build_mail(to=delivery.to, reference=delivery.reference, unsubscribe_url=link, **parts)
        )

    def change(self, notification):
        """The change it tells; None when it is gone."""
        return self.changes.get((notification.topic, notification.change_id))

    def objection(self, notification) -> str:
        """Why it is not to be sent any more, "" when it is: "outdated", "left" (theirs no longer) or "unwanted"."""
        change = self.change(notification)
        if change is None or not change.is_true_for(notification.audience):
            return "outdated"
        if not self.is_still_theirs(change, notification):
            return "left"
        return "" if self.is_still_wanted(change, notification) else "unwanted"

    def is_still_theirs(self, change, notification) -> bool:
        """Whether who is called to act still has the role it was for."""
        audience = notification.audience
        if notification.recipient_id is None or audience not in change.subject.called_to_act:
            return True
        return notification.recipient_id in self.pks(
            (notification.topic, notification.change_id, audience), lambda: change.subject.audience(audience)
        )

    def is_still_wanted(self, change, notification) -> bool:
        """Whether the recipient has not turned the channel off, or lost the address, since the row was written."""
        channel, kind = notification.channel, notification.kind
        if notification.recipient_id is None:
            return channel != Channel.EMAIL or notification.address not in self.unsubscribed
        # What was chosen for this very news goes before the preference for all news.
        if change.wished_channel == channel:
            found = self.pks(channel, lambda: Preference.reachable(self.people(), channel))
        else:
            found = self.pks((channel, kind), lambda: Preference.reached(self.people(), channel, kind))
        return notification.recipient_id in found

    def people(self):
        """The batch's receivers who may sign in."""
        return get_user_model().objects.filter(pk__in=self.receivers).active()

    def pks(self, key, people) -> set:
        """Those of the receivers who are among ``people()``, asked once per ``key``."""
        if key not in self.asked:
            self.asked[key] = set(people().filter(pk__in=self.receivers).values_list("pk", flat=True))
        return self.asked[key]

    def words(self, notification):
        """The message, drawn once per change and audience: 10,000 followers read the same."""
        key = (notification.topic, notification.change_id, notification.audience)
        if key not in self.said:
            self.said[key] = messages.message(self.change(notification), notification.audience)
        return self.said[key]


class DigestPost(Post):
    """Digests: one letter for all that somebody has not read yet and that is still true."""

    def __init__(self, batch, mailer):
        rows = Notification.objects.filter(digest__in=batch, state=Notification.State.HELD)
        self.held = list(rows.select_related("recipient").order_by("pk"))
        super().__init__(self.held, mailer)
        seen = Notification.objects.filter(
            channel=Channel.INBOX, recipient__in=self.receivers, read_at__isnull=False,
            change_id__in={n.change_id for n in self.held},
        )  # fmt: skip
        self.read = set(seen.values_list("recipient", "topic", "change_id"))

    def objection(self, notification) -> str:
        """As of one alone; "read" when it was opened in the inbox meanwhile."""
        if (notification.recipient_id, notification.topic, notification.change_id) in self.read:
            return "read"
        return super().objection(notification)

    def send(self, digest) -> str:
        """Leave out what needs no saying any more and send the rest; "empty" when nothing is left."""
        left = []
        for notification in (n for n in self.held if n.digest_id == digest.pk):
            if objection := self.objection(notification):
                notification.drop(objection)
            else:
                left.append(notification)
        if not left:
            return "empty"
        rows = digests.rows([(self.change(n), n.audience, self.words(n)) for n in left])
        self.mail(digest, digests.message(rows))
        return ""
