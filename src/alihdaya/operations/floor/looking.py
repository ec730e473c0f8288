"""What a floor shows to who looks: what waits and why, who is present, and what each has at hand."""

from collections import Counter, defaultdict
from typing import Any, NamedTuple

from alihdaya.kernel.time import iso
from alihdaya.operations.desk import Desk
from alihdaya.operations.floor.bringing import open_hall
from alihdaya.operations.floor.commands import Look
from alihdaya.operations.floor.hall import counts_for
from alihdaya.store.views.seats import at_hand, present
from alihdaya.store.working import WorkingSet
from alihdaya.work.floor import CHANNELS, FULL, Ask
from alihdaya.work.floor.why import Waits, queue


class AtHand(NamedTuple):
    """A task that rings at somebody, is theirs, is wrapped up or was put off by them.

    `until` in microseconds, 0: no end is set. `note`: what whoever passed it on, or asks for advice, wants them to
    know. `of`: the task that they are asked for advice on, else 0.
    """

    item: int
    token: int
    name: str
    state: str
    since: int
    until: int
    note: str = ""
    of: int = 0


class Seated(NamedTuple):
    """Somebody who is present: `channels` -> how many pieces at the same time; instants in microseconds.

    `away`: since when they are in a state other than ready.
    """

    person: str
    state: str
    since: int
    lease: int
    channels: dict[str, int]
    hands: tuple[AtHand, ...]
    away: int | None = None


def waiting(desk: Desk, _wish: Look | None = None, _at: int = 0) -> list[Waits]:
    """Give all that waits, by kind, the oldest first, and for which days it counts; nobody need be present."""
    hall = desk.hall or open_hall(desk)
    days: dict[Ask, Counter[str]] = defaultdict(Counter)
    for task in desk.queue:
        day = counts_for(desk.items[task.item])
        if day is not None and not hall.has(task.key) and not hall.promised(task.key):
            days[hall.floor.kind(hall.piece(task).ask).ask][day.day] += 1
    return [one._replace(days=tuple(sorted(days[one.ask].items()))) for one in queue(hall.floor)]


def seated(store: WorkingSet, person: str = "") -> list[Seated]:
    """Give who is present, the first who came first, with what they have at hand; or one person, if they are."""
    hands: dict[str, list[AtHand]] = defaultdict(list)
    for row in at_hand(store, person):
        hands[row[0]].append(AtHand(*row[1:]))
    return [
        Seated(one.person, one.state, one.since, one.lease, _channels(one.shares), tuple(hands[one.person]), one.away)
        for one in present(store, person)
    ]


def _channels(shares: tuple[int, ...]) -> dict[str, int]:
    return {channel: FULL // share for channel, share in zip(CHANNELS, shares, strict=True) if share}


def plain_seat(one: Seated) -> dict[str, Any]:
    """Give somebody present as JSON has them."""
    tasks = [{**hand._asdict(), "since": iso(hand.since), "until": iso(hand.until or None)} for hand in one.hands]
    return {
        **one._asdict(),
        "since": iso(one.since),
        "away": iso(one.away),
        "lease": one.lease / 1_000_000,
        "hands": tasks,
    }


def plain_waits(one: Waits) -> dict[str, Any]:
    """Give a kind of work that waits as JSON has it."""
    needs = one.ask.needs._asdict()
    asked = {name: needs[name] for name in ("skill", "language", "level", "certificate", "client")}
    near = [{"person": who, "lacks": list(lacks)} for who, lacks in one.nearest]
    told = {"channel": one.ask.channel, "test": one.ask.test, "waiting": one.pieces, "oldest": iso(one.oldest)}
    return {**asked, **told, "able": one.able, "reason": one.reason, "nearest": near, "days": dict(one.days)}
