"""Who gets what: the most urgent piece first, to the best of those who may and can, found through groups.

Only kinds are looked at of which a piece, or somebody for it, came since the last time: nothing else can have changed.
"""

from heapq import heapify, heappop, heappush

from alihdaya.kernel.event import Event
from alihdaya.people.gate import gate
from alihdaya.work.floor import events as facts
from alihdaya.work.floor.ask import CHANNELS, Piece
from alihdaya.work.floor.floor import Floor
from alihdaya.work.floor.kinds import Line
from alihdaya.work.floor.seat import Own, Seat
from alihdaya.work.floor.windows import match
from alihdaya.work.queue import Place

_Ahead = tuple[Place, Line | Own]


def route(floor: Floor, now: int) -> list[Event]:
    """Match what waits with who is free, as far as it goes; gives the facts, by which the floor is changed.

    On a floor with windows nothing is given out in one that had its matching: `next_due` says when the next begins.
    Else, afterwards nobody is free who may do what waits for them. The gate is asked for every single one.
    """
    floor.advance(now)
    events: list[Event] = []
    if floor.window:
        if not _window_opens(floor):
            return events
        _serve(floor, _ahead_alone(floor), events)
        for piece, seat in match(floor):
            events.append(_assign(floor, seat, piece, seat.shares[CHANNELS.index(piece.ask.channel)]))
    _serve(floor, _ahead(floor), events)
    return events


def _window_opens(floor: Floor) -> bool:
    """Say whether there is something to match, and this window had no matching yet; else it waits for the next one."""
    if not (floor.hot or floor.hot_own):
        return False
    number = floor.at // floor.window
    if number == floor.matched_in:
        heappush(floor.timers, ((number + 1) * floor.window, 0, 0, ""))
        return False
    floor.matched_in = number
    return True


def _serve(floor: Floor, ahead: list[_Ahead], events: list[Event]) -> None:
    """Give the first piece ahead to the best for it, as long as anybody is free for anything."""
    while ahead:
        where, source = ahead[0]
        head = _head(floor, source)
        if head == where:
            seat = _best(floor, source)
            if seat is None:
                heappop(ahead)
                continue
            _give(floor, seat, source, where, events)
            head = _head(floor, source)
        heappop(ahead)
        if head is not None:
            heappush(ahead, (head, source))


def _ahead(floor: Floor) -> list[_Ahead]:
    """Give the first place of each line that may have somebody now."""
    ahead: list[_Ahead] = []
    for kind in floor.hot:
        for line in list(kind.lines.values()) if kind.count else ():
            head = floor.waiting.head(line)
            if head is not None:
                ahead.append((head, line))
    floor.hot.clear()
    ahead += _ahead_alone(floor)
    heapify(ahead)
    return ahead


def _ahead_alone(floor: Floor) -> list[_Ahead]:
    """Give the first place of what waits for one person alone, who may be free now."""
    found: list[_Ahead] = [(head, own) for own in floor.hot_own if (head := floor.own_head(own)) is not None]
    floor.hot_own.clear()
    heapify(found)
    return found


def _head(floor: Floor, source: Line | Own) -> Place | None:
    return floor.waiting.head(source) if isinstance(source, Line) else floor.own_head(source)


def _best(floor: Floor, source: Line | Own) -> Seat | None:
    if isinstance(source, Line):
        return source.kind.best(floor.cohorts.all, source.avoid)
    return source.seat if source.seat.takes(source.channel) else None


def _give(floor: Floor, seat: Seat, source: Line | Own, where: Place, events: list[Event]) -> None:
    """Give a piece, and of a kind that is done in batches the next ones of its line as well."""
    piece = floor.waiting.at(where) if isinstance(source, Line) else floor.own[where[1:]]
    channel = CHANNELS.index(piece.ask.channel)
    share = seat.shares[channel]
    batch = min(piece.ask.batch, source.count, share) if isinstance(source, Line) else 1
    if batch <= 1:
        events.append(_assign(floor, seat, piece, share))
        return
    part = share // batch
    first = share - part * (batch - 1)
    events.append(_assign(floor, seat, piece, first))
    for _ in range(batch - 1):
        head = floor.waiting.head(source) if isinstance(source, Line) else None
        if head is not None:
            events.append(_assign(floor, seat, floor.waiting.at(head), part))


def _assign(floor: Floor, seat: Seat, piece: Piece, share: int) -> Event:
    """Make the fact, and apply it. Raises AssertionError where groups and gate disagree, which must not be."""
    ask, person = piece.ask, seat.person
    reasons = gate(person, ask.needs, floor.at, test=ask.test)
    if reasons:
        raise AssertionError(f"{person.id} stood where the gate refuses them: {reasons}")
    event: Event
    if ask.ring:
        event = facts.Reserved(piece.item, piece.token, person.id, share, floor.at + ask.ring)
    else:
        event = facts.Assigned(piece.item, piece.token, person.id, share)
    floor.apply(event)
    return event
