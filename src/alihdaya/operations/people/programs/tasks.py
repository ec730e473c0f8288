"""People's tasks for programs: fetched under a lease, kept by heartbeats, answered under it, anybody's when it ends.

Who may have what is the gate's to say, as of people. The lock of a lease is the instant at which it began: the log has
it as that of the assignment. Whatever takes a task away takes the lease: an answer under it is refused, and says why.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import DAY, MINUTE, SECOND, iso
from alihdaya.operations.commands import Assign, Complete
from alihdaya.operations.desk import Desk, Hold
from alihdaya.operations.floor.assign import assign
from alihdaya.operations.people.learning import wait
from alihdaya.operations.people.programs.book import LEASE, Lease
from alihdaya.operations.people.programs.commands import Beat, FetchTask, GiveBack, HandIn, Holds, Proofs
from alihdaya.packs import Form
from alihdaya.packs.form import dated
from alihdaya.people.gate import gate, render_reason
from alihdaya.people.person import Person
from alihdaya.work.events import AssignmentWithdrawn, ItemStopped, TaskDone
from alihdaya.work.item import Task, TaskKey
from alihdaya.work.queue import place

MOST_FAILURES: Final = 3
"""So often programs may fail at a task; then it is an incident, and for people."""

MOST_HELD: Final = 100
"""So many tasks a program may have at the same time."""

TASK_FAILED: Final = "task-failed"

_SPARED: Final = 10 * MINUTE
_FAILED, _SILENT, _PAUSED = "failed", "silent", "paused"


class Given(NamedTuple):
    """A task as its program gets it: `lock` and `until` of the lease, `variables` as the task sees them."""

    item: int
    token: int
    node: str
    name: str
    service: str
    lock: int
    until: int
    respond_due: int | None
    resolve_due: int | None
    variables: Mapping[str, Any]
    form: Form | None


def program(desk: Desk, person: str) -> Person:
    """Give a program of the roster. Raises Refused where nobody is called so, or it is no program."""
    found = desk.people.get(person)
    if found is None:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {person!r}"))
    if not found.program:
        raise Refused(Problem("not-a-program", f"{person} is no program: people are given work, they do not fetch it"))
    return found


def fetch(desk: Desk, wish: FetchTask, at: int) -> Given | None:
    """Lease a program the next task that it may do; None where there is none. Raises Refused where it is none."""
    worker = program(desk, wish.person)
    held = (desk.held.get(key) for key in desk.leases.leases)
    if sum(hold is not None and hold.person == worker.id for hold in held) >= MOST_HELD:
        return None
    task = min(_first_of_each(desk, worker, wish.services, at), key=place, default=None)
    if task is None:
        return None
    assign(desk, Assign(task.item, task.token, worker.id), at)
    desk.leases.put(task.key, Lease(at + wish.micros, at))
    return _given(desk, task.key)


def _first_of_each(desk: Desk, worker: Person, services: frozenset[str], at: int) -> Iterator[Task]:
    """Give the next task of every set of needs that the gate lets the program meet."""
    for needs in desk.queue.waiting():
        if not gate(worker, needs, at):
            fit = (task for task in desk.queue.first(needs) if not services or task.service in services)
            found = next((task for task in fit if _may_try(desk, task, worker.id, at)), None)
            if found is not None:
                yield found


def _may_try(desk: Desk, task: Task, person: str, at: int) -> bool:
    hall = desk.hall
    if hall is not None and (hall.has(task.key) or hall.promised(task.key) or _escalated(desk, task, person, at)):
        return False
    return desk.leases.spared.get((task.key, person), 0) <= at and _failures(desk, task) < MOST_FAILURES


def _escalated(desk: Desk, task: Task, person: str, at: int) -> bool:
    """Say whether a task was escalated beyond what a program may do."""
    raised = desk.hall.raised(task.key, task.needs) if desk.hall is not None else task.needs
    return raised != task.needs and bool(gate(desk.people[person], raised, at))


def _failures(desk: Desk, task: Task) -> int:
    """Count how often programs failed at a task; the log is asked only of what it may know of."""
    found = desk.leases.failures.get(task.key)
    if found is None:
        before = task.queued_at <= desk.leases.opened
        found = sum(_is_failure(event, task.token) for event in _told(desk, task.item)) if before else 0
        desk.leases.failures[task.key] = found
    return found


def _is_failure(event: Event, token: int) -> bool:
    withdrawn = isinstance(event, AssignmentWithdrawn) and event.token == token
    return withdrawn and event[2][0].partition(":")[0] in {_FAILED, _SILENT}


def _told(desk: Desk, item: int) -> Iterator[Event]:
    """Give all that happened to an item, what is not durable yet included."""
    for entry in (*desk.store.read_log(item=item), *(one for one in desk.pending if one.item == item)):
        yield from entry.events


def beat(desk: Desk, wish: Beat, at: int) -> int:
    """Let a lease go on; gives its new end. Raises Refused ("withdrawn", "lease-lost") where it has ended."""
    _held(desk, wish)
    desk.leases.put((wish.item, wish.token), Lease(at + wish.micros, wish.lock))
    return at + wish.micros


def hand_in(desk: Desk, wish: HandIn, at: int, complete: Callable[[Desk, Complete, int], object]) -> None:
    """Finish a task; the handling time is that of the lease. The very same once more is fine.

    Raises Refused where the lease has ended, or the result does not fit the form.
    """
    try:
        hold = _held(desk, wish)
    except Refused:
        if _said(desk, wish):
            return
        raise
    seconds = min(max(0, at - hold.at), DAY) // SECOND
    complete(desk, Complete(wish.item, wish.token, wish.person, seconds, _result(desk, wish, hold)), at)
    desk.leases.leases.pop((wish.item, wish.token), None)


def _result(desk: Desk, wish: HandIn, hold: Hold) -> dict[str, Any]:
    item = desk.open_item(wish.item)
    return dated(item.service.pack.forms.get(item.service.work(hold.task.node).form), wish.result)


def _said(desk: Desk, wish: HandIn) -> bool:
    return any(
        isinstance(event, TaskDone) and event[:2] == (wish.token, wish.person) and event.result == wish.result
        for event in _told(desk, wish.item)
    )


def give_back(desk: Desk, wish: GiveBack, at: int) -> None:
    """Put a task back that a program failed at. Raises Refused where its lease has ended."""
    hold = _held(desk, wish)
    _fail(desk, hold, f"{_FAILED}:{wish.reason}", at, wish.person)


def catch_up(desk: Desk, at: int) -> None:
    """Put the tasks back whose program fell silent."""
    for key, lease in desk.leases.over(at):
        hold = desk.held.get(key)
        if hold is not None and hold.at == lease.begun:
            kind = _PAUSED if desk.items[key[0]].suspended else _SILENT
            _fail(desk, hold, f"{kind}:{iso(lease.until)}", at, "lease")


def _fail(desk: Desk, hold: Hold, reason: str, at: int, by: str) -> None:
    """Let a task wait for others, and after too many failures for people.

    While its item is suspended nobody could have answered, so that counts for nothing.
    """
    task, book = hold.task, desk.leases
    failures = _failures(desk, task) + (not reason.startswith(_PAUSED))
    desk.let_go(task.key, reason.partition(":")[0])
    book.leases.pop(task.key, None)
    wait(desk, desk.items[task.item], hold)
    book.failures[task.key] = failures
    book.spared[task.key, hold.person] = at + _SPARED
    events: list[Event] = [AssignmentWithdrawn(task.token, hold.person, (reason,))]
    if failures == MOST_FAILURES and not reason.startswith(_PAUSED):
        said = f"programs failed {failures} times at {task.node}, the last: {render_reason(reason, str)}"
        events.append(ItemStopped(TASK_FAILED, said))
    desk.append(at, task.item, by, events)


def holds(desk: Desk, wish: Holds, _: int) -> list[Given]:
    """Give what a program has. Raises Refused where it is none."""
    worker = program(desk, wish.person)
    return [_given(desk, key) for key, hold in desk.held.items() if hold.person == worker.id]


def proofs(desk: Desk, wish: Proofs, _: int) -> Person:
    """Give a program with what it proved. Raises Refused where it is none."""
    return program(desk, wish.person)


def take_up(desk: Desk) -> None:
    """Let the leases of programs begin anew on a desk that was just read."""
    desk.leases.opened = desk.at
    for key, hold in desk.held.items():
        worker = desk.people.get(hold.person)
        if worker is not None and worker.program:
            desk.leases.put(key, Lease(max(desk.recorded(), desk.at) + LEASE, hold.at))


def _given(desk: Desk, key: TaskKey) -> Given:
    hold, item = desk.held[key], desk.items[key[0]]
    task, lease = hold.task, desk.leases.leases.get(key)
    form = item.service.pack.forms.get(item.service.work(task.node).form)
    seen = item.instance.seen(task.token) if item.instance is not None else {}
    return Given(
        item=task.item,
        token=task.token,
        node=task.node,
        name=item.service.plan.node(task.node).name,
        service=task.service,
        lock=hold.at,
        until=lease.until if lease else hold.at,
        respond_due=task.respond_due,
        resolve_due=task.resolve_due,
        variables={name: value for name, value in seen.items() if not (form and name in form.hides)},
        form=form,
    )


def _held(desk: Desk, wish: Beat | HandIn | GiveBack) -> Hold:
    program(desk, wish.person)
    hold = desk.held.get((wish.item, wish.token))
    if hold is not None and (hold.person, hold.at) == (wish.person, wish.lock):
        return hold
    raise Refused(_lost(desk, wish))


def _lost(desk: Desk, wish: Beat | HandIn | GiveBack) -> Problem:
    """Say what became of a lease: of one that was taken away, the reason."""
    taken = [
        event
        for event in _told(desk, wish.item)
        if isinstance(event, AssignmentWithdrawn) and event[:2] == (wish.token, wish.person)
    ]
    name = f"task {wish.token} of item {wish.item}"
    if not taken:
        return Problem("not-theirs", f"{wish.person} does not have {name}")
    why = "; ".join(render_reason(reason, str) for reason in taken[-1].reasons)
    kind = taken[-1].reasons[0].partition(":")[0]
    if kind in {_FAILED, _SILENT, _PAUSED}:
        return Problem("lease-lost", f"{name} is no longer with {wish.person}: {why}")
    return Problem("withdrawn", f"{name} was taken from {wish.person}: {why}")
