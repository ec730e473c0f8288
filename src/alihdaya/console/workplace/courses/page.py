"""The pages of a course at the workplace: which are open, and one module after the other in a frame of elsewhere."""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from alihdaya.console.guard import HEADERS
from alihdaya.console.pages import speaks
from alihdaya.console.words import Words, mark, words
from alihdaya.console.workplace.app import Away, Workplace, number
from alihdaya.console.workplace.courses.files import PLAYED
from alihdaya.console.workplace.door import PATH, Guest, read_form
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.people.lesson import Lesson, Sitting, admitted, handed_in, lesson, lessons, played
from alihdaya.packs.courses.course import Module
from alihdaya.packs.courses.run import Run, begin

_SAID: Final = {
    "": mark("not begun"),
    "incomplete": mark("begun"),
    "completed": mark("done"),
    "passed": mark("passed"),
    "failed": mark("not passed"),
}


class Shown(NamedTuple):
    """A module in the list: its number from 1, whether it is the one in the frame, and how it stands, in words."""

    number: int
    module: Module
    here: bool
    said: str


class Courses:
    """The pages of courses. A trainee sees their own; who brings messages in lets a trainee sit down, as for a quiz."""

    def __init__(self, place: Workplace) -> None:
        self._place = place

    async def listed(self, request: Request) -> Response:
        """GET /work/1/courses: which are open."""
        guest, seal = await self._place.guest(request)
        floor = self._place.floor(request)
        mine = "" if guest.receives else guest.person
        if not guest.receives and not guest.person:
            raise Away
        found = await run_in_threadpool(lessons, self._place.house.store(floor), mine)
        return self._place.show(
            request,
            "courses",
            guest.zone,
            guest=guest,
            seal=seal,
            lessons=found,
            floor=floor,
            done="done" in request.query_params,
        )

    async def look(self, request: Request) -> Response:
        """GET /work/1/course/17: the module that is next, or the one that is asked for."""
        guest, seal, found = await self._found(request)
        if found is None:
            return RedirectResponse(f"{PATH}/{self._place.floor(request)}/courses?done", 303)
        origin = self._at(request)
        module = found.module(request.query_params.get("module", ""))
        if module is None or not origin:
            return self._show(request, found, guest, seal=seal, module=None, origin=origin, start="")
        before = found.runs.get(module.id, Run())
        learner = found.trainee, await run_in_threadpool(self._name, request, found.trainee)
        course, package = found.package.course, found.package.mark
        given: dict[str, Any] = {"version": course.version, "mark": package, "href": module.href}
        given["values"] = begin(course, before, learner)
        start: dict[str, Any] = {"module": module.id, "attempt": found.attempt, "mark": package, "given": given}
        start |= {"reports": module.reports, "seconds": before.seconds}
        return self._show(request, found, guest, seal=seal, module=module, origin=origin, start=json.dumps(start))

    def _show(self, request: Request, found: Lesson, guest: Guest, **more: Any) -> Response:
        module: Module | None = more["module"]
        spoken = words(speaks(request, self._place.language))
        next_up = [one for one in found.left if module is None or one.id != module.id]
        next_one = f"?{urlencode({'module': next_up[0].id})}" if next_up else ""
        shown = _modules(found, module, spoken)
        content: dict[str, Any] = {
            "guest": guest,
            "floor": self._place.floor(request),
            "lesson": found,
            "modules": shown,
        }
        answer = self._place.show(request, "course", guest.zone, **content, **more, next_one=next_one, allowed=PLAYED)
        if more["origin"]:
            policy = f"{HEADERS['Content-Security-Policy']}; frame-src {more['origin']}"
            answer.headers["Content-Security-Policy"] = policy
        return answer

    async def keep(self, request: Request) -> Response:
        """POST /work/1/course/17: what a module says; or, without one, hand in what all of them said."""
        guest, seal, found = await self._found(request)
        form = await read_form(request, seal)
        if found is None:
            raise Refused(_CLOSED)
        by = guest.person or guest.name
        if "module" not in form:
            await self._do(request, handed_in(found, by))
            return RedirectResponse(f"{PATH}/{self._place.floor(request)}/course/{found.item}", 303)
        module = next((one for one in found.package.course.modules if one.id == form["module"]), None)
        if module is None or (form.get("attempt"), form.get("mark")) != (str(found.attempt), found.package.mark):
            raise Refused(_CLOSED)
        sitting = Sitting(_values(form), int(_digits(form.get("seconds", ""))), form.get("over", "no"))
        wish = played(found, module, sitting, by)
        try:
            if not isinstance(wish, Problem):
                admitted(wish, found.told, self._place.house.clock())  # the writer is not asked for what it refuses
            await self._do(request, wish)
        except Refused as refusal:
            if refusal.problems[0].code not in _LIMITS:
                raise
            return self._enough(request, refusal.problems[0])
        again = await run_in_threadpool(lesson, self._place.house.store(self._place.floor(request)), found.item)
        spoken = words(speaks(request, self._place.language))
        shown = _modules(again, None, spoken) if again else []
        return JSONResponse({"modules": [{"number": one.number, "said": one.said} for one in shown]})

    def _enough(self, request: Request, problem: Problem) -> Response:
        """Say that the course reports too often, and when to ask again (429), or too much (413)."""
        (said,) = self._place.say(request, (problem,))
        told = {"problems": [{"code": problem.code, "message": problem.message}], "said": said}
        headers = {"Retry-After": problem.facts[0]} if problem.facts else {}
        return JSONResponse(told, _LIMITS[problem.code], headers)

    async def _do(self, request: Request, wish: Any) -> None:
        if isinstance(wish, Problem):
            raise Refused(wish)
        await self._place.do(request, wish)

    async def _found(self, request: Request) -> tuple[Guest, str, Lesson | None]:
        """Give who asks, the seal of their forms, and the course, None where none is open. Raises Away."""
        guest, seal = await self._place.guest(request)
        store = self._place.house.store(self._place.floor(request))
        found = await run_in_threadpool(lesson, store, number(request.path_params["item"]))
        theirs = bool(guest.person) and (found is None or found.trainee == guest.person)
        if not guest.receives and not theirs:
            raise Away
        return guest, seal, found

    def _at(self, request: Request) -> str:
        return course_origin(self._place.courses, request.url.hostname or "")

    def _name(self, request: Request, who: str) -> str:
        row = self._place.house.store(self._place.floor(request)).person(who)
        return row.facts.name if row else who


_LIMITS: Final = {"too-soon": 429, "too-much": 413}
"""Code of a refusal of packs.courses.allowance -> status."""

_CLOSED: Final = Problem("quiz-closed", "the quiz is not open for this any more")


def course_origin(at: str, host: str) -> str:
    """Give the origin that courses are played at, for a workplace that is asked for under `host`; "" where none can be.

    `at` is an address such as https://courses.example, or ":8322": this machine under its other name. Never the
    workplace's own host, with another port either: a browser sends one port's cookies to the other.
    """
    if at.startswith(":"):
        return f"http://{'127.0.0.1' if host == 'localhost' else 'localhost'}{at}"
    parts = urlsplit(at)
    fit = parts.scheme in {"http", "https"} and parts.hostname and parts.hostname != host
    return f"{parts.scheme}://{parts.netloc}" if fit else ""


def _modules(found: Lesson, here: Module | None, spoken: Words) -> list[Shown]:
    listed = []
    for place, one in enumerate(found.package.course.modules, 1):
        run = found.runs.get(one.id, Run())
        score = "" if run.percent is None else f", {spoken.number(run.percent)} %"
        said = spoken.say(_SAID.get(run.status, "")) if run.status in _SAID else run.status
        listed.append(Shown(place, one, here is not None and one.id == here.id, said + score))
    return listed


def _values(form: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = json.loads(form.get("values", ""))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise HTTPException(422)
    return found


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 10 else "0"
