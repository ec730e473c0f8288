"""What is on somebody's desk, in a task, and in the queue: frozen facts, worded for the reader."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from alihdaya.console import phrases
from alihdaya.console.picture import Happening
from alihdaya.console.words import Words, words
from alihdaya.console.workplace.fields import form_of
from alihdaya.console.workplace.house import Bound, House, around, beside, called, clients_of, row_of, told_apart
from alihdaya.console.workplace.sampled import MOST, to_review
from alihdaya.operations.opening import person_of
from alihdaya.packs import Form, Pack
from alihdaya.people.gate import OF_ITEM, Needs, gate
from alihdaya.people.person import Person
from alihdaya.store.views.open_work import Lent, handovers, lent_by
from alihdaya.store.views.seats import Open, advice_told, at_hand, first_open, present
from alihdaya.store.working import WorkingSet
from alihdaya.work.beside import AdviceGiven

MOST_WAITING = 30
"""So many tasks that wait are shown to an agent."""

_WALLS = ("wall:", "item-wall")


class Hand(NamedTuple):
    """A task at hand. `state` as of work.floor.seat: it rings, is theirs, or was put off; instants in microseconds.

    `of`: the task that they are asked for advice on, else 0; `advised`: so many answers there are to what they asked;
    `client`: whose service it is, where several are called so, else "".
    """

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
    of: int = 0
    advised: int = 0
    client: str = ""


class Waiting(NamedTuple):
    """A task that waits; `why` they may not take it, in words, "" where nothing is known against it.

    `many`: so many of the same name that the same stands against are told by this, the oldest of them. `client`: whose
    service it is, where several are called so, else "".
    """

    item: int
    token: int
    name: str
    service: str
    since: int
    why: str
    many: int = 1
    external_id: str = ""
    due: int | None = None
    client: str = ""


class Counsel(NamedTuple):
    """Advice that was asked for on a task: `note` is the question; `by` and `answer` are empty until it is there."""

    at: int
    note: str
    by: str = ""
    answer: str = ""
    answered: int | None = None


@dataclass(frozen=True, slots=True)
class DeskSeen:
    """Somebody's desk at `now`; `state`: how they are, "" where they are not present.

    `reviews`: so many finished tasks of others wait for them to look at, sampled.MOST at the most.
    """

    floor: int
    now: int
    state: str
    lease: int
    hands: tuple[Hand, ...]
    waiting: tuple[Waiting, ...]
    reviews: int = 0
    lent: tuple[Lent, ...] = ()
    """What they handed over to other services and await back, with names in words."""

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
    counsel: tuple[Counsel, ...] = ()
    awaited: bool = False
    """Whether another service handed its item over and awaits the answer."""
    takers: tuple[tuple[str, str], ...] = ()
    """The services, (engagement, service), to which it can be handed over."""


def desk_of(house: House, bound: Bound, floor: int, who: str, language: str) -> DeskSeen:
    """Look at somebody's desk."""
    store = house.store(floor)
    seat = next(iter(present(store, who)), None)
    row = store.person(who)
    hands = tuple(_hands(store, bound, who, language))
    told = advice_told(store, sorted({one.item for one in hands if one.state == "works"}))
    answers = Counter((item, fact.token) for _, item, fact in told if isinstance(fact, AdviceGiven))
    state, lease = (seat.state, seat.lease) if seat else ("", 0)
    hands = tuple(one._replace(advised=answers[one.item, one.token]) for one in hands)
    if row is None:
        return DeskSeen(floor, house.clock(), state, lease, hands, ())
    person = person_of(row)
    waits = tuple(grouped(_waiting(house, bound, floor, person, language)))
    reviews = sum(1 for _ in islice(to_review(house, bound, floor, person), MOST))
    lent = tuple(_lent(store, bound, who, language))
    return DeskSeen(floor, house.clock(), state, lease, hands, waits, reviews, lent)


def _lent(store: WorkingSet, bound: Bound, who: str, language: str) -> Iterator[Lent]:
    for one in lent_by(store, who):
        spoken = words(language, "UTC", bound.words(store, one.definition))
        yield one._replace(name=phrases.term(spoken, one.name), service=phrases.term(spoken, one.service))


def _hands(store: WorkingSet, bound: Bound, who: str, language: str) -> Iterator[Hand]:
    apart = told_apart(store)
    for _, item, token, name, state, since, until, note, of in at_hand(store, who):
        row = row_of(store, item)
        if row is not None:
            spoken = words(language, "UTC", bound.words(store, row.definition))
            told = (phrases.term(spoken, name), state, since, until, note)
            of_service = row.external_id, phrases.term(spoken, row.service), row.resolve_due
            yield Hand(item, token, *told, *of_service, of, client=apart(row.engagement, row.service))


def _waiting(house: House, bound: Bound, floor: int, who: Person, language: str) -> Iterator[Waiting]:
    """Give what waits, but for what a conflict wall keeps from them: of that they hear nothing."""
    store, now = house.store(floor), house.clock()
    clients, apart = clients_of(store), told_apart(store)
    for one in first_open(store, MOST_WAITING):
        pack = bound.pack(store, one.definition)
        spoken = words(language, "UTC", bound.words(store, one.definition))
        needs = _needs(one, pack, clients.get(one.engagement, ""))
        names, givers = around(store, floor, one.item, who)
        walled = (who.id,) if any(OF_ITEM + name in who.walls for name in names) else ()
        needs = needs._replace(walled=walled, handed_by=givers)
        reasons = gate(who, needs, now)
        if not any(reason.startswith(_WALLS) for reason in reasons):
            name, service = (phrases.term(spoken, text) for text in (one.name or one.node, one.service))
            row = row_of(store, one.item)
            known = Waiting(one.item, one.token, name, service, one.queued_at, phrases.reasons(spoken, reasons))
            known = known._replace(client=apart(one.engagement, one.service))
            yield known if row is None else known._replace(external_id=row.external_id, due=row.resolve_due)


def grouped(waiting: Iterable[Waiting]) -> Iterator[Waiting]:
    """Tell what somebody may not do for the same reason once, with how many there are; what they may do one by one."""
    alike: dict[tuple[str, ...], list[Waiting]] = {}
    for one in waiting:
        key = (one.name, one.service, one.client, one.why) if one.why else (str(one.item), str(one.token), "")
        alike.setdefault(key, []).append(one)
    yield from (found[0]._replace(many=len(found)) for found in alike.values())


def _needs(one: Open, pack: Pack | None, client: str) -> Needs:
    test = "spoken" if pack is not None and pack.manifest.voice else "writing"
    return Needs(
        one.skill, one.language, one.level, one.certificate, test=test, client=client, engagement=one.engagement
    )


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
    token = hand.of or key[1]
    wait = instance.waits.get(token) if instance is not None else None
    form = form_of(pack, instance.process, wait.node) if pack and wait else None
    hidden = set(form.hides) if form else set()
    seen = instance.seen(token) if instance is not None else {}
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
        () if hand.of else counsel_of(store, key),
        awaited=not hand.of and bool(handovers(store, item=key[0])),
        takers=() if hand.of else beside(store, row.engagement, row.service),
    )


def counsel_of(store: WorkingSet, key: tuple[int, int]) -> tuple[Counsel, ...]:
    """Give the advice that was asked for on a task, the first first, with the answers that are there."""
    found: dict[int, Counsel] = {}
    for at, _, fact in advice_told(store, [key[0]]):
        if fact.token == key[1] and isinstance(fact, AdviceGiven):
            asked = found.get(fact.advice, Counsel(at, ""))
            found[fact.advice] = asked._replace(by=called(store, fact.person), answer=fact.note, answered=at)
        elif fact.token == key[1]:
            found[fact.advice] = Counsel(at, fact.note)
    return tuple(found.values())


_MOST_TOLD = 12


def _told(happenings: tuple[Happening, ...], hidden: set[str]) -> Iterator[Happening]:
    shown = [one for one in happenings if phrases.kind(one) != "minor" and not _tells(one, hidden)]
    yield from reversed(shown[-_MOST_TOLD:])


def _tells(one: Happening, hidden: set[str]) -> bool:
    return one.tag == "engine.decided" and one.facts.get("decision") in hidden
