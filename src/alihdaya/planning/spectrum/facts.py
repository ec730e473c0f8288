"""What the log says of one item, as the steps that the measures count: pure, and nothing that is not in the log."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from alihdaya.engine.events import DecisionMade, InstanceStarted, JobClosed, TokenMoved
from alihdaya.kernel.event import Entry, Event
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import (
    ItemDelivered,
    ItemReceived,
    TaskAssigned,
    TaskCancelled,
    TaskChanged,
    TaskDone,
    TaskQueued,
)
from alihdaya.work.handover import HandedOver

LIMIT: Final = 0.05
"""A rule that people overrule more often than this is judgment in disguise."""

Hours = Callable[[int, int], float]
"""Working hours between two instants in microseconds."""


class NodeFacts(NamedTuple):
    """What a model says of a node. `choices`: fields of its form that choose, and what among.

    `not_by`: tasks whose doer may not do it. `review`: it checks their result. `discretionary`: it stands in an
    ad-hoc sub-process, and is done only where somebody thinks fit.
    """

    choices: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    not_by: tuple[str, ...] = ()
    discretionary: bool = False
    review: bool = False


class Step(NamedTuple):
    """One step of a case, in the order of the log. `kind`: planned, discretionary, ad hoc or skipped.

    `decides`: a person answered, or a rule did (`minutes` 0). `ruled`: a rule had answered the same before a person.
    `review`: it checks what somebody else did. `minutes` are of people; `at` in microseconds.
    """

    activity: str
    kind: str = "planned"
    minutes: float = 0.0
    person: str = ""
    decides: bool = False
    ruled: bool = False
    review: bool = False
    certificate: str = ""
    language: str = ""
    at: int = 0


class Beside(NamedTuple):
    """Minutes that somebody spent on a case beside its tasks: wrap-up, advice, review, hand-over, comment, meeting."""

    kind: str
    minutes: float
    person: str


class Answer(NamedTuple):
    """What somebody answered to a question (task and field), and what was known then: the intake, and rules' values."""

    question: str
    value: str
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One item. `unit` is what it was billed as, None while it is open; `level`: hours from assignment to review.

    `ruled`: decision -> how often a person answered after it; `overruled`: and how often otherwise than it had.
    """

    id: int
    service: str
    received_at: int
    closed_at: int | None = None
    unit: str | None = None
    subject: str = ""
    steps: tuple[Step, ...] = ()
    level: tuple[float, ...] = ()
    ruled: Mapping[str, int] = field(default_factory=dict)
    overruled: Mapping[str, int] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    beside: tuple[Beside, ...] = ()

    @property
    def minutes(self) -> float:
        """Minutes of people on it: its tasks, and what was done beside them."""
        return sum(one.minutes for one in self.steps) + sum(one.minutes for one in self.beside)


class Override(NamedTuple):
    """A rule, how often people answered after it, and how often otherwise. `flagged`: over LIMIT of them."""

    decision: str
    answered: int
    overruled: int

    @property
    def rate(self) -> float:
        """Share of the answers that differ from the rule's."""
        return self.overruled / self.answered

    @property
    def flagged(self) -> bool:
        """Whether the rule is judgment in disguise."""
        return self.rate > LIMIT


def overrides(cases: Iterable[Case]) -> list[Override]:
    """Give the rules after which people answered, the most overruled first."""
    answered: Counter[str] = Counter()
    overruled: Counter[str] = Counter()
    for case in cases:
        answered.update(case.ruled)
        overruled.update(case.overruled)
    found = [Override(name, count, overruled[name]) for name, count in answered.items()]
    return sorted(found, key=lambda one: (-one.rate, one.decision))


def read_case(entries: Iterable[Entry], nodes: Mapping[str, NodeFacts], hours: Hours, subject: str = "") -> Case:
    """Read an item from all its entries. `nodes`: the model's, by id; `subject`: the column that names the subject.

    Raises ValueError for entries without the item's receipt.
    """
    reader = _Reader(nodes, hours, subject)
    for _, at, item, _, events in entries:
        for event in events:
            reader.read(event, at, item)
    if reader.case is None:
        raise ValueError("these entries do not begin with a receipt")
    return reader.done()


def spread(cases: Sequence[Case], share: Mapping[str, float]) -> list[Case]:
    """Add to each case its part of people's meetings: `share` is person -> meeting minutes for each minute of work."""
    return [_with_meetings(case, share) for case in cases] if share else list(cases)


def _with_meetings(case: Case, share: Mapping[str, float]) -> Case:
    minutes: dict[str, float] = {}
    spent = [(one.person, one.minutes) for one in case.steps] + [(one.person, one.minutes) for one in case.beside]
    for person, worked in spent:
        if person in share:
            minutes[person] = minutes.get(person, 0.0) + worked * share[person]
    met = tuple(Beside("meeting", spent, person) for person, spent in minutes.items() if spent)
    return replace(case, beside=(*case.beside, *met)) if met else case


class _Task(NamedTuple):
    node: str
    language: str
    certificate: str


class _Reader:
    """Folds one item's events."""

    def __init__(self, nodes: Mapping[str, NodeFacts], hours: Hours, subject: str) -> None:
        self.nodes, self.hours, self.subject = nodes, hours, subject
        self.case: Case | None = None
        self.about = ""
        self.steps: list[Step] = []
        self.tasks: dict[int, _Task] = {}
        self.assigned: dict[int, int] = {}
        self.answers: dict[str, tuple[str, Any]] = {}
        self.unreviewed: dict[str, int] = {}
        self.level: list[float] = []
        self.ruled: Counter[str] = Counter()
        self.overruled: Counter[str] = Counter()
        self.end: tuple[int, str] | None = None
        self.beside: list[Beside] = []
        self.given: dict[str, Any] = {}
        self.chosen: list[Answer] = []

    def read(self, event: Event, at: int, item: int) -> None:
        """Take one event in."""
        if isinstance(event, ItemReceived):
            self.case = Case(item, event.service, at)
        elif isinstance(event, InstanceStarted):
            self.about = self.about or str(event.variables.get(self.subject) or "")
            self.given = {**event.variables, **self.given}
        elif isinstance(event, (TaskQueued, TaskChanged)):
            self.tasks[event.token] = _Task(event.node, event.needs[1], event.needs[3])
        elif isinstance(event, TaskAssigned):
            self.assigned[event.token] = at
        elif isinstance(event, ItemDelivered):
            self.end = (at, event.unit)
        else:
            self._step(event, at)

    def _step(self, event: Event, at: int) -> None:
        if isinstance(event, DecisionMade):
            self._decided(event, at)
        elif isinstance(event, TaskDone):
            self._done(event, at)
        elif isinstance(event, TaskCancelled):
            task = self.tasks.pop(event.token, None)
            self.steps.append(Step(task.node if task else "", "skipped", at=at))
        elif isinstance(event, TimeSpent):
            self.beside.append(Beside(event.kind, event.seconds / 60, event.person))
        elif isinstance(event, TokenMoved):
            self.steps.append(Step(event.to, "ad hoc", at=at))
        elif isinstance(event, HandedOver):
            kind = "ad hoc" if event.person else "planned"
            self.steps.append(Step(f"hand over to {event.service}", kind, person=event.person, at=at))
        elif isinstance(event, JobClosed) and event.outcome == "completed":
            self.steps.append(Step(event.node, self._kind(event.node), at=at))

    def _kind(self, node: str) -> str:
        return "discretionary" if self.nodes.get(node, NodeFacts()).discretionary else "planned"

    def _decided(self, event: DecisionMade, at: int) -> None:
        self.steps.append(Step(f"decide {event.decision}", self._kind(event.node), decides=True, at=at))
        value = event.value
        named = {event.result: value} if event.result else value if isinstance(value, dict) else {}
        told = {name: given for name, given in named.items() if given is not None}
        self.answers.update({name: (event.decision, given) for name, given in told.items()})
        self.given = {**self.given, **told}

    def _done(self, event: TaskDone, at: int) -> None:
        task = self.tasks.pop(event.token, _Task("", "", ""))
        facts = self.nodes.get(task.node, NodeFacts())
        chosen = {name: value for name, value in event.result.items() if name in facts.choices}
        self.chosen += [Answer(f"{task.node}.{name}", str(value), self.given) for name, value in chosen.items()]
        before = [
            (*self.answers[name], value)
            for name, value in chosen.items()
            if name in self.answers and self.answers[name][1] in facts.choices[name]  # "a person decides" is no answer
        ]
        for decision, given, value in before:
            self.ruled[decision] += 1
            self.overruled[decision] += given != value
        self._reviewed(facts, at)
        self.unreviewed.setdefault(task.node, self.assigned.pop(event.token, at))
        self.steps.append(Step(
            task.node, self._kind(task.node), event.seconds / 60, event.person, bool(chosen), bool(before),
            facts.review, task.certificate, task.language, at,
        ))  # fmt: skip

    def _reviewed(self, facts: NodeFacts, at: int) -> None:
        """Count the hours of what this checks for the first time."""
        for node in facts.not_by if facts.review else ():
            if (since := self.unreviewed.pop(node, None)) is not None:
                self.level.append(self.hours(since, at))

    def done(self) -> Case:
        """Give the case as far as it has come."""
        case = self.case
        if case is None:
            raise ValueError("nothing was received")
        closed, unit = self.end or (None, None)
        return Case(
            case.id, case.service, case.received_at, closed, unit, self.about, tuple(self.steps), tuple(self.level),
            dict(self.ruled), dict(self.overruled), tuple(self.chosen), tuple(self.beside),
        )  # fmt: skip
