"""The login: every request shows a token that may do what it asks for; whoever guesses is slowed down.

A token is `alihdaya_ID_SECRET`. The database is asked for it once in a few seconds at the most: so long a token that
was revoked may still open a node.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from alihdaya.channels.api.answers import as_json
from alihdaya.channels.api.wire import problems
from alihdaya.kernel.errors import Problem
from alihdaya.kernel.time import SECOND
from alihdaya.store import StoreError
from alihdaya.store.lease.tokens import Token, digest_of

RIGHTS: Final = ("read", "work-in", "operate", "worker", "desk")
"""To look, to bring work and messages in, to act on items and tasks, to do jobs, to work at one's own desk."""

REMEMBERED: Final = 5 * SECOND
"""So long what the database said of a token is believed."""

GUESSES: Final = 10
"""So many failed logins from one address within MINUTE; then all but known tokens are refused unread."""

ALL_GUESSES: Final = 200
"""The same from all addresses together."""

_INTAKE: Final = frozenset({"/api/items", "/api/messages", "/api/xapi/statements"})
_MINUTE: Final = 60 * SECOND
_MOST: Final = 10_000
_PREFIX: Final = "alihdaya"

Find = Callable[[str], Token | None]


def make_token(name: str, rights: frozenset[str], now: int, expires_at: int | None) -> tuple[str, Token]:
    """Make a token of 256 bits of chance; gives its text, to be shown once, and what is kept of it."""
    token_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    return f"{_PREFIX}_{token_id}_{secret}", Token(token_id, name, digest_of(secret), rights, now, expires_at)


def right_for(method: str, path: str) -> str | None:
    """Give the right that a request needs; None where any token will do."""
    if path in {"/healthz", "/api/shards", "/api/openapi.json"}:
        return None
    if path.startswith(("/api/jobs/", "/api/work/")):
        return "worker"
    if method in {"GET", "HEAD"}:
        return "read"
    return "work-in" if path in _INTAKE else "operate"


class _Seen(NamedTuple):
    token: Token
    at: int


class Login:
    """Knows the tokens by `find`, which may block and raise StoreError; `clock` gives microseconds."""

    def __init__(self, find: Find, clock: Callable[[], int]) -> None:
        self._find = find
        self._clock = clock
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._guesses: OrderedDict[str, tuple[int, int]] = OrderedDict()

    async def token(self, shown: str, address: str) -> Token | Problem:
        """Give the token of an Authorization header, or what is wrong with it."""
        token_id, secret = _parts(shown)
        now = self._clock()
        known = self._known(token_id, secret, now)
        if known is not None:
            return known
        if not shown:
            return Problem("no-token", "send Authorization: Bearer TOKEN (alihdaya token new makes one)")
        if self._guessed("", now) >= ALL_GUESSES or self._guessed(address, now) >= GUESSES:
            return Problem("too-many-logins", "too many failed logins from there; wait a minute")
        found = None
        if token_id and secret:
            found = await run_in_threadpool(self._find, token_id)
        if found is None or not found.opens(secret, now):
            self._guess("", now)
            self._guess(address, now)
            return Problem("bad-token", "the token is unknown, expired or revoked")
        _keep(self._seen, token_id, _Seen(found, now))
        return found

    def _known(self, token_id: str, secret: str, now: int) -> Token | None:
        seen = self._seen.get(token_id)
        if seen is None or now - seen.at > REMEMBERED or not seen.token.opens(secret, now):
            return None
        return seen.token

    def _guessed(self, address: str, now: int) -> int:
        begun, count = self._guesses.get(address, (now, 0))
        return count if now - begun < _MINUTE else 0

    def _guess(self, address: str, now: int) -> None:
        count = self._guessed(address, now)
        begun = self._guesses[address][0] if count else now
        _keep(self._guesses, address, (begun, count + 1))


def _parts(shown: str) -> tuple[str, str]:
    """Give id and secret of an Authorization header; empty ones for what is no token of ours."""
    scheme, _, text = shown.partition(" ")
    prefix, _, rest = text.strip().partition("_")
    token_id, _, secret = rest.partition("_")
    return (token_id, secret) if scheme.lower() == "bearer" and prefix == _PREFIX else ("", "")


def _keep(table: "OrderedDict[str, Any]", key: str, value: Any) -> None:
    """Put a value last, and let the first go where there are too many."""
    table[key] = value
    table.move_to_end(key)
    if len(table) > _MOST:
        table.popitem(last=False)


class Door:
    """The application behind the login."""

    def __init__(self, app: ASGIApp, login: Login) -> None:
        self._app = app
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through that may do what it asks for; answer 401, 403 or 429 to others, unread."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            refused = await self._refused(request)
        except StoreError as error:
            refused = (503, error.problems[0])
        if refused is None:
            await self._app(scope, receive, send)
            return
        status, problem = refused
        headers = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "60"}, 503: {"Retry-After": "1"}}
        await as_json(problems((problem,)), status, headers.get(status))(scope, receive, send)

    async def _refused(self, request: Request) -> tuple[int, Problem] | None:
        address = request.client.host if request.client else ""
        found = await self._login.token(request.headers.get("authorization", ""), address)
        if isinstance(found, Problem):
            return (429 if found.code == "too-many-logins" else 401), found
        request.scope["alihdaya.token"] = found.name
        right = right_for(request.method, request.url.path)
        if right is not None and right not in found.rights:
            return 403, Problem("no-right", f"the token {found.name!r} has no right to {right}")
        return None
