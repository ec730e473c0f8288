"""The station: items go over one by one, each as one entry of the log; who cannot stays, with the reasons."""

from collections.abc import Callable, Iterator, Mapping
from time import thread_time
from typing import Any, NamedTuple

from alihdaya.engine import Instance
from alihdaya.engine.migrate import migrate, places
from alihdaya.engine.state import TASK
from alihdaya.engine.values import check_variables
from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.kernel.event import Event
from alihdaya.notation.bpmn import Node
from alihdaya.notation.feel.budget import bounded
from alihdaya.operations.advance import meanings
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.instance.clocks import turn
from alihdaya.operations.migrate.order import Migrate
from alihdaya.operations.migrate.report import Report, Tally
from alihdaya.operations.migrate.way import Way, Ways, form_of, missing
from alihdaya.people.gate import Needs, gate
from alihdaya.store import resume
from alihdaya.work.events import AssignmentWithdrawn, InstanceMigrated, TaskChanged

CatchUp = Callable[[Desk, int, int], None]
"""Lets an item's timers go off that are due."""


LONGEST = 0.25
"""Seconds of work after which a chunk ends early, so that others' commands get their turn."""

_MODEST: Mapping[str, Any] = {"steps": 100_000, "patience": 0.1}
"""What the condition may cost for one item (see notation.feel.budget): it holds up the writer."""


class Carried(NamedTuple):
    """An item on the other side: the engine's events, its instance, who did what, and what became of its tasks."""

    events: list[Event]
    instance: Instance
    doers: Mapping[str, frozenset[str]]
    tasks: tuple["Moved", ...]


class Moved(NamedTuple):
    """An open task on the other side; `reasons`: why the gate refuses whoever holds it now."""

    token: int
    node: Node
    needs: Needs
    person: str
    reasons: tuple[str, ...]


def migrate_items(desk: Desk, command: Migrate, at: int, catch_up: CatchUp) -> Report:
    """Carry a chunk of an order out, or look what would be. An item of the target's version is none of its items.

    A chunk ends after LONGEST, or `most` items. With `go`, timers that are due go off first, in the version that they
    run in. Raises Refused for an order that cannot be one; then nothing changed.
    """
    ways = Ways(desk, command.order)
    if not command.after:
        ways.check()
    tally = Tally(ways.pack.digest)
    last = command.after
    looked = 0
    begun = thread_time()
    for number in [number for number in desk.items if number > command.after]:
        item = desk.items[number]
        if not _named(ways, item):
            continue
        if looked == command.most or (looked and thread_time() - begun > LONGEST):
            return tally.report(last, more=True)
        last, looked = number, looked + 1
        try:
            if not _chosen(ways, item):
                continue
            if command.go:
                catch_up(desk, number, at)
                if desk.items.get(number) is not item or not _chosen(ways, item):
                    continue
        except Refused as refusal:
            tally.items += 1
            tally.refuse(item.service.pack.digest, number, refusal.problems)
            continue
        _one(desk, item, ways, tally, at, go=command.go)
    return tally.report(last, more=False)


def _chosen(ways: Ways, item: OpenItem) -> bool:
    instance = item.instance
    if instance is None or not _named(ways, item):
        return False
    return ways.where is None or bounded(ways.where, instance.variables, failed=_costly, **_MODEST) is True


def _costly(why: str) -> Any:
    message = f"others would wait too long for the condition of this item: {why}"
    raise Refused(Problem("costly-condition", message, Source(element="where")))


def _named(ways: Ways, item: OpenItem) -> bool:
    """Say whether the order can mean an item, as far as that is known without its condition."""
    choice, instance = ways.order.choice, item.instance
    if instance is None or not ways.concerns(item.service):
        return False
    if choice.items and item.item not in choice.items:
        return False
    if choice.before and item.received_at >= choice.before:
        return False
    return not choice.node or choice.node in {node.id for node in places(item.service.plan, instance).values()}


def _one(desk: Desk, item: OpenItem, ways: Ways, tally: Tally, at: int, *, go: bool) -> None:
    instance = item.instance
    if instance is None:
        return
    way = ways.way(item.service)
    stands = places(item.service.plan, instance)
    tally.items += 1
    tally.due += not go and any(timer.due <= at for timer in instance.timers.values())
    problems: tuple[Problem, ...] = ()
    try:
        carried = carry(desk, item, way, ways.values(instance), at)
    except Refused as refusal:
        problems = refusal.problems
        tally.refuse(item.service.pack.digest, item.item, problems)
    else:
        tally.moved += 1
        tally.withdrawn += sum(bool(task.reasons) for task in carried.tasks)
    tally.place(way.before.pack.digest, (_step(way, node) for node in stands.values()), refused=bool(problems))
    if go and not problems:
        _settle(desk, item, way, carried, at)


def _step(way: Way, node: Node) -> tuple[str, str, str, str]:
    index = way.route.nodes.get(node.index)
    target = None if index is None else way.after.plan.process.nodes[index]
    return (node.id, node.name, target.id, target.name) if target is not None else (node.id, node.name, "", "")


def carry(desk: Desk, item: OpenItem, way: Way, values: Mapping[str, Any], at: int) -> Carried:
    """Work out an item on the other side; changes nothing. Raises Refused with every reason why it stays."""
    instance = item.instance
    if instance is None:
        raise Refused(Problem("not-running", "the item has not begun"))
    stands = {
        token: index
        for token, node in places(way.before.plan, instance).items()
        if (index := way.route.nodes.get(node.index)) is not None
    }
    problems = [*_unfit(desk, item, way, stands), *missing(way, instance, frozenset(stands.values()), values)]
    problems += [Problem("no-price", f"the terms of the item have no price for {unit!r}") for unit in way.unpriced]
    events: list[Event] = []
    after = instance
    try:
        events, after = migrate(way.route, instance, at, check_variables(values))
    except Refused as refusal:
        problems += refusal.problems
    except TypeError as error:
        problems.append(Problem("bad-value", str(error)))
    if problems:
        raise Refused(problems)
    doers = _doers(desk, item, way)
    return Carried(events, after, doers, tuple(_moved(desk, item, way, after, doers, at=at)))


def _unfit(desk: Desk, item: OpenItem, way: Way, stands: Mapping[int, int]) -> Iterator[Problem]:
    """Find tasks that somebody works on with a form that is another one in the target."""
    nodes = way.after.plan.process.nodes
    for token, wait in item.instance.waits.items() if item.instance is not None else ():
        hold, index = desk.held.get((item.item, token)), stands.get(token)
        if hold is None or index is None or wait.kind != TASK or way.after.plan.offer[index] is None:
            continue
        if not _is_task(nodes[index]):
            continue
        ours = form_of(way.before.pack, way.before, wait.node)
        if ours != form_of(way.after.pack, way.after, nodes[index].id):
            what = "somebody works on it with a form that is another one in the new version"
            yield Problem("form-changed", what, Source(element=wait.node))


def _is_task(node: Node) -> bool:
    return node.kind.value == "userTask"


def _doers(desk: Desk, item: OpenItem, way: Way) -> dict[str, frozenset[str]]:
    """Give who finished which task, by the target's names; from the log where only the target wants to know."""
    known = [(node, person) for node, people in item.doers.items() for person in sorted(people)]
    if way.looks_back:
        known += resume.doers(desk.store, item.item)
    found: dict[str, frozenset[str]] = {}
    for node, person in known:
        index = way.route.nodes.get(way.before.plan.index.get(node, -1))
        name = node if index is None else way.after.plan.process.nodes[index].id
        found[name] = found.get(name, frozenset()) | {person}
    return found


def _moved(
    desk: Desk, item: OpenItem, way: Way, after: Instance, doers: Mapping[str, frozenset[str]], *, at: int
) -> Iterator[Moved]:
    """Say what became of each task that was open and still is. Where it asks for other things, the gate asks again."""
    before = item.instance.waits if item.instance is not None else {}
    for token, wait in after.waits.items():
        if wait.kind != TASK or token not in before:
            continue
        needs = desk.behind_walls(item, way.after.needs(wait.node, doers))
        hold = desk.held.get((item.item, token))
        reasons: tuple[str, ...] = ()
        held = hold is not None and hold.person in desk.people  # or handed over: nobody here has it
        former = desk.behind_walls(item, way.before.needs(before[token].node, item.doers))
        if hold is not None and held and needs != former:
            reasons = gate(desk.people[hold.person], needs, at)
        yield Moved(token, way.after.plan.node(wait.node), needs, hold.person if hold is not None else "", reasons)


def _settle(desk: Desk, item: OpenItem, way: Way, carried: Carried, at: int) -> None:
    """Let it happen: the entry, and the desk with it."""
    head = InstanceMigrated(way.before.pack.digest, way.after.pack.digest, dict(way.named))
    item.service, item.instance, item.doers = way.after, carried.instance, carried.doers
    changed = [event for task in carried.tasks for event in _retask(desk, item, task)]
    clocks = turn(desk, item, at)
    rest = meanings(desk, item, carried.events, at)
    desk.record(item, at, "operator", [head, *carried.events, *clocks, *changed, *rest])


def _retask(desk: Desk, item: OpenItem, moved: Moved) -> Iterator[Event]:
    """Rename a task where it waits or is held; its place in the queue, its clocks and its priority stay."""
    key = (item.item, moved.token)
    hold = desk.held.get(key)
    if hold is not None:
        was = hold.task
    elif item.aside is not None:
        was = item.aside[moved.token]
    else:
        was = desk.unwait(key)
    task = was._replace(node=moved.node.id, needs=moved.needs)
    yield TaskChanged(moved.token, moved.node.id, moved.node.name, moved.needs[:4])
    if hold is not None:
        desk.let_go(key, "migrated")
    if hold is None or moved.reasons:
        item.aside.update({moved.token: task}) if item.aside is not None else desk.wait(task)
    if hold is not None and moved.reasons:
        yield AssignmentWithdrawn(moved.token, hold.person, moved.reasons)
    elif hold is not None:
        desk.hold(task, hold.person, hold.at)
