"""How a module of a course goes: what its run-time says, what it is told when it goes on, what the whole comes to.

What it says is the word of a script in the learner's browser, as a learning system's is: of bounded length, of known
kinds, and never a certificate.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from alihdaya.kernel.errors import Problem, Source
from alihdaya.packs.courses.course import Course, Module
from alihdaya.packs.courses.statement import share_of
from alihdaya.people.events import CoursePlayed
from alihdaya.work.keepable import unkeepable

MOST_CHARACTERS: Final = 64_000
"""So long a module's notes may be (SCORM 2004 RTE 4.2.21; 1.2 says 4,096, and courses exceed it)."""

DONE: Final = frozenset({"completed", "passed", "failed"})
"""A module of these is not opened again by itself."""

_STATUS: Final = ("incomplete", "completed", "passed", "failed")
_LONGEST: Final = 366 * 86_400


class Run(NamedTuple):
    """How a module stands: a status of RTE ("" where it said none), percent, seconds, and its notes to go on by."""

    status: str = ""
    percent: int | None = None
    seconds: int = 0
    place: str = ""
    held: str = ""


def read_run(
    version: str, said: Mapping[str, Any], seconds: int, over: str, pass_mark: Decimal | None
) -> Run | Problem:
    """Read what a module of SCORM `version` set, by element of its data model.

    `over`: "yes" it closed itself, "left" it was closed, "no" it goes on. One of 1.2 is judged by the pass mark where
    it asks for one (RTE 1.2, cmi.student_data.mastery_score); one that closed itself and said nothing is completed.
    """
    texts = {name: value for name, value in said.items() if isinstance(name, str) and isinstance(value, str)}
    notes = [texts.get(name, "") for name in _NOTES[version == "1.2"]]
    if any(len(one) > MOST_CHARACTERS for one in notes):
        return Problem("too-long", f"a module's notes have at most {MOST_CHARACTERS:,} characters", Source())
    odd = unkeepable(dict(zip(("place", "held"), notes, strict=True)))
    if odd:
        return odd[0]
    early = version == "1.2"
    share = _score(texts, "cmi.core.score." if early else "cmi.score.")
    percent = None if share is None else round(100 * share)
    status = _early(texts, percent, pass_mark) if early else _later(texts)
    suspended = texts.get("cmi.core.exit" if early else "cmi.exit") == "suspend"
    if over == "yes" and not status:
        status = "incomplete" if suspended else "completed"
    return Run(status or "incomplete", percent, min(max(seconds, 0), _LONGEST), *notes)


_NOTES: Final = {
    True: ("cmi.core.lesson_location", "cmi.suspend_data"),
    False: ("cmi.location", "cmi.suspend_data"),
}


def _early(said: Mapping[str, str], percent: int | None, pass_mark: Decimal | None) -> str:
    status = said.get("cmi.core.lesson_status", "")
    if percent is not None and pass_mark is not None and status in DONE:
        return "passed" if percent >= pass_mark else "failed"
    if status == "browsed":
        return "completed"
    return status if status in _STATUS else ""


def _later(said: Mapping[str, str]) -> str:
    success, completion = said.get("cmi.success_status", ""), said.get("cmi.completion_status", "")
    if success in {"passed", "failed"} and completion != "incomplete":
        return success
    return completion if completion in {"completed", "incomplete"} else ""


def _score(said: Mapping[str, str], stem: str) -> Decimal | None:
    numbers = {name: _number(said.get(stem + name)) for name in ("scaled", "raw", "min", "max")}
    given = {name: value for name, value in numbers.items() if value is not None}
    if "raw" in given and not given.get("max"):
        given["max"] = Decimal(100)
    return share_of(given)


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def begin(course: Course, before: Run, learner: tuple[str, str]) -> dict[str, str]:
    """Give what a module is told when it begins, by element; `learner`: id and name."""
    resumed = before.held != "" or before.place != ""
    entry = "resume" if resumed else "" if before.status else "ab-initio"
    if course.version == "1.2":
        told = {
            "cmi.core.student_id": learner[0],
            "cmi.core.student_name": learner[1],
            "cmi.core.credit": "credit",
            "cmi.core.lesson_mode": "normal",
            "cmi.core.entry": entry,
            "cmi.core.lesson_status": before.status or "not attempted",
            "cmi.core.lesson_location": before.place,
            "cmi.core.total_time": _hours(before.seconds),
            "cmi.suspend_data": before.held,
        }
        marks = {"cmi.core.score.raw": before.percent, "cmi.student_data.mastery_score": course.pass_mark}
    else:
        told = _begin_later(before, learner, entry)
        least = None if course.pass_mark is None else course.pass_mark / 100
        scaled = None if before.percent is None else Decimal(before.percent) / 100
        marks = {"cmi.score.scaled": scaled, "cmi.scaled_passing_score": least}
    return told | {name: f"{value:f}" for name, value in marks.items() if isinstance(value, Decimal)} | _whole(marks)


def _whole(marks: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in marks.items() if isinstance(value, int)}


def _begin_later(before: Run, learner: tuple[str, str], entry: str) -> dict[str, str]:
    completion = {"": "unknown", "passed": "completed", "failed": "completed"}.get(before.status, before.status)
    told = {
        "cmi._version": "1.0",
        "cmi.learner_id": learner[0],
        "cmi.learner_name": learner[1],
        "cmi.credit": "credit",
        "cmi.mode": "normal",
        "cmi.entry": entry,
        "cmi.completion_status": completion,
        "cmi.success_status": before.status if before.status in {"passed", "failed"} else "unknown",
        "cmi.total_time": f"PT{before.seconds}S",
    }
    notes = {"cmi.location": before.place, "cmi.suspend_data": before.held}
    return told | {name: text for name, text in notes.items() if text}


def _hours(seconds: int) -> str:
    return f"{seconds // 3600:04}:{seconds // 60 % 60:02}:{seconds % 60:02}.00"


def standing(played: Iterable[CoursePlayed], package: str, attempt: int) -> dict[str, Run]:
    """Give module -> how it stands, of a package and an attempt at the quiz.

    What was scored or failed in an earlier attempt is to be done again; what was only worked through is kept. What was
    played of another package, since replaced, does not count.
    """
    found: dict[str, Run] = {}
    notes: dict[tuple[str, int], tuple[str, str]] = {}
    for one in played:
        if one.package != package or one.attempt > attempt:
            continue
        key = one.module, one.attempt
        notes[key] = notes.get(key, ("", "")) if one.same else (one.place, one.held)
        run = Run(one.status, one.percent, one.seconds, *notes[key])
        worked_through = run.status == "completed" and run.percent is None
        found[one.module] = run if one.attempt == attempt or worked_through else Run()
    return found


def left(course: Course, runs: Mapping[str, Run]) -> list[Module]:
    """Give the modules that are still to be done, in their order."""
    return [one for one in course.modules if runs.get(one.id, Run()).status not in DONE]


def outcome(course: Course, runs: Mapping[str, Run]) -> int | None:
    """Give the percent that a course comes to, None while a module is left.

    The mean of the modules that gave a score, or said passed (100) or failed (0); where none did, all were worked
    through: 100.
    """
    if left(course, runs):
        return None
    judged = [_points(runs[one.id]) for one in course.modules if one.id in runs]
    points = [one for one in judged if one is not None]
    return round(Decimal(sum(points)) / len(points)) if points else 100


def _points(run: Run) -> int | None:
    if run.percent is not None:
        return run.percent
    return {"passed": 100, "failed": 0}.get(run.status)
