"""The workplace's routes, and the streams by which its pages stay as new as the log."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import wraps
from typing import Protocol

import msgspec
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from alihdaya.console.pages import page, speaks
from alihdaya.console.workplace.app import Away, Workplace, key_of
from alihdaya.console.workplace.courses.page import Courses
from alihdaya.console.workplace.door import PATH, BadForm, Guest
from alihdaya.console.workplace.outside import Outside
from alihdaya.console.workplace.overview import Overview
from alihdaya.console.workplace.questions import Questions
from alihdaya.console.workplace.reviews import Reviews
from alihdaya.console.workplace.seen import counsel_of
from alihdaya.kernel.errors import Refused
from alihdaya.store import StoreError
from alihdaya.store.views.open_work import lent_by
from alihdaya.store.views.seats import at_hand, newest, present

_SLOWLY = 5.0
"""Seconds after which what waits for others is drawn anew where it changed; what is one's own is at once."""

_TROUBLE = (Refused, StoreError, TimeoutError)

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(place: Workplace) -> list[BaseRoute]:
    """Give the routes of the workplace."""
    floor, outside, overview, reviews = f"{PATH}/{{floor}}", Outside(place), Overview(place), Reviews(place)
    courses, questions = Courses(place), Questions(place)
    question = f"{floor}/questions/{{number}}"
    task, review = f"{floor}/task/{{item}}/{{token}}", f"{floor}/review/{{item}}/{{token}}"
    paths: list[tuple[str, str, Endpoint]] = [
        ("GET", f"{PATH}/", place.enter),
        ("POST", f"{PATH}/in", place.sign_in),
        ("POST", f"{PATH}/out", place.sign_out),
        ("GET", f"{floor}/", place.desk),
        ("GET", f"{floor}/events", Stream(place, DeskWatch(place)).answer),
        ("GET", f"{floor}/queue", overview.page),
        ("GET", f"{floor}/queue/events", Stream(place, overview).answer),
        ("GET", f"{floor}/reviews", reviews.listed),
        ("GET", review, reviews.look),
        ("POST", f"{review}/{{act}}", reviews.act),
        ("GET", f"{floor}/questions", questions.listed),
        ("GET", question, questions.look),
        ("POST", f"{question}/answer", questions.act),
        ("GET", f"{floor}/outside", outside.awaited),
        ("GET", f"{floor}/outside/{{item}}", outside.look),
        ("POST", f"{floor}/outside/{{item}}/{{token}}", outside.bring),
        ("GET", f"{floor}/courses", courses.listed),
        ("GET", f"{floor}/course/{{item}}", courses.look),
        ("POST", f"{floor}/course/{{item}}", courses.keep),
        ("POST", f"{floor}/be/{{act}}", place.presence),
        ("GET", task, place.task),
        ("GET", f"{task}/events", Stream(place, TaskWatch(place)).answer),
        ("POST", f"{task}/{{act}}", place.act),
        *(("GET", path, place.over) for path in (f"{floor}/outside/{{item}}/{{token}}", f"{floor}/be/{{act}}")),
        ("GET", f"{question}/answer", place.over),
        *(("GET", path, place.over) for path in (f"{task}/{{act}}", f"{review}/{{act}}", f"{PATH}/in", f"{PATH}/out")),
    ]
    return [Route(path, _minded(place, endpoint), methods=[method]) for method, path, endpoint in paths]


def _minded(place: Workplace, endpoint: Endpoint) -> Endpoint:
    """Answer with a page what an endpoint cannot answer."""

    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Away as error:
            return await place.away(request, error)
        except BadForm as error:
            return await place.bad_form(request, error)
        except _TROUBLE as error:
            return await place.troubled(request, error)

    return answered


class Watch(Protocol):
    """A page that stays as new as the log. `anyhow`: after so many seconds it is drawn again, whatever happened."""

    anyhow: float

    async def admits(self, request: Request) -> tuple[Guest, str]:
        """Give who looks, and the seal of their forms. Raises Away."""

    def own(self, request: Request, guest: Guest) -> object:
        """Give what is told at once where it changed; all else is told slowly. May block."""

    async def parts(self, request: Request, guest: Guest, seal: str) -> dict[str, str]:
        """Give the parts of the page as HTML, by their ids."""


class DeskWatch:
    """Somebody's desk: what is theirs is told at once."""

    anyhow = float("inf")

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self.admits = place.worker
        self.parts = place.parts

    def own(self, request: Request, guest: Guest) -> object:
        """Give what is at hand, how they are, and what other services have of theirs."""
        store = self._place.house.store(self._place.floor(request))
        return at_hand(store, guest.person), present(store, guest.person), lent_by(store, guest.person)


class TaskWatch:
    """The page of a task: the advice that was asked for on it."""

    anyhow = float("inf")

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self.admits = place.worker

    def own(self, request: Request, guest: Guest) -> object:
        """Give the advice, if the task is theirs."""
        store, key = self._place.house.store(self._place.floor(request)), key_of(request)
        theirs = any(hand[1:3] == key for hand in at_hand(store, guest.person))
        return counsel_of(store, key) if theirs else ()

    async def parts(self, request: Request, guest: Guest, _seal: str) -> dict[str, str]:
        """Give the advice."""
        counsel, language = await run_in_threadpool(self.own, request, guest), speaks(request, self._place.language)
        return {"advice": page("workplace/parts/advice.html", language, guest.zone, counsel=counsel)}


class Stream:
    """Sends a page's parts when they change. The log's end is asked for once in a poll for all who look."""

    def __init__(self, place: Workplace, watch: Watch) -> None:
        self._place = place
        self._watch = watch
        self._ends: dict[int, tuple[float, int]] = {}

    async def answer(self, request: Request) -> Response:
        """GET /work/1/events. Who is signed out is told to ask no more (204)."""
        try:
            await self._watch.admits(request)
        except Away:
            return Response(status_code=204)
        except _TROUBLE:
            return EventSourceResponse(_later())
        return EventSourceResponse(self._while_it_goes(request), ping=15, send_timeout=30)

    async def _while_it_goes(self, request: Request) -> AsyncIterator[ServerSentEvent]:
        """Have the page ask again where the store fails, or the floor is with another node: an error would end it."""
        try:
            async for change in self._changes(request):
                yield change
        except _TROUBLE:
            async for change in _later():
                yield change

    async def _changes(self, request: Request) -> AsyncIterator[ServerSentEvent]:
        place, watch, clock = self._place, self._watch, asyncio.get_running_loop().time
        sent: dict[str, str] = {}
        floor, end, drawn, own = place.floor(request), -1, 0.0, None
        while not await request.is_disconnected():
            now = await self._end(floor, clock())
            if now != end or clock() - drawn > watch.anyhow:
                try:
                    guest, seal = await watch.admits(request)
                except Away:
                    return
                mine = await run_in_threadpool(watch.own, request, guest)
                if mine != own or clock() - drawn > _SLOWLY:
                    end, drawn, own = now, clock(), mine
                    parts = await watch.parts(request, guest, seal)
                    fresh = {name: text for name, text in parts.items() if sent.get(name) != text}
                    sent = parts
                    if fresh:
                        yield ServerSentEvent(msgspec.json.encode(fresh).decode(), event="desk", retry=2000)
            await asyncio.sleep(place.poll)

    async def _end(self, floor: int, clock: float) -> int:
        """Give the log's end as it was within the last poll."""
        asked, end = self._ends.get(floor, (-1e9, -1))
        if clock - asked >= self._place.poll:
            self._ends[floor] = clock, end
            end = await run_in_threadpool(newest, self._place.house.store(floor))
            self._ends[floor] = clock, end
        return end


async def _later() -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(comment="not now", retry=5000)
