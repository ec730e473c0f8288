"""Soundness: models built of blocks are sound, changed ones are judged as by a plain token game."""

from itertools import chain, combinations

from hypothesis import HealthCheck, assume, given, settings
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
    max_leaves=5,
)


def view(text):
    return View(open_bpmn(text.encode(), "m.bpmn"))


def outcome(graph):
    (net,) = nets(view(graph.xml()))
    return play(net, 20_000)


@settings(max_examples=60, deadline=None)
@given(BLOCKS)
def test_models_of_blocks_are_sound(block):
    assert check_soundness(view(graph_of(block).xml())) == []


def brute(graph):
    """Play every order: does a flow or an end get two tokens, does one wait for ever, what is never reached."""
    ins = [[n for n, edge in enumerate(graph.edges) if edge[1] == node] for node in range(len(graph.kinds))]
    outs = [[n for n, edge in enumerate(graph.edges) if edge[0] == node] for node in range(len(graph.kinds))]
    seen, todo, fired = set(), [(frozenset(outs[0]), frozenset())], {0}
    doubled = stuck = False
    while todo:
        state, ended = todo.pop()
        if (state, ended) in seen:
            continue
        seen.add((state, ended))
        moves = list(brute_moves(graph, ins, outs, state))
        stuck |= bool(state) and not moves
        for node, taken, put in moves:
            fired.add(node)
            if (state - taken) & put or node in ended:
                doubled = True
            else:
                todo.append(((state - taken) | put, ended if outs[node] else ended | {node}))
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
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
    assume(len(graph.edges) <= 13)
    doubled, stuck, dead = brute(graph)
    found = outcome(graph)
    assert found.complete
    assert bool(found.doubled or found.again) == doubled
    if not doubled:
        assert bool(found.stuck) == stuck
        assert set(found.dead) == dead


def flows(*pairs):
    return "".join(f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairs))


def told(body, **options):
    found = check_soundness(view(f"{HEAD}{body}</process></definitions>"), **options)
    return [(one.code, one.element, one.facts.get("path")) for one in found]


def test_a_deadlock_is_told_with_the_path_that_leads_there():
    nodes = '<startEvent id="s"/><exclusiveGateway id="x"/><parallelGateway id="j"/><endEvent id="e"/>'
    body = nodes + flows(("s", "x"), ("x", "j"), ("x", "j"), ("j", "e"))
    assert told(body) == [("BPMN951", "j", "s → x"), ("BPMN954", "j", None), ("BPMN954", "e", None)]


def test_branches_that_nothing_joins_are_told():
    nodes = '<startEvent id="s"/><parallelGateway id="a"/><task id="t"/><endEvent id="e"/>'
    assert told(nodes + flows(("s", "a"), ("a", "t"), ("a", "t"), ("t", "e"))) == [("BPMN952", "t", "s → a")]
    ends = '<startEvent id="s"/><parallelGateway id="a"/><endEvent id="e"/>'
    assert told(ends + flows(("s", "a"), ("a", "e"), ("a", "e"))) == [("BPMN953", "e", "s → a → e → e")]


def test_a_loop_without_a_way_out_is_told():
    nodes = '<startEvent id="s"/><exclusiveGateway id="x"/><task id="t"/><endEvent id="e"/>'
    found = told(nodes + flows(("s", "x"), ("x", "t"), ("t", "x")))
    assert ("BPMN955", "s", "s") in found
    assert ("BPMN954", "e", None) in found


def test_boundary_events_leave_instead_or_as_well():
    nodes = (
        '<startEvent id="s"/><task id="t"/><boundaryEvent id="b" attachedToRef="t" cancelActivity="{}">'
        '<timerEventDefinition/></boundaryEvent><task id="u"/><endEvent id="e"/>'
    )
    links = flows(("s", "t"), ("t", "u"), ("b", "u"), ("u", "e"))
    assert told(nodes.format("true") + links) == []
    assert told(nodes.format("false") + links) == [("BPMN952", "u", "s → t")]


def test_links_terminate_ends_and_events_that_start_are_followed():
    body = (
        '<startEvent id="s"/><parallelGateway id="a"/><task id="t"/><task id="u"/>'
        '<endEvent id="e"><terminateEventDefinition/></endEvent>'
        '<intermediateThrowEvent id="go"><linkEventDefinition name="L"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="on"><linkEventDefinition name="L"/></intermediateCatchEvent>'
    )
    assert told(body + flows(("s", "a"), ("a", "t"), ("a", "go"), ("on", "u"), ("t", "e"), ("u", "e"))) == []


def test_a_search_that_is_cut_short_says_so_and_a_long_model_is_walked_whole():
    many = 15
    nodes = '<startEvent id="s"/><parallelGateway id="a"/><parallelGateway id="z"/><endEvent id="e"/>'
    nodes += "".join(f'<exclusiveGateway id="x{n}"/><task id="t{n}"/>' for n in range(many))
    pairs = [
        pair for n in range(many) for pair in [("a", f"x{n}"), (f"x{n}", f"t{n}"), (f"t{n}", f"x{n}"), (f"x{n}", "z")]
    ]
    found = told(nodes + flows(("s", "a"), *pairs, ("z", "e")), budget=500)
    assert [code for code, *_ in found] == ["BPMN956"]
    chain = "".join(f'<task id="t{n}"/>' for n in range(3000)) + '<startEvent id="s"/><endEvent id="e"/>'
    steps = [(f"t{n}", f"t{n + 1}") for n in range(2999)]
    assert told(chain + flows(("s", "t0"), *steps, ("t2999", "e"))) == []
