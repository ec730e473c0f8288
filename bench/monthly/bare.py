"""The same month as a bare table with one row an item, and as a CSV file: what the floors count.

Every due instant and every end stands ready in a column; there are neither tiers nor credits, pauses nor people.
"""

import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alihdaya.work.events import ClockResumed, ItemDelivered, ItemReceived, TaskAssigned, TaskDone, TaskQueued
from bench.monthly.made import Maker

COLUMNS = ("id", "service", "unit", "received_at", "respond_due", "responded_at", "resolve_due", "done_at", "closed_at")
Row = list[Any]


def rows(items: int, seed: int) -> Iterator[Row]:
    """Give the same month as rows, one an item, as they are delivered."""
    standing: dict[int, Row] = {}
    for entry in Maker(items, seed).entries():
        for event in entry.events:
            if isinstance(event, ItemReceived):
                standing[entry.item] = [entry.item, event.service, None, entry.at, None, None, None, None, None]
            row = standing.get(entry.item, [])
            _take(row, entry.at, event)
            if isinstance(event, ItemDelivered):
                yield standing.pop(entry.item)


def _take(row: Row, at: int, event: Any) -> None:
    if isinstance(event, TaskQueued | ClockResumed):
        row[4], row[6] = event.respond_due, event.resolve_due
    elif isinstance(event, TaskAssigned):
        row[5] = at
    elif isinstance(event, TaskDone):
        row[7] = at
    elif isinstance(event, ItemDelivered):
        row[2], row[8] = event.unit, at


def write(folder: Path, items: int, seed: int) -> None:
    """Write the month as a bare SQLite table and as a CSV file."""
    table = sqlite3.connect(folder / "bare.db", isolation_level=None)
    kinds = ", ".join(f"{name} {'text' if name in {'service', 'unit'} else 'int'}" for name in COLUMNS)
    table.execute(f"create table month ({kinds})")
    table.execute("begin")
    with (folder / "month.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for row in rows(items, seed):
            out.writerow(row)
            table.execute("insert into month values (?,?,?,?,?,?,?,?,?)", row)
    table.execute("commit")
    table.close()


def copy_to(url: str, folder: Path) -> None:
    """Make the same bare table in PostgreSQL."""
    import psycopg

    kinds = ", ".join(f"{name} {'text' if name in {'service', 'unit'} else 'bigint'}" for name in COLUMNS)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"create table month ({kinds})".encode())
        with cursor.copy(b"copy month from stdin (format csv, header)") as copy:
            copy.write((folder / "month.csv").read_bytes())
