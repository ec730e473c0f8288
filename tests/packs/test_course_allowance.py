"""What a course may have noted of an attempt: how it goes always, the rest as often as it may."""

import pytest

from alihdaya.kernel.errors import Problem
from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import SECOND
from alihdaya.packs.courses.allowance import FREELY, LATER, MOST_BYTES, SHORTEST, Told, allow, told_by
from alihdaya.packs.courses.run import Run, standing
from alihdaya.people.events import CoursePlayed

BEGUN = Run("incomplete", None, 10, "1", "x")


class Attempt:
    """Reports one after the other, as the writer notes them."""

    def __init__(self):
        self.told, self.noted, self.now = Told(), [], 0

    def report(self, run, *, closed=False, module="m"):
        found = allow(self.told, module, run, self.now, closed=closed)
        if isinstance(found, Problem):
            return found
        notes = ("", "") if found.same else found.run[3:]
        one = CoursePlayed("laras", "c", "p", 1, module, module, *found.run[:3], *notes, found.same)
        self.noted.append(one)
        self.told = told_by(self.told, [Entry(len(self.noted), self.now, 1, "laras", (one,))], "p", 1)
        return found

    def stands(self, module="m"):
        return standing(self.noted, "p", 1)[module]


@pytest.fixture
def attempt():
    made = Attempt()
    made.report(BEGUN)
    return made


def test_progress_waits_and_the_wait_grows_with_the_notes(attempt):
    assert attempt.report(BEGUN._replace(held="y")).code == "too-soon"
    attempt.now = SHORTEST
    assert attempt.report(BEGUN._replace(held="y" * 64_000)).same is False
    attempt.now += SHORTEST
    early = attempt.report(BEGUN._replace(held="z"))
    assert (early.code, early.facts) == ("too-soon", ("209",))
    attempt.now += 209 * SECOND
    attempt.report(BEGUN._replace(held="z"))
    assert attempt.stands().held == "z"


def test_status_score_and_closing_get_through_at_once(attempt):
    for run, closed in (
        (BEGUN._replace(percent=40), False),
        (BEGUN._replace(status="completed", percent=90), False),
        (BEGUN._replace(status="completed", percent=90, place="9"), True),
    ):
        assert attempt.report(run, closed=closed).run == run
        assert attempt.stands() == run
    assert attempt.report(Run("incomplete"), module="next").run == Run("incomplete")


def test_notes_that_did_not_change_are_not_written_again(attempt):
    attempt.report(BEGUN._replace(status="passed", percent=90))
    first, second = attempt.noted
    assert (first.held, second.held, second.same) == ("x", "", True)
    assert attempt.stands() == Run("passed", 90, 10, "1", "x")


def test_after_so_many_bytes_notes_stay_as_they_are_and_the_outcome_does_not(attempt):
    for number in range(MOST_BYTES // 64_000 + 1):
        attempt.now += 1_000 * SECOND
        found = attempt.report(BEGUN._replace(held=chr(97 + number % 20) * 64_000))
    assert found.code == "too-much"
    held = attempt.stands().held
    attempt.report(Run("passed", 95, 900, "2", "r" * 64_000), closed=True)
    assert attempt.stands() == Run("passed", 95, 900, "1", held)
    assert attempt.told.size <= MOST_BYTES
    fresh = attempt.report(Run("failed", 5, 9, "3", "q" * 64_000), module="other")
    assert (fresh.run, fresh.same) == (Run("failed", 5, 9, "", ""), False)


def test_a_course_that_changes_its_mind_for_ever_is_heard_once_a_minute(attempt):
    runs = [BEGUN._replace(percent=one) for one in (10, 20)]
    for number in range(1, FREELY):
        assert not isinstance(attempt.report(runs[number % 2], closed=True), Problem)
    assert attempt.report(runs[0]).code == "too-soon"
    attempt.now += LATER
    assert attempt.report(runs[0], closed=True).run == runs[0]
    assert attempt.report(runs[1], closed=True).facts == ("60",)


def test_another_attempt_and_another_package_begin_with_nothing():
    one = CoursePlayed("laras", "c", "p", 1, "m", "m", "incomplete", None, 5, "", "held")
    for package, attempt in (("p", 2), ("q", 1)):
        assert told_by(Told(), [Entry(4, 9, 1, "laras", (one,))], package, attempt) == Told(4)


def test_the_same_notes_are_those_of_the_same_attempt():
    first = CoursePlayed("laras", "c", "p", 1, "m", "m", "incomplete", None, 5, "1", "held")
    done = first._replace(status="completed", place="", held="", same=True)
    other = first._replace(module="n", held="of n")
    assert standing([first, other, done], "p", 2)["m"] == Run("completed", None, 5, "1", "held")
    assert standing([first, done._replace(attempt=2)], "p", 2)["m"] == Run("completed", None, 5, "", "")
