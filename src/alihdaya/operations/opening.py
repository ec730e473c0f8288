"""Opening the desk: the writer's working set, read back from the store."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.account.holidays import Holidays, holidays_of, observing
from alihdaya.engagement.sla import Due, Pause, SlaClock
from alihdaya.engine import Plan, make_plan
from alihdaya.kernel.errors import PackError, Problem
from alihdaya.operations.books.account.agree import standings
from alihdaya.operations.desk import Desk, Hold, OpenItem, Service
from alihdaya.operations.exchange.bringing import bring_board
from alihdaya.operations.floor.bringing import bring_hall
from alihdaya.operations.people.programs.tasks import take_up
from alihdaya.operations.people.walls import take_up_walls
from alihdaya.packs import Pack, compile_decisions, run_steps
from alihdaya.packs.jobs import functions_of
from alihdaya.packs.load import from_files
from alihdaya.people.gate import Needs
from alihdaya.people.person import Certificate, LanguageTest, Person, learn, with_wall
from alihdaya.store import Store, resume
from alihdaya.store.views.items import Kin, family
from alihdaya.store.views.ledger import facts
from alihdaya.store.working import Person as OnRoster
from alihdaya.store.working import WorkingSet
from alihdaya.work.handover import channel
from alihdaya.work.item import Task


def open_desk(
    store: Store,
    *,
    recorded: Callable[[], int],
    packs: Mapping[str, Pack] | None = None,
    patience: float = 0,
    shard: int = 0,
) -> Desk:
    """Take the writer's lock and read everything that is under way.

    `packs` (definition's digest -> pack) saves reading again what the caller has loaded. Raises StoreLocked where
    another process writes for all of `patience` seconds, and PackError where an item's definition needs steps that are
    not installed.
    """
    store.lock(patience=patience)
    return read_desk(store, recorded=recorded, packs=packs, shard=shard)


def read_desk(
    store: Store, *, recorded: Callable[[], int], packs: Mapping[str, Pack] | None = None, shard: int = 0
) -> Desk:
    """Read everything that is under way, to look at only: others may write meanwhile. Raises PackError."""
    desk = Desk(store, recorded, shard=shard)
    desk.seq, desk.last_item, desk.at = store.last_seq(), store.next_item() - 1, resume.last_at(store)
    desk.people = {one.facts.person: person_of(one) for one in store.persons()}
    take_up_walls(desk)
    desk.applicants = {who: tuple(LanguageTest(*test[1:]) for test in tests) for who, tests in store.applicants()}
    _bring_services(desk, packs or {})
    desk.standings = standings(store)
    _bring_items(desk)
    _bring_tasks(desk)
    take_up(desk)
    for due, item, timer in resume.timers(store):
        desk.set_timer(due, item, timer)
    for name, key, item, token in resume.subscriptions(store):
        desk.subscribe(name, key, item, token)
    bring_board(desk)
    bring_hall(desk)
    desk.outbox = resume.sends(store)
    desk.unposted = list(desk.outbox)
    return desk


def plans_of(pack: Pack, *, trusted: bool = False) -> dict[str, Plan]:
    """Make a pack's processes ready to run, by their ids. Raises NotationError, or PackError for steps that may not."""
    decisions, steps = compile_decisions(pack), run_steps(pack, trusted=trusted)
    return {name: make_plan(process, decisions=decisions, steps=steps) for name, process in pack.processes.items()}


def service_of(signed: agreement.Terms, name: str, pack: Pack, *, trusted: bool = False) -> Service:
    """Put a service together from terms and pack. Raises KeyError where the terms do not name it."""
    plans, clock = plans_of(pack, trusted=trusted), SlaClock(signed.service(name))
    functions = functions_of(pack, trusted=trusted)
    return Service(signed.engagement, name, signed, pack, plans[pack.process.id], clock, plans, functions)


def person_of(one: OnRoster) -> Person:
    """Give the person that the store's rows describe."""
    person = learn(None, one.facts, 0)
    for wall in one.walls:
        person = with_wall(person, wall.what, stands=wall.stands)
    return replace(
        person,
        tests=tuple(LanguageTest(*test[1:]) for test in one.tests),
        certificates=tuple(Certificate(*held.issued[1:], held.withdrawn_at) for held in one.certificates),
    )


def _bring_services(desk: Desk, packs: Mapping[str, Pack]) -> None:
    """Bind every (engagement, service, terms, definition) that an item under way names."""
    desk.binder = Binder(desk.store, packs)
    for item in resume.underway(desk.store):
        desk.service(item.engagement, item.service, item.terms, item.definition)


class Binder:
    """Puts services together from what the store holds, and from packs that were loaded before (digest -> pack)."""

    def __init__(self, store: Store, packs: Mapping[str, Pack]) -> None:
        self._store = store
        self._packs = dict(packs)
        self._signed: dict[tuple[str, str], Any] | None = None

    def __call__(self, engagement: str, name: str, terms: str, definition: str) -> Service:
        """Give the service of terms and definition by their digests. Raises PackError, NotationError, KeyError."""
        if self._signed is None or (engagement, terms) not in self._signed:
            self._signed = {(one.id, one.digest): one.terms for one in self._store.engagements()}
        if definition not in self._packs:
            self._packs[definition] = stored_pack(self._store, definition)
        signed = agreement.from_wire(self._signed[engagement, terms])
        added = holidays_of((one.event for one in facts(self._store, engagement)), engagement)
        return observed(service_of(signed, name, self._packs[definition], trusted=True), added)


def observed(service: Service, added: Holidays) -> Service:
    """Give a service whose clock knows the holidays that were added to its calendar."""
    if service.name not in added:
        return service
    return replace(service, clock=SlaClock(observing(service.terms.service(service.name), added)))


def stored_pack(store: WorkingSet, digest: str) -> Pack:
    """Load the definition of that digest again. Raises PackError."""
    definition = store.definition(digest)
    if definition is None:
        raise PackError(Problem("no-definition", f"the store holds no definition {digest[:12]}"))
    return from_files(definition.files)  # whoever deployed it has trusted its steps


def _bring_items(desk: Desk) -> None:
    pauses = resume.pauses(desk.store)
    for item in resume.underway(desk.store):
        service = desk.services[item.engagement, item.service, item.terms, item.definition]
        if item.instance is not None:
            service = service.running(item.instance.process)
        opened = OpenItem(item.item, service, item.received_at, item.instance, item.touched, item.caller)
        opened.due, opened.pauses = Due(*item.due), tuple(Pause(*one) for one in pauses.get(item.item, ()))
        opened.aside = {} if item.suspended else None
        opened.responded_at, opened.rested_at = item.stood
        if item.touched and item.instance is not None and service.clock.levels:
            opened.level = service.clock.level(item.instance.variables) or ""
        desk.items[item.item] = opened
        if service.remembers and (item.touched or len(service.plans) > 1):
            for node, person in resume.doers(desk.store, item.item):
                opened.done(node, person)
    _bring_families(desk)


def _bring_families(desk: Desk) -> None:
    """Remember from which items those came that were called, or handed over; whoever gives has the lower number."""
    takers = {channel(one.service.engagement, one.service.name) for one in desk.items.values()}
    givers = resume.givers(desk.store, takers)
    for item in desk.items.values():
        before = givers.get(item.item) if item.caller is None else item.caller[0]
        if before is not None:
            item.family = _family(desk, before)


def _family(desk: Desk, before: int) -> tuple[Kin, ...]:
    above = desk.items.get(before)
    return above.below() if above is not None else family(desk.store, before, itself=True)


def _bring_tasks(desk: Desk) -> None:
    for row in desk.store.open_tasks():
        opened = desk.items[row.item]
        not_by = opened.service.needs(row.node, opened.doers).not_by
        asked = (row.skill, row.language, row.level, row.certificate, not_by)
        service = opened.service
        walled = desk.kept_from(opened)
        whose = service.terms.client.name, service.engagement
        needs = Needs(*asked, service.test, 0, *whose, walled, opened.handed_by)
        dues = (row.respond_due, row.resolve_due)
        task = Task(row.item, row.token, row.service, row.node, needs, row.priority, row.queued_at, *dues)
        if row.person is None and opened.aside is not None:
            opened.aside[row.token] = task
        elif row.person is None:
            desk.queue.push(task)
        else:
            desk.held[task.key] = Hold(task, row.person, row.assigned_at or row.queued_at)
