"""What goes over the API's wire: requests as they must be, answers as they are, numbers exact."""

import json
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from alihdaya.kernel.errors import Problem
from alihdaya.kernel.time import iso
from alihdaya.store.views.items import Story
from alihdaya.work.events import ItemDelivered
from alihdaya.work.outbox import Send, SendKey

MOST_BYTES = 1_000_000
"""So long a request's body may be."""


class Item(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/items: work for a service of an engagement. `external_id` defaults to the key columns' values."""

    engagement: str
    service: str
    data: dict[str, Any]
    external_id: str | None = None


class Assignment(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/items/{item}/tasks/{token}/assign: to whom."""

    person: str


class Completion(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/items/{item}/tasks/{token}/complete: by whom, after how many seconds of work, with which result.

    `code` is the wrap-up code. Without `seconds`, they took as long as they have had the task.
    """

    person: str
    result: dict[str, Any] = {}
    code: str = ""
    seconds: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] | None = None


class Message(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/messages: for whoever waits for `name` with `key` (text, as FEEL's string() gives it).

    `keep`: how long it is kept where nobody does (a duration such as PT1H).
    """

    name: str
    key: str = ""
    payload: dict[str, Any] = {}
    keep: str = "PT0S"


class Signal(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/signals: for all that wait for `name`, and all that begin by it.

    POST /api/shards/{shard}/signals: for those in one shard.
    """

    name: str
    payload: dict[str, Any] = {}


BODIES = {"Item": Item, "Assignment": Assignment, "Completion": Completion, "Message": Message, "Signal": Signal}

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def read(body: bytes, kind: type[Any]) -> Any:
    """Give a request's body; numbers with a point are Decimal. Raises msgspec.DecodeError for what does not fit."""
    try:
        plain = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise msgspec.DecodeError(f"no JSON: {error}") from None
    return msgspec.convert(plain, kind)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def write(value: Any) -> bytes:
    """Give JSON: FEEL's numbers as numbers, its other values as their text."""
    return _encoder.encode(value)


def item_name(shard: int, item: int) -> str:
    """Give an item's name among all shards, such as "3-17"."""
    return f"{shard}-{item}"


def item_place(name: str) -> tuple[int, int]:
    """Give shard and number of an item's name. Raises ValueError for what is none."""
    shard, dash, item = name.partition("-")
    if not (dash and len(name) < 30 and shard.isascii() and shard.isdigit() and item.isascii() and item.isdigit()):
        raise ValueError(name)
    return int(shard), int(item)


def problems(found: tuple[Problem, ...]) -> dict[str, Any]:
    """Give an error's body."""
    return {"problems": [{"code": one.code, "message": one.message, "element": one.source.element} for one in found]}


def story(shard: int, found: Story, sends: dict[SendKey, Send]) -> dict[str, Any]:
    """Give an item as it stands: open tasks, incidents, what is still to go out, and its result once delivered."""
    row = found.item
    return {
        "id": item_name(shard, row.id),
        "engagement": row.engagement,
        "service": row.service,
        "external_id": row.external_id,
        "status": row.status,
        "node": row.node,
        "received_at": iso(row.received_at),
        "closed_at": iso(row.closed_at),
        "outcome": row.outcome,
        "unit": row.unit,
        "tasks": [
            {"token": one.token, "node": one.node, "name": one.name, "person": one.person} for one in found.tasks
        ],
        "incidents": [{"token": one.token, "code": one.code, "message": one.message} for one in found.incidents],
        "sends": [_send(key, send) for key, send in sends.items()],
        "result": _result(found),
    }


def _result(found: Story) -> dict[str, Any] | None:
    for entry in found.entries:
        for happened in entry.events:
            if isinstance(happened, ItemDelivered):
                return happened.result
    return None


def _send(key: SendKey, send: Send) -> dict[str, Any]:
    state = "dead" if send.dead else "waiting"
    again = iso(send.next_at) if send.next_at else None
    named = {"key": f"{key[0]}-{key[1]}", "name": send.name, "token": send.token, "state": state}
    return {**named, "attempts": send.attempts, "reason": send.reason, "next_at": again}
