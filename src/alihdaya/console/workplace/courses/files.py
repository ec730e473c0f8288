"""The files of courses, and the player: served where nothing else is, so that a course's scripts reach nothing else.

A course is foreign JavaScript that finds its run-time by looking into the pages around it: these must be of its own
origin. So that origin is another host name than the workplace's; it has no log, no cookie and no form.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from alihdaya.console.pages import STATIC
from alihdaya.packs.courses.shelf import by_mark

PLAYED: Final = "allow-scripts allow-same-origin allow-forms allow-modals allow-downloads"
"""What a course may (HTML, the attribute sandbox): no other window, and no page around the workplace."""

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' data: blob:; "
        "worker-src blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
        f"sandbox {PLAYED}"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), display-capture=(), usb=(), serial=()",
}
"""A course loads and sends nothing elsewhere, and leaves no worker behind."""

_TYPES: Final = {
    **dict.fromkeys(("htm", "html", "xhtml"), "text/html"),
    **dict.fromkeys(("js", "mjs"), "text/javascript"),
    **dict.fromkeys(("jpg", "jpeg"), "image/jpeg"),
    **dict.fromkeys(("txt", "csv", "md"), "text/plain"),
    "css": "text/css",
    "json": "application/json",
    "xml": "application/xml",
    "xsd": "application/xml",
    "vtt": "text/vtt",
    "pdf": "application/pdf",
    "wasm": "application/wasm",
    "swf": "application/octet-stream",
    "png": "image/png",
    "gif": "image/gif",
    "svg": "image/svg+xml",
    "webp": "image/webp",
    "ico": "image/x-icon",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "ogv": "video/ogg",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "otf": "font/otf",
}
"""Ending -> what a file is; of any other ending the browser gets bytes."""

_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def course_file(request: Request) -> Response:
    """GET /c/{mark}/{path}: a file of a package, or the part of it that is asked for (RFC 9110, 14)."""
    package = by_mark(request.path_params["mark"])
    entry = package.entry(request.path_params["path"]) if package else None
    if package is None or entry is None or entry.is_dir():
        raise HTTPException(404)
    start, end = _part(request.headers.get("range", ""), entry.file_size)
    headers = {"Cache-Control": "private, max-age=86400", "Accept-Ranges": "bytes", "Content-Length": str(end - start)}
    partly = (start, end) != (0, entry.file_size)
    if partly:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{entry.file_size}"
    kind = _TYPES.get(PurePosixPath(entry.filename).suffix[1:].lower(), "application/octet-stream")
    pieces = package.read(entry, start, end) if request.method == "GET" else iter(())
    answer = StreamingResponse(pieces, 206 if partly else 200, headers | HEADERS)
    answer.headers["content-type"] = kind  # without a charset: the file itself says which
    return answer


def _part(asked: str, size: int) -> tuple[int, int]:
    """Give first and last of what is asked for; the whole where it is no such part. Raises HTTPException."""
    found = _RANGE.fullmatch(asked)
    if found is None or found.groups() == ("", ""):
        return 0, size
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    end = min(int(last) + 1, size) if last else size
    if int(first) >= end:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size}"})
    return int(first), end


async def player(request: Request) -> Response:  # noqa: ARG001 (Starlette hands the request over)
    """GET /play: the page between the workplace and a module."""
    return Response((STATIC / "player" / "player.html").read_bytes(), headers=HEADERS, media_type="text/html")


def make_courses() -> Starlette:
    """Build the application: the player, and the files of the packages in the folder ALIHDAYA_COURSES."""
    paths = [
        Route("/play", player, methods=["GET"]),
        Mount("/play", StaticFiles(directory=STATIC / "player")),
        Route("/c/{mark}/{path:path}", course_file, methods=["GET"]),
    ]
    return Starlette(routes=paths)


@contextmanager
def served(port: int) -> Iterator[int]:
    """Serve courses at 127.0.0.1 meanwhile, in a thread; gives the port. Raises OSError where it is taken."""
    import socket
    import threading

    import uvicorn

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        server = uvicorn.Server(uvicorn.Config(make_courses(), log_level="warning", server_header=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="courses", daemon=True)
        thread.start()
        try:
            yield int(door.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(10)
