"""Signals: to all who wait and all that begin by them; to many, in pieces that a commit can hold."""

from alihdaya.engine import DeliverSignal
from alihdaya.engine.full import SIGNAL
from alihdaya.engine.society.rules import waits_for_signal
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.event import HOUSE
from alihdaya.operations.advance import advance
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.exchange.board import Kept, Spread
from alihdaya.operations.exchange.commands import Broadcast
from alihdaya.operations.exchange.shards.posting import post
from alihdaya.operations.exchange.starts import begin_by
from alihdaya.operations.exchange.timers import catch_up
from alihdaya.work.exchange import SignalReached, SignalSent
from alihdaya.work.keepable import unkeepable

CHUNK = 500
"""So many items hear a signal between two commits, or a few more."""


def send_signal(desk: Desk, signal: Broadcast, at: int) -> int:
    """Broadcast a signal from outside; gives how many items it reaches or begins. Raises Refused for bad values."""
    problems = unkeepable({**signal.payload, "name": signal.name})
    if problems:
        raise Refused(problems)
    return broadcast(desk, signal, at, HOUSE)


def broadcast(desk: Desk, signal: Broadcast, at: int, thrower: int, *, now: bool = True) -> int:
    """Bring a signal to all who wait, but its thrower, and begin what it starts; gives how many here that are.

    To other shards it sets out, unless only this one is meant.
    """
    heard = hear(desk, signal, at, thrower, now=now)
    others = desk.board.others
    if others is not None and not signal.within:
        post(desk, others.shards, "signal", Kept(signal.name, "", signal.payload, at, thrower), at)
    starts = desk.board.named_starts("signal", signal.name)
    for key in starts:
        begin_by(desk, key, DeliverSignal(*signal[:2]), f"{signal.name}#{desk.seq + 1}", at)
    return heard + len(starts)


def hear(desk: Desk, signal: Broadcast, at: int, thrower: int, *, now: bool = True) -> int:
    """Bring a signal to all who wait in this shard, but its thrower; gives how many that are.

    More than CHUNK (or with `now` False, any) hear it by and by, each once, whatever ends this program meanwhile.
    """
    audience = _audience(desk, signal.name, thrower)
    if now and len(audience) <= CHUNK:
        for number, newest in audience:
            _reach(desk, number, newest, signal, at)
    else:
        desk.note(at, "signal", SignalSent(0, signal.name, signal.payload, thrower, audience))
        desk.board.spreads[desk.seq, 0] = Spread(signal.name, signal.payload, audience, 0)
    return len(audience)


def spread(desk: Desk, at: int) -> None:
    """Let the next CHUNK of a signal's audience hear it."""
    spreads = desk.board.spreads
    key = next(iter(spreads))
    found = spreads.pop(key)
    done = min(found.done + CHUNK, len(found.audience))
    for number, newest in found.audience[found.done : done]:
        _reach(desk, number, newest, Broadcast(found.name, found.payload), at)
    left = len(found.audience) - done
    desk.note(at, "signal", SignalReached(*key, done, left))
    if left:
        spreads[key] = found._replace(done=done)  # behind the others: none of them waits for a long one


def _audience(desk: Desk, name: str, thrower: int) -> list[tuple[int, int]]:
    """Give the items that wait for a signal, oldest first, each with its newest catch."""
    watching = desk.board.watching.get(name, set())
    found = []
    for number in sorted(watching):
        item = desk.items.get(number)
        if item is None or item.instance is None or not waits_for_signal(item.instance, name):
            watching.discard(number)
        elif number != thrower and not item.suspended and item.instance.full is not None:
            found.append((number, max(item.instance.full.catches)))
    return found


def _reach(desk: Desk, number: int, newest: int, signal: Broadcast, at: int) -> None:
    """Let an item hear a signal, if what waited for it when it was sent still does."""
    if not _listens(desk.items.get(number), newest, signal.name):
        return
    catch_up(desk, number, at)
    item = desk.items.get(number)
    if item is not None and _listens(item, newest, signal.name):
        desk.record(item, at, "signal", advance(desk, item, DeliverSignal(*signal[:2]), at))


def _listens(item: OpenItem | None, newest: int, name: str) -> bool:
    full = None if item is None or item.suspended or item.instance is None else item.instance.full
    return full is not None and any(
        catch <= newest and (one.kind, one.name) == (SIGNAL, name) for catch, one in full.catches.items()
    )
