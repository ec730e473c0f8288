"""A short notation for tables, with types that mean the same in both databases."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.dialects import postgresql

_KINDS: dict[str, tuple[Any, Any, str]] = {
    "int": (BigInteger().with_variant(Integer, "sqlite"), BigInteger(), "int8"),
    "text": (Text().with_variant(postgresql.TEXT(collation="C"), "postgresql"), Text(), "text"),
    "blob": (LargeBinary(), LargeBinary(), "bytea"),
    "bool": (Boolean(), Boolean(), "bool"),
}


def define(metadata: MetaData, name: str, key: str, columns: str, *, month: str | None = None) -> Table:
    """Make a table of `columns`, each "name kind" of int, text, blob or bool; a kind with ? may be null.

    `key` names the columns of the primary key, which come first. Text is ordered by code point. A table with a
    composite key is WITHOUT ROWID in SQLite. `month` names the instant by whose month PostgreSQL parts the table; its
    key there has that column, too.
    """
    made = []
    for column in columns.split(","):
        title, kind = column.split()
        bare = kind.rstrip("?")
        made.append(Column(title, _KINDS[bare][0], nullable=bare != kind, autoincrement=False, info={"kind": bare}))
    if [column.name for column in made][: len(key.split())] != key.split():
        raise ValueError(f"the key of {name} does not come first")
    info = {} if month is None else {"month": month}
    keyed = PrimaryKeyConstraint(*key.split())
    table = Table(name, metadata, *made, keyed, sqlite_with_rowid=" " not in key, info=info)
    if month is not None:
        event.listen(table, "after_create", part)
    return table


def part(table: Table, connection: Connection, **_: Any) -> None:
    """Part a table of PostgreSQL's that was just made, and is empty, by month."""
    if connection.dialect.name == "sqlite":
        return
    name, month = table.name, table.info["month"]
    key = ", ".join(dict.fromkeys([*table.primary_key.columns.keys(), month]))
    for statement in (
        f"alter table {name} rename to {name}_plain",
        f"create table {name} (like {name}_plain) partition by range ({month})",
        f"drop table {name}_plain",
        f"alter table {name} add primary key ({key})",
    ):
        connection.execute(text(statement))
    for index in table.indexes:
        index.create(connection)


def array_type(column: Column[Any]) -> Any:
    """Give the type of a column's values in a PostgreSQL array."""
    return _KINDS[column.info["kind"]][1]


def copy_type(column: Column[Any]) -> str:
    """Give PostgreSQL's name of a column's type for binary COPY."""
    return _KINDS[column.info["kind"]][2]
