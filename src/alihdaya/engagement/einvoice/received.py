"""An invoice that somebody sent, before anything of it is believed: raw texts by business term, with their places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple

Syntax = Literal["UBL", "CII"]


class Value(NamedTuple):
    """What stands for a business term: its raw text, its attributes, its element and its line in the file."""

    text: str
    attributes: Mapping[str, str]
    element: str
    line: int


@dataclass(frozen=True, slots=True)
class Group:
    """A business group, such as BG-25: its values by term and its groups by name, in the order of the file."""

    name: str
    element: str
    line: int
    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple["Group", ...]] = field(default_factory=dict)

    def all(self, term: str) -> tuple[Value, ...]:
        """Every value of a term."""
        return self.values.get(term, ())

    def text(self, term: str) -> str | None:
        """Give the raw text of a term's first value; None where the term is not there."""
        found = self.values.get(term)
        return found[0].text if found else None

    def has(self, term: str) -> bool:
        """Whether the term is there, be it empty."""
        return bool(self.values.get(term))

    def filled(self, term: str) -> bool:
        """Whether the term is there and says something."""
        return bool((self.text(term) or "").strip())

    def number(self, term: str) -> Decimal | None:
        """Give the first value as a number; None where it is missing or none (which `unreadable` tells)."""
        return number(self.text(term))

    def below(self, name: str) -> tuple["Group", ...]:
        """Every group of a name right below this one."""
        return self.groups.get(name, ())

    def everywhere(self) -> Iterator["Group"]:
        """Give this group and all below it."""
        yield self
        for groups in self.groups.values():
            for group in groups:
                yield from group.everywhere()


@dataclass(frozen=True, slots=True)
class Received:
    """A whole document: its syntax, its file and its root group."""

    syntax: Syntax
    file: str
    root: Group


def number(text: str | None) -> Decimal | None:
    """Read an xs:decimal; None where the text is missing or no such number."""
    if text is None:
        return None
    stripped = text.strip()
    if not stripped or not set(stripped) <= set("+-.0123456789"):
        return None
    try:
        return Decimal(stripped)
    except InvalidOperation:
        return None
