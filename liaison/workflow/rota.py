"""Which deputies a rule proposes for its sessions: always the same, in turn, or whoever has received least often."""

from collections import Counter, defaultdict

from django.utils import timezone

from ..models import Deputy, Duty, ReceptionRule, Session

S, D = Session.Status, Duty.Status


class Rota:
    """A rule's deputies in the order of their turn, with what they do elsewhere. Their rows are locked."""

    def __init__(self, rule, now):
        self.rule = rule
        known = {deputy.pk: deputy for deputy in Deputy.objects.filter(rules=rule)}
        places = rule.rota_places.order_by("position", "pk").values_list("deputy_id", flat=True)
        self.queue = [known[pk] for pk in places if pk in known]
        self.busy = defaultdict(list)
        self.served = Counter()
        if self.queue:
            self.look_around(now)

    def look_around(self, now):
        """Read what the deputies do: hours taken from today on, and how often they receive in each year."""
        today = timezone.localtime(now).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
        taken = Duty.objects.active().filter(deputy__in=self.queue, session__starts_at__gte=today)
        for deputy, session, span in taken.values_list("deputy_id", "session_id", "span"):
            self.busy[deputy].append((span.lower, span.upper, session))
            self.served[deputy, timezone.localtime(span.lower).year] += 1

    def is_free(self, deputy, session) -> bool:
        """In office on that day, and nowhere else at that time."""
        day = session.day
        if deputy.since > day or (deputy.until is not None and deputy.until < day):
            return False
        return not any(
            begins < session.ends_at and session.starts_at < ends and other != session.pk
            for begins, ends, other in self.busy[deputy.pk]
        )

    def pick(self, session, number, but) -> list:
        """Up to ``number`` deputies who are free, in the order of their turn; ``but``: pks that had their say."""
        turn = self.queue
        if self.rule.rota == ReceptionRule.Rota.LEAST_SERVED:
            year = session.day.year
            turn = sorted(self.queue, key=lambda deputy: self.served[deputy.pk, year])
        picked = [d for d in turn if d.pk not in but and self.is_free(d, session)][:number]
        for deputy in picked:
            self.busy[deputy.pk].append((session.starts_at, session.ends_at, session.pk))
            self.served[deputy.pk, session.day.year] += 1
        return picked

    def had_turn(self, pks):
        """They received, or will: their next turn comes after everybody else's. The fixed order never changes."""
        if self.rule.rota == ReceptionRule.Rota.FIXED:
            return
        for pk in pks:
            moved = [d for d in self.queue if d.pk == pk]
            self.queue = [d for d in self.queue if d.pk != pk] + moved

    def forget(self, session_pk, pk):
        """A proposal that is taken back leaves the deputy free."""
        for begins, ends, session in self.busy[pk]:
            if session == session_pk:
                self.served[pk, timezone.localtime(begins).year] -= 1
                self.busy[pk].remove((begins, ends, session))
                return


def propose(rule, sessions, now):
    """Fill what ``sessions`` (the rule's, locked, past ones too) lack of proposals, those planned and to come.

    A place stays empty where somebody declined or was released: people look for a substitute.
    """
    if is_complete(rule, [s for s in sessions if is_open(s, now)]):
        return
    rota = Rota(rule, now)
    duties = defaultdict(list)
    for duty in Duty.objects.filter(session__in=sessions).select_related("deputy").order_by("pk"):
        duties[duty.session_id].append(duty)
    void, new = [], []
    for session in sorted(sessions, key=lambda s: (s.starts_at, s.pk)):
        there = duties[session.pk]
        if is_open(session, now):
            gone = [d for d in there if not holds(session, d.status, d.span, d.deputy.since, d.deputy.until)]
            for duty in gone:
                rota.forget(session.pk, duty.deputy_id)
            void += gone
            there = [d for d in there if d not in gone]
            lacking = max(rule.wanted - len(there), 0)
            picked = rota.pick(session, lacking, {d.deputy_id for d in there})
            fresh = [Duty(session=session, deputy=d, span=(session.starts_at, session.ends_at)) for d in picked]
            new += fresh
            there = [*there, *fresh]
        rota.had_turn([d.deputy_id for d in there if d.status not in Duty.ENDS])
    Duty.objects.filter(pk__in=[d.pk for d in void]).delete()
    # Somebody at a desk may be faster with the same deputy: theirs stands, the next run fills the place.
    Duty.objects.bulk_create(new, ignore_conflicts=True)


def is_open(session, now) -> bool:
    """Planned and to come: proposals may still change without a word."""
    return session.status == S.PLANNED and session.starts_at > now


def is_complete(rule, sessions) -> bool:
    """Whether every one of ``sessions`` has the deputies it can have, as nearly always."""
    wanted = min(rule.wanted, rule.rota_places.count())
    by_pk, number = {s.pk: s for s in sessions}, Counter()
    rows = Duty.objects.filter(session__in=sessions)
    for session, *row in rows.values_list("session_id", "status", "span", "deputy__since", "deputy__until"):
        if not holds(by_pk[session], *row):
            return False
        number[session] += 1
    return all(number[pk] >= wanted for pk in by_pk)


def holds(session, status, span, since, until) -> bool:
    """Whether a duty still fits: people look after all but proposals, which need the time and a deputy in office."""
    day = session.day
    in_office = since <= day and (until is None or until >= day)
    return status != D.PROPOSED or (in_office and (span.lower, span.upper) == (session.starts_at, session.ends_at))
