"""The console: one page, the floor, live; behind it each item's story and each month's invoice. Reads only."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from alihdaya.console.engagement.billed import billed_content
from alihdaya.console.engagement.clocks import clocks_content
from alihdaya.console.engagement.routes import routes as books_routes
from alihdaya.console.guard import HEADERS, HOSTS, Headers
from alihdaya.console.live import Live, changes
from alihdaya.console.pages import STATIC, shown, speaks
from alihdaya.console.picture import Reader, Signed
from alihdaya.console.recording.routes import routes as recording_routes
from alihdaya.console.words import words
from alihdaya.console.workplace.app import Workplace
from alihdaya.console.workplace.routes import routes

_ITEM = re.compile(r"[0-9]{1,18}")
_LONGEST = 200


class Console:
    """The pages. `language` is what a reader gets who asked for none by ?lang, and whose browser is not asked."""

    def __init__(self, reader: Reader, language: str | None, clock: Callable[[], int], poll: float) -> None:
        self.reader = reader
        self.language = language
        self.poll = poll
        self.clock = clock
        self.lives: dict[str, Live] = {}
        self.workplace = False

    def speaks(self, request: Request) -> str:
        """Language for this request."""
        return speaks(request, self.language)

    def show(self, request: Request, template: str, zone: str, status: int = 200, **content: Any) -> Response:
        """Answer with a page."""
        return shown(request, self.language, template, zone, status, workplace=self.workplace, **content)

    def live(self, engagement: str = "") -> Live:
        """Give what follows an engagement's floor, "" that of the one signed last."""
        if engagement not in self.lives:
            self.lives[engagement] = Live(self.reader, self.clock, engagement)
        return self.lives[engagement]

    async def followed(self, request: Request) -> tuple[Live, Sequence[Signed]]:
        """Give the floor that ?engagement names, and what is signed. Raises HTTPException for none such."""
        signed = await run_in_threadpool(self.reader.engagements)
        wanted = request.query_params.get("engagement", "")
        if wanted and wanted not in {one.engagement for one in signed}:
            raise HTTPException(404)
        return self.live(wanted), signed

    async def floor(self, request: Request) -> Response:
        """Show the floor."""
        live, signed = await self.followed(request)
        floor = await live.floor()
        return self.show(request, "floor.html", floor.zone, vocabulary=floor.vocabulary, floor=floor, signed=signed)

    async def events(self, request: Request) -> Response:
        """Stream the floor's changes."""
        from sse_starlette import EventSourceResponse

        seen = request.headers.get("last-event-id") or request.query_params.get("since", "")
        last = int(seen) if seen.isdecimal() and len(seen) < 19 else -1
        live, _ = await self.followed(request)
        stream = changes(live, self.speaks(request), last, request.is_disconnected, self.poll)
        return EventSourceResponse(stream, ping=15, send_timeout=30)

    def item(self, request: Request) -> Response:
        """Show an item's story."""
        number = request.path_params["item"]
        story = self.reader.story(int(number)) if _ITEM.fullmatch(number) else None
        if story is None:
            raise HTTPException(404)
        told = self.reader.clocks(story.item, self.clock())
        content = {"story": story, "explained": told, **clocks_content(self.speaks(request), told)}
        content |= billed_content(words(self.speaks(request), story.zone, story.vocabulary), story.billed)
        return self.show(request, "item.html", story.zone, vocabulary=story.vocabulary, **content)

    def find(self, request: Request) -> Response:
        """Lead to the item of the client's number or of ours; where several are called so, list them."""
        sought = request.query_params.get("number", "").strip()[:_LONGEST]
        found = self.reader.named(sought) if sought else ()
        if len(found) == 1:
            return RedirectResponse(f"/item/{found[0][0]}", 303)
        status = 200 if found or not sought else 404
        return self.show(request, "find.html", "UTC", status, sought=sought, found=found)

    async def health(self, request: Request) -> Response:  # noqa: ARG002 (Starlette hands the request over)
        """Say that we answer, and how far the log has come."""
        return JSONResponse({"status": "ok", "seq": await self.live().seq()})

    def trouble(self, request: Request, error: Exception) -> Response:
        """Answer an error with a page that a person understands."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        answer = self.show(request, "trouble.html", "UTC", status, code=status)
        answer.headers.update(HEADERS)  # an error of ours is answered outside of all middleware
        return answer


def make_app(
    reader: Reader,
    *,
    language: str | None = None,
    clock: Callable[[], int],
    poll: float = 1.0,
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """Build the console over a reader. `clock` gives wall time in microseconds; `poll` is in seconds.

    `more`: the workplace's routes, where there is a writer.
    """
    console = Console(reader, language, clock, poll)
    console.workplace = bool(more)
    paths = [
        *more,
        Route("/", console.floor, methods=["GET"]),
        Route("/events", console.events, methods=["GET"]),
        Route("/item/{item}", console.item, methods=["GET"]),
        Route("/find", console.find, methods=["GET"]),
        *books_routes(reader, console.show, console.speaks),
        *recording_routes(reader, console.show, console.speaks),
        Route("/healthz", console.health, methods=["GET"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    walls = [Middleware(Headers), Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)]
    return Starlette(
        routes=paths,
        middleware=walls,
        exception_handlers={404: console.trouble, 405: console.trouble, 500: console.trouble},
    )


def make_workplace(place: Workplace, *, local: bool) -> Starlette:
    """Build an application of the workplace's pages alone; `local`: it answers to this machine's names only."""
    walls = [Middleware(Headers)]
    if local:
        walls.append(Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False))
    return Starlette(routes=[*routes(place), Mount("/static", StaticFiles(directory=STATIC))], middleware=walls)


def serve(app: Starlette, port: int = 8321, *, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Answer on 127.0.0.1 until interrupted; `ready` gets the address. Port 0 picks a free one. Raises OSError."""
    import socket

    import uvicorn

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        settings = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3, server_header=False)
        ready(f"http://127.0.0.1:{door.getsockname()[1]}/")
        uvicorn.Server(settings).run(sockets=[door])
