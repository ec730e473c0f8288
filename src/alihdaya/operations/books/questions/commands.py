"""What the writer can be asked about registered questions."""

from typing import NamedTuple

from alihdaya.work.question import QuestionFact


class Inquire(NamedTuple):
    """Write down what is new of questions: all of the facts, in their order, or none of them.

    `instead`: an outcome corrects the one that is known.
    """

    facts: tuple[QuestionFact, ...]
    by: str = "operator"
    instead: bool = False
