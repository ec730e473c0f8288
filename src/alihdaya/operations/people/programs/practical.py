"""The practical test of a program: golden items of a pack that it must answer, and the certificate that follows.

Questions and answers stand in the log. The program hears its score, and never which answers were wrong.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import DAY, HOUR, iso
from alihdaya.notation.bpmn.iso8601 import parse_duration
from alihdaya.notation.feel.values import YearsMonths
from alihdaya.operations.desk import Desk
from alihdaya.operations.people.learning import note
from alihdaya.operations.people.programs.commands import AnswerTest, SetTest
from alihdaya.operations.people.programs.tasks import program
from alihdaya.operations.people.validity import ends
from alihdaya.people.events import CertificateIssued, PracticalAnswered, PracticalSet, TestTaken
from alihdaya.people.person import Person
from alihdaya.work.keepable import unkeepable

PRACTICAL: Final = "practical"
"""The kind of such a test; in the place of a language stands the certificate."""

EXAMINER: Final = "examiner"

AGAIN: Final = DAY
"""So long after one that was not passed there is no other."""

TIME: Final = HOUR
"""So long a test may take."""


class Paper(NamedTuple):
    """A practical test as it was set: its number, and of each question the task's id and its variables."""

    test: int
    certificate: str
    until: int
    questions: tuple[tuple[str, Mapping[str, Any]], ...]


class Mark(NamedTuple):
    """What came of a test; `until`: the end of the certificate (microseconds), None where it was not passed."""

    certificate: str
    score: int
    pass_mark: int
    until: int | None


def set_test(desk: Desk, wish: SetTest, at: int) -> Paper:
    """Set a program the test for a certificate; one that is still open is given again.

    Raises Refused for who is no program, soon after a test that was not passed, and where a certificate of that name
    was withdrawn: only a person gives that back.
    """
    worker, golden = program(desk, wish.person), wish.golden
    _require_may_sit(worker, golden.certificate, at)
    key = worker.id, golden.certificate
    found = desk.leases.tests.get(key)
    if found is not None:
        begun, paper = _paper(desk, found)
        if at < begun + TIME and not _answered(worker, golden.certificate, begun):
            return _shown(found, begun, paper)
    number = desk.seq + 1
    drawn = sorted(golden.items, key=lambda item: sha256(f"{number} {item.name}".encode()).digest())
    months, micros = parse_duration(golden.valid) or (0, 0)
    items = tuple((one.task, one.given, one.expect) for one in drawn[: golden.questions])
    paper = PracticalSet(worker.id, wish.pack.name, golden.certificate, golden.pass_mark, months, micros, items)
    desk.note(at, EXAMINER, paper)
    desk.leases.tests[key] = number
    return _shown(number, at, paper)


def _shown(number: int, begun: int, paper: PracticalSet) -> Paper:
    questions = tuple((task, given) for task, given, _ in paper.items)
    return Paper(number, paper.certificate, begun + TIME, questions)


def _require_may_sit(worker: Person, certificate: str, at: int) -> None:
    own = [one for one in worker.certificates if one.name == certificate]
    if own and max(own, key=lambda one: one.start).withdrawn is not None:
        message = f"the certificate {certificate} of {worker.id} was withdrawn: a person has to issue it again"
        raise Refused(Problem("withdrawn", message))
    for test in worker.tests:
        if (test.kind, test.language) == (PRACTICAL, certificate) and not test.passed and at < test.at + AGAIN:
            message = (
                f"{worker.id} did not pass the test for {certificate}: the next one is from {iso(test.at + AGAIN)}"
            )
            raise Refused(Problem("too-soon", message))


def answer_test(desk: Desk, wish: AnswerTest, at: int) -> Mark:
    """Mark a test, and issue the certificate where it was passed.

    Raises Refused for one that is over, for answers that cannot be kept, and where the certificate was withdrawn
    meanwhile: a test that was set before gives nothing back.
    """
    worker = program(desk, wish.person)
    begun, paper = _paper(desk, wish.test)
    if paper.person != worker.id:
        raise Refused(_no_such(wish.test))
    if at >= begun + TIME or _answered(worker, paper.certificate, begun):
        raise Refused(Problem("test-over", f"test {wish.test} was answered, or its time is over"))
    _require_may_sit(worker, paper.certificate, at)  # it may have been withdrawn since the test was set
    if len(wish.answers) != len(paper.items):
        message = f"test {wish.test} has {len(paper.items)} questions, and there are {len(wish.answers)} answers"
        raise Refused(Problem("bad-answers", message))
    problems = unkeepable({"answers": list(wish.answers)})
    if problems:
        raise Refused(problems)
    right = tuple(_is_right(item[2], given) for item, given in zip(paper.items, wish.answers, strict=True))
    score = 100 * sum(right) // len(right)
    desk.note(at, worker.id, PracticalAnswered(worker.id, wish.test, tuple(map(dict, wish.answers)), right))
    taken = TestTaken(worker.id, PRACTICAL, paper.certificate, score, paper.pass_mark, at)
    note(desk, taken, at, EXAMINER)
    until = _end(paper, at) if score >= paper.pass_mark else None
    if until is not None:
        note(desk, CertificateIssued(worker.id, paper.certificate, at, until), at, EXAMINER)
    return Mark(paper.certificate, score, paper.pass_mark, until)


def _end(paper: PracticalSet, at: int) -> int:
    end = ends(YearsMonths(paper.months), at) if paper.months else at
    return (end or at) + paper.micros


def _is_right(expect: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    return all(_same(value, answer.get(name)) for name, value in expect.items())


def _same(wanted: Any, value: Any) -> bool:
    return bool(wanted == value) and isinstance(wanted, bool) == isinstance(value, bool)


def _answered(worker: Person, certificate: str, begun: int) -> bool:
    return any((one.kind, one.language) == (PRACTICAL, certificate) and one.at >= begun for one in worker.tests)


def _paper(desk: Desk, number: int) -> tuple[int, PracticalSet]:
    """Look a test up in the log: when it was set, and what it asks."""
    if 0 < number <= desk.seq:
        pending = [entry for entry in desk.pending if entry.seq == number]
        for entry in pending or desk.store.read_log(after=number - 1, limit=1):
            for event in entry.events:
                if isinstance(event, PracticalSet):
                    return entry.at, event
    raise Refused(_no_such(number))


def _no_such(number: int) -> Problem:
    return Problem("no-such-test", f"there is no test {number}")
