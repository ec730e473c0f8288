"""Errors as values with a source: what is wrong, and where (file, line, column, row, element)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was said. Lines and columns count from 1; `row` is the record's number in a data file."""

    file: str = ""
    line: int | None = None
    column: int | None = None
    row: int | None = None
    element: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}" + (f":{self.column}" if self.column is not None else "")
        parts = [place] if place else []
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.element:
            parts.append(f"element {self.element!r}")
        return ", ".join(parts) or "(unknown place)"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: a stable kebab-case code, a sentence for a person, and its source.

    The sentence is English; whoever tells it in another language finds it among those of the sources (locale.problems).
    `facts`: of what it names, that which a program needs by itself, such as the seconds after which to ask again.
    """

    code: str
    message: str
    source: Source = Source()
    severity: Severity = "error"
    facts: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = "" if self.source == Source() else f"{self.source}: "
        return f"{place}{self.message} [{self.code}]"


class AlihdayaError(Exception):
    """The base of every error that we raise on purpose; it always carries at least one problem."""

    def __init__(self, problems: Problem | Iterable[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = Problem("error", problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class NotationError(AlihdayaError):
    """A model or expression that cannot be read or compiled."""


class TermsError(AlihdayaError):
    """An engagement's terms that are incomplete or contradict themselves."""


class PackError(AlihdayaError):
    """A pack whose files do not fit together."""


class Refused(AlihdayaError):
    """A command that a rule forbids; nothing was changed."""
