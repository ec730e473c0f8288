"""What is on somebody's desk, in a task, and in the queue: frozen facts, worded for the reader."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from alihdaya.console import phrases
from alihdaya.console.picture import Happening
from alihdaya.console.words import Words, words
from alihdaya.console.workplace.house import Bound, House
from alihdaya.notation.bpmn import UserWork
from alihdaya.operations.opening import person_of
from alihdaya.packs import Form, Pack
from alihdaya.people.gate import OF_ITEM, Needs, gate
from alihdaya.people.person import Person
from alihdaya.store.views import items
from alihdaya.store.views.items import ItemRow
from alihdaya.store.views.seats import Open, at_hand, first_open, present
from alihdaya.store.working import WorkingSet

MOST_WAITING = 30
"""So many tasks that wait are shown to an agent."""

_WALLS = ("wall:", "item-wall")


class Hand(NamedTuple):
    """A task at hand. `state` as of work.floor.seat: it rings, is theirs, or was put off; instants in microseconds."""

    item: int
    token: int
    name: str
    state: str
    since: int
    until: int
    note: str
    external_id: str
    service: str
    due: int | None


class Waiting(NamedTuple):
    """A task that waits; `why` they may not take it, in words, "" where nothing is known against it."""

    item: int
    token: int
    name: str
    service: str
    since: int
    why: str


@dataclass(frozen=True, slots=True)
class DeskSeen:
    """Somebody's desk at `now`; `state`: how they are, "" where they are not present."""

    floor: int
    now: int
    state: str
    lease: int
    hands: tuple[Hand, ...]
    waiting: tuple[Waiting, ...]

    def of(self, *states: str) -> list[Hand]:
        """Give what is at hand in these states."""
        return [hand for hand in self.hands if hand.state in states]


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """A task that somebody has: `facts` are what it sees, by name; `told` what happened, the last first.

    `codes`: wrap-up code -> what people call it; none where the pack names none.
    """

    floor: int
    hand: Hand
    client: str
    form: Form | None
    codes: Mapping[str, str]
    facts: Mapping[str, Any]
    told: tuple[Happening, ...]
    names: Mapping[str, str]
    words: Words


def desk_of(house: House, bound: Bound, floor: int, who: str, language: str) -> DeskSeen:
    """Look at somebody's desk."""
    store = house.store(floor)
    seat = next(iter(present(store, who)), None)
    row = store.person(who)
    hands = tuple(_hands(store, bound, who, language))
    return DeskSeen(
        floor,
        house.clock(),
        seat.state if seat else "",
        seat.lease if seat else 0,
        hands,
        tuple(_waiting(house, bound, floor, person_of(row), language)) if row else (),
    )


def _hands(store: WorkingSet, bound: Bound, who: str, language: str) -> Iterator[Hand]:
    for _, item, token, name, state, since, until, note, of in at_hand(store, who):
        row = row_of(store, item)
        if row is not None and not of:  # advice is given by command or by the API
            spoken = words(language, "UTC", bound.words(store, row.definition))
            called = (phrases.term(spoken, name), state, since, until, note)
            yield Hand(item, token, *called, row.external_id, phrases.term(spoken, row.service), row.resolve_due)


def _waiting(house: House, bound: Bound, floor: int, who: Person, language: str) -> Iterator[Waiting]:
    """Give what waits, but for what a conflict wall keeps from them: of that they hear nothing."""
    store, now = house.store(floor), house.clock()
    clients = clients_of(store)
    for one in first_open(store, MOST_WAITING):
        pack = bound.pack(store, one.definition)
        spoken = words(language, "UTC", bound.words(store, one.definition))
        needs = _needs(one, pack, clients.get(one.engagement, ""))
        if {f"{OF_ITEM}{one.item}", f"{OF_ITEM}{floor}-{one.item}"} & {*who.walls}:
            needs = needs._replace(walled=(who.id,))
        reasons = gate(who, needs, now)
        if not any(reason.startswith(_WALLS) for reason in reasons):
            name, service = (phrases.term(spoken, text) for text in (one.name or one.node, one.service))
            yield Waiting(one.item, one.token, name, service, one.queued_at, phrases.reasons(spoken, reasons))


def _needs(one: Open, pack: Pack | None, client: str) -> Needs:
    test = "spoken" if pack is not None and pack.manifest.voice else "writing"
    return Needs(
        one.skill, one.language, one.level, one.certificate, test=test, client=client, engagement=one.engagement
    )


def clients_of(store: WorkingSet) -> dict[str, str]:
    """Give engagement -> the client's name, by the terms signed last."""
    return {one.id: str(one.terms.get("client", {}).get("name", "")) for one in store.engagements()}


def row_of(store: WorkingSet, item: int) -> ItemRow | None:
    """Give an item as it stands."""
    return next((row for row in items(store, after=item - 1, limit=1) if row.id == item), None)


def task_of(
    house: House, bound: Bound, floor: int, key: tuple[int, int], guest: tuple[str, str, str]
) -> TaskSeen | None:
    """Look at a task; `guest`: who, their time zone, their language. None where they do not have it."""
    who, zone, language = guest
    store = house.store(floor)
    hand = next((one for one in _hands(store, bound, who, language) if one[:2] == key and one.state == "works"), None)
    row = row_of(store, key[0])
    if hand is None or row is None:
        return None
    pack, instance = bound.pack(store, row.definition), store.waiting_instance(key[0])
    wait = instance.waits.get(key[1]) if instance is not None else None
    form = form_of(pack, instance.process, wait.node) if pack and wait else None
    hidden = set(form.hides) if form else set()
    seen = instance.seen(key[1]) if instance is not None else {}
    story = house.story(floor, key[0])
    return TaskSeen(
        floor,
        hand,
        clients_of(store).get(row.engagement, ""),
        form,
        {code: text.get(language) or text["en"] for code, text in pack.manifest.floor.codes.items()} if pack else {},
        {name: value for name, value in seen.items() if name not in hidden and value not in (None, "", {}, [])},
        tuple(_told(story.happenings, hidden)) if story else (),
        story.names if story else {},
        words(language, zone, bound.words(store, row.definition)),
    )


def form_of(pack: Pack, process: str, node: str) -> Form | None:
    """Give the form of a user task; None where it has none."""
    found = pack.processes.get(process)
    work = next((one.detail for one in found.nodes if one.id == node), None) if found else None
    return pack.forms.get(work.form) if isinstance(work, UserWork) else None


_MOST_TOLD = 12


def _told(happenings: tuple[Happening, ...], hidden: set[str]) -> Iterator[Happening]:
    shown = [one for one in happenings if phrases.kind(one) != "minor" and not _tells(one, hidden)]
    yield from reversed(shown[-_MOST_TOLD:])


def _tells(one: Happening, hidden: set[str]) -> bool:
    return one.tag == "engine.decided" and one.facts.get("decision") in hidden
