"""Before any work: terms are signed, models deployed, people join. Each only once, whatever is started how often."""

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.events import EngagementSigned, PackDeployed
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import PackError, Problem, Refused, Source
from alihdaya.kernel.event import Event
from alihdaya.operations.desk import Desk, Service
from alihdaya.operations.exchange.starts import announce
from alihdaya.operations.opening import observed, service_of
from alihdaya.operations.people.learning import know, note
from alihdaya.packs import Pack
from alihdaya.packs.static import require_sound
from alihdaya.people.events import PersonJoined
from alihdaya.people.person import Person
from alihdaya.people.roster import read_roster
from alihdaya.work.handover import ELSEWHERE


def sign(desk: Desk, signed: Terms, at: int) -> None:
    """Sign an engagement's terms, unless the very same are signed already.

    Raises Refused for terms other than those of an engagement that was amended, renewed or terminated.
    """
    if (signed.engagement, signed.digest) not in {(one.id, one.digest) for one in desk.store.engagements()}:
        if signed.engagement in desk.standings and desk.standings[signed.engagement].agreement.changed:
            why = f"{signed.engagement} has other terms by now: change them by alihdaya amend or renew"
            raise Refused(Problem("amended", why))
        desk.note(at, signed.client.name, EngagementSigned(signed.engagement, signed.digest, agreement.to_wire(signed)))


def deploy(desk: Desk, pack: Pack, at: int) -> None:
    """Keep the text of a pack's models under their digest, unless they are there already."""
    if desk.store.definition(pack.digest) is None:
        desk.note(at, "deployment", PackDeployed(pack.name, pack.digest, dict(pack.files)))


def employ(desk: Desk, events: tuple[Event, ...], at: int) -> None:
    """Let people join with their tests and certificates; whoever is on the roster already is left as they are.

    But for conflict walls: those of this roster hold for them from now on, beside those that they have, in all shards;
    not those that somebody took down by hand.
    Of who joins, other shards are not told: each reads the roster itself.
    """
    known = set(desk.people)
    for happened in events:
        who = happened[0]
        if who not in known:
            desk.note(at, "recruitment", happened)
            know(desk, happened, at, "recruitment")
        elif isinstance(happened, PersonJoined) and (fact := _walled(desk.people[who], happened.walls)):
            note(desk, fact, at, "recruitment")


def _walled(one: Person, walls: tuple[str, ...]) -> PersonJoined | None:
    """Give the facts of somebody as they would join again, with these walls as well; None where none is new."""
    new = {*walls} - {*one.walls, *one.lowered}
    if not new:
        return None
    facts = {name: getattr(one, name) for name in PersonJoined._fields if hasattr(one, name)}
    facts |= {"employer": one.employment.employer, "serves": one.employment.serves}
    return PersonJoined(**{**facts, "person": one.id, "walls": tuple(sorted({*one.walls, *new}))})


def bind(signed: Terms, pack: Pack, *, trusted: bool = False) -> Service:
    """Give the service of these terms that this pack delivers, ready to run.

    Raises PackError where the terms name no service for the pack, NotationError for models that do not run.
    """
    names = [service.id for service in signed.services if service.pack == pack.name]
    if len(names) != 1:
        why = f"the terms of {signed.engagement} must name one service for the pack {pack.name!r}, not {len(names)}"
        raise PackError(Problem("no-service", why, Source("terms.toml", element="service")))
    service = service_of(signed, names[0], pack, trusted=trusted)
    known = {node.id for plan in service.plans.values() for node in plan.process.nodes}
    for node in sorted(service.clock.pauses - known - {ELSEWHERE}):
        why = f"the clocks stand at {node!r}, which no process of the pack {pack.name!r} has"
        raise PackError(Problem("no-node", why, Source("terms.toml", element="pauses")))
    return service


def settle(desk: Desk, service: Service, at: int, people: tuple[Event, ...] = ()) -> None:
    """Sign, deploy and employ what is not there yet for a service; the facts are durable when this returns.

    Raises PackError, with nothing noted, for a new pack whose process can be seen not to work (packs.static).
    """
    at = max(at, desk.at)
    if desk.store.definition(service.pack.digest) is None:
        require_sound(service.pack)
    sign(desk, service.terms, at)
    deploy(desk, service.pack, at)
    employ(desk, people, at)
    desk.commit()
    changed = desk.standings.get(service.engagement)
    known = observed(service, changed.holidays) if changed is not None else service
    desk.services[service.engagement, service.name, service.terms.digest, service.pack.digest] = known
    announce(desk, service, at)
    desk.commit()


def open_service(
    desk: Desk, pack: Pack, signed: Terms, at: int, *, roster: bytes | None = None, trusted: bool = False
) -> Service:
    """Sign, deploy and employ what is not there yet, and give the service that this pack delivers.

    Raises as `bind` and `settle` do, and RosterError. The facts are durable when this returns.
    """
    service = bind(signed, pack, trusted=trusted)
    people = read_roster(roster).events if roster else ()
    settle(desk, service, at, people)
    return service
