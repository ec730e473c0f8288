"""The directory of a PostgreSQL database that many nodes share: its shards, the nodes alive, and who holds what.

All times are the database's own (microseconds), so that no node's clock matters. A node lives until `until`; a lease
is held by a node that lives, or is free to be taken. Taking makes the epoch one higher, which fences the former holder.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    MetaData,
    cast,
    delete,
    extract,
    false,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from alihdaya.kernel.time import SECOND
from alihdaya.store.columns import define
from alihdaya.store.database import Database, Session
from alihdaya.store.errors import StoreError, problem
from alihdaya.store.lease.fence import SCHEMA, Fence

VERSION = 1
MOST = 256
"""So many shards at the most: each costs its holder a connection."""

FORGOTTEN = 3600 * SECOND
"""So long after its end a node stays listed."""

_METADATA = MetaData(schema=SCHEMA)
LAYOUT = define(_METADATA, "layout", "version", "version int, shards int, installation text")
NODE = define(_METADATA, "node", "id", "id text, address text, until int")
LEASE = define(_METADATA, "lease", "shard", "shard int, node text?, epoch int, taken_at int?")
READY = define(_METADATA, "ready", "shard epoch", "shard int, epoch int, at int")
"""Kept apart from the lease: a commit under way locks that, and a heartbeat must never wait for a commit."""

_NOW = cast(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
_ALIVE = text(
    f"insert into {SCHEMA}.node (id, address, until) values (:node, :address, "  # noqa: S608
    "(extract(epoch from clock_timestamp()) * 1000000)::bigint + :ttl) "
    "on conflict (id) do update set address = excluded.address, until = excluded.until"
)
_LIVES = select(NODE.c.id).where(NODE.c.until > _NOW)
_COLUMNS = (LEASE.c.shard, LEASE.c.node, LEASE.c.epoch, LEASE.c.taken_at, READY.c.at, NODE.c.address)
_LIST = (
    select(*_COLUMNS, func.coalesce(NODE.c.until > _NOW, false()))
    .select_from(
        LEASE.outerjoin(NODE, NODE.c.id == LEASE.c.node).outerjoin(
            READY, (READY.c.shard == LEASE.c.shard) & (READY.c.epoch == LEASE.c.epoch)
        )
    )
    .order_by(LEASE.c.shard)
)
_END_SESSIONS = text(
    "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() "
    "and usename = current_user and pid <> pg_backend_pid() and application_name = any(:names)"
)


class Tenure(NamedTuple):
    """A shard's lease as it stands. `lives` says whether its node was heard in time; `address` is where it answers.

    `taken_at` and `ready_at` (it answers for the shard) are the database's microseconds, None before that.
    """

    shard: int
    node: str | None
    epoch: int
    taken_at: int | None
    ready_at: int | None
    address: str | None
    lives: bool


class View(NamedTuple):
    """What a heartbeat saw: the ids of the nodes that live, sorted, and every lease in the order of shards."""

    nodes: tuple[str, ...]
    tenures: tuple[Tenure, ...]


class Directory:
    """One node's door to the directory, for one thread at a time; it gives a silent database up after `patience` s."""

    def __init__(self, url: str, node: str, *, patience: int = 4) -> None:
        self.node = node
        self.patience = patience
        self.database = Database(url, schema=SCHEMA, session=Session(f"alihdaya {node} directory", patience))
        self._connection: Connection | None = None

    def lay_out(self, shards: int, installation: str) -> str:
        """Make the directory with so many shards, unless it stands; gives the installation's name.

        Raises StoreError where it stands with another number, because items do not move between shards.
        """
        if not 1 <= shards <= MOST:
            raise StoreError(problem("bad-shards", f"{shards} shards: 1 to {MOST} are possible", self.database.place))
        with self._transaction() as connection:
            connection.execute(text("select pg_advisory_xact_lock(hashtext('alihdaya directory'))"))
            _METADATA.create_all(connection)
            found = connection.execute(select(LAYOUT.c.version, LAYOUT.c.shards, LAYOUT.c.installation)).one_or_none()
            if found is None:
                connection.execute(
                    LAYOUT.insert(), {"version": VERSION, "shards": shards, "installation": installation}
                )
                connection.execute(LEASE.insert(), [{"shard": n, "epoch": 0} for n in range(1, shards + 1)])
                return installation
        return self._agree(tuple(found), shards)

    def _agree(self, found: tuple[Any, ...], shards: int) -> str:
        version, stands, installation = found
        if version != VERSION:
            message = f"the directory has version {version}, this program knows {VERSION}"
            raise StoreError(problem("store-too-new", message, self.database.place))
        if stands != shards:
            message = f"this database has {stands} shards for ever, not {shards}: an item stays where it came in"
            raise StoreError(problem("other-shards", message, self.database.place))
        return str(installation)

    def beat(self, address: str, ttl: int) -> View:
        """Say that this node lives for `ttl` more microseconds, and see who else does and who holds what."""
        with self._transaction() as connection:
            connection.execute(_ALIVE, {"node": self.node, "address": address, "ttl": ttl})
            return _view(connection)

    def take(self, most: int) -> list[Fence]:
        """Take up to `most` shards that nobody living holds, those of the dead first.

        Sessions of dead nodes are ended before: one that was cut off in the middle of a commit would keep its lease's
        row locked. What is locked all the same is passed over until the next time.
        """
        dead = LEASE.c.node.not_in(_LIVES)
        free = select(LEASE.c.shard).where(or_(LEASE.c.node.is_(None), dead)).limit(most)
        free = free.order_by(LEASE.c.node.is_(None), LEASE.c.shard).with_for_update(skip_locked=True)
        with self._transaction() as connection:
            gone = connection.execute(select(LEASE.c.node).where(dead).distinct()).scalars()
            connection.execute(_END_SESSIONS, {"names": [f"alihdaya {node}" for node in gone]})
        with self._transaction() as connection:
            shards = list(connection.execute(free).scalars())
            taken = update(LEASE).where(LEASE.c.shard.in_(shards))
            taken = taken.values(node=self.node, epoch=LEASE.c.epoch + 1, taken_at=_NOW)
            made = connection.execute(taken.returning(LEASE.c.shard, LEASE.c.node, LEASE.c.epoch))
            return sorted(Fence(*row) for row in made)

    def ready(self, fence: Fence) -> None:
        """Note that the shard answers again."""
        note = insert(READY).values(shard=fence.shard, epoch=fence.epoch, at=_NOW).on_conflict_do_nothing()
        with self._transaction() as connection:
            connection.execute(delete(READY).where(READY.c.shard == fence.shard, READY.c.epoch < fence.epoch))
            connection.execute(note)

    def release(self, fence: Fence) -> None:
        """Give a shard back; without effect where it is held no more."""
        given = update(LEASE).where(*_is(fence)).values(node=None, epoch=LEASE.c.epoch + 1)
        with self._transaction() as connection:
            connection.execute(given)

    def leave(self) -> None:
        """Take this node off the list, and those that ended long ago."""
        with self._transaction() as connection:
            connection.execute(delete(NODE).where(or_(NODE.c.id == self.node, NODE.c.until < _NOW - FORGOTTEN)))

    def close(self) -> None:
        """Give the connection up."""
        self._drop()
        self.database.close()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Give the node's one connection, in a transaction; after an error the next call opens another."""
        try:
            if self._connection is None:
                self._connection = self.database.connect()
            with self._connection.begin():
                yield self._connection
        except DBAPIError as error:
            self._drop()
            raise self.database.trouble(error, "the directory cannot be asked") from error

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def look(database: Database) -> View:
    """Read the directory as any reader may. Raises StoreError where there is none or it cannot be reached."""
    with database.read() as connection:
        return _view(connection)


def _view(connection: Connection) -> View:
    nodes = tuple(sorted(connection.execute(_LIVES).scalars()))
    return View(nodes, tuple(Tenure(*row) for row in connection.execute(_LIST)))


def _is(fence: Fence) -> tuple[ColumnElement[bool], ...]:
    return LEASE.c.shard == fence.shard, LEASE.c.node == fence.node, LEASE.c.epoch == fence.epoch
