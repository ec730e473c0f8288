"""Opening the desk: the writer's working set, read back from the store."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.sla import SlaClock
from alihdaya.engine import Plan, make_plan
from alihdaya.kernel.errors import PackError, Problem
from alihdaya.operations.desk import Desk, Hold, OpenItem, Service
from alihdaya.packs import Pack, compile_decisions, run_steps
from alihdaya.packs.jobs import functions_of
from alihdaya.packs.load import from_files
from alihdaya.people.gate import Needs
from alihdaya.people.person import Certificate, LanguageTest, Person, learn
from alihdaya.store import Store, resume
from alihdaya.store.working import Person as OnRoster
from alihdaya.work.item import Task


def open_desk(store: Store, *, recorded: Callable[[], int], packs: Mapping[str, Pack] | None = None) -> Desk:
    """Take the writer's lock and read everything that is under way.

    `packs` (definition's digest -> pack) saves reading again what the caller has loaded. Raises StoreLocked where
    another process writes, and PackError where an item's definition needs steps that are not installed.
    """
    store.lock()
    desk = Desk(store, recorded)
    desk.seq, desk.last_item, desk.at = store.last_seq(), store.next_item() - 1, resume.last_at(store)
    desk.people = {one.facts.person: person_of(one) for one in store.persons()}
    _bring_services(desk, packs or {})
    _bring_items(desk)
    _bring_tasks(desk)
    for due, item, timer in resume.timers(store):
        desk.set_timer(due, item, timer)
    for name, key, item, token in resume.subscriptions(store):
        desk.subscribe(name, key, item, token)
    desk.outbox = resume.sends(store)
    desk.unposted = list(desk.outbox)
    return desk


def plan_of(pack: Pack, *, trusted: bool = False) -> Plan:
    """Make a pack's process ready to run. Raises NotationError, or PackError for steps that may not run."""
    return make_plan(pack.process, decisions=compile_decisions(pack), steps=run_steps(pack, trusted=trusted))


def service_of(signed: agreement.Terms, name: str, pack: Pack, *, trusted: bool = False) -> Service:
    """Put a service together from terms and pack. Raises KeyError where the terms do not name it."""
    plan = plan_of(pack, trusted=trusted)
    functions = functions_of(pack, trusted=trusted)
    return Service(signed.engagement, name, signed, pack, plan, SlaClock(signed.service(name)), functions)


def person_of(one: OnRoster) -> Person:
    """Give the person that the store's rows describe."""
    return replace(
        learn(None, one.facts, 0),
        tests=tuple(LanguageTest(*test[1:]) for test in one.tests),
        certificates=tuple(Certificate(*held.issued[1:], held.withdrawn_at) for held in one.certificates),
    )


def _bring_services(desk: Desk, packs: Mapping[str, Pack]) -> None:
    """Bind every (engagement, service, terms, definition) that an item under way names."""
    signed = {(one.id, one.digest): one.terms for one in desk.store.engagements()}
    loaded = dict(packs)
    for item in resume.underway(desk.store):
        key = (item.engagement, item.service, item.terms, item.definition)
        if key in desk.services:
            continue
        if item.definition not in loaded:
            loaded[item.definition] = _stored_pack(desk.store, item.definition)
        terms = agreement.from_wire(signed[item.engagement, item.terms])
        desk.services[key] = service_of(terms, item.service, loaded[item.definition], trusted=True)


def _stored_pack(store: Store, digest: str) -> Pack:
    definition = store.definition(digest)
    if definition is None:
        raise PackError(Problem("no-definition", f"the store holds no definition {digest[:12]}"))
    return from_files(definition.files)  # whoever deployed it has trusted its steps


def _bring_items(desk: Desk) -> None:
    for item in resume.underway(desk.store):
        service = desk.services[item.engagement, item.service, item.terms, item.definition]
        opened = desk.items[item.item] = OpenItem(item.item, service, item.received_at, item.instance, item.touched)
        if item.touched and service.four_eyes:
            for node, person in resume.doers(desk.store, item.item):
                opened.done(node, person)


def _bring_tasks(desk: Desk) -> None:
    for row in desk.store.open_tasks():
        opened = desk.items[row.item]
        not_by = opened.service.needs(row.node, opened.doers).not_by
        needs = Needs(row.skill, row.language, row.level, row.certificate, not_by)
        dues = (row.respond_due, row.resolve_due)
        task = Task(row.item, row.token, row.service, row.node, needs, row.priority, row.queued_at, *dues)
        if row.person is None:
            desk.queue.push(task)
        else:
            desk.held[task.key] = Hold(task, row.person, row.assigned_at or row.queued_at)
