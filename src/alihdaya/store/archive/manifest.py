"""What an archived month says of itself: a manifest beside its files, each of which it names with its sha256.

The sha256 of the manifest is the month's link in the chain: it is kept in the log, and in the next month's manifest.
"""

from hashlib import file_digest, sha256
from pathlib import Path

import msgspec

from alihdaya.store.errors import StoreError, problem

NAME = "manifest.json"


class Part(msgspec.Struct, frozen=True):
    """One Parquet file: its rows, and the least and greatest of their keys (seq or id) and items (0: the house)."""

    name: str
    rows: int
    bytes: int
    sha256: str
    first: int
    last: int
    items_from: int
    items_to: int


class Manifest(msgspec.Struct, frozen=True):
    """A month. `previous` is the link of the month before, empty for the first; `events`: tag -> names of its fields.

    `born` (microseconds) tells one store's archive from another's.
    """

    format: int
    written_by: str
    month: str
    born: int
    first: int
    last: int
    entries: int
    items: int
    last_item: int
    previous: str
    log: tuple[Part, ...]
    item: tuple[Part, ...]
    events: dict[str, list[str]]
    note: str = (
        "log-*.parquet: column body is the MessagePack array of the entry's events, each [tag, field, ...]; "
        "instants are microseconds since 1970-01-01T00:00Z; item-*.parquet: the items that came in, as they ended."
    )

    def encode(self) -> bytes:
        """Give the bytes of the file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    def link(self) -> str:
        """Give the month's link in the chain."""
        return sha256(self.encode()).hexdigest()


def read_manifest(folder: Path, link: str | None = None) -> Manifest:
    """Read the manifest of a month's folder. Raises StoreError where it is missing, broken, or has not this link."""
    file = folder / NAME
    try:
        data = file.read_bytes()
        found = msgspec.json.decode(data, type=Manifest)
    except OSError as error:
        message = "this month's archive is not there: put it back, or name its folder in ALIHDAYA_ARCHIVE"
        raise StoreError(problem("archive-missing", message, str(file))) from error
    except msgspec.MsgspecError as error:
        raise StoreError(problem("archive-broken", f"this is no manifest: {error}", str(file))) from error
    if link is not None and sha256(data).hexdigest() != link:
        message = "the manifest was changed after the month was archived: its sha256 is not the one in the log"
        raise StoreError(problem("archive-changed", message, str(file)))
    return found


def check_part(folder: Path, part: Part) -> None:
    """Raise StoreError unless a file is there and holds what its manifest says."""
    file = folder / part.name
    try:
        with file.open("rb") as stream:
            found = file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise StoreError(problem("archive-missing", "a file of the archive is not there", str(file))) from error
    if found != part.sha256:
        message = "a file of the archive was changed: its sha256 is not the one in the manifest"
        raise StoreError(problem("archive-changed", message, str(file)))
