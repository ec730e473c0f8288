"""Finding regular expressions in time that grows with the text only, wherever an engine without backtracking can.

RE2 answers for every pattern that it can say. What it cannot (back-references, programs that grow too long, texts that
are no Unicode) goes to an engine that backtracks, and gets the seconds that an evaluation has for that.
"""

import time
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import Any, Protocol

from alihdaya.notation.feel.budget import patience, spend
from alihdaya.notation.feel.builtins.patterns import translated

PATTERN_LIMIT = 10_000
"""Most characters of a regular expression."""

_PROGRAM_LIMIT = 20_000


class Match(Protocol):
    """One place where a pattern was found."""

    def span(self) -> tuple[int, int]:
        """Give the first position, and the one after the last."""

    def group(self, number: int, /) -> str | None:
        """Give what a group holds."""


class Matcher:
    """A regular expression of XPath's, ready to be looked for; `groups` is how many it has."""

    def __init__(self, pattern: str, flags: str) -> None:
        if len(pattern) > PATTERN_LIMIT:
            raise ValueError(pattern)
        self.flags = flags
        self.written = translated(pattern, flags)
        self.linear = _linear(self.written.linear, flags)
        self.size: int = self.linear.programsize if self.linear is not None else 0
        self.groups: int = (self.linear or self.careful).groups
        self.may_be_empty = self._first("") is not None

    @cached_property
    def careful(self) -> Any:
        """The pattern for the engine that backtracks."""
        import regex

        options = {"s": regex.DOTALL, "m": regex.MULTILINE, "i": regex.IGNORECASE}
        flags = self.flags if not self.written.linear else self.flags.replace("i", "")
        return regex.compile(self.written.careful, regex.V0 | sum(options.get(flag, 0) for flag in set(flags)))

    def found(self, text: str) -> bool:
        """Tell whether the pattern is found in a text. Raises ExhaustedError where that takes too long."""
        return self._first(text) is not None

    def matches(self, text: str) -> Iterator[Match]:
        """Give every place where the pattern is found. Raises ExhaustedError where that takes too long."""
        if self._is_linear(text) and not self.may_be_empty:
            yield from self.linear.finditer(text)
            return
        places = self.careful.finditer(text, timeout=patience(0))
        while (match := _timed(lambda: next(places, None))) is not None:
            yield match

    def _is_linear(self, text: str) -> bool:
        if self.linear is None or not _is_utf8(text):
            return False
        spend(len(text) * self.size >> 8)
        return True

    def _first(self, text: str) -> Match | None:
        if self._is_linear(text):
            first: Match | None = self.linear.search(text)
            return first
        return _timed(lambda: self.careful.search(text, timeout=patience(0)))


@lru_cache(maxsize=512)
def matcher_of(pattern: str, flags: str | None) -> Matcher:
    """Compile an XPath regular expression. Raises ValueError or `re.error` for one that XPath does not know."""
    return Matcher(pattern, flags or "")


def _timed(work: Callable[[], Match | None]) -> Match | None:
    start = time.process_time()
    try:
        return work()
    except TimeoutError:
        pass
    finally:
        patience(time.process_time() - start)
    patience(float("inf"))
    return None


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _linear(pattern: str, flags: str) -> Any:
    """Compile for RE2; None where it cannot say the pattern, or only in a program that is too long."""
    import re2

    if not pattern:
        return None
    options = re2.Options()
    options.log_errors = False
    marks = "".join(flag for flag in "sm" if flag in flags)
    try:
        made = re2.compile(f"(?{marks}){pattern}" if marks else pattern, options)
    except re2.error:
        return None
    return made if made.programsize <= _PROGRAM_LIMIT else None
