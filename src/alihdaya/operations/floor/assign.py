"""The gate in force: whoever is to get a task passes here, by whatever path it comes (S8, S9)."""

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.commands import Assign
from alihdaya.operations.desk import Desk
from alihdaya.operations.people.programs.book import LEASE, Lease
from alihdaya.people.gate import gate, render_reason
from alihdaya.work.events import AssignmentRefused, TaskAssigned


def assign(desk: Desk, wish: Assign, at: int) -> None:
    """Give a waiting task to a person who may do it.

    Raises Refused where the task does not wait, nobody has that name, or the gate says no; the gate's no is a fact
    and goes into the log, the others change nothing.
    """
    item = desk.open_item(wish.item)
    key = (wish.item, wish.token)
    person = desk.people.get(wish.person)
    if person is None:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {wish.person!r}"))
    if key not in desk.queue:
        holder = desk.held.get(key)
        why = f"{holder.person} has it" if holder else "no such task waits"
        raise Refused(Problem("not-waiting", f"task {wish.token} of item {wish.item} cannot be assigned: {why}"))
    waiting = item.instance.waits[wish.token] if item.instance else None
    needs = desk.needs(item, waiting.node) if waiting else None
    needs = desk.hall.raised(key, needs) if desk.hall is not None and needs is not None else needs
    reasons = gate(person, needs, at) if needs is not None else ()
    if reasons:
        desk.append(at, wish.item, wish.by, [AssignmentRefused(wish.token, wish.person, reasons)])
        said = (f"{wish.person} may not do this: {render_reason(reason, str)}" for reason in reasons)
        raise Refused([Problem("gate", one) for one in said])
    task = desk.unwait(key)
    item.responded_at = at if item.responded_at is None else item.responded_at
    desk.append(at, wish.item, wish.by, [TaskAssigned(wish.token, wish.person)])
    desk.hold(task, wish.person, at)
    if person.program:  # it may never ask for what it was given
        desk.leases.put(key, Lease(at + LEASE, at))
