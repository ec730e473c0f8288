"""What provably never ends: processes that call themselves, loops whose condition always holds."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from alihdaya.notation.bpmn.details import Call, StandardLoop
from alihdaya.notation.bpmn.graph import Kind, Node, Process
from alihdaya.notation.bpmn.soundness import shown
from alihdaya.notation.feel.ir import Literal
from alihdaya.notation.finding import Finding, Rule, mark

_TITLE = mark("endless")
_FOR_EVER = Rule("BPMN971", "error", _TITLE, mark("every run comes to this call, which leads back here: {path}"))
_AGAIN = Rule("BPMN972", "warning", _TITLE, mark("this call can lead back here: {path}"))
_LOOP = Rule(
    "BPMN973", "warning", _TITLE, mark("this repeats for ever: its condition is always true, without a maximum")
)


_MOST = 100
"""Calls in circles that are told of one file."""


def check_endless(processes: Sequence[Process]) -> list[Finding]:
    """Give calls in a circle, errors where no run can avoid them, and loops without an end."""
    by_id = {process.id: process for process in processes}
    calls = _circling({one.id: [node for node in one.nodes if isinstance(node.detail, Call)] for one in processes})
    ending = _ending(by_id) if calls else set()
    circles = islice((found for one in calls for found in _circles(by_id[one], calls, ending)), _MOST)
    return [*circles, *(_loop(node) for process in processes for node in process.nodes if _never_ends(node))]


def _called(call: Node) -> str:
    return call.detail.element if isinstance(call.detail, Call) else ""


def _circling(calls: dict[str, list[Node]]) -> dict[str, list[Node]]:
    """Leave out, again and again, the processes that call none of the rest: what remains comes to circles."""
    callers: dict[str, list[str]] = {}
    left: dict[str, int] = {}
    for name, nodes in calls.items():
        inside = {_called(node) for node in nodes} & calls.keys()
        left[name] = len(inside)
        for one in inside:
            callers.setdefault(one, []).append(name)
    done = [name for name, count in left.items() if count == 0]
    while done:
        name = done.pop()
        del left[name]
        for caller in callers.get(name, ()):
            left[caller] -= 1
            if left[caller] == 0:
                done.append(caller)
    return {name: calls[name] for name in left}


def _ending(by_id: dict[str, Process]) -> set[str]:
    """Give the processes of which some run may end; a call is passed where what it calls may end."""
    callers: dict[str, set[str]] = {}
    for process in by_id.values():
        for node in process.nodes:
            if isinstance(node.detail, Call):
                callers.setdefault(node.detail.element, set()).add(process.id)
    found: set[str] = set()
    todo = list(by_id)
    while todo:
        name = todo.pop()
        if name not in found and _can_end(by_id[name], lambda called: called in by_id and called not in found):
            found.add(name)
            todo.extend(callers.get(name, ()))
    return found


def _never_ends(node: Node) -> bool:
    loop = node.loop
    if not isinstance(loop, StandardLoop) or loop.maximum is not None or loop.condition is None:
        return False
    root = loop.condition.expr.root
    return isinstance(root, Literal) and root.value is True


def _loop(node: Node) -> Finding:
    return Finding(_LOOP, node.source, node.id)


def _circles(process: Process, calls: dict[str, list[Node]], ending: set[str]) -> Iterator[Finding]:
    """Give the calls of a process by which it comes to be called again, each with the shortest path."""
    certain = process.id not in ending and _can_end(process, lambda _: False)
    for node in calls[process.id]:
        path = _way_back(process.id, node, calls)
        if path:
            sure = certain and _called(node) not in ending
            yield Finding(_FOR_EVER if sure else _AGAIN, node.source, node.id, {"path": shown(tuple(path))})


def _way_back(home: str, call: Node, calls: dict[str, list[Node]]) -> list[str]:
    """Give the way from a call back to its own process, ids of processes and calls in turn; [] where none leads."""
    came: dict[str, tuple[str, str]] = {_called(call): (home, call.id)}
    todo = deque(came)
    while todo and home not in came:
        name = todo.popleft()
        for node in calls.get(name, ()):
            if _called(node) not in came:
                came[_called(node)] = (name, node.id)
                todo.append(_called(node))
    if home not in came:
        return []
    path, name = [home], home
    while len(path) == 1 or name != home:
        name, by = came[name]
        path += [by, name]
    return path[::-1]


def _can_end(process: Process, is_endless: Callable[[str], bool]) -> bool:
    """Tell whether some way may lead from a start to an end past endless calls; events beside the way count."""
    if any(node.kind is Kind.EVENT_SUB_PROCESS for node in process.nodes):
        return True
    inner: dict[int | None, list[int]] = {}
    beside: dict[int, list[int]] = {}
    for node in process.nodes:
        if not node.incoming and node.attached is None and not node.compensates:
            inner.setdefault(node.parent, []).append(node.index)
        if node.attached is not None:
            beside.setdefault(node.attached, []).append(node.index)
    todo, seen = list(inner.get(None, ())), set[int]()
    while todo:
        node = process.nodes[todo.pop()]
        if node.index in seen:
            continue
        seen.add(node.index)
        todo += beside.get(node.index, ())
        if isinstance(node.detail, Call) and is_endless(node.detail.element):
            continue
        if not node.outgoing and node.parent is None:
            return True
        todo += [process.flows[flow].target for flow in node.outgoing]
        todo += inner.get(node.index, ())
    return False
