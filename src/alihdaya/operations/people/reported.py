"""What a course reports of a trainee, as the message that the training waits for; the same statement counts once."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.operations.commands import Deliver
from alihdaya.packs.courses.statement import Result, read_statement
from alihdaya.store.working import WorkingSet

MESSAGE: Final = "quiz-answered"
"""What the training waits for; its key is the enrolment."""

MOST: Final = 1_000
"""So many statements are read at once."""


def results(statements: Any, file: str = "") -> Iterator[Result | Problem]:
    """Give what each statement that tells of a result says; `statements` is one, or a list of them.

    Raises Refused for what is no list of statements.
    """
    listed: Sequence[Any] = statements if isinstance(statements, list) else [statements]
    if len(listed) > MOST or not all(isinstance(one, dict) for one in listed):
        raise Refused(Problem("bad-value", f"send a statement, or a list of at most {MOST:,}", Source(file)))
    for row, one in enumerate(listed, 1):
        found = read_statement(one, Source(file, row=row))
        if found is not None:
            yield found


def letter(store: WorkingSet, result: Result) -> Deliver | None:
    """Give the message that tells a training of a result; None where it knows of it.

    Raises Refused where nobody waits for it, or it is about somebody else than the trainee.
    """
    for item, _ in store.subscribers(MESSAGE, result.enrolment):
        instance = store.waiting_instance(item)
        known = instance.variables if instance is not None else {}
        if result.trainee and known.get("trainee") not in {None, result.trainee}:
            place = Source(element=result.enrolment)
            raise Refused(Problem("another-person", f"{result.trainee} is not who was enrolled", place))
        if result.statement and known.get("statement") == result.statement:
            return None
        payload = {"reported": str(result.percent), "statement": result.statement, "answers": ""}
        return Deliver(MESSAGE, result.enrolment, payload)
    raise Refused(
        Problem("nobody-waits", f"no training waits for {result.enrolment!r}", Source(element=result.enrolment))
    )
