"""What the workplace needs of whoever runs it: stores to read, and the one writer of each."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from alihdaya.console.picture import Story
from alihdaya.kernel.errors import AlihdayaError
from alihdaya.operations.books.questions import Inquire
from alihdaya.operations.commands import Command
from alihdaya.operations.opening import stored_pack
from alihdaya.operations.people.quality import NOTHING_AROUND, Around
from alihdaya.packs import Pack
from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary, vocabulary
from alihdaya.people.person import Person
from alihdaya.store.views import items
from alihdaya.store.views.items import ItemRow, family
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


def told_apart(store: WorkingSet) -> Callable[[str, str], str]:
    """Give what names the client of (engagement, service) where another engagement's service is called so, else "".

    Where that one is the same client's, the engagement is named as well.
    """
    clients, holders = clients_of(store), defaultdict[str, set[str]](set)
    for one in store.engagements():
        for service in one.terms["service"]:
            holders[str(service["id"])].add(one.id)

    def client(engagement: str, service: str) -> str:
        others = [clients[one] for one in holders[service] if one != engagement]
        name = clients.get(engagement, "") if others else ""
        return f"{name} ({engagement})" if name in others else name

    return client


def beside(store: WorkingSet, engagement: str, service: str) -> tuple[tuple[str, str], ...]:
    """Give the other services of an engagement's client whose packs are deployed here, as (engagement, service)."""
    newest, clients = {one.id: one.terms for one in store.engagements()}, clients_of(store)
    packs = {one.pack for one in store.versions()}
    mine = [(name, one) for name in newest for one in newest[name]["service"] if clients[name] == clients[engagement]]
    here = {(name, str(one["id"])) for name, one in mine if one["pack"] in packs}
    return tuple(sorted(here - {(engagement, service)}))


def row_of(store: WorkingSet, item: int) -> ItemRow | None:
    """Give an item as it stands."""
    return next((row for row in items(store, after=item - 1, limit=1) if row.id == item), None)


def called(store: WorkingSet, person: str) -> str:
    """Give somebody's name; who is not on the roster is called by the id."""
    found = store.person(person)
    return str(found.facts.name) if found else person


def around(store: WorkingSet, floor: int, item: int, person: Person) -> Around:
    """Give what walls may be about that keep somebody from an item of a floor.

    Walls call an item by its number, or with its shard where nodes share a database.
    """
    if not person.walls:
        return NOTHING_AROUND
    kin = family(store, item, itself=True)
    names = (name for one in kin for name in (str(one.item), f"{floor}-{one.item}"))
    return Around(tuple(names), tuple(one.engagement for one in kin[1:]))
