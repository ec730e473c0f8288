"""Registered questions as the log has them, with their answers and outcomes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alihdaya.kernel.event import Event, tag_of
from alihdaya.kernel.time import iso
from alihdaya.store.views.facts import house_facts
from alihdaya.store.views.items import item_story
from alihdaya.store.working import WorkingSet
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import TaskDone
from alihdaya.work.question import QuestionAnswered, QuestionFact, QuestionRegistered, QuestionSettled

KINDS = (QuestionRegistered, QuestionAnswered, QuestionSettled)


class Answer(NamedTuple):
    """An answer and when it was given (microseconds)."""

    at: int
    fact: QuestionAnswered


@dataclass(slots=True)
class Question:
    """A question, when it was registered, its answers in their order, and its outcome once it is known."""

    at: int
    asked: QuestionRegistered
    answers: list[Answer] = field(default_factory=list)
    outcome: QuestionSettled | None = None
    settled_at: int = 0

    @property
    def believed(self) -> tuple[str, ...]:
        """What is believed now: what was answered last, else the client's prior."""
        return self.answers[-1].fact.probabilities if self.answers else self.asked.prior

    def last_of(self, person: str) -> QuestionAnswered | None:
        """Give what somebody answered last; None where they did not."""
        given = (one.fact for one in reversed(self.answers) if one.fact.person == person)
        return next(given, None)


def questions(store: WorkingSet, pending: Iterable[tuple[int, Event]] = ()) -> dict[str, Question]:
    """Give all questions by their names, in the order in which they were registered; `pending`: facts to come."""
    found: dict[str, Question] = {}
    for at, fact in (*house_facts(store, [tag_of(kind) for kind in KINDS]), *pending):
        if isinstance(fact, KINDS):
            take(found, at, fact)
    return found


def take(found: dict[str, Question], at: int, fact: QuestionFact) -> None:
    """Let a fact count."""
    if isinstance(fact, QuestionRegistered):
        found.setdefault(fact.question, Question(at, fact))
    elif fact.question in found and isinstance(fact, QuestionAnswered):
        found[fact.question].answers.append(Answer(at, fact))
    elif fact.question in found and isinstance(fact, QuestionSettled):
        found[fact.question].outcome, found[fact.question].settled_at = fact, at


def minutes_spent(store: WorkingSet, item: int) -> dict[str, float]:
    """Give person -> minutes of an item's tasks, and of what was done beside them; archived or not."""
    found: dict[str, float] = {}
    story = item_story(store, item)
    for entry in story.entries if story is not None else ():
        for event in entry.events:
            if isinstance(event, (TaskDone, TimeSpent)):
                found[event.person] = found.get(event.person, 0.0) + event.seconds / 60
    return found


def plain(one: Question) -> dict[str, Any]:
    """Give a question as JSON has it; probabilities are texts, by outcome."""
    asked = one.asked
    return {
        "question": asked.question,
        "engagement": asked.engagement,
        "service": asked.service,
        "text": asked.text,
        "registered_at": iso(one.at),
        "prior": dict(zip(asked.outcomes, asked.prior, strict=True)),
        "answers": [
            {
                "at": iso(at),
                "person": given.person,
                "probabilities": dict(zip(asked.outcomes, given.probabilities, strict=True)),
                "item": given.item or None,
                "seconds": given.seconds,
                "evidence": list(given.evidence),
            }
            for at, given in one.answers
        ],
        "outcome": one.outcome.outcome if one.outcome else None,
        "settled_at": iso(one.settled_at) if one.outcome else None,
        "source": one.outcome.source if one.outcome else None,
    }
