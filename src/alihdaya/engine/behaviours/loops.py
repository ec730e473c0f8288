"""Activities that repeat, or have data of their own: each run is a scope of its own (10.3.7, 13.3.6, 13.3.7)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from alihdaya.engine.behaviours import arming, compensating, data, scopes, throwing
from alihdaya.engine.events import TokenEnded
from alihdaya.engine.full import PART, Loop
from alihdaya.engine.plan import STOP, Arm, Closure, Stuck
from alihdaya.engine.scope_events import LoopBegun, LoopDone, LoopStarted, ScopeClosed
from alihdaya.engine.values import check_value
from alihdaya.notation import feel
from alihdaya.notation.bpmn.details import Formula, MultiInstance, StandardLoop
from alihdaya.notation.bpmn.graph import Node

if TYPE_CHECKING:
    from alihdaya.engine.run import Run

Condition = Callable[[Mapping[str, Any]], Any]
COUNTER = "loopCounter"
"""The variable with the number of the run, from 1."""


class Repeater:
    """What is compiled of one activity that repeats or has data: how runs begin and what happens when one is done."""

    def __init__(self, node: Node, leave: Closure, arms: tuple[Arm, ...]) -> None:
        self.node = node
        self.inner: Closure = leave
        self.leave = leave
        self.arms = arms
        self.standard = node.loop if isinstance(node.loop, StandardLoop) else None
        self.several = node.loop if isinstance(node.loop, MultiInstance) else None
        self.inputs = data.filler(node.data.inputs if node.data else ())
        self.outputs = data.filler(node.data.outputs if node.data else ())
        self.condition = _compiled(self.standard.condition if self.standard else None)
        self.completion = _compiled(self.several.completion if self.several else None)
        self.throws = [
            (_compiled(when), throwing.throw_for(node, what))
            for when, what in (self.several.throws if self.several else ())
        ]

    def enter(self, run: "Run", token: int) -> int:
        """Begin the activity: arm its boundary, then the first run, or all of them."""
        run.flush(token)
        if self.several is not None:
            total, items = _size(self.several, run.view(token))
            if total > run.plan.budget:
                raise Stuck("cardinality", f"{total:,} instances are more than {run.plan.budget:,}")
        else:
            total, items = -1, None
        arming.arm(run, token, run.home(token), self.arms)
        if self.node.loop is None:
            self._begin(run, token, {})
            return STOP
        run.emit(LoopBegun(token, self.node.id, total, items))
        if self.several is not None and not self.several.sequential:
            for _ in range(total):
                self._start(run, token)
        elif not self._next(run, token):
            return self._finish(run, token)
        return self._finish(run, token) if total == 0 else STOP

    def _next(self, run: "Run", token: int) -> bool:
        """Start the next run one after another, if there is one."""
        loop = self._loop(run, token)
        if self.standard is None:
            if loop.started >= loop.total:
                return False
        elif not self._again(run, token, self.standard, loop.started):
            return False
        self._start(run, token)
        return True

    def _again(self, run: "Run", token: int, loop: StandardLoop, started: int) -> bool:
        if loop.maximum is not None and started >= loop.maximum:
            return False
        if self.condition is None or (started == 0 and not loop.before):
            return True
        return self.condition({**run.view(token), COUNTER: started}) is True

    def _loop(self, run: "Run", token: int) -> Loop:
        full = run.state.full
        if full is None:
            raise Stuck("no-loop", f"{self.node.id!r} does not repeat here")
        return full.loops[token]

    def _start(self, run: "Run", token: int) -> None:
        loop = self._loop(run, token)
        run.emit(LoopStarted(token))
        own = {COUNTER: loop.started + 1}
        if self.several is not None and self.several.item and loop.items is not None:
            own[self.several.item] = loop.items[loop.started]
        self._begin(run, token, own)

    def _begin(self, run: "Run", token: int, own: dict[str, Any]) -> None:
        own = {**self.inputs({**run.view(token), **own}), **own}
        part = scopes.open_scope(run, token, self.node, PART, own)
        scopes.give_birth(run, part, self.node.index, self.inner)

    def done(self, run: "Run", token: int) -> int:
        """One run is done, or, where the token stands in none of its runs, the whole activity is."""
        full = run.state.full
        part = run.home(token)
        if full is None or not part or full.scopes[part].kind != PART or full.scopes[part].node != self.node.id:
            return self.leave(run, token)
        run.flush(token)
        carrier = full.scopes[part].token
        seen, own = scopes.view(run, part), full.locals.get(part, {})
        if self.several is not None and compensating.has_handler(run, self.node):
            compensating.keep(run, full.scopes[part].parent, self.node, 0, own)
        else:
            compensating.keep_scope(run, part, self.node)
        run.emit(TokenEnded(token, self.node.id))
        run.emit(ScopeClosed(part, self.node.id, "completed"))
        made = self.outputs(seen)
        if made:
            scopes.assign(run, run.home(carrier), self.node.id, made)
        if carrier not in full.loops:
            return self._queue(run, carrier)
        return self._one_done(run, carrier, own, seen)

    def _one_done(self, run: "Run", token: int, own: Mapping[str, Any], seen: Mapping[str, Any]) -> int:
        several = self.several
        output = seen.get(several.result) if several is not None and several.result else None
        run.emit(LoopDone(token, int(own.get(COUNTER, 1)) - 1, output))
        loop = self._loop(run, token)
        if several is None:
            return STOP if self._next(run, token) else self._queue(run, token)
        counts = {**seen, **_counts(loop)}
        for when, throw in self.throws:
            if when is None or when(counts) is True:
                throw(run, token)
                if token not in run.state.tokens:
                    return STOP
        if self.completion is not None and self.completion(counts) is True:
            scopes.kill_inside(run, token)
            return self._queue(run, token)
        if several.sequential:
            return STOP if self._next(run, token) else self._queue(run, token)
        return self._queue(run, token) if loop.done == loop.total else STOP

    def _queue(self, run: "Run", token: int) -> int:
        self._gather(run, token)
        run.queue.append((token, self.node.index, self.leave))
        return STOP

    def _gather(self, run: "Run", token: int) -> None:
        """Put what the runs gave into one list, in the order of the runs."""
        full, several = run.state.full, self.several
        if full is None or several is None or not several.results:
            return
        gathered = [full.gathered.get((token, one)) for one in range(full.loops[token].started)]
        check_value(gathered, several.results)
        scopes.assign(run, run.home(token), self.node.id, {several.results: gathered})

    def _finish(self, run: "Run", token: int) -> int:
        self._gather(run, token)
        return self.leave(run, token)


def _compiled(formula: Formula | None) -> Condition | None:
    return None if formula is None else feel.compile_expression(formula.expr)


def _counts(loop: Loop) -> dict[str, Any]:
    """Give the instance attributes of multi-instance (table 10.29)."""
    return {
        "numberOfInstances": loop.total,
        "numberOfActiveInstances": loop.started - loop.done,
        "numberOfCompletedInstances": loop.done,
        "numberOfTerminatedInstances": 0,
    }


def _size(loop: MultiInstance, variables: Mapping[str, Any]) -> tuple[int, list[Any] | None]:
    """Compute how many instances there are, and over what."""
    items = None
    if loop.collection:
        items = variables.get(loop.collection)
        if not isinstance(items, list):
            raise Stuck("no-collection", f"{loop.collection!r} is {items!r}, not a list to run over")
    if loop.cardinality is None:
        return len(items or ()), items
    value = feel.compile_expression(loop.cardinality.expr)(variables)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value != int(value) or value < 0:
        raise Stuck("cardinality", f"{loop.cardinality.text!r} gives {value!r}, which is no number of instances")
    total = int(value) if items is None else min(int(value), len(items))
    return total, items
