"""Who is at the workplace, and whether a form that came in is one that we showed them."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl

from starlette.requests import Request

from alihdaya.kernel.errors import Problem

COOKIE = "alihdaya_workplace"
"""It is sent to pages below PATH alone, never from a foreign page, and no script can read it."""

PATH = "/work"

MOST_BYTES = 1_000_000
"""So long a form may be that is sent."""

_MOST_FIELDS = 500


class Guest(NamedTuple):
    """Whoever signed in. `person`: whom they work as, "" nobody; `zone`: the IANA name of theirs.

    `sees`: they may look at the queue; `receives`: at what comes from outside.
    """

    person: str
    name: str
    zone: str = "UTC"
    sees: bool = False
    receives: bool = False


class Door(Protocol):
    """Lets people in. `asks`: "token" where they show a secret, "name" on a machine that only they reach."""

    asks: str

    async def opens(self, shown: str, address: str) -> Guest | Problem:
        """Say who shows this, from that network address; or why it opens nothing."""

    def seal(self, shown: str) -> str:
        """Give what every form of theirs carries, and no foreign page can know."""


class NameDoor:
    """Lets in who says who they are: for this machine alone, where the command line believes them as well."""

    asks = "name"

    def __init__(self, find: Callable[[str], Guest | None], secret: bytes) -> None:
        self._find = find
        self._secret = secret

    async def opens(self, shown: str, address: str) -> Guest | Problem:  # noqa: ARG002 (nobody guesses names here)
        """Give who is called so."""
        from starlette.concurrency import run_in_threadpool

        found = await run_in_threadpool(self._find, shown) if shown and "\0" not in shown else None
        return found or Problem("no-such-person", shown)

    def seal(self, shown: str) -> str:
        """Give the seal of a name; it holds until this process ends."""
        return sha256(self._secret + shown.encode(errors="replace")).hexdigest()


class BadForm(Exception):
    """A form that is none of ours, or too long. `held`: what one of our own pages sent all the same."""

    def __init__(self, held: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.held = held or {}


async def read_form(request: Request, seal: str) -> dict[str, str]:
    """Read a form that was sent; of fields of one name the last counts. Raises BadForm where it lacks the seal."""
    form = await _sent(request)
    if not compare_digest(form.pop("work-seal", "").encode(errors="replace"), seal.encode()):
        raise BadForm(form if _ours(request) else None)
    return form


async def sent_by_us(request: Request) -> dict[str, str]:
    """Give what a page of ours sent, without asking for its seal: to be given back, not to be done. {} of any other."""
    if not _ours(request):
        return {}
    form = await _sent(request)
    form.pop("work-seal", "")
    return form


def _ours(request: Request) -> bool:
    return request.headers.get("sec-fetch-site") == "same-origin"


async def _sent(request: Request) -> dict[str, str]:
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise BadForm
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BadForm
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise BadForm from None
