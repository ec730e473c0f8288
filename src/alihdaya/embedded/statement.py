"""A whole batch for PostgreSQL as one statement: each table's rows as arrays, one text a column, in one round trip."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from alihdaya.store.columns import copy_type

Row = tuple[Any, ...]
Rows = Mapping[Table, Sequence[Row]]
Part = tuple[str, Table]
"""What is done ("delete", "insert" or "put"), and to which table."""


def carry_out(connection: Connection, deletes: Rows, inserts: Rows, puts: Rows) -> None:
    """Remove, add and replace rows. No key may come twice."""
    parts, values = [], []
    for verb, tables in (("delete", deletes), ("insert", inserts), ("put", puts)):
        for table, rows in tables.items():
            if rows:
                columns = list(table.primary_key.columns if verb == "delete" else table.c)
                parts.append((verb, table))
                values += [
                    _array(copy_type(column), cells)
                    for column, cells in zip(columns, zip(*rows, strict=True), strict=True)
                ]
    if parts:
        raw: Any = connection.connection.driver_connection
        raw.execute(_statement(tuple(parts)), values)


@cache
def _statement(parts: tuple[Part, ...]) -> str:
    steps = [f"p{place} as ({_step(*part)})" for place, part in enumerate(parts)]
    return f"with {', '.join(steps)} select"


def _step(verb: str, table: Table) -> str:
    keys = [f'"{column.name}"' for column in table.primary_key.columns]
    columns = list(table.primary_key.columns if verb == "delete" else table.c)
    names = [f'"{column.name}"' for column in columns]
    arrays = f"unnest({', '.join(f'%s::{copy_type(column)}[]' for column in columns)})"
    if verb == "delete":
        return f'delete from "{table.name}" where ({", ".join(keys)}) in (select * from {arrays})'  # noqa: S608 (our tables)
    insert = f'insert into "{table.name}" ({", ".join(names)}) select * from {arrays}'  # noqa: S608 (our tables)
    if verb == "insert":
        return insert
    sets = [f"{name} = excluded.{name}" for name in names if name not in keys]
    return f"{insert} on conflict ({', '.join(keys)}) do update set {', '.join(sets)}"


def _array(kind: str, cells: Iterable[Any]) -> str:
    """Give the text of an array (PostgreSQL 8.15.6)."""
    if kind == "bytea":
        return f"{{{','.join(['NULL' if one is None else _HEX + one.hex() + _QUOTE for one in cells])}}}"
    if kind == "text":
        return f"{{{','.join([_quoted(one) for one in cells])}}}"
    return f"{{{','.join(['NULL' if one is None else str(one) for one in cells])}}}"


_QUOTE = '"'
_HEX = '"\\\\x'


def _quoted(text: str | None) -> str:
    if text is None:
        return "NULL"
    if text.isalnum():
        return f'"{text}"'
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
