"""An item goes to another service: a new item there, its giver waiting or ended, all in one commit of one shard."""

from typing import Any, Final, NamedTuple

from alihdaya.engine import Start
from alihdaya.engine.commands import Cancel
from alihdaya.engine.scope_events import CallRequested
from alihdaya.engine.society.rules import DEEPEST_CALL
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import DAY, SECOND
from alihdaya.notation.bpmn.details import FOR_GOOD, SERVICE
from alihdaya.operations.advance import advance
from alihdaya.operations.desk import Desk, Hold, OpenItem, Service
from alihdaya.operations.exchange.handover.commands import HandOver
from alihdaya.operations.exchange.handover.context import context_of, depth_of, facts_of
from alihdaya.operations.exchange.handover.target import data_for, service_for
from alihdaya.operations.instance.clocks import turn
from alihdaya.operations.run.receive import take_up
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import AssignmentWithdrawn, ItemReceived
from alihdaya.work.handover import AWAY, OVER, HandedOver, TakenOver, channel, is_away, name_of
from alihdaya.work.item import TaskKey
from alihdaya.work.keepable import unkeepable

PROCESS: Final = "process"
"""By whom a hand-over is that nobody asked for."""

_LONGEST: Final = 2_000
_MOST_PAPERS: Final = 50


class _Gift(NamedTuple):
    token: int
    node: str
    taker: Service
    data: dict[str, Any]
    person: str
    note: str
    papers: tuple[str, ...]
    final: bool


def hand_over(desk: Desk, wish: HandOver, at: int) -> int:
    """Hand a person's task over; gives the number of the item that begins for it. Raises Refused, nothing changed."""
    item, key = desk.open_item(wish.item), (wish.item, wish.token)
    hold = desk.held.get(key)
    if hold is None or hold.person != wish.person or is_away(wish.person) or wish.lock not in {None, hold.at}:
        raise Refused(Problem("not-theirs", f"{wish.person} does not hold task {wish.token} of item {wish.item}"))
    _require_texts(wish)
    taker = service_for(desk, item.service, wish.engagement, wish.service, at)
    data = data_for(taker, facts_of(item, wish.token), wish.given)
    gift = _Gift(wish.token, hold.task.node, taker, data, wish.person, wish.note, wish.papers, wish.final)
    number = _begin(desk, item, gift, at)
    spent = min(max(0, at - hold.at), DAY) // SECOND
    time: list[Event] = [TimeSpent(wish.token, wish.person, spent, "hand-over")] if spent else []
    desk.leases.leases.pop(key, None)
    if wish.final:
        _end(desk, item, gift, number, time, at=at)
        return number
    desk.let_go(key, "handed-over")
    if desk.hall is not None:
        desk.hall.needs_no_advice(key, "handed-over")
    desk.held[key] = Hold(hold.task, f"{AWAY}{taker.engagement}/{taker.name}", at)
    taken = AssignmentWithdrawn(wish.token, wish.person, ("handed-over",))
    desk.append(at, item.item, wish.person, [*time, taken, _given(gift, number), *turn(desk, item, at)])
    return number


def hand_over_by_process(desk: Desk, item: OpenItem, event: CallRequested, at: int) -> None:
    """Hand an item over that came to a call activity which names a service. Raises Refused, nothing changed."""
    kind, _, wanted = event.process.partition(":")
    engagement, _, name = wanted.rpartition("/")
    taker = service_for(desk, item.service, engagement, name, at)
    known = {**facts_of(item, event.token), **event.variables}
    note = known.get("note")
    gift = _Gift(
        event.token,
        event.node,
        taker,
        data_for(taker, known, {}),
        "",
        note[:_LONGEST] if isinstance(note, str) else "",
        (),
        kind == FOR_GOOD,
    )
    number = _begin(desk, item, gift, at)
    if gift.final:
        _end(desk, item, gift, number, [], at=at)
    else:
        desk.append(at, item.item, PROCESS, [_given(gift, number), *turn(desk, item, at)])


def is_handover(process: str) -> bool:
    """Say whether what a call activity calls is a service, not a process."""
    return process.partition(":")[0] in {SERVICE, FOR_GOOD} and ":" in process


def link(desk: Desk, giver: OpenItem, key: TaskKey, taker: int) -> None:
    """Remember that a token of an item waits for what another one answers."""
    desk.board.handed[key] = taker
    giver.away = giver.away | {key[1]}


def unlink(desk: Desk, key: TaskKey) -> int:
    """Forget that a token waits for an answer; gives the item from which, 0 where it does not."""
    giver = desk.items.get(key[0])
    if giver is not None:
        giver.away = giver.away - {key[1]}
    return desk.board.handed.pop(key, 0)


def _begin(desk: Desk, item: OpenItem, gift: _Gift, at: int) -> int:
    """Begin the item of the taking service."""
    if depth_of(item) >= DEEPEST_CALL:
        raise Refused(Problem("endless-hand-over", "handed over and over: services that pass an item round for ever"))
    if gift.final and (item.caller is not None or item.giver is not None):
        why = f"item {item.item} is awaited: hand over for an answer, not for good"
        raise Refused(Problem("awaited", why))
    key, taker, number = (item.item, gift.token), gift.taker, desk.last_item + 1
    context = context_of(desk, item, facts_of(item, gift.token), gift.papers)
    asked = {"item": item.item, "person": gift.person, "note": gift.note, "final": gift.final}
    came = ItemReceived(
        taker.engagement,
        taker.name,
        channel(taker.engagement, taker.name),
        name_of(item.item, gift.node, desk.seq + 1),
        0,
        0,
        taker.terms.digest,
        taker.pack.digest,
        {},
    )
    start = Start({**gift.data, OVER: {**asked, **context, "depth": depth_of(item) + 1}})
    if not gift.final:
        link(desk, item, key, number)
    try:
        opened = OpenItem(number, taker, at, giver=None if gift.final else key, asker=gift.person, family=item.below())
        taken = TakenOver(item.item, gift.token, gift.person, gift.note, gift.final, context)
        return take_up(desk, opened, came, start, gift.person or PROCESS, taken)
    except Refused:
        unlink(desk, key)
        raise


def _end(desk: Desk, item: OpenItem, gift: _Gift, number: int, time: list[Event], *, at: int) -> None:
    """End an item that was handed over for good."""
    events = advance(desk, item, Cancel("handed over"), at)
    desk.items.pop(item.item, None)
    desk.record(item, at, gift.person or PROCESS, [*time, *events, _given(gift, number)])


def _given(gift: _Gift, number: int) -> HandedOver:
    taker = gift.taker
    return HandedOver(gift.token, taker.engagement, taker.name, number, gift.person, gift.note, gift.final)


def _require_texts(wish: HandOver) -> None:
    texts = {"note": wish.note, **{f"paper {n}": text for n, text in enumerate(wish.papers, 1)}}
    problems = unkeepable({**texts, "service": wish.service, "engagement": wish.engagement, **wish.given})
    problems += [
        Problem("bad-value", f"{name} has more than {_LONGEST:,} characters")
        for name, text in texts.items()
        if len(text) > _LONGEST
    ]
    if len(wish.papers) > _MOST_PAPERS:
        problems.append(Problem("bad-value", f"more than {_MOST_PAPERS} papers"))
    if problems:
        raise Refused(problems)
