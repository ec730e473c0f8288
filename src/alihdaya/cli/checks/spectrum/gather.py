"""From the store to cases: every item's history, read with the models and terms that it came in under."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from alihdaya.kernel.time import SECOND
from alihdaya.notation.bpmn import Kind, UserWork
from alihdaya.planning.spectrum import Case, NodeFacts, read_case, spread
from alihdaya.planning.spectrum.facts import Hours
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import ItemReceived, TaskDone

if TYPE_CHECKING:
    from alihdaya.engagement.clock import Clock
    from alihdaya.engagement.terms import Service as Agreed
    from alihdaya.kernel.event import Entry
    from alihdaya.packs import Pack
    from alihdaya.store import Store


class Known(NamedTuple):
    """What can be named of a service: the columns of its intake, its tasks for people, and their certificates."""

    columns: set[str]
    tasks: set[str]
    certificates: set[str]


class Gathered(NamedTuple):
    """A service's cases, its pack's kind (BPO or KPO), what its rate card asks for a unit at first, and its names.

    `of`: the engagement, and the service in it.
    """

    of: tuple[str, str]
    kind: str
    cases: list[Case]
    prices: dict[str, float]
    known: Known


class _Bound(NamedTuple):
    kind: str
    nodes: Mapping[str, NodeFacts]
    known: Known


def gather(
    store: "Store", wanted: str | None, subject: str, reviews: frozenset[str], at: int, *, engagement: str | None = None
) -> list[Gathered]:
    """Read every item, or those of one service or engagement, archived ones too: by engagement and service.

    `at`: the present.

    `reviews`: the tasks that check a result; where none is named, those kept from whoever did another, that choose.
    """
    from alihdaya.engagement.clock import Clock
    from alihdaya.engagement.terms import from_wire
    from alihdaya.operations.people.adherence import spent_as
    from alihdaya.packs.load import from_files
    from alihdaya.store.views.histories import histories

    signed = {one.digest: one for one in store.engagements()}

    @cache
    def model(digest: str) -> _Bound:
        found = store.definition(digest)
        return _bound(from_files(found.files), reviews) if found is not None else _unbound()

    @cache
    def agreed(digest: str, service: str) -> "Agreed":
        terms = from_wire(signed[digest].terms)
        return next(one for one in terms.services if one.id == service)

    @cache
    def clock(digest: str, service: str) -> "Clock":
        return Clock(agreed(digest, service).calendar)

    found: dict[tuple[str, str], Gathered] = {}
    work = _Work()
    for _, group in groupby(histories(store, archive=True), key=lambda entry: entry.item):
        entries = list(group)
        work.add(entries)
        receipt = next((one for entry in entries for one in entry.events if isinstance(one, ItemReceived)), None)
        of = (signed[receipt.terms].id, receipt.service) if receipt else ("", "")
        if receipt is None or of != (engagement or of[0], wanted or of[1]):
            continue
        bound = model(receipt.definition)
        case = read_case(entries, bound.nodes, _hours(clock(receipt.terms, receipt.service)), subject)
        if of not in found:
            found[of] = Gathered(of, bound.kind, [], {}, Known(set(), set(), set()))
        found[of].cases.append(case)
        _learn(found[of].known, bound.known, case)
        found[of].prices.update(_prices(agreed(receipt.terms, receipt.service)))
    share = work.meetings(spent_as(store, "meeting", at))
    return [one._replace(cases=spread(one.cases, share)) for one in found.values()]


def _unbound() -> _Bound:
    return _Bound("BPO", {}, Known(set(), set(), set()))


def _learn(known: Known, more: Known, case: Case) -> None:
    for names, others in zip(known, more, strict=True):
        names.update(others)
    known.certificates.update(step.certificate for step in case.steps if step.certificate)


class _Work:
    """Minutes of everybody over all services, and how many of them they noted as meetings of an item."""

    def __init__(self) -> None:
        self.minutes: Counter[str] = Counter()
        self.met: Counter[str] = Counter()

    def add(self, entries: "Iterable[Entry]") -> None:
        """Count an item's seconds."""
        for entry in entries:
            for event in entry.events:
                if isinstance(event, (TaskDone, TimeSpent)):
                    self.minutes[event.person] += event.seconds
                    if isinstance(event, TimeSpent) and event.kind == "meeting":
                        self.met[event.person] += event.seconds

    def meetings(self, floor: Mapping[str, int]) -> dict[str, float]:
        """Give for each second that somebody worked how long they met, beyond what they noted with items.

        `floor`: microseconds that they were in a meeting, as they said on the floor.
        """
        beyond = {who: span / SECOND - self.met[who] for who, span in floor.items() if self.minutes[who]}
        return {who: more / self.minutes[who] for who, more in beyond.items() if more > 0}


def _hours(clock: "Clock") -> Hours:
    from alihdaya.kernel.time import HOUR

    return lambda a, b: clock.working_between(a, b) / HOUR


def _prices(service: "Agreed") -> dict[str, float]:
    return {rate.unit: float(rate.tiers[0].price) for rate in service.rates if rate.kind == "item"}


def _bound(pack: "Pack", reviews: frozenset[str]) -> _Bound:
    """Give what a pack's model says of its nodes."""
    nodes: dict[str, NodeFacts] = {}
    known = Known({column.name for column in pack.intake.columns}, set(), set())
    for process in pack.processes.values():
        for node in process.nodes:
            around = process.nodes[node.parent] if node.parent is not None else None
            free = around is not None and around.kind is Kind.AD_HOC
            work = node.detail if isinstance(node.detail, UserWork) else None
            form = pack.forms.get(work.form) if work is not None else None
            fields = form.fields if form is not None else ()
            choices = {one.name: tuple(one.options) for one in fields if one.options}
            not_by = work.not_by if work is not None else ()
            checks = node.id in reviews if reviews else bool(not_by and choices)
            nodes[node.id] = NodeFacts(choices, not_by, free, checks)
            if work is not None:
                known.tasks.add(node.id)
                known.certificates.update({work.certificate} - {""})
    return _Bound(pack.manifest.kind, nodes, known)
