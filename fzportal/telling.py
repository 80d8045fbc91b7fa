"""What is told of a thing with a status, to whom, as what kind of news, and until when it holds.

``Told`` is the side of ``workflow.Movable`` that news is about; ``News`` the side of ``workflow.Change`` that is told.
"""

from datetime import datetime

from django.utils.module_loading import import_string


class Told:
    """What news is about. Subclasses give the two paths, and what their audiences hear."""

    news_path = ""
    audiences_path = ""
    # Audiences whose news is a call to act, void once the case has moved on.
    called_to_act: tuple[str, ...] = ()
    # Events that ask nobody to act, whoever hears of them.
    plain_news: tuple[str, ...] = ()
    # (audience, event): calls to act among what an audience else hears as facts.
    asking: tuple[tuple[str, str], ...] = ()
    # What kind of news it is to an audience, for people's preferences; to all others it is their work.
    kinds: dict = {"author": "own", "followers": "followed", "visitor": "visits"}
    # The foreign key to the case this is a part of; "" for what is a case itself.
    part_of = ""
    # Stands before the events of the clock: "due_soon", "co_due_soon".
    news_prefix = ""
    # What the delivery log calls news that no button leads to: event -> word.
    news_words: dict = {}

    @classmethod
    def news(cls) -> dict[str, tuple]:
        """What is told without a move: event -> audiences."""
        return import_string(cls.news_path)

    def audience(self, name: str):
        """The users behind an audience of the table ("author", "office", "pool" ...), as a queryset."""
        return import_string(self.audiences_path)[name](self)

    def kind_for(self, audience: str) -> str:
        """The kind of news this is to ``audience``: "own", "followed", "visits" or "work"."""
        return self.kinds.get(audience, "work")

    def addresses(self, audience: str) -> list[tuple[str, str]]:
        """(channel, address) of people in ``audience`` who have no account."""
        return []

    def url_for(self, audience: str) -> str:
        """Where this audience reads on, as a path."""
        return self.get_absolute_url()

    @property
    def case(self):
        """What the news of all parts of a case is gathered under."""
        return getattr(self, self.part_of) if self.part_of else self


class News:
    """One change, as it is told."""

    @property
    def audiences(self) -> tuple[str, ...]:
        """Whom this change concerns, as the table says."""
        way = (self.before, self.after, self.event)
        rows = [m for m in self.subject.moves() if (m.source, m.target, m.name) == way]
        # Two rows may join the same states, told differently by who went that way.
        rows.sort(key=lambda m: m.who.role != self.role)
        return rows[0].tell if rows else self.subject.news().get(self.event, ())

    @property
    def wished_channel(self) -> str:
        """The channel ("email", "sms") the receiver chose for this very news; "" when their preference decides."""
        return ""

    def is_call_for(self, audience: str) -> bool:
        """Whether it asks ``audience`` to act."""
        if (audience, self.event) in self.subject.asking:
            return True
        return audience in self.subject.called_to_act and self.event not in self.subject.plain_news

    def is_true_for(self, audience: str) -> bool:
        """Whether the news still holds: a call to act is void once the case has moved on, a fact is not."""
        if not self.is_call_for(audience):
            return True
        return self.subject.status == self.after and self.subject.due_at == self.due_at

    def needed_by(self, audience: str) -> datetime | None:
        """Until when it is of use to ``audience``, None: at any time. What cannot wait for a digest comes at once."""
        return self.due_at if self.is_call_for(audience) else None
