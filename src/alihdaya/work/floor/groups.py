"""Present people by what they are capable of, and by what of that is asked for: cohorts, in whose lines they stand.

A group and a kind of work are compared once, by the gate; what that gave is kept, because it depends on nothing else.
People whom all kinds of a skill treat alike are one cohort of that skill, however they differ otherwise, so that a kind
looks at few cohorts.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from alihdaya.people.capability import Capability, stand_in
from alihdaya.people.gate import Needs, walled
from alihdaya.work.floor.ask import CHANNELS
from alihdaya.work.floor.seat import Seat

if TYPE_CHECKING:
    from alihdaya.work.floor.kinds import Kind

SLACK: Final = 64
ANY_SKILL: Final = ""

Signature = tuple[tuple[int, int], ...]
"""Which kinds of a skill may be given to somebody: (number of the kind, rank), in the order of the numbers."""

View = tuple[int | None, str | None, bool | None, bool, bool]
"""What the gate looks at for certain needs, from one capability."""


class Group:
    """Present people of equal capability. `stands`: skill -> the cohort of that skill in whose lines they stand."""

    __slots__ = ("capability", "certificates", "stand_in", "stands", "verdicts")

    def __init__(self, capable: Capability) -> None:
        self.capability = capable
        self.stand_in = stand_in(capable)
        self.verdicts = {(kind, language): passed for kind, language, passed in capable.tests}
        self.certificates = frozenset(capable.certificates)
        self.stands: dict[str, Cohort] = {}

    def view(self, needs: Needs, test: str) -> View:
        """Give all that the gate looks at for these needs: whoever looks the same gets the same verdict."""
        person = self.stand_in
        return (
            person.proficiency.get(needs.skill),
            person.languages.get(needs.language),
            self.verdicts.get((test, needs.language)),
            needs.certificate in self.certificates,
            bool(person.walls and walled(person.walls, needs.client, needs.engagement, *needs.handed_by)),
        )

    def enlist(self, seat: Seat, channel: int, now: int) -> None:
        """Let somebody stand at the end of the lines of those who could take a piece of this channel."""
        seat.since[channel] = now
        for skill, cohort in self.stands.items():
            if skill or cohort.kinds[channel]:
                cohort.enlist(seat, channel, now)


class Cohort:
    """Those whom all kinds of one skill treat alike. `kinds`, by channel: what they may be given.

    `free`, by channel: (since, seat) of those who could take one more piece, the longest idle first. What stands there
    may be over; only a seat's own `since`, and where its group stands, say whether it is not.
    """

    __slots__ = ("_most", "free", "kinds", "number", "signature", "skill")

    def __init__(self, number: int, skill: str, signature: Signature, kinds: Iterable["Kind"]) -> None:
        self.number = number
        self.skill = skill
        self.signature = signature
        self.kinds: tuple[list[Kind], ...] = tuple([] for _ in CHANNELS)
        for kind in kinds:
            self.kinds[kind.channel].append(kind)
        self.free: tuple[deque[tuple[int, Seat]], ...] = tuple(deque() for _ in CHANNELS)
        self._most = [SLACK] * len(CHANNELS)

    def stands(self, since: int, seat: Seat, channel: int) -> bool:
        """Say whether an entry of a line still counts."""
        return seat.since[channel] == since and seat.group.stands.get(self.skill) is self

    def head(self, channel: int) -> tuple[int, Seat] | None:
        """Give who could take a piece of this channel, the longest idle first."""
        line, skill = self.free[channel], self.skill
        while line:
            since, seat = line[0]
            if seat.since[channel] == since and seat.group.stands.get(skill) is self:
                return line[0]
            line.popleft()
        return None

    def all_free(self, channel: int) -> Iterator[Seat]:
        """Walk all who could take a piece of this channel, the longest idle first."""
        return (seat for since, seat in self.free[channel] if self.stands(since, seat, channel))

    def enlist(self, seat: Seat, channel: int, now: int) -> None:
        """Let somebody stand at the end of those who could take a piece of this channel."""
        line = self.free[channel]
        if not line:
            for kind in self.kinds[channel]:
                kind.listen(self, now)
        line.append((now, seat))
        if len(line) > self._most[channel]:
            standing = [one for one in dict.fromkeys(line) if self.stands(*one, channel)]
            line.clear()
            line.extend(standing)
            self._most[channel] = 2 * len(line) + SLACK


class _Alike:
    """Kinds of one skill that look at the same of a capability: whoever looks the same may do the same of them."""

    __slots__ = ("_first", "_seen", "kinds")

    def __init__(self, first: "Kind") -> None:
        self.kinds: list[Kind] = []
        self._first = first
        self._seen: dict[View, Signature] = {}

    def add(self, kind: "Kind") -> None:
        self.kinds.append(kind)
        self._seen.clear()

    def ranks(self, group: Group) -> Signature:
        """Give which of these kinds a group may do."""
        view = group.view(self._first.ask.needs, self._first.test)
        found = self._seen.get(view)
        if found is None:
            ranked = [(kind.number, kind.rank(group)) for kind in self.kinds]
            found = self._seen[view] = tuple([(number, rank) for number, rank in ranked if rank is not None])
        return found


class Cohorts:
    """All groups and cohorts: who stands where, as kinds and capabilities come to be known."""

    def __init__(self) -> None:
        self.all: list[Cohort] = []
        self.groups: dict[Capability, Group] = {}
        self._by_skill: dict[str, list[Group]] = {ANY_SKILL: []}
        self._kinds: dict[str, list[Kind]] = {}
        self._alike: dict[str, dict[tuple[str, ...], _Alike]] = {}
        self._found: dict[tuple[str, Signature], Cohort] = {}

    def group(self, capable: Capability) -> Group:
        """Give the group of a capability; a new one is compared with every kind that may concern it."""
        found = self.groups.get(capable)
        if found is None:
            found = self.groups[capable] = Group(capable)
            for skill in dict.fromkeys((*(skill for skill, _ in capable.skills), ANY_SKILL)):
                self._by_skill.setdefault(skill, []).append(found)
                alike = self._alike.get(skill, {}).values()
                found.stands[skill] = self._cohort(skill, tuple(sorted([n for one in alike for n in one.ranks(found)])))
        return found

    def _cohort(self, skill: str, signature: Signature) -> Cohort:
        cohort = self._found.get((skill, signature))
        if cohort is None:
            ranks = dict(signature)
            kinds = [kind for kind in self._kinds.get(skill, ()) if kind.number in ranks]
            cohort = self._found[skill, signature] = Cohort(len(self.all), skill, signature, kinds)
            self.all.append(cohort)
            for kind in kinds:
                kind.ranks[cohort.number] = ranks[kind.number]
        return cohort

    def meet(self, kind: "Kind", seats: Iterable[Seat]) -> None:
        """Compare a new kind with every group: those who may be given it part from their cohorts.

        Nobody stands in lines of work that asks for no skill before there is such work: `seats` are all, to begin with.
        """
        skill = kind.ask.needs.skill
        self._kinds.setdefault(skill, []).append(kind)
        needs = kind.ask.needs
        looks = needs.language, kind.test, needs.certificate, needs.client, needs.engagement
        self._alike.setdefault(skill, {}).setdefault(looks, _Alike(kind)).add(kind)
        parted: dict[int, Cohort] = {}
        for group in self._by_skill.get(skill, ()):
            rank = kind.rank(group)
            if rank is not None:
                old = group.stands[skill]
                parted[old.number] = old
                group.stands[skill] = self._cohort(skill, (*old.signature, (kind.number, rank)))
        for old in parted.values():
            if not skill and not old.kinds[kind.channel]:
                _line_up(old, kind.channel, seats)
            _part(old)


def _line_up(old: Cohort, channel: int, seats: Iterable[Seat]) -> None:
    standing = [(seat.since[channel], seat) for seat in seats if seat.since[channel] >= 0 and _stood(seat, old)]
    old.free[channel].extend(sorted(standing, key=lambda one: one[0]))


def _stood(seat: Seat, old: Cohort) -> bool:
    """Say whether somebody stands in this cohort, or did before the newest kind."""
    cohort = seat.group.stands.get(old.skill)
    return cohort is not None and (cohort is old or cohort.signature[:-1] == old.signature)


def _part(old: Cohort) -> None:
    """Let whoever stands in a cohort's lines stand where their group stands now, in the same order."""
    for channel, line in enumerate(old.free):
        standing = [one for one in line if one[1].since[channel] == one[0] and _stood(one[1], old)]
        line.clear()
        for since, seat in standing:
            seat.group.stands[old.skill].enlist(seat, channel, since)
