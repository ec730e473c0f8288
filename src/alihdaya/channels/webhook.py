"""Out by HTTP: one POST under an Idempotency-Key, and what its answer means."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from alihdaya.kernel.time import iso
from alihdaya.operations.node.dispatch import Answer, Letter

_LATER = frozenset({408, 409, 423, 425, 429})
"""Client errors that pass by themselves; 409: the same key is being worked on at this moment."""

MOST_BYTES = 1_000_000
"""So long an answer may be."""

_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode


class Webhook:
    """Posts letters; for many threads at once. Close it at the end.

    `seconds`: how long one request may take; `headers` gives what is added to each, such as its trace.
    """

    def __init__(
        self, *, seconds: float = 10.0, connections: int = 8, headers: Callable[[], Mapping[str, str]] = dict
    ) -> None:
        self._headers = headers
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._client = httpx.Client(timeout=seconds, limits=limits, trust_env=False)

    def __call__(self, letter: Letter) -> Answer:
        """Post a letter. Never raises for what the other side does; an answer of 2xx holds a JSON object or nothing.

        The body: name, key, item, queued_at and payload, FEEL's numbers as JSON's, its other values as their text.
        """
        send = letter.send
        body = {"name": send.name, "key": send.key, "item": send.item, "queued_at": iso(send.queued_at)}
        headers = {"Content-Type": "application/json", "Idempotency-Key": letter.idempotency_key, **self._headers()}
        content = _encode({**body, "payload": send.payload})
        try:
            with self._client.stream("POST", letter.url, content=content, headers=headers) as answer:
                return _read(answer.status_code, answer.iter_bytes())
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Answer(0, {}, f"{type(error).__name__}: {error}"[:300], again=True)

    def close(self) -> None:
        """Give up all connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def _read(status: int, chunks: Any) -> Answer:
    content = b""
    for chunk in chunks:
        content += chunk
        if len(content) > MOST_BYTES:
            return Answer(status, {}, f"the answer is longer than {MOST_BYTES:,} bytes") if status >= 300 else _odd()
    if not 200 <= status < 300:
        return Answer(status, {}, f"HTTP {status}", again=status >= 500 or status in _LATER)
    return _result(status, content)


def _result(status: int, content: bytes) -> Answer:
    if not content.strip():
        return Answer(status, {})
    try:
        result = json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError):
        return _odd()
    return Answer(status, result) if isinstance(result, dict) else _odd()


def _odd() -> Answer:
    """Say that the other side did its work, but answered what we cannot read: doing it again would not help."""
    return Answer(-1, {}, "the answer is no JSON object of a bearable size")


def _no_number(text: str) -> Any:
    raise ValueError(text)
