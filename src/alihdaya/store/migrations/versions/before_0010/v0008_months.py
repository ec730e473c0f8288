"""History by month: what was archived, and in PostgreSQL log and items parted by month, to be dropped a month at once.

What there is moves into its months, row by row, once.
"""

from datetime import UTC, datetime, timedelta

from alembic import op
from sqlalchemy import Connection, MetaData, text

from alihdaya.store.columns import define

revision = "0008"
down_revision = "0010"

PARTED = {"log": ("seq", "at"), "item": ("id", "received_at")}
"""Table -> its key, and the instant that says in which month a row is."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Make the table of archived months, and part the two that grow without end."""
    metadata = MetaData()
    columns = "month text, first int, last int, entries int, items int, last_item int, folder text, chain text,"
    define(metadata, "archive", "month", f"{columns} born int, until int, at int")
    metadata.create_all(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        by_month(op.get_bind())


def by_month(connection: Connection) -> None:
    """Part PostgreSQL's tables."""
    connection.execute(text("alter index log_item rename to log_0007_item"))
    for table, (key, instant) in PARTED.items():
        connection.execute(text(f"alter table {table} rename to {table}_0007"))
        connection.execute(text(f"alter index {table}_pkey rename to {table}_0007_pkey"))
        connection.execute(text(f"create table {table} (like {table}_0007) partition by range ({instant})"))
        connection.execute(text(f"alter table {table} add primary key ({key}, {instant})"))
        if table == "log":
            connection.execute(text("create index log_item on log (item)"))
        found = f"select distinct to_char(to_timestamp(floor({instant} / 1e6)) at time zone 'UTC', 'YYYY-MM') from"
        for month in connection.execute(text(f"{found} {table}_0007")).scalars().all():
            _add(connection, table, month)
        connection.execute(text(f"insert into {table} select * from {table}_0007"))  # noqa: S608
        connection.execute(text(f"drop table {table}_0007"))


def _add(connection: Connection, table: str, month: str) -> None:
    first = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)
    start, end = (
        (day - _EPOCH) // timedelta(microseconds=1) for day in (first, (first + timedelta(days=31)).replace(day=1))
    )
    leaf = f"{table}_{month.replace('-', '_')}"
    connection.execute(text(f"create table {leaf} partition of {table} for values from ({start}) to ({end})"))
