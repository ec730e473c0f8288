"""The state of the floor, and what each fact changes in it."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush
from typing import Any, ClassVar, cast

from alihdaya.kernel.event import Event
from alihdaya.people.capability import Capability, capability, changes_at
from alihdaya.people.gate import Needs
from alihdaya.people.person import Person
from alihdaya.work.floor import events as facts
from alihdaya.work.floor.ask import CHANNELS, Ask, Piece, place
from alihdaya.work.floor.groups import Cohorts, Group
from alihdaya.work.floor.kinds import NOBODY, Avoid, Kind, Waiting
from alihdaya.work.floor.seat import NOT_LISTED, READY, RINGS, WORKS, WRAPS, Hold, Own, Seat
from alihdaya.work.item import TaskKey
from alihdaya.work.queue import Place


class Floor:
    """Who is present and what waits. `people` are all who are known; `by_skill`: the best go first, not the idlest.

    `window`: within so many microseconds what waits is matched once, all of it at the same time (see
    work.floor.windows); 0: one piece after another, at once.

    Time never goes back here: `at` is the latest instant that was heard of.
    """

    def __init__(self, people: Mapping[str, Person], *, by_skill: bool = False, window: int = 0) -> None:
        self.people: ChainMap[str, Person] = ChainMap({}, cast("dict[str, Person]", people))
        """All who are known; their new versions stand before `people`, which may be made as they are asked for."""
        self.by_skill = by_skill
        self.window = window
        self.at = 0
        self.matched_in = -1
        """The number of the last window in which there was a matching."""
        self.seats: dict[str, Seat] = {}
        self.cohorts = Cohorts()
        self.kinds: dict[Ask, Kind] = {}
        self.asks: list[Ask] = [Ask(Needs())]
        self.numbers: dict[Ask, int] = {}
        """Kinds of work by number, from 1."""
        self.waiting = Waiting()
        self.own: dict[TaskKey, Piece] = {}
        """Pieces that wait for their preferred agent."""
        self.later: dict[TaskKey, tuple[Piece, int]] = {}
        """Pieces that were put off, and until when."""
        self.holds: dict[TaskKey, Hold] = {}
        self.spared: dict[TaskKey, dict[str, int]] = {}
        """Who is not offered a piece until when: they declined it, did not answer, or passed it on."""
        self.consults: dict[TaskKey, set[TaskKey]] = {}
        """Pieces by which somebody was asked for advice about a piece."""
        self.timers: list[tuple[int, int, int, str]] = []
        """Heap of (due, item, token, person); item 0 is about the person alone. What is over is passed over."""
        self.kinds_by_number: list[Kind] = [Kind(0, self.asks[0], by_skill=by_skill)]
        """Kinds by the number of what asks for them, from 1."""
        self.hot: dict[Kind, None] = {}
        """Kinds of which a piece, or somebody for it, came since the last routing."""
        self.hot_own: dict[Own, None] = {}
        self._expiries: list[tuple[int, str]] = []
        self._lobby = Group(Capability((), (), (), (), ()))
        self._busy: dict[str, dict[Kind, None]] = {}

    def advance(self, now: int) -> int:
        """Let time go on: whose certificate expired stands in another group. Gives the instant that counts."""
        self.at = max(self.at, now)
        while self._expiries and self._expiries[0][0] <= self.at:
            seat = self.seats.get(heappop(self._expiries)[1])
            if seat is not None:
                self.regroup(seat)
        return self.at

    def apply(self, event: Event) -> None:
        """Change what a fact of the floor changes; others are passed over. Raises KeyError for one that cannot be."""
        change = self._CHANGES.get(type(event))
        if change is not None:
            change(self, event)

    def knows(self, key: TaskKey) -> bool:
        """Say whether a piece waits or is held."""
        return key in self.waiting or key in self.holds or key in self.own or key in self.later

    def waits(self) -> Iterable[Piece]:
        """Give all pieces that wait, for anybody or for somebody; not those that were put off."""
        yield from (piece for piece, _ in self.waiting.pieces.values())
        yield from self.own.values()

    def piece(self, event: facts.Queued) -> Piece:
        """Give the piece that a fact is about."""
        item, token, ask, priority, queued_at, due, prefer, until, of_item, of_token, note = event
        return Piece(item, token, self.asks[ask], priority, queued_at, due, prefer, until, (of_item, of_token), note)

    def know(self, person: Person) -> None:
        """Take up a person's new version; if they are present, they stand where they belong from now on."""
        self.people[person.id] = person
        seat = self.seats.get(person.id)
        if seat is not None:
            seat.person = person
            self.regroup(seat)

    def regroup(self, seat: Seat) -> None:
        """Put somebody into the group of what they are capable of now."""
        again = changes_at(seat.person, self.at)
        if again is not None:
            heappush(self._expiries, (again, seat.person.id))
        group = self.cohorts.group(capability(seat.person, self.at))
        if seat.group is group:
            return
        seat.group = group
        seat.since = [NOT_LISTED] * len(seat.since)
        self._refresh(seat, served=False)
        self._wake(seat)
        for piece in self._waiting_for(seat):
            if not self._may(seat, piece):
                self._to_all(self.own.pop(piece.key))

    def _waiting_for(self, seat: Seat) -> list[Piece]:
        found = {where[1:]: self.own.get(where[1:]) for own in seat.own.values() for where in own.heap}
        return [piece for piece in found.values() if piece is not None and piece.prefer == seat.person.id]

    def kind(self, ask: Ask) -> Kind:
        """Give the kind of an ask, compared with every group that there is."""
        barred = ask.needs.not_by or ask.needs.walled
        plain = ask if not barred else ask._replace(needs=ask.needs._replace(not_by=(), walled=()))
        found = self.kinds.get(plain)
        if found is None:
            found = self.kinds[plain] = Kind(len(self.kinds), plain, by_skill=self.by_skill)
            self.cohorts.meet(found, self.seats.values())
        return found

    def avoid(self, piece: Piece) -> Avoid:
        """Give who must not be offered a piece now."""
        not_by = piece.ask.needs.not_by + piece.ask.needs.walled
        spared = self.spared.get(piece.key)
        asker = self.holds.get(piece.of) if piece.of[0] else None
        if not (spared or not_by or asker):
            return NOBODY
        askers = (asker.person,) if asker else ()
        return frozenset(not_by).union(askers, (who for who, until in (spared or {}).items() if until > self.at))

    def _may(self, seat: Seat, piece: Piece) -> bool:
        kind = self.kind(piece.ask)
        return seat.shares[kind.channel] > 0 and kind.admits(seat.group) and seat.person.id not in self.avoid(piece)

    def _refresh(self, seat: Seat, *, served: bool) -> None:
        """Bring up to date what somebody can take; `served`: they just got something, and are the last again."""
        for channel, since in enumerate(seat.since):
            if not seat.takes(channel):
                seat.since[channel] = NOT_LISTED
            elif served or since == NOT_LISTED:
                seat.group.enlist(seat, channel, self.at)

    def _wake(self, seat: Seat) -> None:
        """Have the next routing look at what waits and somebody may do who came to be free."""
        since = seat.since
        for own in seat.own.values():
            if own.heap:
                self.hot_own[own] = None
        for skill, cohort in seat.group.stands.items():
            for kind in self._busy.get(skill, ()):
                if since[kind.channel] != NOT_LISTED and cohort.number in kind.ranks:
                    self.hot[kind] = None

    def _to_all(self, piece: Piece, kind: Kind | None = None) -> None:
        """Let a piece wait for anybody who may do it."""
        kind = kind or self.kind(piece.ask)
        self.waiting.push(kind, piece, place(piece), self.avoid(piece))
        if kind.count == 1:
            self._busy.setdefault(kind.ask.needs.skill, {})[kind] = None
        self.hot[kind] = None

    def _wait(self, piece: Piece) -> None:
        """Let a piece wait, for its preferred agent first if they are present and may do it."""
        seat = self.seats.get(piece.prefer) if piece.prefer and piece.prefer_until > self.at else None
        if seat is None or not self._may(seat, piece):
            self._to_all(piece)
            return
        self.own[piece.key] = piece
        own = seat.own_line(CHANNELS.index(piece.ask.channel))
        heappush(own.heap, place(piece))
        self.hot_own[own] = None
        heappush(self.timers, (piece.prefer_until, *piece.key, ""))

    def _taken(self, key: TaskKey) -> Piece:
        """Take a piece out from wherever it waits. Raises KeyError where it does not."""
        found = self.waiting.pieces.get(key)
        if found is None:
            return self.own.pop(key) if key in self.own else self.later.pop(key)[0]
        kind = self.waiting.remove(key)
        if not kind.count:
            del self._busy[kind.ask.needs.skill][kind]
        return found[0]

    def own_head(self, own: Own) -> Place | None:
        """Give the place of the first piece of a channel that waits for one person alone."""
        while own.heap:
            where = own.heap[0]
            piece = self.own.get(where[1:])
            if piece is not None and piece.prefer == own.seat.person.id and place(piece) == where:
                return where
            heappop(own.heap)
        return None

    def _hold(self, key: TaskKey, person: str, share: int, state: str, until: int) -> None:
        seat = self.seats[person]
        self.holds[key] = Hold(self._taken(key), person, state, share, self.at, until)
        seat.held[key] = None
        seat.load += share
        self._refresh(seat, served=True)
        self._ask_others(key)

    def enter(self, piece: Piece) -> None:
        """Let a piece wait of which no fact of the floor tells: a task that an item's process reached."""
        self._wait(piece)

    def leave(self, key: TaskKey) -> None:
        """Let go of a piece, wherever it is, of which no fact of the floor tells. Raises KeyError where it is not."""
        self._released(key) if key in self.holds else self._taken(key)

    def spare(self, key: TaskKey, people: Mapping[str, int]) -> None:
        """Do not offer a piece to these people until then; where it waits, it waits for the others."""
        for person, until in people.items():
            self._spare(key, person, until)
        if key in self.waiting:
            self._wait(self._taken(key))

    def keep_away(self, key: TaskKey, walled: tuple[str, ...]) -> None:
        """Let a wall keep these people, and no others, from a piece and from advice on it, wherever they are."""
        for one in (key, *sorted(self.consults.get(key, ()))):
            if one in self.holds:
                self.holds[one] = self.holds[one]._replace(piece=_kept_from(self.holds[one].piece, walled))
            elif one in self.later:
                piece, until = self.later[one]
                self.later[one] = _kept_from(piece, walled), until
            elif self.knows(one):
                self._wait(_kept_from(self._taken(one), walled))

    def bring(self, hold: Hold) -> None:
        """Let somebody have a waiting piece as it is known to have been: since then, until then."""
        key = hold.piece.key
        self._hold(key, hold.person, hold.share, hold.state, hold.until)
        self.holds[key] = hold
        if hold.until:
            heappush(self.timers, (hold.until, *key, ""))

    def wrap_up(self, hold: Hold) -> None:
        """Let somebody wrap up a piece that is on the floor no more: it takes its share of them until it is over."""
        key, seat = hold.piece.key, self.seats[hold.person]
        self.holds[key] = hold
        seat.held[key] = None
        seat.load += hold.share
        self._refresh(seat, served=True)
        heappush(self.timers, (hold.until, *key, ""))

    def _released(self, key: TaskKey) -> Piece:
        """Take a piece away from whoever holds it."""
        hold = self.holds.pop(key)
        seat = self.seats[hold.person]
        del seat.held[key]
        seat.load -= hold.share
        self._refresh(seat, served=False)
        self._wake(seat)
        self._ask_others(key)
        return hold.piece

    def _ask_others(self, key: TaskKey) -> None:
        """Offer what waits for advice on a piece anew: its holder is who is not asked, and that has changed."""
        for other in sorted(self.consults.get(key, ())):
            if other in self.waiting:
                self._to_all(self._taken(other))

    def _spare(self, key: TaskKey, person: str, until: int) -> None:
        if until > self.at:
            self.spared.setdefault(key, {})[person] = until
            heappush(self.timers, (until, *key, ""))

    def _came(self, event: facts.LoggedIn) -> None:
        seat = self.seats[event.person] = Seat(
            self.people[event.person], event.shares, event.lease, self.at, self._lobby
        )
        self.regroup(seat)
        if event.lease:
            heappush(self.timers, (self.at + event.lease, 0, 0, event.person))

    def _left(self, event: facts.LoggedOut) -> None:
        seat = self.seats.pop(event.person)
        seat.since = [NOT_LISTED] * len(seat.since)
        for piece in self._waiting_for(seat):
            self._to_all(self.own.pop(piece.key))

    def _state_set(self, event: facts.StateSet) -> None:
        seat = self.seats[event.person]
        seat.state = event.state
        self._refresh(seat, served=False)
        if event.state == READY:
            self._wake(seat)

    def _asked(self, event: facts.Asked) -> None:
        self.numbers[event.ask] = event.number
        self.asks.append(event.ask)
        self.kinds_by_number.append(self.kind(event.ask))

    def _queued(self, event: facts.Queued) -> None:
        piece = self.piece(event)
        if event.of_item:
            self.consults.setdefault(piece.of, set()).add(piece.key)
        if piece.prefer:
            self._wait(piece)
        else:
            self._to_all(piece, self.kinds_by_number[event.ask])

    def _reserved(self, event: facts.Reserved) -> None:
        key = event.item, event.token
        self._hold(key, event.person, event.share, RINGS, event.until)
        heappush(self.timers, (event.until, *key, ""))

    def _assigned(self, event: facts.Assigned) -> None:
        key = event.item, event.token
        ringing = self.holds.get(key)
        if ringing is None:
            self._hold(key, event.person, event.share, WORKS, 0)
        else:
            self.holds[key] = ringing._replace(state=WORKS, at=self.at, until=0)

    def _back(self, event: facts.Declined | facts.TimedOut) -> None:
        key = event.item, event.token
        piece = self._released(key)
        self._spare(key, event.person, event.spared_until)
        self._to_all(piece)

    def _recalled(self, event: facts.Recalled) -> None:
        self._to_all(self._released((event.item, event.token)))

    def _finished(self, event: facts.Finished) -> None:
        key = event.item, event.token
        self._forget(key, self.holds[key].piece)
        if event.until > self.at:
            self.holds[key] = self.holds[key]._replace(state=WRAPS, at=self.at, until=event.until)
            heappush(self.timers, (event.until, *key, ""))
        else:
            self._released(key)

    def _wrapped(self, event: facts.Wrapped) -> None:
        self._released((event.item, event.token))

    def _passed(self, event: facts.Passed) -> None:
        key = event.item, event.token
        self._released(key)
        self._spare(key, event.person, event.spared_until)

    def _put_off(self, event: facts.PutOff) -> None:
        key = event.item, event.token
        piece = self._released(key)
        self.put_aside(piece._replace(prefer=event.prefer, prefer_until=event.prefer_until), event.until)

    def put_aside(self, piece: Piece, until: int) -> None:
        """Let a piece wait for its time."""
        self.later[piece.key] = piece, until
        heappush(self.timers, (until, *piece.key, ""))

    def _returned(self, event: facts.Returned) -> None:
        key = event.item, event.token
        spared = {person: until for person, until in self.spared.pop(key, {}).items() if until > self.at}
        if spared:
            self.spared[key] = spared
        self._wait(self._taken(key))

    def _dropped(self, event: facts.Dropped) -> None:
        key = event.item, event.token
        piece = self._released(key) if key in self.holds else self._taken(key)
        self._forget(key, piece)

    def _forget(self, key: TaskKey, piece: Piece) -> None:
        self.spared.pop(key, None)
        if piece.of != (0, 0):
            asked = self.consults[piece.of]
            asked.discard(key)
            if not asked:
                del self.consults[piece.of]

    _CHANGES: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        facts.LoggedIn: _came,
        facts.LoggedOut: _left,
        facts.StateSet: _state_set,
        facts.Asked: _asked,
        facts.Queued: _queued,
        facts.Reserved: _reserved,
        facts.Assigned: _assigned,
        facts.Declined: _back,
        facts.TimedOut: _back,
        facts.Recalled: _recalled,
        facts.Finished: _finished,
        facts.Wrapped: _wrapped,
        facts.Passed: _passed,
        facts.PutOff: _put_off,
        facts.Returned: _returned,
        facts.Dropped: _dropped,
    }


def _kept_from(piece: Piece, walled: tuple[str, ...]) -> Piece:
    return piece._replace(ask=piece.ask._replace(needs=piece.ask.needs._replace(walled=walled)))
