"""Routing in force: who is free gets what waits; what the gate refuses is a fact, noted once a shift."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from alihdaya.operations.commands import Assign
from alihdaya.operations.desk import Desk
from alihdaya.operations.floor.assign import assign
from alihdaya.work.events import AssignmentRefused
from alihdaya.work.routing import Assignment, Candidate, Outcome, Refusal, for_person, route


@dataclass(slots=True)
class Router:
    """Who is at work and free, since when, and what the gate refused them in this shift already."""

    desk: Desk
    free: dict[str, int] = field(default_factory=dict)
    refused: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def came_free(self, person: str, at: int, since: int) -> tuple[Assignment, ...]:
        """Find work at `at` for somebody who did nothing `since` then; gives what was assigned."""
        self.free[person] = since
        return self._settle(for_person(self.desk.queue, self.desk.people[person], at), at)

    def match(self, at: int) -> tuple[Assignment, ...]:
        """Match all that waits with all who are free; gives what was assigned."""
        if not self.free or not len(self.desk.queue):
            return ()
        candidates = [Candidate(self.desk.people[person], since) for person, since in self.free.items()]
        return self._settle(route(self.desk.queue, candidates, at), at)

    def left(self, person: str) -> None:
        """Somebody's shift is over; what the gate refuses in the next one is a new fact."""
        self.free.pop(person, None)
        self.refused = {entry for entry in self.refused if entry[0] != person}

    def _settle(self, outcome: Outcome, at: int) -> tuple[Assignment, ...]:
        self._note(outcome.refusals, at)
        for task, person in outcome.assignments:
            assign(self.desk, Assign(task.item, task.token, person), at)
            del self.free[person]
        return outcome.assignments

    def _note(self, refusals: Iterable[Refusal], at: int) -> None:
        for task, person, reasons in refusals:
            if (person, reasons) not in self.refused:
                self.refused.add((person, reasons))
                self.desk.append(at, task.item, "router", [AssignmentRefused(task.token, person, reasons)])
