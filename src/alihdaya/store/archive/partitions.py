"""How a month of history is kept together, and let go at once: in PostgreSQL a partition, in SQLite the oldest rows."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, delete, text
from sqlalchemy.exc import DBAPIError

from alihdaya.store.archive.months import end_of, month_of, start_of
from alihdaya.store.schema import FINISHED, ITEM, LOG, NOTED, RESULTED

PATIENCE = "20s"
"""So long a month waits for those who read; whoever reads for longer goes first, and the month another time."""

SHORT_PATIENCE = "2s"
"""The same where others wait for the writer meanwhile."""

_TRIES = 8
"""So often the tables are asked for, before readers of one or another are given way."""

PRESENCE_TAGS = ("presence.came", "presence.left", "presence.state")
"""Facts of the table NOTED that go with their month."""

_LEAVING = (ITEM, FINISHED, RESULTED, LOG)
"""The tables of which a month goes."""


class Retired(NamedTuple):
    """A month that goes: entries up to `last`, items up to `last_item`, all of them over."""

    month: str
    last: int
    last_item: int


class Partitions:
    """The months that PostgreSQL's tables are parted into, made as they come; the writer alone makes them."""

    def __init__(self, patience: str = PATIENCE) -> None:
        self.patience = patience
        self._spans: dict[str, tuple[int, int]] = {}

    def make(self, connection: Connection, table: Table, instants: Collection[int]) -> None:
        """Make the partitions of these instants where they are missing, in the connection's transaction."""
        start, end = self._spans.get(table.name, (0, 0))
        if not instants or (start <= min(instants) and max(instants) < end):
            return
        months = sorted({month_of(at) for at in instants})
        for month in months:
            _make(connection, table.name, month)
        self._spans[table.name] = start_of(months[-1]), end_of(months[-1])

    def forget(self) -> None:
        """Forget what was made: the transaction came to nothing, or a month was let go."""
        self._spans.clear()


def let_go(connection: Connection, retired: Retired, patience: str) -> None:
    """Let a month's entries and items go, in the connection's transaction; readers are waited for so long.

    PostgreSQL drops the partitions, SQLite deletes the oldest rows of the tables, whose pages are used again. What
    people finished goes with its items, some of it out of the months after. Else only where a clock was set back over
    the end of a month does a partition hold what may not go, or another what must.
    """
    if connection.dialect.name != "sqlite":
        _hold(connection, patience)
    items = (ITEM.c.id, FINISHED.c.item, RESULTED.c.item)
    ends = (*((key, retired.last_item) for key in items), (LOG.c.seq, retired.last))
    for key, last in ends:
        if connection.dialect.name != "sqlite":
            _drop(connection, key, _leaf(key.table.name, retired.month), last)
        connection.execute(delete(key.table).where(key <= last))
    connection.execute(delete(NOTED).where(NOTED.c.tag.in_(PRESENCE_TAGS), NOTED.c.seq <= retired.last))


def _hold(connection: Connection, patience: str) -> None:
    """Hold the tables against readers, until the end of the transaction.

    None is waited for while another is held: who reads both would wait for us in turn, and PostgreSQL would end one
    of the two.
    """
    connection.execute(text(f"set local lock_timeout = '{patience}'"))
    first, *others = [table.name for table in _LEAVING]
    for left in reversed(range(_TRIES)):
        trial = connection.begin_nested()
        connection.execute(text(f"lock table {first} in access exclusive mode"))
        try:
            connection.execute(text(f"lock table {', '.join(others)} in access exclusive mode nowait"))
        except DBAPIError as error:
            if not left or getattr(error.orig, "sqlstate", None) != "55P03":
                raise
            trial.rollback()
            first, *others = [*others, first]
        else:
            trial.commit()
            return


def _drop(connection: Connection, key: "Column[Any]", leaf: str, last: int) -> None:
    """Drop a partition, unless it is not there, or holds rows that come after the last one that may go."""
    if connection.execute(text("select to_regclass(:leaf)"), {"leaf": leaf}).scalar() is None:
        return
    late = text(f"select 1 from {leaf} where {key.name} > :last limit 1")  # noqa: S608
    if connection.execute(late, {"last": last}).first() is None:
        connection.execute(text(f"drop table {leaf}"))


def _leaf(table: str, month: str) -> str:
    return f"{table}_{month.replace('-', '_')}"


def _make(connection: Connection, table: str, month: str) -> None:
    """Make one month's partition; attached, not created in place, because that would wait for all who read."""
    leaf = _leaf(table, month)
    if connection.execute(text("select to_regclass(:leaf)"), {"leaf": leaf}).scalar() is None:
        connection.execute(text(f"create table {leaf} (like {table} including all)"))
        bounds = f"for values from ({start_of(month)}) to ({end_of(month)})"
        connection.execute(text(f"alter table {table} attach partition {leaf} {bounds}"))
