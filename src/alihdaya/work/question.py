"""Questions that a client registered, what was answered to them with which probabilities, and how they came out.

Probabilities are decimal texts that add up to exactly 1, in the order of the question's outcomes.
"""

from typing import NamedTuple

from alihdaya.kernel.event import event


@event("question.registered")
class QuestionRegistered(NamedTuple):
    """A client wants to know something, for a service of an engagement; `prior` is what they believed before."""

    question: str
    engagement: str
    service: str
    text: str
    outcomes: tuple[str, ...]
    prior: tuple[str, ...]


@event("question.answered")
class QuestionAnswered(NamedTuple):
    """Somebody answered with stated probabilities, having opened the `evidence` (locators).

    `item`: the work that it came with, 0 for none; `seconds` of expert time beyond what the item's log has.
    """

    question: str
    person: str
    probabilities: tuple[str, ...]
    item: int
    seconds: int
    evidence: tuple[str, ...]


@event("question.settled")
class QuestionSettled(NamedTuple):
    """The outcome is known, as `source` says; a later one about the same question corrects it."""

    question: str
    outcome: str
    source: str


QuestionFact = QuestionRegistered | QuestionAnswered | QuestionSettled
