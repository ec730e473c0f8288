"""What all routes share: how a body is read, and how values and errors are answered."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alihdaya.channels.api import wire
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.store import StoreError
from alihdaya.work.keepable import unkeepable

_STATUS = {"gate": 403, "form": 422, "bad-value": 422, "duplicate": 409, "not-open": 409, "nobody-waits": 404}
_STATUS |= {"bad-variables": 422, "no-variables": 422, "no-such-item": 404}
_ODD = re.compile(rb"\\u(0000|d[89a-f])", re.IGNORECASE)
_AGAIN = {"Retry-After": "1"}


class _Number(IntegerConvertor):
    """A number of a path that any database holds; a longer one is no address of ours (404)."""

    regex = "[0-9]{1,18}"


register_url_convertor("number", _Number())


class Elsewhere(Exception):
    """The shard is another node's; `address` is None while it is nobody's."""

    def __init__(self, address: str | None) -> None:
        super().__init__(address)
        self.address = address


async def read_body(request: Request, kind: type[Any]) -> Any:
    """Read a request's body. A foreign page cannot send JSON without asking first, so nothing else is taken."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise refusal("not-json", "send application/json", 415)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > wire.MOST_BYTES:
            raise refusal("too-long", f"a body has at most {wire.MOST_BYTES:,} bytes", 413)
    _require_texts(body)
    return wire.read(body, kind)


def _require_texts(body: bytes) -> None:
    """Refuse a body with a character that no database holds, wherever in it; where it is no JSON, nobody knows yet."""
    if _ODD.search(body) is None:
        return
    with suppress(ValueError, RecursionError):
        problems = unkeepable({"body": json.loads(body)})
        if problems:
            raise Refused(problems)


class _Answered(Refused):
    """A refusal with a status of its own."""

    status = 409


def refusal(code: str, message: str, status: int) -> Refused:
    """Make a refusal that is answered with this status."""
    made = _Answered(Problem(code, message))
    made.status = status
    return made


def as_json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Give an answer whose body is this value as JSON."""
    return Response(wire.write(value), status, headers, "application/json")


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 (narrowing: registered for it)
    code = error.problems[0].code
    if code == "closed":
        return as_json(wire.problems(error.problems), 503, _AGAIN)
    status = error.status if isinstance(error, _Answered) else _STATUS.get(code, 409)
    return as_json(wire.problems(error.problems), status)


async def _elsewhere(request: Request, error: Exception) -> Response:
    address = getattr(error, "address", None)
    if address is not None:
        return RedirectResponse(f"{address}{request.url.path}", 307)
    return as_json(wire.problems((Problem("no-holder", "nobody holds this shard at the moment"),)), 503, _AGAIN)


async def _unavailable(_: Request, error: Exception) -> Response:
    found = error.problems if isinstance(error, StoreError) else (Problem("no-answer", "not answered in time"),)
    return as_json(wire.problems(found), 503, _AGAIN)


async def _unreadable(_: Request, error: Exception) -> Response:
    return as_json(wire.problems((Problem("bad-request", str(error)),)), 422)


HANDLERS: Mapping[Any, Any] = {
    Elsewhere: _elsewhere,
    Refused: _refused,
    StoreError: _unavailable,
    TimeoutError: _unavailable,
    msgspec.MsgspecError: _unreadable,
}
"""Error -> what makes an answer of it."""
