"""A course that somebody plays: where they are, and what its modules say, noted and handed in for the quiz."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.commands import Deliver
from alihdaya.operations.desk import Desk
from alihdaya.operations.exchange.messages import deliver_to
from alihdaya.operations.exchange.timers import catch_up
from alihdaya.operations.people.commands import Play
from alihdaya.operations.people.reported import MESSAGE
from alihdaya.packs.courses.allowance import Told, allow, told_by
from alihdaya.packs.courses.course import Module
from alihdaya.packs.courses.run import Run, left, outcome, read_run, standing
from alihdaya.packs.courses.shelf import Package, playable
from alihdaya.people.events import CoursePlayed
from alihdaya.store.views.items import item_story
from alihdaya.store.views.messages import Awaited, awaited
from alihdaya.store.working import WorkingSet

MOST: Final = 200
"""So many trainings are looked at for those of one trainee."""


class Sitting(NamedTuple):
    """What a page tells of a module: what it set, by element; `over` as of packs.courses.run.read_run."""

    said: Mapping[str, Any]
    seconds: int
    over: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A training whose quiz is open and whose course is on the shelf. `attempt`: at the quiz, from 1."""

    item: int
    enrolment: str
    trainee: str
    course_name: str
    attempt: int
    package: Package
    runs: Mapping[str, Run]
    told: Told

    @property
    def left(self) -> list[Module]:
        """The modules that are still to be done."""
        return left(self.package.course, self.runs)

    def module(self, wanted: str) -> Module | None:
        """Give the module that is wanted, else the first that is left, else None."""
        named = next((one for one in self.package.course.modules if one.id == wanted), None)
        return named or next(iter(self.left), None)


def lesson(store: WorkingSet, item: int) -> Lesson | None:
    """Find the course that an item waits for, None where it waits for none, or none is here."""
    waiting = next(iter(awaited(store, item=item, name=MESSAGE)), None)
    return _lesson(store, waiting, "") if waiting else None


def _lesson(store: WorkingSet, waiting: Awaited, trainee: str) -> Lesson | None:
    """Find the course of a training that waits, if it is of this trainee, or any."""
    item, instance = waiting.item, store.waiting_instance(waiting.item)
    known = instance.variables if instance is not None else {}
    if trainee not in {"", known.get("trainee")}:
        return None
    package = playable(str(known.get("course_name") or ""))
    if package is None:
        return None
    attempt = _attempt(known)
    story = item_story(store, item)
    entries = story.entries if story else ()
    played = [one for entry in entries for one in entry.events if isinstance(one, CoursePlayed)]
    runs = standing(played, package.mark, attempt)
    told = told_by(Told(), entries, package.mark, attempt)
    return Lesson(item, waiting.key, str(known.get("trainee") or ""), package.name, attempt, package, runs, told)


def _attempt(known: Mapping[str, Any]) -> int:
    tries = known.get("tries")
    return 1 if isinstance(tries, bool) or tries is None or not str(tries).isdigit() else int(tries)


def lessons(store: WorkingSet, trainee: str = "") -> list[Lesson]:
    """Give the courses that are open, of one trainee or all, among the first trainings that wait."""
    waits = awaited(store, name=MESSAGE, limit=MOST)
    return [one for waiting in waits if (one := _lesson(store, waiting, trainee))]


def played(found: Lesson, module: Module, sitting: Sitting, by: str) -> Play | Problem:
    """Give the command that notes what a module says, and hands the result in where it was the last one."""
    course = found.package.course
    run = read_run(course.version, sitting.said, sitting.seconds, sitting.over, course.pass_mark)
    if isinstance(run, Problem):
        return run
    if not module.reports:
        run = Run("completed", None, run.seconds)
    percent = outcome(course, {**found.runs, module.id: run}) if sitting.over != "no" else None
    head = (found.trainee, found.course_name, found.package.mark, found.attempt, module.id, module.title)
    return Play(found.item, found.enrolment, CoursePlayed(*head, *run), percent, by, sitting.over != "no", found.told)


def handed_in(found: Lesson, by: str) -> Play | Problem:
    """Give the command that hands in what all modules say, where the last page was closed before it could."""
    percent = outcome(found.package.course, found.runs)
    if percent is None:
        return Problem("not-done", "a module of the course is left")
    module = found.package.course.modules[-1]
    head = (found.trainee, found.course_name, found.package.mark, found.attempt, module.id, module.title)
    noted = CoursePlayed(*head, *found.runs[module.id])
    return Play(found.item, found.enrolment, noted, percent, by, closed=True, told=found.told)


def admitted(wish: Play, told: Told, at: int) -> CoursePlayed:
    """Give what is noted of a report at `at`, after all that is `told`. Raises Refused (packs.courses.allowance)."""
    one = wish.played
    run = Run(one.status, one.percent, one.seconds, one.place, one.held)
    found = allow(told, one.module, run, at, closed=wish.closed or wish.percent is not None)
    if isinstance(found, Problem):
        raise Refused(found)
    place, held = ("", "") if found.same else (found.run.place, found.run.held)
    return one._replace(place=place, held=held, same=found.same)


def play(desk: Desk, wish: Play, at: int) -> None:
    """Note how a module goes; with a result, the quiz is answered, of this very item: another has the number, too.

    Raises Refused where the quiz is no longer open, and where the course reports too often or too much.
    """
    catch_up(desk, wish.item, at)
    item, played = desk.open_item(wish.item), wish.played
    known = item.instance.variables if item.instance is not None else {}
    open_here = any(one == wish.item for one, _ in desk.subscribers.get((MESSAGE, wish.enrolment), ()))
    if not open_here or _attempt(known) != played.attempt or known.get("trainee") not in {None, played.person}:
        raise Refused(Problem("quiz-closed", f"the quiz of {wish.enrolment!r} is not open for this any more"))
    # what came in between was asked for at the same time, by another page
    since = [*desk.store.read_log(after=wish.told.seq, item=wish.item), *desk.pending]
    since = [entry for entry in since if entry.item == wish.item and entry.seq > wish.told.seq]
    noted = admitted(wish, told_by(wish.told, since, played.package, played.attempt), at)
    desk.record(item, at, wish.by, [noted])
    if wish.percent is not None:
        statement = f"{played.package[:16]}-{played.attempt}"
        payload = {"reported": str(wish.percent), "statement": statement, "answers": ""}
        deliver_to(desk, wish.item, Deliver(MESSAGE, wish.enrolment, payload), at)
