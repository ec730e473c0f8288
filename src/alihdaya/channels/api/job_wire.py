"""What goes over the wire between a node and its workers."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from alihdaya.kernel.time import iso
from alihdaya.work.outbox import Send, SendKey

LONGEST_WAIT = 30
"""Seconds that a fetch may wait for jobs."""

_Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f\ud800-\udfff]*$")]
Lock = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A lease's number, as the fetch gave it."""

_Lease = Annotated[float, Meta(ge=1, le=3600)]
_Text = Annotated[str, Meta(max_length=1000, pattern=r"^[^\x00\ud800-\udfff]*$")]


class Fetching(Struct, forbid_unknown_fields=True):
    """POST /api/jobs/fetch: `most` jobs of these topics (names) for `lease` seconds; waits up to `wait` for some."""

    worker: _Name
    topics: Annotated[list[_Name], Meta(min_length=1, max_length=100)]
    most: Annotated[int, Meta(ge=1, le=100)] = 1
    lease: _Lease = 30
    wait: Annotated[float, Meta(ge=0, le=LONGEST_WAIT)] = 0


class Extending(Struct, forbid_unknown_fields=True):
    """POST /api/jobs/{job}/extend: `lease` seconds from now."""

    lock: Lock
    lease: _Lease = 30


class Releasing(Struct, forbid_unknown_fields=True):
    """POST /api/jobs/{job}/release."""

    lock: Lock


class Completing(Struct, forbid_unknown_fields=True):
    """POST /api/jobs/{job}/complete: the result's fields become variables."""

    worker: _Name
    lock: Lock
    result: dict[str, Any] = {}


class Failing(Struct, forbid_unknown_fields=True):
    """POST /api/jobs/{job}/fail: `retries` attempts are left, 0 is an incident; the next one after `pause` seconds."""

    worker: _Name
    lock: Lock
    message: _Text
    retries: Annotated[int, Meta(ge=0, le=100)] | None = None
    pause: Annotated[float, Meta(ge=0, le=86400)] | None = None


class Throwing(Struct, forbid_unknown_fields=True):
    """POST /api/jobs/{job}/error: the code of a BPMN error."""

    worker: _Name
    lock: Lock
    code: _Name
    message: _Text = ""


BODIES = {
    "Fetching": Fetching,
    "Extending": Extending,
    "Releasing": Releasing,
    "Completing": Completing,
    "Failing": Failing,
    "Throwing": Throwing,
}


def job_name(shard: int, key: SendKey) -> str:
    """Give a job's name among all shards, such as "3-17-0"."""
    return f"{shard}-{key[0]}-{key[1]}"


def job_place(name: str) -> tuple[int, SendKey]:
    """Give shard and key of a job's name. Raises ValueError for what is none."""
    parts = name.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise ValueError(name)
    shard, seq, number = map(int, parts)
    return shard, (seq, number)


def job(installation: str, shard: int, key: SendKey, send: Send) -> dict[str, Any]:
    """Give a job as its worker gets it; `key` is the same for every attempt, and never another job's."""
    return {
        "id": job_name(shard, key),
        "topic": send.name,
        "lock": send.lock,
        "until": iso(send.until),
        "key": f"{installation}-{shard}-{key[0]}-{key[1]}",
        "item": f"{shard}-{send.item}",
        "node": send.node,
        "attempt": send.attempts + 1,
        "variables": send.payload,
    }


def listed(shard: int, key: SendKey, send: Send, now: int) -> dict[str, Any]:
    """Give an open job as it stands: free, leased to a worker, to be tried later, or dead."""
    return {
        "id": job_name(shard, key),
        "topic": send.name,
        "item": f"{shard}-{send.item}",
        "state": state_of(send, now),
        "worker": send.worker or None,
        "until": iso(send.until) if send.lock else None,
        "attempts": send.attempts,
        "reason": send.reason,
        "next_at": iso(send.next_at) if send.next_at else None,
        "queued_at": iso(send.queued_at),
    }


def state_of(send: Send, now: int) -> str:
    """Say how a job stands: dead, leased, later or free."""
    if send.dead:
        return "dead"
    if send.lock:
        return "leased"
    return "later" if send.next_at > now else "free"
