"""What the last check saw, so that the next one can tell what is new: standing findings, and texts of watched pages."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Final

import msgspec

from alihdaya.kernel.errors import PackError, Problem, Source
from alihdaya.packs.website.checks.judge import Text

_LARGEST: Final = 64_000_000


class Standing(msgspec.Struct, frozen=True):
    """A finding that was seen and has not gone since; `since` in microseconds since the epoch."""

    kind: str
    url: str
    digest: str
    since: int


class Memory(msgspec.Struct):
    """All that is remembered of one site. `texts` by address.

    `key` names the job that made the last check, `at` (microseconds), with what was new in it and how many pages it
    saw: whoever does the job again must give the same.
    """

    site: str
    standing: list[Standing] = []
    texts: dict[str, Text] = {}
    at: int = 0
    key: str = ""
    pages: int = 0
    found: list[dict[str, str | int | None]] = []


def read_memory(path: Path, site: str) -> Memory:
    """Read what is remembered of a site; a first check remembers nothing. Raises PackError for what is not ours."""
    if not path.exists():
        return Memory(site)
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    try:
        memory = msgspec.json.decode(data, type=Memory)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"not what a check remembers: {error}; take it away to begin anew"
        raise PackError(Problem("bad-memory", message, Source(str(path)))) from None
    if memory.site != site:
        message = f"this is remembered of the site {memory.site[:80]!r}, not of {site!r}"
        raise PackError(Problem("bad-memory", message, Source(str(path))))
    return memory


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until nobody else checks the site whose memory this is, and keep others waiting meanwhile."""
    with path.with_name(f".{path.name}.lock").open("w") as file:
        flock(file, LOCK_EX)
        yield


def write_memory(path: Path, memory: Memory) -> None:
    """Write it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(memory), indent=1))
    beside.replace(path)
