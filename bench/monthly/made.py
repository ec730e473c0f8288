"""The generator: a provider's month as entries of the log, committed as any other entries are.

Everything follows from the seed. Items come evenly from four days before the month to its end, so that `items` or a
few more are delivered within the client's March of 2026 (in which daylight saving begins). Seven of ten go straight
through, in one entry; of the others a person is asked: queued as they come in, assigned after 0 to 90 working minutes
(one of 25 after up to ten hours), done 3 to 30 minutes later. One of twenty of these waits for its customer, with its
clocks stopped, between both; one of ten is delivered only an hour after the person had finished. Due instants are the
terms' own (`SlaClock`). 60 % belong to the service `claims`, the rest to `care`; 600 persons work. They come and go
each day, and the floor notes each task that they finish: facts about no item. The generator keeps its own count of all
that it makes: what the store says afterwards is compared with that.
"""

import random
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, NamedTuple

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.calendar import Months
from alihdaya.engagement.events import EngagementSigned, ExchangeQuoted, IndexPublished
from alihdaya.engagement.sla import Due, Pause, SlaClock
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.event import HOUSE, Entry, Event
from alihdaya.kernel.time import DAY, HOUR, MINUTE, SECOND, micros
from alihdaya.people.events import PersonJoined
from alihdaya.store import Store
from alihdaya.work.events import (
    ClockPaused,
    ClockResumed,
    ItemDelivered,
    ItemReceived,
    TaskAssigned,
    TaskDone,
    TaskQueued,
)
from alihdaya.work.floor.events import Finished, LoggedIn, LoggedOut
from bench.monthly import MONTH

PERSONS = 600
_GROUP = 5_000
_DEFINITION = "d" * 64
_UNITS = {"claims": ("screened", "judged"), "care": ("answered", "handled")}
_NEEDS = ("claims", "en", "B2", "writing")


class Step(NamedTuple):
    """What is to happen at `at`; `number` keeps the order of what happens at once."""

    at: int
    number: int
    item: int
    by: str
    events: tuple[Event, ...]


@dataclass
class Counted:
    """The generator's own count of the month: `order` has (service, unit) -> (delivered at, item), as they came.

    `tasks`: service -> (finished at, seconds) of the finished tasks.
    """

    clocks: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: Counter[tuple[str, str]] = field(default_factory=Counter)
    order: dict[tuple[str, str], tuple["array[int]", "array[int]"]] = field(default_factory=dict)
    tasks: dict[str, tuple["array[int]", "array[int]"]] = field(default_factory=dict)
    entries: int = 0
    _sorted: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @property
    def items(self) -> int:
        """Items delivered within the month."""
        return sum(len(at) for at, _ in self.order.values())

    def ordered(self, service: str, unit: str) -> list[int]:
        """Give the items of a unit in the order of delivery."""
        if (service, unit) not in self._sorted:
            self._sorted[service, unit] = [item for _, item in sorted(zip(*self.order[service, unit], strict=True))]
        return self._sorted[service, unit]

    def units(self) -> dict[str, dict[str, int]]:
        """Give service -> unit -> items."""
        found: dict[str, dict[str, int]] = {}
        for (service, unit), (at, _) in sorted(self.order.items()):
            found.setdefault(service, {})[unit] = len(at)
        return found


def terms(name: str = "terms") -> Terms:
    """Give the terms of the bench: those that are signed, or the same engagement by the card "kinds"."""
    path = Path(__file__).with_name(f"{name}.toml")
    return agreement.parse(path.read_bytes(), path.name)


def signed(terms: Terms) -> EngagementSigned:
    """Give the fact of their signing; those that are signed last hold."""
    return EngagementSigned(terms.engagement, terms.digest, agreement.to_wire(terms))


class Maker:
    """One month in the making."""

    def __init__(self, items: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.terms = terms()
        self.clocks = {service.id: SlaClock(service) for service in self.terms.services}
        self.start, self.end = Months(self.terms.client.time_zone).limits(MONTH)
        self.step = (self.end - self.start) / (items * 1.003)
        self.counted = Counted()
        self._heap: list[Step] = []
        self._number = 0

    def entries(self) -> Iterator[Entry]:
        """Yield the whole log, in the order of what happens."""
        seq = 0
        for seq, (at, _, item, by, events) in enumerate(self._steps(), 1):
            yield Entry(seq, at, item, by, events)
        self.counted.entries = seq

    def _steps(self) -> Iterator[Step]:
        yield Step(micros(datetime(2026, 1, 1, tzinfo=UTC)), 0, HOUSE, "bench", (signed(terms("kinds")),))
        yield Step(micros(datetime(2026, 1, 2, tzinfo=UTC)), 0, HOUSE, "bench", tuple(self._house()))
        at, item = float(self.start - 4 * DAY), 0
        self._days()
        while at < self.end:
            while self._heap and self._heap[0].at <= at:
                yield heappop(self._heap)
            item += 1
            yield self._received(int(at), item)
            at += self.step
        while self._heap:
            yield heappop(self._heap)

    def _days(self) -> None:
        """Everybody is present for nine hours of each day."""
        for day in range(self.start - 4 * DAY, self.end, DAY):
            for number in range(PERSONS):
                came = day + number * 90 * SECOND
                self._later(came, HOUSE, f"p{number:03}", LoggedIn(f"p{number:03}", (60, 20, 12, 60)))
                self._later(came + 9 * HOUR, HOUSE, f"p{number:03}", LoggedOut(f"p{number:03}", "left"))

    def _house(self) -> Iterator[Event]:
        yield signed(self.terms)
        yield ExchangeQuoted("EUR", "USD", "2026-03-30", "1.0835", "an invented bank")
        yield IndexPublished("CPI", "2025-01", "117.3", "an invented office")
        yield IndexPublished("CPI", "2026-01", "120.9", "an invented office")
        firm, speaks = "PT Bench", {"en": "C1"}
        for number in range(PERSONS):
            wage = f"{4 + number % 7}.{number % 10}0"
            yield PersonJoined(
                f"p{number:03}",
                f"Person {number:03}",
                firm,
                firm,
                "ID",
                "Asia/Jakarta",
                speaks,
                ("claims",),
                {},
                wage,
                "USD",
            )

    def _received(self, at: int, item: int) -> Step:
        service = "claims" if self.random.random() < 0.6 else "care"
        straight = self.random.random() < 0.7
        data: dict[str, Any] = {"reference": f"R{item:08}", "amount": item % 997, "channel": "mail"}
        head = (self.terms.engagement, service, "bench", f"i{item}", 0, 0, self.terms.digest, _DEFINITION, data)
        received = ItemReceived(*head)
        if straight:
            self._count(service, at, item, person=False)
            return Step(at, 0, item, "rule", (received, self._delivered(service, person=False)))
        due = self.clocks[service].due(at)
        queued = TaskQueued(1, "judge", "Judge", service, _NEEDS, 5, due.respond, due.resolve)
        self._work(service, at, item, due)
        return Step(at, 0, item, "rule", (received, queued))

    def _work(self, service: str, at: int, item: int, due: Due) -> None:
        dice = self.random
        wait = dice.random() * (10 * HOUR if dice.random() < 0.04 else 90 * MINUTE)
        taken = self.clocks[service].clock.add_working(at, int(wait) + SECOND)
        seconds = dice.randrange(180, 1800)
        person = f"p{dice.randrange(PERSONS):03}"
        done = taken + seconds * SECOND
        self._later(taken, item, person, TaskAssigned(1, person))
        if dice.random() < 0.05:
            begun = taken + seconds * SECOND // 2
            ended = begun + dice.randrange(2 * HOUR, 40 * HOUR)
            done, due = ended + seconds * SECOND // 2, self._paused(service, item, at, due, (begun, ended))
        self._later(done, HOUSE, person, Finished(item, 1, person, "", seconds, 0, 0))
        finished = TaskDone(1, person, seconds, {"verdict": "yes"}, False)
        delivered = self._delivered(service, person=True)
        gone = done + HOUR if dice.random() < 0.1 else done
        if gone == done:
            self._later(done, item, person, finished, delivered)
        else:
            self._later(done, item, person, finished)
            self._later(gone, item, "rule", delivered)
        if self.start <= done < self.end:
            self.counted.seconds[service, person] += seconds
            ends, spent = self.counted.tasks.setdefault(service, (array("q"), array("q")))
            ends.append(done)
            spent.append(seconds)
        self._count(service, gone, item, person=True, clocks=((due.respond, taken), (due.resolve, done)))

    def _paused(self, service: str, item: int, at: int, due: Due, span: tuple[int, int]) -> Due:
        clock = self.clocks[service]
        pauses = [Pause(*span)]
        moved = Due(*[clock.after_pauses(one, at, pauses) for one in due])
        self._later(span[0], item, "rule", ClockPaused("ask"))
        self._later(span[1], item, "rule", ClockResumed(span[0], *moved))
        return moved

    def _delivered(self, service: str, *, person: bool) -> ItemDelivered:
        return ItemDelivered("done", _UNITS[service][person], {"paid": True}, person)

    def _later(self, at: int, item: int, by: str, *events: Event) -> None:
        self._number += 1
        heappush(self._heap, Step(at, self._number, item, by, events))

    def _count(
        self, service: str, at: int, item: int, *, person: bool, clocks: tuple[tuple[int | None, int], ...] = ()
    ) -> None:
        if not self.start <= at < self.end:
            return
        when, which = self.counted.order.setdefault((service, _UNITS[service][person]), (array("q"), array("q")))
        when.append(at)
        which.append(item)
        for name, (due, done) in zip(("respond", "resolve"), clocks, strict=False):
            if due is not None:
                self.counted.clocks[service, f"{name}_{'met' if done <= due else 'missed'}"] += 1


def fill(store: Store, items: int, seed: int) -> Counted:
    """Make the month in an empty store, some thousand entries a commit; gives the generator's own count."""
    maker = Maker(items, seed)
    group: list[Entry] = []
    for entry in maker.entries():
        group.append(entry)
        if len(group) == _GROUP:
            store.commit(group, recorded_at=entry.at)
            group = []
    if group:
        store.commit(group, recorded_at=group[-1].at)
    return maker.counted
