"""From the store to cases: every item's history, read with the models and terms that it came in under."""

from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from alihdaya.notation.bpmn import Kind, UserWork
from alihdaya.planning.spectrum import Case, NodeFacts, read_case
from alihdaya.planning.spectrum.facts import Hours
from alihdaya.work.events import ItemReceived

if TYPE_CHECKING:
    from alihdaya.engagement.clock import Clock
    from alihdaya.engagement.terms import Service as Agreed
    from alihdaya.packs import Pack
    from alihdaya.store import Store


class Gathered(NamedTuple):
    """A service's cases, its pack's kind (BPO or KPO), and what its rate card asks for a unit at first."""

    service: str
    kind: str
    cases: list[Case]
    prices: dict[str, float]


class _Bound(NamedTuple):
    kind: str
    nodes: Mapping[str, NodeFacts]


def gather(store: "Store", wanted: str | None, subject: str, reviews: frozenset[str]) -> list[Gathered]:
    """Read every item of the store, or those of one service, by service, archived ones too.

    `reviews`: the tasks that check a result; where none is named, those kept from whoever did another, that choose.
    """
    from alihdaya.engagement.clock import Clock
    from alihdaya.engagement.terms import from_wire
    from alihdaya.packs.load import from_files
    from alihdaya.store.views.histories import histories

    signed = {one.digest: one for one in store.engagements()}

    @cache
    def model(digest: str) -> _Bound:
        found = store.definition(digest)
        return _bound(from_files(found.files), reviews) if found is not None else _Bound("BPO", {})

    @cache
    def agreed(digest: str, service: str) -> "Agreed":
        terms = from_wire(signed[digest].terms)
        return next(one for one in terms.services if one.id == service)

    @cache
    def clock(digest: str, service: str) -> "Clock":
        return Clock(agreed(digest, service).calendar)

    found: dict[str, Gathered] = {}
    for _, group in groupby(histories(store, archive=True), key=lambda entry: entry.item):
        entries = list(group)
        receipt = next((one for entry in entries for one in entry.events if isinstance(one, ItemReceived)), None)
        if receipt is None or wanted not in (None, receipt.service):
            continue
        hand = clock(receipt.terms, receipt.service)
        bound = model(receipt.definition)
        case = read_case(entries, bound.nodes, _hours(hand), subject)
        if receipt.service not in found:
            found[receipt.service] = Gathered(receipt.service, bound.kind, [], {})
        found[receipt.service].cases.append(case)
        found[receipt.service].prices.update(_prices(agreed(receipt.terms, receipt.service)))
    return list(found.values())


def _hours(clock: "Clock") -> Hours:
    from alihdaya.kernel.time import HOUR

    return lambda a, b: clock.working_between(a, b) / HOUR


def _prices(service: "Agreed") -> dict[str, float]:
    return {rate.unit: float(rate.tiers[0].price) for rate in service.rates if rate.kind == "item"}


def _bound(pack: "Pack", reviews: frozenset[str]) -> _Bound:
    """Give what a pack's model says of its nodes."""
    nodes: dict[str, NodeFacts] = {}
    for process in pack.processes.values():
        for node in process.nodes:
            around = process.nodes[node.parent] if node.parent is not None else None
            free = around is not None and around.kind is Kind.AD_HOC
            work = node.detail if isinstance(node.detail, UserWork) else None
            form = pack.forms.get(work.form) if work is not None else None
            choices = frozenset(one.name for one in form.fields if one.options) if form is not None else frozenset()
            not_by = work.not_by if work is not None else ()
            checks = node.id in reviews if reviews else bool(not_by and choices)
            nodes[node.id] = NodeFacts(choices, not_by, free, checks)
    return _Bound(pack.manifest.kind, nodes)
