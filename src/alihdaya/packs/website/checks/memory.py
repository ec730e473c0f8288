"""What the last check saw, so that the next one can tell what is new: standing findings, and texts of watched pages."""

import os
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
    """All that is remembered of one site. `texts` by address."""

    site: str
    standing: list[Standing] = []
    texts: dict[str, Text] = {}


def read_memory(path: Path, site: str) -> Memory:
    """Read what is remembered of a site; a first check remembers nothing. Raises PackError for what is not ours."""
    if not path.exists():
        return Memory(site)
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    try:
        memory = msgspec.json.decode(data, type=Memory)
    except msgspec.DecodeError as error:
        message = f"not what a check remembers: {error}; take it away to begin anew"
        raise PackError(Problem("bad-memory", message, Source(str(path)))) from None
    if memory.site != site:
        message = f"this is remembered of the site {memory.site[:80]!r}, not of {site!r}"
        raise PackError(Problem("bad-memory", message, Source(str(path))))
    return memory


def write_memory(path: Path, memory: Memory) -> None:
    """Write it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(memory), indent=1))
    beside.replace(path)
