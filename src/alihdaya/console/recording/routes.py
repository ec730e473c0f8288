"""The routes of a recording: the page with its passage, and where the browser sends what it recorded."""

from collections.abc import Callable
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from alihdaya.console.guard import HEADERS
from alihdaya.console.picture import Asked, Reader
from alihdaya.console.terms import NO_RECORDING
from alihdaya.console.words import words
from alihdaya.packs.recordings import LONGEST, MOST_BYTES, NoRecording, find_recording, folder_of_recordings
from alihdaya.packs.recordings import keep_recording as keep

CONSENT: Final = "recording-consent"
"""Header of a recording: "yes". Without it nothing is kept; and no foreign page may send it unasked."""

AGAIN: Final = "recording-again"
"""Header of a recording that was made again, since the one before was noisy: "yes". It is kept as it is."""

_POLICY: Final = {
    "Content-Security-Policy": HEADERS["Content-Security-Policy"] + "; media-src 'self' blob:; worker-src 'self'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}

Measure = Callable[[str], dict[str, Any]]
Show = Callable[..., Response]
Speaks = Callable[[Request], str]


class Recording:
    """What the routes call. `measure` says of a kept file how it sounds; `show` answers with a page.

    `speaks` gives the language of a request.
    """

    def __init__(self, reader: Reader, show: Show, speaks: Speaks, measure: Measure) -> None:
        self._reader = reader
        self._show = show
        self._speaks = speaks
        self._measure = measure

    def page(self, request: Request) -> Response:
        """GET /record/{item}."""
        asked = self._asked(request)
        content = {"asked": asked, "ready": folder_of_recordings() is not None, "longest": LONGEST}
        answer = self._show(request, "record.html", "UTC", vocabulary=asked.vocabulary, **content)
        answer.headers.update(_POLICY)
        return answer

    async def take(self, request: Request) -> Response:
        """POST /record/{item}: a WAV file. Answers with its name and how it sounds; `again`: it is to be made again."""
        problem = _unfit(request)
        if problem is not None:
            return self._refused(request, *problem)
        asked = await run_in_threadpool(self._asked, request)
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > MOST_BYTES:
                return self._refused(request, 413, "too-long", "large")
        return await run_in_threadpool(self._kept, request, asked, bytes(content))

    def _refused(self, request: Request, status: int, code: str, kind: str, fact: str = "") -> Response:
        """Say in the reader's language why it is not kept."""
        said = words(self._speaks(request)).say(NO_RECORDING[kind]).format(fact)
        return JSONResponse({"code": code, "said": said}, status)

    def _kept(self, request: Request, asked: Asked, content: bytes) -> Response:
        again = request.headers.get(AGAIN) == "yes"
        try:
            name = keep(asked.item, content)
        except NoRecording as error:
            return self._refused(request, 422, "no-recording", error.kind, error.fact)
        heard = self._measure(name)
        if heard["noisy"] and not again:
            path, _ = find_recording(name)
            if path is not None:
                path.unlink(missing_ok=True)
            name = ""
        told = {key: heard[key] for key in ("said", "clarity", "seconds", "noisy")}
        return JSONResponse({"name": name, "again": not name, **told}, 201 if name else 200)

    def hear(self, request: Request) -> Response:
        """GET /recordings/{name}: the file, for those who rate it."""
        path, _ = find_recording(request.path_params["name"])
        if path is None or path.suffix != ".wav":
            raise HTTPException(404)
        return FileResponse(path, media_type="audio/wav")

    def _asked(self, request: Request) -> Asked:
        number = request.path_params["item"]
        asked = self._reader.recording(int(number)) if number.isdecimal() and len(number) < 19 else None
        if asked is None:
            raise HTTPException(404)
        return asked


def _unfit(request: Request) -> tuple[int, str, str] | None:
    """Say why nothing of this request is read: status, code, and the kind of NO_RECORDING."""
    origin = request.headers.get("origin", "")
    if origin.partition("://")[2] != request.headers.get("host"):
        return 403, "foreign-page", "foreign-page"
    if request.headers.get("content-type") != "audio/wav":
        return 415, "no-recording", "none"
    if request.headers.get(CONSENT) != "yes":
        return 422, "no-consent", "no-consent"
    return None


def routes(reader: Reader, show: Show, speaks: Speaks) -> list[Route]:
    """Give the routes."""
    from alihdaya.packs.recruitment.speech import check_speech

    made = Recording(reader, show, speaks, check_speech)
    return [
        Route("/record/{item}", made.page, methods=["GET"]),
        Route("/record/{item}", made.take, methods=["POST"]),
        Route("/recordings/{name}", made.hear, methods=["GET"]),
    ]
