"""The way from one version of a model to another: which node and which flow is whose counterpart."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alihdaya.engine.behaviours.joins import reach_of
from alihdaya.engine.plan import Plan
from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.notation.bpmn.graph import SCOPES, Flow, Kind

Reach = Mapping[int, Mapping[int, int]]
"""Parallel join -> flow -> bits of the join's incoming flows that a token on the flow can come to."""

_ALONE = SCOPES | {Kind.BOUNDARY, Kind.START}
"""Kinds of which no two may become one: what runs inside, or watches, would be there twice."""


@dataclass(frozen=True, slots=True)
class Route:
    """From `before` to `after`. `nodes` and `flows`: old index -> new index, of those that have a counterpart.

    `closed`: old events that are given up on purpose; what watches for them is closed. `fresh`: new nodes that are
    nobody's counterpart. `reset` says that a timer whose definition changed is set anew instead of being kept.
    """

    before: Plan
    after: Plan
    nodes: Mapping[int, int]
    flows: Mapping[int, int]
    closed: frozenset[int]
    fresh: frozenset[int]
    reset: bool
    reach_before: Reach = field(repr=False)
    reach_after: Reach = field(repr=False)

    def target(self, node_id: str) -> int | None:
        """Give the index of an old node's counterpart, None where it has none."""
        return self.nodes.get(self.before.index[node_id])

    def name(self, node_id: str) -> str:
        """Give the id of an old node's counterpart. Raises KeyError."""
        return self.after.process.nodes[self.nodes[self.before.index[node_id]]].id


def make_route(before: Plan, after: Plan, given: Mapping[str, str], *, reset: bool = False) -> Route:
    """Find every node's counterpart: the one that `given` names ("" gives it up), else the one of the same id.

    Ids of `given` that `before` does not have are left alone (see `unknown_names`). Raises Refused where a counterpart
    does not exist, or two sub-processes, boundary or start events were to become one.
    """
    problems = [
        Problem("unknown-target", f"the new version has no node {new!r} for {old!r}", Source(element=old))
        for old, new in given.items()
        if old in before.index and new and new not in after.index
    ]
    if problems:
        raise Refused(problems)
    wanted = {node.index: given.get(node.id, node.id) for node in before.process.nodes}
    nodes = {old: after.index[new] for old, new in wanted.items() if new in after.index}
    _require_alone(after, nodes)
    return Route(
        before=before,
        after=after,
        nodes=nodes,
        flows=_flows(before, after, nodes),
        closed=frozenset(old for old, new in wanted.items() if not new),
        fresh=frozenset(range(len(after.process.nodes))) - frozenset(nodes.values()),
        reset=reset,
        reach_before=_reach(before),
        reach_after=_reach(after),
    )


def unknown_names(given: Mapping[str, str], befores: Iterable[Plan]) -> list[Problem]:
    """Give a problem for each old id that none of these versions has."""
    known = {name for plan in befores for name in plan.index}
    return [
        Problem("unknown-node", f"no version that items run on has a node {old!r}", Source(element=old))
        for old in given
        if old not in known
    ]


def _require_alone(after: Plan, nodes: Mapping[int, int]) -> None:
    twice = [new for new, times in Counter(nodes.values()).items() if times > 1]
    found = [after.process.nodes[new] for new in twice]
    problems = [
        Problem("two-to-one", f"two nodes were to become {node.id!r}", Source(element=node.id))
        for node in found
        if node.kind in _ALONE
    ]
    if problems:
        raise Refused(problems)


def _flows(before: Plan, after: Plan, nodes: Mapping[int, int]) -> dict[int, int]:
    """Find each flow's counterpart: the one between the same nodes, of several that of the same id or place."""
    between: dict[tuple[int, int], list[Flow]] = {}
    for flow in after.process.flows:
        between.setdefault((flow.origin, flow.target), []).append(flow)
    found = {}
    olds: dict[tuple[int, int], list[Flow]] = {}
    for flow in before.process.flows:
        if flow.origin in nodes and flow.target in nodes:
            olds.setdefault((nodes[flow.origin], nodes[flow.target]), []).append(flow)
    for ends, some in olds.items():
        candidates = between.get(ends, [])
        named = {flow.id: flow for flow in candidates if flow.id}
        for place, flow in enumerate(some):
            if flow.id in named and len(candidates) > 1:
                found[flow.index] = named[flow.id].index
            elif len(candidates) == len(some):
                found[flow.index] = candidates[place].index
    return found | _same_id(before, after, nodes, found)


def _same_id(before: Plan, after: Plan, nodes: Mapping[int, int], found: Mapping[int, int]) -> dict[int, int]:
    """Find flows that kept their id and their target, though they come from elsewhere now."""
    named = {flow.id: flow for flow in after.process.flows if flow.id}
    return {
        flow.index: named[flow.id].index
        for flow in before.process.flows
        if flow.index not in found and flow.id in named and nodes.get(flow.target) == named[flow.id].target
    }


def _reach(plan: Plan) -> Reach:
    return {
        node.index: reach_of(plan.process, node)
        for node in plan.process.nodes
        if node.kind is Kind.PARALLEL and len(node.incoming) > 1
    }
