"""Who gets which task: pure, deterministic, and never past the gate (S8, S9)."""

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple

from alihdaya.people.gate import Needs, gate
from alihdaya.people.person import Person
from alihdaya.work.item import Task
from alihdaya.work.queue import Place, Queue, place


class Candidate(NamedTuple):
    """Somebody who is at work and free. `free_since`: the instant since when."""

    person: Person
    free_since: int


class Assignment(NamedTuple):
    """A person gets a task."""

    task: Task
    person: str


class Refusal(NamedTuple):
    """The gate kept a person from a task that they would else have got; `reasons` as `people.gate` gives them.

    Who lacks the skill is not considered, and so not refused: a desk of several skills would note little else.
    """

    task: Task
    person: str
    reasons: tuple[str, ...]


class Outcome(NamedTuple):
    """What routing decided. Nothing is done yet: the caller takes the tasks out of the queue when it has committed."""

    assignments: tuple[Assignment, ...]
    refusals: tuple[Refusal, ...]


def for_person(queue: Queue, person: Person, now: int, *, test: str = "") -> Outcome:
    """Find the next task for a person who came free: the best that waits and that the gate lets them do.

    Costs one gate for each set of needs ahead of that task, however many tasks wait. A refusal names the task at
    the head of each set of needs that would have been theirs but for the gate.
    """
    refusals: list[Refusal] = []
    for task in sorted(queue.heads(), key=place):
        reasons = gate(person, task.needs, now, test=test)
        if not reasons:
            return Outcome((Assignment(task, person.id),), tuple(refusals))
        _refuse(refusals, task, person, reasons)
    return Outcome((), tuple(refusals))


def for_task(task: Task, candidates: Iterable[Candidate], now: int, *, test: str = "") -> Outcome:
    """Find the person for a new task: of those whom the gate lets pass, the one free the longest, then by id.

    Whoever was free longer and failed the gate is refused with the reasons.
    """
    refusals: list[Refusal] = []
    for person, _ in sorted(candidates, key=_longest_free):
        reasons = gate(person, task.needs, now, test=test)
        if not reasons:
            return Outcome((Assignment(task, person.id),), tuple(refusals))
        _refuse(refusals, task, person, reasons)
    return Outcome((), tuple(refusals))


def _refuse(refusals: list[Refusal], task: Task, person: Person, reasons: tuple[str, ...]) -> None:
    if not task.needs.skill or task.needs.skill in person.skills:
        refusals.append(Refusal(task, person.id, reasons))


def route(queue: Queue, candidates: Iterable[Candidate], now: int, *, test: str = "") -> Outcome:
    """Match the whole queue with everybody who is free: the most urgent task first, to whoever is free the longest.

    Costs a gate for each pair of person and set of needs, and a step for each assignment; the length of the queue
    hardly matters. A person is refused once for each set of needs that waits, by the task at its head.
    """
    free = sorted(candidates, key=_longest_free)
    may: dict[Needs, deque[str]] = {}
    refusals: list[Refusal] = []
    for head in sorted(queue.heads(), key=place):
        passed = may[head.needs] = deque()
        for person, _ in free:
            reasons = gate(person, head.needs, now, test=test)
            if reasons:
                _refuse(refusals, head, person, reasons)
            else:
                passed.append(person.id)
    return Outcome(tuple(_match(queue, may)), tuple(refusals))


def _longest_free(candidate: Candidate) -> tuple[int, str]:
    return candidate.free_since, candidate.person.id


def _match(queue: Queue, may: dict[Needs, deque[str]]) -> Iterator[Assignment]:
    busy: set[str] = set()
    walks = {needs: queue.first(needs) for needs in may}
    ahead: list[tuple[Place, Task]] = [
        (place(task), task) for walk in walks.values() if (task := next(walk, None)) is not None
    ]
    heapify(ahead)
    while ahead:
        task = ahead[0][1]
        people = may[task.needs]
        while people and people[0] in busy:
            people.popleft()
        following = next(walks[task.needs], None) if people else None
        if people:
            busy.add(people[0])
            yield Assignment(task, people.popleft())
        if following is None:
            heappop(ahead)
        else:
            heapreplace(ahead, (place(following), following))
