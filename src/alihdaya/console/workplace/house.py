"""What the workplace needs of whoever runs it: stores to read, and the one writer of each."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from alihdaya.console.picture import Story
from alihdaya.kernel.errors import AlihdayaError
from alihdaya.operations.books.questions import Inquire
from alihdaya.operations.commands import Command
from alihdaya.operations.opening import stored_pack
from alihdaya.packs import Pack
from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary, vocabulary
from alihdaya.store.views import items
from alihdaya.store.views.items import ItemRow
from alihdaya.store.working import WorkingSet


class House(Protocol):
    """The floors (shards) that are served here, by number from 1."""

    def floors(self) -> Sequence[int]:
        """Give the floors whose writer is here at this moment."""

    def store(self, floor: int) -> WorkingSet:
        """Give what a floor's tables hold."""

    def story(self, floor: int, item: int) -> Story | None:
        """Tell an item's life."""

    def clock(self) -> int:
        """Give the present in microseconds."""

    async def do(self, floor: int, command: Command) -> Any:
        """Have the writer carry a command out. Raises Refused, StoreError, TimeoutError."""

    def books(self) -> AbstractContextManager[WorkingSet]:
        """Open what the facts of the whole house are read from. Blocks; raises StoreError."""

    async def inquire(self, wish: Inquire) -> int:
        """Write facts about questions down; gives how many were new. Raises Refused, StoreError, TimeoutError."""


class Bound:
    """Packs, and what they call things, by the digest of their definition: as items are bound to them, read once."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[Pack | None, Vocabulary]] = {}

    def pack(self, store: WorkingSet, digest: str) -> Pack | None:
        """Give the pack; None for one that cannot be read any more."""
        return self._of(store, digest)[0]

    def words(self, store: WorkingSet, digest: str) -> Vocabulary:
        """Give what the pack calls its codes."""
        return self._of(store, digest)[1]

    def _of(self, store: WorkingSet, digest: str) -> tuple[Pack | None, Vocabulary]:
        if digest not in self._read:
            try:
                pack = stored_pack(store, digest)
                self._read[digest] = pack, vocabulary(pack.files)
            except AlihdayaError:
                self._read[digest] = None, NO_VOCABULARY
        return self._read[digest]


def clients_of(store: WorkingSet) -> dict[str, str]:
    """Give engagement -> the client's name, by the terms signed last."""
    return {one.id: str(one.terms.get("client", {}).get("name", "")) for one in store.engagements()}


def row_of(store: WorkingSet, item: int) -> ItemRow | None:
    """Give an item as it stands."""
    return next((row for row in items(store, after=item - 1, limit=1) if row.id == item), None)


def called(store: WorkingSet, person: str) -> str:
    """Give somebody's name; who is not on the roster is called by the id."""
    found = store.person(person)
    return str(found.facts.name) if found else person


def names_of(floor: int, item: int) -> tuple[str, str]:
    """Give how walls may call an item of a floor: by its number, or with its shard where nodes share a database."""
    return str(item), f"{floor}-{item}"
