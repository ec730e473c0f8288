"""Quality sampling: which finished tasks are looked at again, by whom, and what comes of it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import DAY, SECOND, iso
from alihdaya.operations.desk import Desk, Service
from alihdaya.operations.people.commands import Review
from alihdaya.packs.on_floor import Scorecard
from alihdaya.people.gate import Needs, gate, render_reason
from alihdaya.people.person import Person
from alihdaya.store.views.reviews import Quality, ReviewRow, open_reviews
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import TaskDone
from alihdaya.work.keepable import unkeepable
from alihdaya.work.review import ReviewDone, ReviewDue, falls_in

_LONGEST = 2_000


class Looked(NamedTuple):
    """A task to look at: what was filled in, and by which scorecard."""

    row: ReviewRow
    name: str
    result: Mapping[str, Any]
    card: Scorecard


def due(service: Service, item: int, node: str, token: int, person: str) -> list[Event]:
    """Give what follows for the sample from a task that is done."""
    card = service.pack.manifest.review
    return [ReviewDue(token, node, person)] if card.percent and falls_in(item, token, card.percent, card.seed) else []


def review(desk: Desk, wish: Review, at: int) -> ReviewDone:
    """Note what somebody found. Raises Refused where it waits for no review, they may not, or points do not fit."""
    row = next((one for one in open_reviews(desk.store, item=wish.item) if one.token == wish.token), None)
    if row is None or any(_same(entry.item, event, wish) for entry in desk.pending for event in entry.events):
        raise Refused(Problem("no-review", f"task {wish.token} of item {wish.item} waits for no review"))
    person = desk.people.get(wish.reviewer)
    if person is None:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {wish.reviewer!r}"))
    service = desk.service(row.engagement, row.service, row.terms, row.definition)
    if reasons := _against(desk, service, row, person, at):
        said = (f"{wish.reviewer} may not do this: {render_reason(reason, str)}" for reason in reasons)
        raise Refused([Problem("gate", one) for one in said])
    card = service.pack.manifest.review
    if problems := [*_misfits(card, wish)]:
        raise Refused(problems)
    found = _scored(card, row, wish)
    spent = [TimeSpent(wish.token, wish.reviewer, wish.seconds, "review")] if wish.seconds else []
    desk.append(at, wish.item, wish.reviewer, [found, *spent])
    return found


def _same(item: int, event: Event, wish: Review) -> bool:
    return isinstance(event, ReviewDone) and (item, event.token) == (wish.item, wish.token)


def _against(desk: Desk, service: Service, row: ReviewRow, person: Person, at: int) -> tuple[str, ...]:
    """Say why somebody may not look at it: they need what the task needs, have not done it, and know how to review."""
    node = row.node
    plan = next((one for one in (service.plan, *service.plans.values()) if _has(one, node)), service.plan)
    needs = service.running(plan.process.id).needs(node, {})
    walled = tuple(desk.walled.get(desk.named(row.item), ()))
    needs = needs._replace(not_by=(*needs.not_by, row.person), walled=walled)
    more = Needs(certificate=service.pack.manifest.review.certificate)
    return gate(person, needs, at) + gate(person, more, at)


def _has(plan: Any, node: str) -> bool:
    return any(one.id == node for one in plan.process.nodes)


def _misfits(card: Scorecard, wish: Review) -> Iterator[Problem]:
    most = {one.name: one.points for one in card.criteria}
    for name in most.keys() - wish.points.keys():
        yield Problem("bad-points", f"points are missing for {name}")
    for name, points in wish.points.items():
        if name not in most:
            yield Problem("bad-points", f"no criterion is called {name[:40]!r}; there are: {', '.join(most)}")
        elif not 0 <= points <= most[name]:
            yield Problem("bad-points", f"{name}: {points} points; it must be 0 to {most[name]}")
    if len(wish.note) > _LONGEST:
        yield Problem("bad-value", f"note has more than {_LONGEST:,} characters")
    if not 0 <= wish.seconds <= DAY // SECOND:
        yield Problem("bad-time", f"{wish.seconds} seconds are no time of one sitting (a day at most)")
    yield from unkeepable({"note": wish.note})


def _scored(card: Scorecard, row: ReviewRow, wish: Review) -> ReviewDone:
    whole = sum(one.points for one in card.criteria)
    percent = 100 * sum(wish.points.values()) // whole
    spoilt = any(one.fatal and not wish.points[one.name] for one in card.criteria)
    percent = 0 if spoilt else percent
    points, passed = dict(wish.points), percent >= card.pass_mark and not spoilt
    return ReviewDone(wish.token, row.node, row.person, row.at, wish.reviewer, points, percent, passed, wish.note)


def next_review(desk: Desk, reviewer: str, at: int) -> Looked | None:
    """Give the oldest task that somebody may look at; None where there is none. Raises Refused for nobody known."""
    person = desk.people.get(reviewer)
    if person is None:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {reviewer!r}"))
    for row in open_reviews(desk.store):
        service = desk.service(row.engagement, row.service, row.terms, row.definition)
        if not _against(desk, service, row, person, at):
            return _looked(desk, service, row)
    return None


def _looked(desk: Desk, service: Service, row: ReviewRow) -> Looked:
    events = (event for entry in desk.store.read_log(item=row.item) for event in entry.events)
    done = [event for event in events if isinstance(event, TaskDone) and event.token == row.token]
    names = {node.id: node.name for plan in (service.plan, *service.plans.values()) for node in plan.process.nodes}
    result = done[-1].result if done else {}
    return Looked(row, names.get(row.node) or row.node, result, service.pack.manifest.review)


def plain_quality(one: Quality) -> dict[str, Any]:
    """Give how somebody fares as JSON has it."""
    return one._asdict()


def plain_open(one: ReviewRow) -> dict[str, Any]:
    """Give what waits for a review as JSON has it."""
    names = ("item", "token", "engagement", "service", "node", "person")
    return {**{name: getattr(one, name) for name in names}, "done_at": iso(one.at)}


def plain_looked(one: Looked) -> dict[str, Any]:
    """Give what is to be looked at as JSON has it."""
    criteria = [{"name": line.name, "points": line.points, "fatal": line.fatal} for line in one.card.criteria]
    return {**plain_open(one.row), "name": one.name, "result": dict(one.result), "criteria": criteria}
