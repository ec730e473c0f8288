"""The workplace's pages: sign in, the desk, a task, the queue. Each form becomes a command of the one writer."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alihdaya.console import phrases
from alihdaya.console.pages import page, shown, speaks
from alihdaya.console.words import words
from alihdaya.console.workplace import acts
from alihdaya.console.workplace.door import COOKIE, PATH, BadForm, Door, Guest, read_form, sent_by_us
from alihdaya.console.workplace.fields import read_fields, wrong
from alihdaya.console.workplace.house import Bound, House
from alihdaya.console.workplace.sayings import DONE, TROUBLE
from alihdaya.console.workplace.seen import DeskSeen, TaskSeen, desk_of, task_of
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.locale.problems import translated
from alihdaya.operations.commands import Command, Complete
from alihdaya.operations.floor.commands import STATES
from alihdaya.store import StoreError
from alihdaya.store.views.items import item_story
from alihdaya.work.events import AssignmentRefused, TaskDone

SECTIONS = ("rings", "mine", "presence", "reviews", "waiting")
"""The parts of a desk, each a template and the id of an element."""


ASIDE = frozenset({"pass", "put-off", "hand-over", "give-back", "consult", "advise"})
"""What is done with a task by a form of its own on its page."""


class Away(Exception):
    """Whoever asks is not signed in."""


class Workplace:
    """The pages over a house, behind a door. `language` is what a reader gets who asked for none.

    `recorder`: the page of a recording is served beside it. `courses`: where courses are played, as of
    console.workplace.courses.page.course_origin; "" nowhere.
    """

    def __init__(
        self,
        house: House,
        door: Door,
        language: str | None = None,
        poll: float = 1.0,
        *,
        recorder: bool = False,
        courses: str = "",
    ) -> None:
        self.house = house
        self.door = door
        self.language = language
        self.poll = poll
        self.recorder = recorder
        self.courses = courses
        self.bound = Bound()

    async def guest(self, request: Request) -> tuple[Guest, str]:
        """Give who asks, and the seal of their forms. Raises Away."""
        held = _held(request)
        found = await self.door.opens(held, _address(request)) if held else None
        if not isinstance(found, Guest):
            raise Away
        return found, self.door.seal(held)

    def show(self, request: Request, template: str, zone: str = "UTC", status: int = 200, **content: Any) -> Response:
        """Answer with a page."""
        usual = {"home": f"{PATH}/", "workplace": True, "courses": bool(self.courses)}
        return shown(request, self.language, f"workplace/{template}.html", zone, status, **{**usual, **content})

    def say(self, request: Request, problems: tuple[Problem, ...]) -> list[str]:
        """Say why something was refused."""
        language = speaks(request, self.language)
        speak = words(language).say
        return [
            speak(TROUBLE[one.code]) if one.code in TROUBLE else translated(one.message, language) for one in problems
        ]

    async def enter(self, request: Request) -> Response:
        """GET /work/: to the desk or the queue, or to the form where one signs in."""
        try:
            guest, _ = await self.guest(request)
        except Away:
            return self.show(request, "enter", asks=self.door.asks, said=[])
        floors = self.house.floors()
        if not floors:
            return self.show(request, "enter", asks=self.door.asks, said=self.say(request, (_NO_HOLDER,)), status=503)
        if len(floors) == 1 or not guest.person:
            room = "" if guest.person else "queue" if guest.sees else "outside"
            return RedirectResponse(f"{PATH}/{floors[0]}/{room}", 303)
        return self.show(request, "floors", guest=guest, floors=floors, seal=self.door.seal(_held(request)))

    async def sign_in(self, request: Request) -> Response:
        """POST /work/in. A foreign page could only sign somebody in as itself, who then sees whose desk it is."""
        form = await read_form(request, "")
        text = form.get("shown", "").strip()
        found = await self.door.opens(text, _address(request))
        if isinstance(found, Problem):
            status = 429 if found.code == "too-many-logins" else 401
            return self.show(request, "enter", asks=self.door.asks, said=self.say(request, (found,)), status=status)
        answer = RedirectResponse(f"{PATH}/", 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, quote(text), path=PATH, httponly=True, samesite="strict", secure=secure)
        return answer

    async def sign_out(self, request: Request) -> Response:
        """POST /work/out: forget who it was; they stay present where they are."""
        _, seal = await self.guest(request)
        await read_form(request, seal)
        answer = RedirectResponse(f"{PATH}/", 303)
        answer.delete_cookie(COOKIE, path=PATH)
        return answer

    async def desk(self, request: Request) -> Response:
        """GET /work/1/: one's own desk."""
        return await self._desk(request)

    async def _desk(
        self, request: Request, said: list[str] | None = None, status: int = 200, kept: Mapping[str, str] | None = None
    ) -> Response:
        """Show a desk; `kept`: what somebody wrote that went nowhere, for them to copy."""
        guest, seal = await self.worker(request)
        seen = await self._seen(request, guest)
        told = DONE.get(request.query_params.get("said", ""))
        notice = words(speaks(request, self.language)).say(told) if told and not said else ""
        more = {"guest": guest, "seal": seal, "desk": seen, "said": said or [], "notice": notice}
        more["kept"] = kept or {}
        return self.show(request, "desk", guest.zone, status, sections=SECTIONS, states=STATES, **more)

    async def worker(self, request: Request) -> tuple[Guest, str]:
        """Give who asks, if they work here. Raises Away."""
        guest, seal = await self.guest(request)
        if not guest.person:
            raise Away
        return guest, seal

    async def _seen(self, request: Request, guest: Guest) -> DeskSeen:
        language = speaks(request, self.language)
        return await run_in_threadpool(desk_of, self.house, self.bound, self.floor(request), guest.person, language)

    def floor(self, request: Request) -> int:
        """Give the floor that a path names. Raises Refused where it is not here."""
        floor = number(request.path_params["floor"])
        if floor not in self.house.floors():
            raise Refused(_NO_HOLDER)
        return floor

    async def parts(self, request: Request, guest: Guest, seal: str) -> dict[str, str]:
        """Give the sections of a desk as HTML, by their ids."""
        seen, language = await self._seen(request, guest), speaks(request, self.language)
        content: dict[str, Any] = {"guest": guest, "seal": seal, "desk": seen, "states": STATES}
        return {name: page(f"workplace/parts/{name}.html", language, guest.zone, **content) for name in SECTIONS}

    async def presence(self, request: Request) -> Response:
        """POST /work/1/be/ready: come, leave, be ready, have a break; `beat`: be still there."""
        guest, seal = await self.worker(request)
        form = await read_form(request, seal)
        act = request.path_params["act"]
        try:
            await self.do(request, acts.presence(act, guest.person, form))
        except Refused as refusal:
            if refusal.problems[0].code == "present":  # pressed twice, or in two windows
                return self._back(request)
            return await self._desk(request, self.say(request, refusal.problems), 409)
        if act == "beat":
            return Response(status_code=204)
        return self._back(request, "left" if act == "leave" else "")

    def _back(self, request: Request, said: str = "") -> Response:
        return RedirectResponse(f"{PATH}/{request.path_params['floor']}/" + (f"?said={said}" if said else ""), 303)

    async def do(self, request: Request, command: Command) -> Any:
        """Have the floor's writer carry a command out. Raises Refused, with what keeps the store from it as well."""
        try:
            return await self.house.do(self.floor(request), command)
        except (StoreError, TimeoutError) as error:
            raise Refused(Problem("unavailable", str(error))) from error

    async def task(self, request: Request) -> Response:
        """GET /work/1/task/17/1: a task of one's own."""
        guest, seal = await self.worker(request)
        return await self._task(request, guest, seal)

    async def _task(self, request: Request, guest: Guest, seal: str, status: int = 200, **more: Any) -> Response:
        seen = await self._task_seen(request, guest)
        if seen is None:
            return await self._gone(request, guest, more.get("sent", {}), 404)
        given = {"sent": {}, "other": {}, "faults": {}, "said": [], "recorder": self.recorder, **more}
        return self.show(
            request,
            "task",
            guest.zone,
            status,
            guest=guest,
            seal=seal,
            task=seen,
            vocabulary=seen.words.vocabulary,
            **given,
        )

    async def _task_seen(self, request: Request, guest: Guest) -> TaskSeen | None:
        who = guest.person, guest.zone, speaks(request, self.language)
        return await run_in_threadpool(task_of, self.house, self.bound, self.floor(request), key_of(request), who)

    async def act(self, request: Request) -> Response:
        """POST /work/1/task/17/1/accept: accept, decline, take, pass on, put off, consult, advise, complete.

        And hand-over, give-back, take-back: between services.
        """
        guest, seal = await self.worker(request)
        form = await read_form(request, seal)
        act = request.path_params["act"]
        if act == "complete":
            return await self._complete(request, guest, seal, form)
        try:
            await self.do(request, acts.of_task(act, key_of(request), guest, form))
        except Refused as refusal:
            said = await self._why(request, refusal, guest)
            if act in ASIDE:
                return await self._task(request, guest, seal, 409, said=said, other=form)
            if act in {"accept", "take"} and await self._task_seen(request, guest):  # pressed twice
                return self._to_task(request)
            return await self._desk(request, said, 409, {"reason": form.get("reason", "")})
        if act in {"accept", "take", "consult"}:
            return self._to_task(request)
        over = "handed-on" if form.get("final") == "on" else "handed"
        done = {"decline": "declined", "pass": "passed", "advise": "advised", "hand-over": over}
        return self._back(request, done.get(act, act))

    async def _why(self, request: Request, refusal: Refused, guest: Guest) -> list[str]:
        """Say why; of the gate's no, which is in the log, in the reader's language."""
        if refusal.problems[0].code != "gate":
            return self.say(request, refusal.problems)
        reader, key = self.house.store(self.floor(request)), key_of(request)
        found = await run_in_threadpool(item_story, reader, key[0])
        said = words(speaks(request, self.language))
        for entry in reversed(found.entries if found else ()):
            for event in entry.events:
                if isinstance(event, AssignmentRefused) and event[:2] == (key[1], guest.person):
                    return [said.say("You may not do this yet."), *(phrases.reason(said, one) for one in event.reasons)]
        return self.say(request, refusal.problems)

    def _to_task(self, request: Request) -> Response:
        item, token = key_of(request)
        return RedirectResponse(f"{PATH}/{request.path_params['floor']}/task/{item}/{token}", 303)

    async def _gone(self, request: Request, guest: Guest, sent: Mapping[str, str], status: int) -> Response:
        """Say that a task is not theirs any more, and give back what they wrote for it."""
        key = key_of(request)
        found = await run_in_threadpool(item_story, self.house.store(self.floor(request)), key[0])
        events = [event for entry in found.entries for event in entry.events] if found and sent else []
        done = any(isinstance(one, TaskDone) and one[:2] == (key[1], guest.person) for one in events)
        problem = Problem("done-already" if done else "not-theirs", "")
        return await self._desk(request, self.say(request, (problem,)), status, sent)

    async def over(self, request: Request) -> Response:
        """GET of what is only sent to: a page that was loaded again, or in another language, is the one before."""
        path, asked = request.url.path.rstrip("/").rpartition("/")[0], request.url.query
        ends = "/task/" in path and request.path_params["act"] not in {"complete", *ASIDE}
        if ends or path.endswith("/be"):
            path = f"{PATH}/{request.path_params['floor']}/"
        return RedirectResponse(f"{path}?{asked}" if asked else path, 303)

    async def _complete(self, request: Request, guest: Guest, seal: str, sent: dict[str, str]) -> Response:
        seen = await self._task_seen(request, guest)
        if seen is None:
            return await self._gone(request, guest, sent, 409)
        result = read_fields(seen.form, sent, seen.words.language)
        bad = wrong(seen.form, result, seen.words)
        if bad:
            return await self._task(request, guest, seal, 422, sent=sent, faults=bad)
        seconds = acts.seconds(seen.hand.since, self.house.clock())
        command = Complete(*key_of(request), guest.person, seconds, result, code=sent.get("wrap-up", "").strip())
        try:
            await self.do(request, command)
        except Refused as refusal:
            said = self.say(request, refusal.problems)
            return await self._task(request, guest, seal, 409, sent=sent, said=said)
        return self._back(request, "done")

    async def away(self, request: Request, _: Exception) -> Response:
        """Send whoever is not signed in to where one signs in, and give back what they wrote."""
        form = {} if request.method == "GET" or request.url.path == f"{PATH}/in" else await sent_by_us(request)
        if not any(form.values()):
            return RedirectResponse(f"{PATH}/", 303)
        said = [words(speaks(request, self.language)).say("You are signed out. Sign in again.")]
        return self.show(request, "trouble", status=403, said=said, kept=form)

    async def troubled(self, request: Request, error: Exception) -> Response:
        """Say what keeps a page from being shown."""
        found = error.problems if isinstance(error, Refused) else (Problem("unavailable", ""),)
        return self.show(request, "trouble", status=503, said=self.say(request, found), kept={})

    async def bad_form(self, request: Request, error: BadForm) -> Response:
        """Answer a form that is none of ours, or too old: then what it held is given back."""
        said = [words(speaks(request, self.language)).say("This form is too old or too long. Open the page again.")]
        return self.show(request, "trouble", status=403, said=said, kept=error.held)


_NO_HOLDER = Problem("no-holder", "this floor is with another node at the moment")


def _held(request: Request) -> str:
    return unquote(request.cookies.get(COOKIE, ""))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def key_of(request: Request) -> tuple[int, int]:
    """Give the item and the token that a path names."""
    return number(request.path_params["item"]), number(request.path_params["token"])


def number(text: str) -> int:
    """Give the number of a path; 0, which nothing has, for what is none that a database holds."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
