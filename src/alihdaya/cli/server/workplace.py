"""The workplace put together: over one store on this machine, or over the shards that a node holds."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from alihdaya.channels.api.answers import Elsewhere
from alihdaya.channels.api.app import Api
from alihdaya.channels.api.books import inquire as inquire_here
from alihdaya.cli.reading import tell, vocabulary_of
from alihdaya.cli.settings import now
from alihdaya.console.workplace.door import Guest
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.books.bill import terms_of
from alihdaya.store.lease.house import open_house
from alihdaya.store.views.items import item_story

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp, Receive, Scope, Send

    from alihdaya.channels.api.login import Login
    from alihdaya.console.picture import Story
    from alihdaya.operations.books.questions import Inquire
    from alihdaya.operations.commands import Command
    from alihdaya.operations.node.mailroom import Mailroom
    from alihdaya.operations.node.node import Node
    from alihdaya.store import Store
    from alihdaya.store.lease.reader import Shards
    from alihdaya.store.working import WorkingSet

PATIENCE = 15.0
"""Seconds after which a command that was not answered is to be asked again."""


class StoreHouse:
    """One store with its writer: one floor."""

    def __init__(self, writer: "Mailroom", store: "Store", clock: Callable[[], int] = now) -> None:
        self._writer = writer
        self._store = store
        self._clock = clock

    def floors(self) -> Sequence[int]:
        """Give the one floor."""
        return (1,)

    def store(self, floor: int) -> "WorkingSet":  # noqa: ARG002 (there is one)
        """Give the store."""
        return self._store

    def story(self, floor: int, item: int) -> "Story | None":
        """Tell an item's life."""
        return story_of(self.store(floor), item)

    def clock(self) -> int:
        """Give the present in microseconds."""
        return self._clock()

    def books(self) -> "AbstractContextManager[WorkingSet]":
        """Give the store, which stays open."""
        return nullcontext(self._store)

    async def inquire(self, wish: "Inquire") -> int:
        """Have the writer note facts about questions."""
        new: int = await self.do(1, wish)
        return new

    async def do(self, floor: int, command: "Command") -> Any:  # noqa: ARG002 (there is one)
        """Have the writer carry a command out."""
        return await asyncio.wait_for(asyncio.wrap_future(self._writer.post(command, self._clock())), PATIENCE)


class NodeHouse:
    """The shards that a node holds at this moment, each a floor."""

    def __init__(self, node: "Node", shards: "Shards") -> None:
        self._api = Api(node, shards)

    def floors(self) -> Sequence[int]:
        """Give the shards that are here."""
        return sorted(self._api.node.keeper.shards)

    def store(self, floor: int) -> "WorkingSet":
        """Give a shard's tables."""
        return self._api.shards.shard(floor)

    def story(self, floor: int, item: int) -> "Story | None":
        """Tell an item's life."""
        return story_of(self.store(floor), item)

    def clock(self) -> int:
        """Give the present in microseconds, as the node knows it."""
        return self._api.node.clock()

    def books(self) -> "AbstractContextManager[WorkingSet]":
        """Open all shards with the house's own log, to read."""
        return open_house(self._api.node.url)

    async def inquire(self, wish: "Inquire") -> int:
        """Write to the house's own log."""
        return await run_in_threadpool(inquire_here, self._api.node, lambda _: wish)

    async def do(self, floor: int, command: "Command") -> Any:
        """Have the shard's writer carry a command out, as the API does."""
        try:
            return await self._api.do(floor, command)
        except Elsewhere:
            raise Refused(Problem("no-holder", f"floor {floor} is with another node")) from None


def story_of(store: "WorkingSet", item: int) -> "Story | None":
    """Tell an item's life, with the names of those who took part."""
    found = item_story(store, item)
    if found is None:
        return None
    acted = {getattr(event, "person", "") for entry in found.entries for event in entry.events}
    known = {who: store.person(who) for who in acted if isinstance(who, str)}
    names = {who: one.facts.name for who, one in known.items() if one is not None}
    return tell(found, terms_of(store, found.item.engagement), names, vocabulary_of(store, found.item.engagement))


def by_name(store: "WorkingSet") -> Callable[[str], Guest | None]:
    """Give what finds somebody of the roster by their id; on this machine they see and receive everything."""

    def found(who: str) -> Guest | None:
        row = store.person(who)
        return Guest(who, row.facts.name, row.facts.time_zone, sees=True, receives=True) if row else None

    return found


class TokenDoor:
    """Lets in who shows a token: with the right `desk` as the person of its name, with `read` to see the queue."""

    asks = "token"

    def __init__(self, login: "Login", house: NodeHouse) -> None:
        self._login = login
        self._house = house

    async def opens(self, shown: str, address: str) -> Guest | Problem:
        """Say whose token this is."""
        from starlette.concurrency import run_in_threadpool

        found = await self._login.token(f"Bearer {shown}" if shown else "", address)
        if isinstance(found, Problem):
            return found
        sees, receives = "read" in found.rights, "work-in" in found.rights
        who = await run_in_threadpool(self._person, found.name) if "desk" in found.rights else None
        if who is not None:
            return who._replace(sees=sees, receives=receives)
        if not (sees or receives):
            return Problem("no-desk", f"the token {found.name!r} opens no workplace")
        return Guest("", found.name, sees=sees, receives=receives)

    def _person(self, name: str) -> Guest | None:
        for floor in self._house.floors():
            found = by_name(self._house.store(floor))(name)
            if found is not None:
                return found
        return None

    def seal(self, shown: str) -> str:
        """Give the seal of a token: the same at every node."""
        from hashlib import sha256

        return sha256(f"a form of the workplace {shown}".encode(errors="replace")).hexdigest()


class Beside:
    """The API, with the workplace's pages beside it."""

    def __init__(self, api: "ASGIApp", pages: "ASGIApp") -> None:
        self._api = api
        self._pages = pages

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass a request on to the pages where its path is one of theirs."""
        own = scope["type"] == "http" and scope["path"].startswith(("/work/", "/static/"))
        await (self._pages if own or scope.get("path") == "/work" else self._api)(scope, receive, send)


def with_workplace(api: "ASGIApp", node: "Node", shards: "Shards", login: "Login | None") -> "ASGIApp":
    """Put the workplace beside a node's API; where that asks nobody for a token, people say who they are."""
    import os
    import secrets

    from alihdaya.cli.server.serve import COURSES_AT
    from alihdaya.console.app import make_workplace
    from alihdaya.console.workplace.app import Workplace
    from alihdaya.console.workplace.door import Door, NameDoor

    house = NodeHouse(node, shards)
    door: Door = TokenDoor(login, house) if login else NameDoor(_anywhere(house), secrets.token_bytes(32))
    return Beside(
        api, make_workplace(Workplace(house, door, courses=os.environ.get(COURSES_AT, "")), local=login is None)
    )


def _anywhere(house: NodeHouse) -> Callable[[str], Guest | None]:
    def found(who: str) -> Guest | None:
        return next((one for floor in house.floors() if (one := by_name(house.store(floor))(who))), None)

    return found
