"""Quality sampling: which finished tasks are looked at again, by whom, and what comes of it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event, tag_of
from alihdaya.kernel.time import DAY, SECOND, iso
from alihdaya.notation.bpmn import UserWork
from alihdaya.operations.desk import Desk, Service
from alihdaya.operations.people.commands import Dispute, Review
from alihdaya.packs import Pack
from alihdaya.packs.on_floor import Scorecard
from alihdaya.people.gate import OF_ITEM, Needs, gate, render_reason
from alihdaya.people.person import Person
from alihdaya.store.views.items import item_story
from alihdaya.store.views.reviews import Quality, ReviewRow, open_reviews, reviewed
from alihdaya.store.working import WorkingSet
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import TaskDone
from alihdaya.work.keepable import unkeepable
from alihdaya.work.review import ReviewDisputed, ReviewDone, ReviewDue, falls_in

_LONGEST = 2_000


class Looked(NamedTuple):
    """A task to look at: what was filled in, and by which scorecard; `before`: the first review, and the answer."""

    row: ReviewRow
    name: str
    result: Mapping[str, Any]
    card: Scorecard
    before: tuple[ReviewDone | ReviewDisputed, ...] = ()


class Around(NamedTuple):
    """What walls may be about that hold for one item: names of it and of those from which it came; whose those are."""

    names: tuple[str, ...]
    engagements: tuple[str, ...]


NOTHING_AROUND: Final = Around((), ())


def due(service: Service, item: int, node: str, token: int, person: str) -> list[Event]:
    """Give what follows for the sample from a task that is done."""
    card = service.pack.manifest.review
    return [ReviewDue(token, node, person)] if card.percent and falls_in(item, token, card.percent, card.seed) else []


def review(desk: Desk, wish: Review, at: int) -> ReviewDone:
    """Note what somebody found. Raises Refused where it waits for no review, they may not, or points do not fit."""
    row = next((one for one in open_reviews(desk.store, item=wish.item) if one.token == wish.token), None)
    if row is None or _pending(desk, wish, ReviewDone):
        raise Refused(Problem("no-review", f"task {wish.token} of item {wish.item} waits for no review"))
    person = desk.people.get(wish.reviewer)
    if person is None:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {wish.reviewer!r}"))
    service = desk.service(row.engagement, row.service, row.terms, row.definition)
    client = service.terms.client.name
    around = _around(desk, row, person)
    if reasons := against(service.pack, client, row, person, at, before=first_ones(desk.store, row), around=around):
        said = (f"{wish.reviewer} may not do this: {render_reason(reason, str)}" for reason in reasons)
        raise Refused([Problem("gate", one) for one in said])
    card = service.pack.manifest.review
    if problems := [*_misfits(card, wish)]:
        raise Refused(problems)
    found = _scored(card, row, wish)
    spent = [TimeSpent(wish.token, wish.reviewer, wish.seconds, "review")] if wish.seconds else []
    desk.append(at, wish.item, wish.reviewer, [found, *spent])
    return found


def _around(desk: Desk, row: ReviewRow, person: Person) -> Around:
    if not person.walls:
        return NOTHING_AROUND
    kin = desk.family(row.item)
    names = map(desk.named, (row.item, *(one.item for one in kin)))
    return Around(tuple(names), tuple(one.engagement for one in kin))


def _pending(desk: Desk, wish: Review | Dispute, kind: type[ReviewDone | ReviewDisputed]) -> bool:
    """Whether the same was said already, and is not durable yet."""
    found = ((entry.item, event) for entry in desk.pending for event in entry.events if isinstance(event, kind))
    return any((item, event.token) == (wish.item, wish.token) for item, event in found)


def dispute(desk: Desk, wish: Dispute, at: int) -> ReviewDisputed:
    """Let a task wait for a second review, by somebody else. Raises Refused where it is not theirs, or once is over."""
    found = next((one for one in reviewed(desk.store, item=wish.item) if one.token == wish.token), None)
    if found is None or found.person != wish.person:
        raise Refused(
            Problem("no-review", f"no review of what {wish.person} did in task {wish.token} is to be answered")
        )
    if not wish.note.strip():
        raise Refused(Problem("no-reason", "say why the review is not right"))
    if len(wish.note) > _LONGEST:
        raise Refused(Problem("bad-value", f"note has more than {_LONGEST:,} characters"))
    if problems := unkeepable({"note": wish.note}):
        raise Refused(problems)
    told = told_of(desk.store, wish.item, wish.token)
    if _pending(desk, wish, ReviewDisputed) or any(isinstance(one, ReviewDisputed) for one in told):
        raise Refused(Problem("disputed", f"task {wish.token} of item {wish.item} was looked at a second time already"))
    made = ReviewDisputed(wish.token, found.node, found.person, found.at, found.reviewer, wish.note.strip())
    desk.append(at, wish.item, wish.person, [made])
    return made


def told_of(store: WorkingSet, item: int, token: int) -> list[ReviewDone | ReviewDisputed]:
    """Give what was found of a task, and what whoever did it said to that, in the order of the log."""
    found = (one for one in _events(store, item) if isinstance(one, ReviewDone | ReviewDisputed))
    return [one for one in found if one.token == token]


def _events(store: WorkingSet, item: int) -> list[Event]:
    story = item_story(store, item)
    return [event for entry in story.entries for event in entry.events] if story else []


def first_ones(store: WorkingSet, row: ReviewRow) -> tuple[str, ...]:
    """Give who looked at it before: a second review is somebody else's."""
    found = told_of(store, row.item, row.token) if row.disputed is not None else ()
    return tuple(one.reviewer for one in found if isinstance(one, ReviewDone))


def against(
    pack: Pack,
    client: str,
    row: ReviewRow,
    person: Person,
    at: int,
    *,
    before: tuple[str, ...] = (),
    around: Around = NOTHING_AROUND,
) -> tuple[str, ...]:
    """Say why somebody may not look at it: they need what the task needs, have not done it, and know how to review.

    `before`: who looked at it the first time; `around`: what walls may be about that keep them from this very item.
    """
    nodes = (node for process in pack.processes.values() for node in process.nodes)
    work = next((one.detail for one in nodes if one.id == row.node and isinstance(one.detail, UserWork)), None)
    asked = (work.skill, work.language, work.level, work.certificate) if work else ("", "", "", "")
    test = "spoken" if pack.manifest.voice else "writing"
    walled = (person.id,) if any(OF_ITEM + name in person.walls for name in around.names) else ()
    needs = Needs(*asked, (row.person, *before), test, 0, client, row.engagement, walled, around.engagements)
    return gate(person, needs, at) + gate(person, Needs(certificate=pack.manifest.review.certificate), at)


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
        client = service.terms.client.name
        before, around = first_ones(desk.store, row), _around(desk, row, person)
        if not against(service.pack, client, row, person, at, before=before, around=around):
            return looked(desk.store, service.pack, row)
    return None


def looked(store: WorkingSet, pack: Pack, row: ReviewRow) -> Looked:
    """Give what somebody looks at."""
    result, before = result_of(store, row.item, row.token), tuple(told_of(store, row.item, row.token))
    return Looked(row, name_of(pack, row.node), result, pack.manifest.review, before)


def result_of(store: WorkingSet, item: int, token: int) -> Mapping[str, Any]:
    """Give what was filled in when a task was done."""
    done = [event for event in _events(store, item) if isinstance(event, TaskDone) and event.token == token]
    return done[-1].result if done else {}


def name_of(pack: Pack, node: str) -> str:
    """Give what a task is called."""
    names = {one.id: one.name for process in pack.processes.values() for one in process.nodes}
    return names.get(node) or node


def plain_quality(one: Quality) -> dict[str, Any]:
    """Give how somebody fares as JSON has it."""
    return one._asdict()


def plain_open(one: ReviewRow) -> dict[str, Any]:
    """Give what waits for a review as JSON has it."""
    names = ("item", "token", "engagement", "service", "node", "person")
    told = {name: getattr(one, name) for name in names}
    return {**told, "done_at": iso(one.at), "disputed_at": iso(one.disputed)}


def plain_looked(one: Looked) -> dict[str, Any]:
    """Give what is to be looked at as JSON has it."""
    criteria = [{"name": line.name, "points": line.points, "fatal": line.fatal} for line in one.card.criteria]
    before = [{"event": tag_of(type(told)), **told._asdict(), "at": iso(told.at)} for told in one.before]
    told = {"name": one.name, "result": dict(one.result), "criteria": criteria, "before": before}
    return {**plain_open(one.row), **told}
