"""What a batch of entries changes in the tables, gathered so that each table is written once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from alihdaya.store.archive.partitions import Retired

Row = tuple[Any, ...]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows by table: `deletes` (primary keys) come first, then `inserts` (new for sure), `puts` (new or not).

    `adds` are rows whose last columns are amounts to be added to what the table holds. `retired`: months that go at
    the very end.
    """

    deletes: dict[Table, list[Key]]
    inserts: dict[Table, list[Row]]
    puts: dict[Table, list[Row]]
    adds: dict[Table, list[Row]]
    retired: list[Retired]


@dataclass(slots=True)
class Pending:
    """The changes of the batch under way; the last word about a key counts.

    `place`: of a fact about no item that is being taken, its place in its entry.
    """

    inserts: dict[Table, list[Row]] = field(default_factory=dict)
    puts: dict[Table, dict[Key, Row | None]] = field(default_factory=dict)
    adds: dict[Table, dict[Key, list[int]]] = field(default_factory=dict)
    retired: list[Retired] = field(default_factory=list)
    place: int = 0

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Rows whose keys are new for sure."""
        self.inserts.setdefault(table, []).extend(rows)

    def put(self, table: Table, key: Key, rest: Row) -> None:
        """Give the row `key` + `rest`, in place of what was there."""
        self.puts.setdefault(table, {})[key] = key + rest

    def drop(self, table: Table, key: Key) -> None:
        """Remove the row of this key, if any."""
        self.puts.setdefault(table, {})[key] = None

    def add(self, table: Table, key: Key, *amounts: int) -> None:
        """Add amounts to the view's row of this key."""
        rows = self.adds.setdefault(table, {})
        old = rows.get(key)
        rows[key] = list(amounts) if old is None else [a + b for a, b in zip(old, amounts, strict=True)]

    def changes(self) -> Changes:
        """Give the batch as rows by table."""
        return Changes(
            deletes=_filled({t: [k for k, row in rows.items() if row is None] for t, rows in self.puts.items()}),
            inserts=_filled(self.inserts),
            puts=_filled({t: [row for row in rows.values() if row is not None] for t, rows in self.puts.items()}),
            adds=_filled({t: [(*k, *n) for k, n in sorted(rows.items())] for t, rows in self.adds.items()}),
            retired=self.retired,
        )

    def clear(self) -> None:
        """Begin the next batch."""
        self.inserts, self.puts, self.adds, self.retired = {}, {}, {}, []


def _filled(rows: dict[Table, list[Row]]) -> dict[Table, list[Row]]:
    return {table: some for table, some in rows.items() if some}
