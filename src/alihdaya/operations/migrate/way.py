"""From one service to the same service in another version: all that is worked out once for many items."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from alihdaya.engagement.rates.card import OF_ITEMS
from alihdaya.engine import Instance
from alihdaya.engine.migrate import Route, make_route, unknown_names
from alihdaya.kernel.errors import AlihdayaError, NotationError, Problem, Refused, Source
from alihdaya.notation import feel
from alihdaya.notation.bpmn.findings.lacking import lacking
from alihdaya.operations.desk import Desk, Service
from alihdaya.operations.migrate.order import Order
from alihdaya.operations.migrate.versions import version_of
from alihdaya.operations.opening import service_of, stored_pack
from alihdaya.packs import Form, Pack, compile_decisions
from alihdaya.packs.static import known_of

Formula = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Way:
    """How items of one service go over: the services, the nodes, and what the target's models rely on.

    `named` is the part of the mapping that is about `before`; `unpriced` are units without a price in the terms;
    `looks_back` says that only the target asks who did what before.
    """

    before: Service
    after: Service
    route: Route
    named: Mapping[str, str]
    unpriced: tuple[str, ...]
    looks_back: bool
    _lacking: dict[frozenset[int], Mapping[str, str]] = field(default_factory=dict, repr=False)

    def relied_on(self, places: frozenset[int]) -> Mapping[str, str]:
        """Give the names that an item must have which goes on from these nodes, each with the id of who reads it."""
        if self.after.plan.process.id != self.after.pack.process.id:
            return {}  # what a called process is given, its caller says
        if places not in self._lacking:
            pack = self.after.pack
            known = known_of(pack, compile_decisions(pack))
            self._lacking[places] = lacking(self.after.plan.process, known, places)
        return self._lacking[places]


class Ways:
    """The ways of an order, each made when its first item comes. Raises Refused for an order that cannot be one."""

    def __init__(self, desk: Desk, order: Order) -> None:
        self.desk, self.order = desk, order
        versions = desk.store.versions()
        self.pack = order.given or _pack(desk, version_of(versions, order.pack, order.to).digest)
        wanted = order.choice.version
        self.source = version_of(versions, order.pack, wanted).digest if wanted else ""
        self.where = self._formula("where", order.choice.where) if order.choice.where else None
        self._values = {name: self._formula(name, text) for name, text in order.values.items()}
        self._made: dict[tuple[str, ...], Way] = {}

    def concerns(self, service: Service) -> bool:
        """Tell whether items of this service are of the pack, and of a version that is to be left."""
        mine = service.pack.name == self.order.pack and service.pack.digest != self.pack.digest
        return mine and self.source in {"", service.pack.digest} and self.order.choice.service in {"", service.name}

    def check(self) -> None:
        """Raise Refused where the mapping names nodes that no version has which items could leave, or go to."""
        concerned = [service for service in self.desk.services.values() if self.concerns(service)]
        plans = [plan for service in concerned for plan in (service.plan, *service.plans.values())]
        problems = unknown_names(self.order.nodes, plans) if plans else []
        there = {node.id for process in self.pack.processes.values() for node in process.nodes}
        problems += [
            Problem("unknown-target", f"the new version has no node {new!r} for {old!r}", Source(element=old))
            for old, new in self.order.nodes.items()
            if new and new not in there
        ]
        if problems:
            raise Refused(problems)

    def way(self, service: Service) -> Way:
        """Give the way of a service's items."""
        key = (service.engagement, service.name, service.terms.digest, service.pack.digest, service.plan.process.id)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._way(service)
        return found

    def values(self, instance: Instance) -> dict[str, Any]:
        """Work out what is to be set."""
        return {name: formula(instance.variables) for name, formula in self._values.items()}

    def _way(self, service: Service) -> Way:
        after = self._bound(service)
        priced = {rate.unit for rate in after.terms.service(service.name).rates if rate.kind in OF_ITEMS}
        return Way(
            before=service,
            after=after,
            route=make_route(service.plan, after.plan, self.order.nodes, reset=self.order.reset),
            named={old: new for old, new in self.order.nodes.items() if old in service.plan.index},
            unpriced=tuple(sorted(set(self.pack.delivery.units.values()) - priced - {""})),
            looks_back=after.remembers and not service.remembers,
        )

    def _bound(self, service: Service) -> Service:
        """Bind the target to the same terms, and to the process that is the counterpart of the item's own.

        Raises Refused where it does not run here, or has no such process.
        """
        key = (service.engagement, service.name, service.terms.digest, self.pack.digest)
        try:
            if key not in self.desk.services and self.order.given is not None:
                found = service_of(service.terms, service.name, self.pack, trusted=True)
                self.desk.services[key] = replace(found, clock=service.clock)
            found = self.desk.service(*key)
        except Refused:
            raise
        except AlihdayaError as error:
            raise Refused(error.problems) from None
        process = service.plan.process.id
        if process == service.pack.process.id:
            return found
        if process not in found.plans:
            raise Refused(Problem("no-process", f"the new version has no process {process!r}"))
        return found.running(process)

    def _formula(self, name: str, text: str) -> Formula:
        names = frozenset(self.pack.intake.variables)
        try:
            return feel.compile_expression(feel.parse(text, names=names, source=Source(element=name)))
        except NotationError as error:
            raise Refused(error.problems) from None


def form_of(pack: Pack, service: Service, node: str) -> tuple[Any, ...]:
    """Give what makes a task's form fit a result: its fields without their labels."""
    form: Form | None = pack.forms.get(service.work(node).form)
    return tuple((one.name, one.type, one.required, one.options) for one in form.fields) if form else ()


def _pack(desk: Desk, digest: str) -> Pack:
    known = next((one.pack for one in desk.services.values() if one.pack.digest == digest), None)
    if known is not None:
        return known
    try:
        return stored_pack(desk.store, digest)
    except AlihdayaError as error:
        raise Refused(error.problems) from None


def missing(way: Way, instance: Instance, places: frozenset[int], values: Mapping[str, Any]) -> list[Problem]:
    """Give a problem for each variable that the target relies on from these of its nodes on, and that is not there."""
    full = instance.full
    own = set(instance.variables) | set(values)
    for scope in full.locals.values() if full is not None else ():
        own |= scope.keys()
    return [
        Problem("missing-variable", f"the new version needs {name!r}; set it on the way", Source(element=reader))
        for name, reader in sorted(way.relied_on(places).items())
        if name not in own
    ]
