"""A small shop on this machine, for the page about website services: it shows what stands in the folder `live`.

`python serve.py PORT` answers at 127.0.0.1 until it is stopped. A release may hold `answers.json`: what a path answers
with instead of a file, as {"/path": {"status": 302, "location": "/other"}}.
"""  # noqa: INP001 (a script)

import json
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

HERE = Path(__file__).resolve().parent
SAFE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "frame-ancestors 'none'"}


def files() -> dict[str, Path]:
    """Path as visitors write it -> the file, of the release that is live now."""
    live = (HERE / "live").resolve()
    found = {f"/{path.relative_to(live).as_posix()}": path for path in live.rglob("*") if path.is_file()}
    return found | {path.removesuffix("index.html"): file for path, file in found.items()}


def answer(request: Request) -> Response:
    """Answer with what the release says of the path, else with its file, else with 404."""
    there = files()
    planted = json.loads(there["/answers.json"].read_text()) if "/answers.json" in there else {}
    wish = planted.get(request.url.path, {})
    if "status" in wish:
        onward = {"location": wish["location"]} if "location" in wish else {}
        return Response(status_code=wish["status"], headers=onward)
    file = there.get(request.url.path)
    return Response("There is no such page.", 404) if file is None else FileResponse(file, headers=SAFE)


if __name__ == "__main__":
    if not (HERE / "live").is_symlink():
        (HERE / "live").symlink_to("releases/first")
    site = Starlette(routes=[Route("/{path:path}", answer)])
    uvicorn.run(site, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
