"""Read a TOML document that somebody wrote: typed values out, every problem kept with its line and key."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from alihdaya.kernel.errors import Problem, Source, TermsError

Path = tuple[str | int, ...]
_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([\w\".-]+)\s*=")
_MISSING: Any = object()
_MOST_DIGITS = 12


@dataclass(slots=True)
class Document:
    """One document being read: its name, the line of each key, and the problems found so far."""

    name: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(self, code: str, message: str, path: Path) -> None:
        """Keep a problem at `path`; where the key has no line of its own, its nearest table's line is named."""
        near = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), None)
        self.problems.append(Problem(code, message, Source(self.name, near, element=written(path))))


def written(path: Path) -> str:
    """Write a path as people do: `service[1].rates.screening`, counting from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def load(data: bytes, name: str) -> tuple[Document, dict[str, Any]]:
    """Parse TOML bytes. Raises TermsError where they are not UTF-8 or not TOML."""
    try:
        text = data.decode("utf-8-sig")
        content = tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise TermsError(Problem("not-utf8", f"not UTF-8 text at byte {error.start}", Source(name))) from None
    except (ValueError, InvalidOperation, RecursionError) as error:
        at = re.search(r"line (\d+), column (\d+)", str(error))
        place = Source(name, int(at[1]), int(at[2])) if at else Source(name)
        raise TermsError(Problem("not-toml", f"not TOML: {error}", place)) from None
    return Document(name, dict(_lines(text))), content


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    counts: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _open(header[2], counts, listed=header[1] == "[[")
            yield table, number
        elif key := _KEY.match(line):
            yield table + _parts(key[1]), number


def _parts(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _open(dotted: str, counts: dict[Path, int], *, listed: bool) -> Path:
    path: Path = ()
    parts = _parts(dotted)
    for n, part in enumerate(parts, 1):
        path = (*path, part)
        if listed and n == len(parts):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


class Table:
    """One table of a document. Every getter returns a harmless value after it has reported what is wrong."""

    __slots__ = ("_seen", "data", "document", "path")

    def __init__(self, document: Document, data: Mapping[str, Any], path: Path = ()) -> None:
        self.document, self.data, self.path = document, data, path
        self._seen: set[str] = set()

    def report(self, code: str, message: str, key: str = "") -> None:
        """Keep a problem about `key` of this table, or about the table."""
        self.document.report(code, message, (*self.path, key) if key else self.path)

    def _get(self, key: str, kind: str, default: Any) -> Any:
        self._seen.add(key)
        value = self.data.get(key, default)
        if value is _MISSING:
            self.report("missing", f"{kind} is missing", key)
        return value

    def _wrong(self, key: str, kind: str, value: object) -> None:
        shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
        self.report("wrong-type", f"must be {kind}, not {shown}", key)

    def text(self, key: str, default: str = _MISSING, *, like: str = "") -> str:
        """Text that is not blank, matching the whole of the pattern `like` where one is given."""
        value = self._get(key, "text", default)
        if value is _MISSING or value is default:
            return "" if value is _MISSING else default
        if not isinstance(value, str) or not value.strip():
            self._wrong(key, "text", value)
            return ""
        if like and not re.fullmatch(like, value):
            self._wrong(key, f"written like {like}", value)
        return value

    def number(
        self, key: str, default: Any = _MISSING, *, low: int = 0, high: int | None = None, over: bool = False
    ) -> Decimal:
        """Decimal number (TOML number or decimal text) from `low` (not itself where `over`) to `high`."""
        value = self._get(key, "a number", default)
        if value is _MISSING or value is default:
            return Decimal(low) if value is _MISSING else default
        try:
            found = Decimal(value) if isinstance(value, (int, str, Decimal)) else Decimal("NaN")
        except InvalidOperation:
            found = Decimal("NaN")
        if isinstance(value, bool) or not found.is_finite():
            self._wrong(key, "a number", value)
            return Decimal(low)
        if found.adjusted() >= _MOST_DIGITS or found.as_tuple().exponent < -_MOST_DIGITS:  # type: ignore[operator]
            self.report("out-of-range", f"must have at most {_MOST_DIGITS} digits on each side of the point", key)
            return Decimal(low)
        if found < low or (over and found == low) or (high is not None and found > high):
            limits = f"{'over' if over else 'at least'} {low}" + ("" if high is None else f", at most {high}")
            self.report("out-of-range", f"must be {limits}, not {value}", key)
        return found

    def whole(self, key: str, default: Any = _MISSING, *, low: int = 0, high: int | None = None) -> int:
        """Whole number from `low` to `high`."""
        found: Any = self.number(key, default, low=low, high=high)
        if found is None or isinstance(found, int):  # the default as it is
            return found  # type: ignore[return-value]
        if found != found.to_integral_value():
            self._wrong(key, "a whole number", found)
        return int(found)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Give true or false."""
        value = self._get(key, "true or false", default)
        if not isinstance(value, bool):
            self._wrong(key, "true or false", value)
            return default
        return value

    def day(self, key: str) -> date:
        """Calendar date: a TOML date, or its ISO text as on the wire."""
        value = self._get(key, "a date", _MISSING)
        if isinstance(value, str):
            with suppress(ValueError):
                value = date.fromisoformat(value)
        if type(value) is date:
            return value
        if value is not _MISSING:
            self._wrong(key, "a date such as 2013-01-01", value)
        return date(1970, 1, 1)

    def table(self, key: str, *, needed: bool = True) -> "Table":
        """Table under `key`; an empty one where it is missing."""
        value = self._get(key, "a table", _MISSING if needed else {})
        if value is not _MISSING and not isinstance(value, Mapping):
            self._wrong(key, "a table", value)
        return Table(self.document, value if isinstance(value, Mapping) else {}, (*self.path, key))

    def items(self, key: str, *, needed: bool = True) -> list[Any]:
        """List under `key`, at least one long where it is `needed`."""
        value = self._get(key, "a list", _MISSING if needed else [])
        if value is _MISSING:
            return []
        if not isinstance(value, list):
            self._wrong(key, "a list", value)
            return []
        if needed and not value:
            self.report("missing", "the list is empty", key)
        return value

    def tables(self, key: str, *, needed: bool = True) -> list["Table"]:
        """Every table of the list under `key`."""
        made = []
        for n, value in enumerate(self.items(key, needed=needed)):
            if isinstance(value, Mapping):
                made.append(Table(self.document, value, (*self.path, key, n)))
            else:
                self.document.report("wrong-type", "must be a table", (*self.path, key, n))
        return made

    def done(self) -> None:
        """Report keys that nobody asked for: most are misspelt, and a misspelt key is a term not agreed."""
        for key in self.data:
            if key not in self._seen:
                known = ", ".join(sorted(self._seen))
                self.report("unknown-key", f"unknown key; known here: {known}", key)
