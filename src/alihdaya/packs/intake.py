"""What a pack takes in: the columns of a client's rows, which of them name an item, and when it came."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

Type = Literal["integer", "number", "text", "boolean", "date", "instant"]

TYPES: Final[tuple[Type, ...]] = ("integer", "number", "text", "boolean", "date", "instant")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. A `required` one is never null; one that is not `carry` is read but not kept in the item.

    `low` and `high` bound numbers (both included); `allowed` lists the texts of the values that may stand;
    `max_length` is in characters.
    """

    name: str
    type: Type
    required: bool = True
    carry: bool = True
    low: Decimal | None = None
    high: Decimal | None = None
    allowed: tuple[str, ...] = ()
    max_length: int = 10_000


@dataclass(frozen=True, slots=True)
class Intake:
    """The columns; `key` columns make the external id; `received_at` gives the moment an item came in.

    `nulls` are the texts that stand for no value.
    """

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    received_at: str | None = None
    nulls: frozenset[str] = field(default=frozenset({""}))

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def variables(self) -> tuple[str, ...]:
        """The columns that become process variables, in order."""
        return tuple(column.name for column in self.columns if column.carry)


def key_part(text: str) -> str:
    """Write the text of one key column so that it can be joined by slashes: a slash inside it becomes %2F."""
    return text.replace("%", "%25").replace("/", "%2F")


def external_id(parts: Iterable[str]) -> str:
    """Join the texts of the key columns: "2013-01-01/UA/1545/EWR"."""
    return "/".join(map(key_part, parts))
