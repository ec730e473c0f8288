"""Soundness: models built of blocks are sound, changed ones are judged as by a plain token game."""

from itertools import chain, combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alihdaya.notation.bpmn.rules import View
from alihdaya.notation.bpmn.soundness import check_soundness, nets, play
from alihdaya.notation.bpmn.write import open_bpmn

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t"><process id="p">'
KINDS = {"xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway", "task": "task"}
KINDS |= {"start": "startEvent", "end": "endEvent"}


class Graph:
    """Nodes with kinds, and edges; built from blocks."""

    def __init__(self):
        self.kinds, self.edges = [], []

    def add(self, kind):
        self.kinds.append(kind)
        return len(self.kinds) - 1

    def block(self, block, entry):
        """Append a block after a node; gives its last node."""
        kind, parts = block
        if kind == "task":
            node = self.add("task")
            self.edges.append((entry, node))
            return node
        if kind == "seq":
            for part in parts:
                entry = self.block(part, entry)
            return entry
        first, last = self.add("xor" if kind == "loop" else kind), self.add("xor" if kind == "loop" else kind)
        self.edges.append((entry, first))
        if kind == "loop":
            self.edges.append((self.block(parts[0], first), last))
            self.edges.append((self.block(parts[1], last), first))
        else:
            for part in parts:
                self.edges.append((self.block(part, first), last))
        return last

    def xml(self):
        nodes = "".join(f'<{KINDS[kind]} id="n{number}"/>' for number, kind in enumerate(self.kinds))
        flows = "".join(
            f'<sequenceFlow id="f{number}" sourceRef="n{a}" targetRef="n{b}"/>'
            for number, (a, b) in enumerate(self.edges)
        )
        return f"{HEAD}{nodes}{flows}</process></definitions>"


def graph_of(block):
    graph = Graph()
    last = graph.block(block, graph.add("start"))
    graph.edges.append((last, graph.add("end")))
    return graph


LEAF = st.just(("task", ()))
BLOCKS = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.tuples(st.just("seq"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.sampled_from(["xor", "and", "or"]), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("loop"), st.tuples(inner, inner)),
    ),
    max_leaves=7,
)


def view(text):
    return View(open_bpmn(text.encode(), "m.bpmn"))


def outcome(graph):
    (net,) = nets(view(graph.xml()))
    return play(net, 100_000)


@settings(max_examples=150, deadline=None)
@given(BLOCKS)
def test_models_of_blocks_are_sound(block):
    assert check_soundness(view(graph_of(block).xml())) == []


def brute(graph):
    """Play every order of every token: is a flow taken twice, does anything wait for ever, what is never reached."""
    ins = [[n for n, edge in enumerate(graph.edges) if edge[1] == node] for node in range(len(graph.kinds))]
    outs = [[n for n, edge in enumerate(graph.edges) if edge[0] == node] for node in range(len(graph.kinds))]
    seen, todo, fired = set(), [frozenset(outs[0])], {0}
    doubled = stuck = False
    while todo:
        state = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        moves = list(brute_moves(graph, ins, outs, state))
        stuck |= bool(state) and not moves
        for node, taken, put in moves:
            fired.add(node)
            if (state - taken) & put:
                doubled = True
            else:
                todo.append((state - taken) | put)
    return doubled, stuck, {f"n{node}" for node in range(len(graph.kinds))} - {f"n{node}" for node in fired}


def brute_moves(graph, ins, outs, state):
    for node, kind in enumerate(graph.kinds):
        held = [flow for flow in ins[node] if flow in state]
        if not held or (kind == "and" and len(held) < len(ins[node])):
            continue
        if kind == "or" and len(held) < len(ins[node]) and comes(graph, ins, state, node, held):
            continue
        takes = [frozenset({flow}) for flow in held] if kind in {"task", "xor", "end"} else [frozenset(held)]
        for taken in takes:
            for put in ways(kind, outs[node]):
                yield node, taken, frozenset(put)


def comes(graph, ins, state, node, held):
    def upstream(flow):
        seen, todo = {flow}, [flow]
        while todo:
            source = graph.edges[todo.pop()][0]
            if source != node:
                todo += set(ins[source]) - seen
                seen |= set(ins[source])
        return seen

    empty = set().union(*(upstream(flow) for flow in ins[node] if flow not in held))
    waiting = set().union(*(upstream(flow) for flow in held))
    return bool((empty & state) - waiting)


def ways(kind, outs):
    if kind == "xor" and outs:
        return [(flow,) for flow in outs]
    if kind == "or" and outs:
        return list(chain.from_iterable(combinations(outs, size) for size in range(1, len(outs) + 1)))
    return [tuple(outs)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(BLOCKS, st.data())
def test_changed_models_are_judged_as_by_playing_every_order(block, data):
    graph = graph_of(block)
    inner = range(1, len(graph.kinds) - 1)
    for _ in range(data.draw(st.integers(1, 2))):
        node = data.draw(st.sampled_from(inner))
        if data.draw(st.booleans()):
            graph.kinds[node] = data.draw(st.sampled_from(["xor", "and", "or", "task"]))
        elif data.draw(st.booleans()):
            graph.edges.append((node, data.draw(st.sampled_from(inner))))
        elif len(graph.edges) > 2:
            del graph.edges[data.draw(st.integers(1, len(graph.edges) - 1))]
    doubled, stuck, dead = brute(graph)
    found = outcome(graph)
    assert found.complete
    assert bool(found.doubled) == doubled
    if not doubled:
        assert bool(found.stuck) == stuck
        assert set(found.dead) == dead
