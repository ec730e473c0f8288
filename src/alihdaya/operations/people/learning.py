"""The station where a process changes what the house knows of people, in the same commit as what caused it."""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.kernel.event import Event
from alihdaya.operations.desk import Desk, Hold, OpenItem
from alihdaya.operations.exchange.shards.posting import tell
from alihdaya.operations.people.commands import SetWall, Withdraw
from alihdaya.operations.people.validity import ends
from alihdaya.operations.people.walls import follow_walls, set_wall
from alihdaya.people.events import (
    ABOUT_PEOPLE,
    CertificateIssued,
    CertificateWithdrawn,
    FactRefused,
    PersonJoined,
    TestTaken,
    WallRaised,
)
from alihdaya.people.gate import gate
from alihdaya.people.learning import fact_of
from alihdaya.people.person import Certificate, LanguageTest, Person, learn
from alihdaya.work.events import AssignmentWithdrawn
from alihdaya.work.keepable import unkeepable

_TAKES_BACK = (CertificateWithdrawn, PersonJoined, WallRaised)


def facts_at(
    desk: Desk,
    item: OpenItem,
    node: str,
    variables: Mapping[str, Any],
    at: int,
    *,
    by: str = "",
    worked: AbstractSet[str] = frozenset(),
) -> list[Event]:
    """Give what the item's pack says about people when `node` is done, in order; nothing changes.

    `by` is whoever did it: nobody brings about a fact about themselves. Those who `worked` on what led to it prove
    nothing by it; what they hold can be withdrawn for it. What is about to be written of people in the same commit
    counts as known. Raises Refused where a fact cannot be: a value that does not fit, somebody who is on the roster
    already, or is not yet.
    """
    found: list[Event] = []
    before = [event for _, event in desk.board.effects if isinstance(event, ABOUT_PEOPLE)]
    for rule in item.service.facts(node):
        if rule.applies(variables) is not True:
            continue
        values = {name: value(variables) for name, value in rule.values.items()}
        if "valid" in values:
            values["valid"] = ends(values["valid"], at)
        fact = fact_of(rule.means, values, at)
        hands = {by} if isinstance(fact, CertificateWithdrawn) else {by, *worked}
        problems = list(_impossible(_after(desk, [*before, *found], at), fact, hands))
        if problems:
            raise Refused(problems)
        found.append(fact)
    return found


def _after(desk: Desk, facts: Iterable[Event], at: int) -> Mapping[str, Person]:
    """Give the people as they will be known once these facts are."""
    known: dict[str, Person] = {}
    people = ChainMap(known, desk.people)
    for fact in facts:
        if fact[0] in people or isinstance(fact, PersonJoined):
            known[fact[0]] = learn(people.get(fact[0]), fact, at)
    return people


def _impossible(people: Mapping[str, Person], fact: Event, by: AbstractSet[str]) -> Iterator[Problem]:
    who = fact[0]
    place = Source(element="person")
    if who in by:
        yield Problem("own-proof", f"{who} cannot bring this about for themselves: somebody else has to", place)
    if isinstance(fact, PersonJoined):
        if who in people:
            yield Problem("on-roster", f"somebody on the roster is called {who!r} already", place)
    elif isinstance(fact, CertificateIssued | CertificateWithdrawn) and who not in people:
        yield Problem("no-such-person", f"nobody on the roster is called {who!r}", place)
    if isinstance(fact, CertificateWithdrawn) and not _holds(people.get(who), fact.certificate):
        yield Problem("no-such-certificate", f"{who} has no certificate {fact.certificate!r} to withdraw", place)


def _holds(person: Person | None, certificate: str) -> bool:
    return any(one.name == certificate and one.withdrawn is None for one in person.certificates) if person else False


def at_end(desk: Desk, item: OpenItem, node: str, at: int) -> list[Event]:
    """Note what an end means for people, to follow what reached it; gives the note of a fact that could not be.

    An end is brought about by everybody who did a task of the item, of those that it called, and of its callers.
    """
    variables = item.instance.variables if item.instance is not None else {}
    try:
        found = facts_at(desk, item, node, variables, at, worked=_hands(desk, item))
    except Refused as refusal:
        return [FactRefused(node, tuple(problem.message for problem in refusal.problems))]
    follow(desk, item, found)
    return []


def _hands(desk: Desk, item: OpenItem) -> AbstractSet[str]:
    found = frozenset[str]().union(*item.doers.values())
    while item.caller is not None and (above := desk.items.get(item.caller[0])) is not None:
        item = above
        found = found.union(*item.doers.values())
    return found


def follow(desk: Desk, item: OpenItem, facts: Iterable[Event]) -> None:
    """Have facts follow the entry that is about to be written of an item, in the same commit."""
    desk.board.effects.extend((item, fact) for fact in facts)


def told(desk: Desk, item: OpenItem, fact: Event, at: int) -> None:
    """Carry out a fact that an item brought about."""
    note(desk, fact, at, f"item {item.item}")


def note(desk: Desk, fact: Event, at: int, by: str) -> None:
    """Write a fact about somebody down, know it from now on, and let all shards know."""
    desk.note(at, by, fact)
    tell(desk, fact, at, by)
    know(desk, fact, at, by)


def know(desk: Desk, fact: Event, at: int, by: str) -> None:
    """Know a fact about somebody that was written down. What the gate refuses now is taken from their hands."""
    who = fact[0]
    if isinstance(fact, TestTaken) and who not in desk.people:
        desk.applicants[who] = _tests_after(desk, fact)
        return
    before = desk.people.get(who)
    desk.people[who] = _person_after(desk, fact, at)
    desk.applicants.pop(who, None)
    follow_walls(desk, before, desk.people[who])
    if desk.hall is not None:
        desk.hall.knows(desk.people[who], at)
    if isinstance(fact, _TAKES_BACK):
        _take_back(desk, who, at, by)


def is_new(desk: Desk, fact: Event, at: int) -> bool:
    """Say whether a fact of elsewhere changes what is known of somebody; of a stranger, only a test or that they join.

    A certificate that is known counts as it does here: what became of it is a fact of its own.
    """
    who = fact[0]
    known = desk.people.get(who)
    if known is None and isinstance(fact, TestTaken):
        return _tests_after(desk, fact) != desk.applicants.get(who, ())
    if known is None and not isinstance(fact, PersonJoined):
        return False
    return _person_after(desk, fact, at) != known


def _tests_after(desk: Desk, fact: TestTaken) -> tuple[LanguageTest, ...]:
    return _latest((*desk.applicants.get(fact.person, ()), LanguageTest(*fact[1:])))


def _person_after(desk: Desk, fact: Event, at: int) -> Person:
    person = learn(desk.people.get(fact[0]), fact, at)
    tests = (*person.tests, *desk.applicants.get(fact[0], ()))
    return replace(person, tests=_latest(tests), certificates=_last_issued(person.certificates))


def _latest(tests: Iterable[LanguageTest]) -> tuple[LanguageTest, ...]:
    """Order tests as the store does; of two at the same moment the last one counts."""
    return tuple(one for _, one in sorted({(one.kind, one.language, one.at): one for one in tests}.items()))


def _last_issued(certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    return tuple(one for _, one in sorted({(one.name, one.start): one for one in certificates}.items()))


def _take_back(desk: Desk, person: str, at: int, by: str) -> None:
    for key, hold in sorted((pair for pair in desk.held.items() if pair[1].person == person), key=lambda pair: pair[0]):
        item = desk.items[key[0]]
        reasons = gate(desk.people[person], hold.task.needs, at)
        if reasons:
            desk.let_go(key, "gate")
            wait(desk, item, hold)
            desk.append(at, key[0], by, [AssignmentWithdrawn(key[1], person, reasons)])
    if desk.hall is not None:
        desk.hall.takes_back_advice(desk.people[person], at)


def wait(desk: Desk, item: OpenItem, hold: Hold, *, first: str = "") -> None:
    """Let a task wait again that was taken from somebody; while its item is suspended, aside of the queue.

    `first`: to whom it is offered before all others.
    """
    if item.aside is not None:
        item.aside[hold.task.token] = hold.task
    else:
        desk.wait(hold.task, first=first)


def withdraw(desk: Desk, wish: Withdraw, at: int) -> None:
    """Withdraw a certificate by hand; what its holder had in hand waits for others. Raises Refused."""
    fact = fact_of("withdrawn", {"person": wish.person, "certificate": wish.certificate, "reason": wish.reason}, at)
    if wish.person not in desk.people:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {wish.person!r}"))
    problems = [*_impossible(desk.people, fact, frozenset()), *unkeepable({"reason": wish.reason})]
    if problems:
        raise Refused(problems)
    note(desk, fact, at, wish.by)


def wall(desk: Desk, wish: SetWall, at: int) -> None:
    """Raise a wall, or take one down, by hand; what somebody has in hand behind it waits for others. Raises Refused."""
    note(desk, set_wall(desk, wish), at, wish.by)
