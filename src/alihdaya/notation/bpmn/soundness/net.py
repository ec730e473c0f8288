"""A process, or subprocess, as a net of tokens: what each node waits for, and what it may put out (BPMN 2.0.2, 13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Literal, NamedTuple

from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element

Join = Literal["any", "all", "some"]
"""What a node waits for: one token, one on each input, or (inclusive) all tokens that can still come."""

Option = tuple[int, ...]
"""The flows, by index, that get a token."""

_SUBSETS = 5
"""Largest number of conditional flows whose every combination is tried."""

_CLEARING = frozenset({"terminate", "error", "cancel"})


class Node(NamedTuple):
    """A node of the net. `options` are the ways out; `clears` an end that takes all other tokens away."""

    id: str
    element: Element
    join: Join
    inputs: tuple[int, ...]
    options: tuple[Option, ...]
    clears: bool

    @property
    def is_end(self) -> bool:
        """Whether a token ends here."""
        return self.options == ((),)


@dataclass(frozen=True, slots=True)
class Net:
    """One level: nodes, the node that each flow leads to, and the ways to start (nodes fired, flows with a token).

    `exact` is False where something is simplified: complex gateways, many conditional flows, quantities of tokens.
    """

    place: Element
    nodes: tuple[Node, ...]
    targets: tuple[int, ...]
    starts: tuple[tuple[tuple[str, ...], Option], ...]
    exact: bool


def nets(view: View) -> Iterator[Net]:
    """Give the net of each process and of each subprocess with an order; calls and loops are single steps."""
    for place in view.every("process", "subProcess"):
        if not view.is_a(place, "adHocSubProcess"):
            net = _Builder(view, place).net()
            if net.nodes:
                yield net


class _Builder:
    def __init__(self, view: View, place: Element) -> None:
        self.view, self.place = view, place
        self.exact = True
        apart = (self._is_apart, lambda one: one.local == "boundaryEvent" and "compensate" in view.triggers(one))
        self.elements = [one for one in view.below(place, "flowNode") if not any(test(one) for test in apart)]
        index = {one: number for number, one in enumerate(self.elements)}
        self.flows: list[Element] = []
        self.targets: list[int] = []
        for flow in view.below(place, "sequenceFlow"):
            source, target = view.target(flow, "sourceRef"), view.target(flow, "targetRef")
            if source in index and target in index:
                self.flows.append(flow)
                self.targets.append(index[target])
        self.numbers = {flow: number for number, flow in enumerate(self.flows)}
        self.attached: dict[Element, list[Element]] = {}
        for event in self.elements:
            owner = view.target(event, "attachedToRef") if event.local == "boundaryEvent" else None
            if owner is not None:
                self.attached.setdefault(owner, []).append(event)
        self.landings = {
            link.get("name"): catch
            for catch in self.elements
            if catch.local == "intermediateCatchEvent"
            for link in view.below(catch, "linkEventDefinition")
        }

    def _is_apart(self, element: Element) -> bool:
        return self.view.flag(element, "isForCompensation") or self.view.flag(element, "triggeredByEvent")

    def net(self) -> Net:
        nodes = tuple(self._node(element) for element in self.elements)
        return Net(self.place, nodes, tuple(self.targets), tuple(self._starts(nodes)), self.exact)

    def _node(self, element: Element) -> Node:
        inputs = tuple(self.numbers[flow] for flow in self.view.incoming(element) if flow in self.numbers)
        join: Join = "any"
        if len(inputs) > 1 and element.local == "parallelGateway":
            join = "all"
        elif len(inputs) > 1 and element.local in {"inclusiveGateway", "complexGateway"}:
            join = "some"
        quantity = element.get("completionQuantity", "1") + element.get("startQuantity", "1")
        self.exact &= element.local != "complexGateway" and quantity == "11"
        clears = element.local == "endEvent" and bool(self.view.triggers(element) & _CLEARING)
        return Node(_name(element), element, join, inputs, tuple(dict.fromkeys(self._options(element))), clears)

    def _options(self, element: Element) -> list[Option]:
        """Give the ways on: normally, by an interrupting event instead, or by another event as well."""
        normal = self._ways(self._onward(element))
        found = list(normal)
        for event in self.attached.get(element, ()):
            caught = self._ways(event)
            interrupts = self.view.flag(event, "cancelActivity", default=True)
            found += caught if interrupts else [(*a, *b) for a, b in product(normal, caught)]
        return found

    def _onward(self, element: Element) -> Element:
        """Give the link that catches where an element is one that throws."""
        if element.local != "intermediateThrowEvent":
            return element
        links = self.view.below(element, "linkEventDefinition")
        return next((self.landings[one.get("name")] for one in links if one.get("name") in self.landings), element)

    def _ways(self, element: Element) -> list[Option]:
        flows = [flow for flow in self.view.outgoing(element) if flow in self.numbers]
        every = tuple(self.numbers[flow] for flow in flows)
        if len(every) < 2:
            return [every]
        kind = element.local
        exclusive = kind == "eventBasedGateway" and element.get("eventGatewayType") != "Parallel"
        if kind == "exclusiveGateway" or exclusive:
            return [(one,) for one in every]
        if kind in {"inclusiveGateway", "complexGateway"}:
            return self._subsets(every)
        if kind in {"parallelGateway", "eventBasedGateway"}:
            return [every]
        return self._conditional(element, flows)

    def _conditional(self, element: Element, flows: list[Element]) -> list[Option]:
        """Give the ways out of an activity: its unconditional flows always, the default where no condition holds."""
        default = self.view.target(element, "default")
        chosen = tuple(
            self.numbers[one]
            for one in flows
            if one is not default and self.view.part(one, "conditionExpression") is not None
        )
        always = tuple(self.numbers[one] for one in flows if one is not default and self.numbers[one] not in chosen)
        found = [(*always, *some) for some in self._subsets(chosen)] if chosen else []
        rest = (*always, self.numbers[default]) if default in self.numbers else always
        return [*found, rest] if rest else found

    def _subsets(self, every: Option) -> list[Option]:
        """Give every combination of flows; where they are many, one, all, or all but one of them."""
        sizes = range(1, len(every) + 1)
        if len(every) > _SUBSETS:
            self.exact = False
            sizes = (1, len(every) - 1, len(every))  # type: ignore[assignment]
        return list(chain.from_iterable(combinations(every, size) for size in sizes))

    def _starts(self, nodes: tuple[Node, ...]) -> Iterator[tuple[tuple[str, ...], Option]]:
        """Give each way to start: by one start event; or, without any, at all nodes that nothing leads to (10.5.2)."""
        first = [one for one in nodes if one.element.local == "startEvent" or self._instantiates(one)]
        if first:
            yield from (((one.id,), option) for one in first for option in one.options)
            return
        landed = set(self.landings.values())
        open_ones = [one for one in nodes if not one.inputs and one.element not in landed]
        open_ones = [one for one in open_ones if one.element.local != "boundaryEvent"]
        if open_ones and len(open_ones) <= _SUBSETS:
            for options in product(*(one.options for one in open_ones)):
                yield tuple(one.id for one in open_ones), tuple(chain.from_iterable(options))
        elif open_ones:
            self.exact = False

    def _instantiates(self, node: Node) -> bool:
        return self.view.flag(node.element, "instantiate") and not node.inputs


def _name(element: Element) -> str:
    return element.get("id") or element.get("name") or f"{element.local} in line {element.line}"
