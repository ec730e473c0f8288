"""XPath's regular expressions (XQuery functions and operators 5.6.1), put into Python's."""

import re
import sys
from typing import NamedTuple

from alihdaya.notation.feel.builtins.characters import (
    Ranges,
    category,
    complement,
    known_set,
    merged,
    one_character,
    variants,
)

Part = str | Ranges

LENGTH_LIMIT = 100_000
"""Most characters that a pattern may ask for in all, counted repetitions written out."""

END = "<end>"

_QUANTIFIER = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}")
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_LITERAL_ESCAPES = frozenset("\\|.?*+(){}[]-^$")


class Translated(NamedTuple):
    """A pattern as the two engines write it; `linear` is empty where only the one that backtracks can say it."""

    careful: str
    linear: str


def translated(pattern: str, flags: str) -> Translated:
    """Translate an XPath regular expression. Raises ValueError for one that XPath does not know.

    What "any case" means is in the translation; back-references alone still need to be told.
    """
    if unknown := set(flags) - set("smixq"):
        raise ValueError(f"there are no flags {unknown}")
    if "q" in flags:
        pattern = "".join(f"\\{sign}" if sign in _LITERAL_ESCAPES else sign for sign in pattern)
    translator = _Translator(pattern, flags.replace("x", "") if "q" in flags else flags)
    parts = translator.whole()
    careful = "".join(part if isinstance(part, str) else _written(part, "\\U{:08x}") for part in parts)
    if translator.backwards:
        return Translated(careful.replace(END, "\\Z"), "")
    linear = "".join(part if isinstance(part, str) else _written(part, "\\x{{{:x}}}") for part in parts)
    return Translated(careful.replace(END, "\\Z"), linear.replace(END, "\\z"))


def _written(ranges: Ranges, code: str) -> str:
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return code.format(ranges[0][0])
    inside = "".join(code.format(low) + (f"-{code.format(high)}" if high > low else "") for low, high in ranges)
    return f"[{inside}]" if inside else f"[^{code.format(0)}-{code.format(sys.maxunicode)}]"


class _Translator:
    """Reads a pattern once. Characters and classes become explicit ranges, so that engines cannot differ in them."""

    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.flags = flags
        self.at = 0
        self.groups = 0
        self.open: list[int] = []
        self.backwards = False
        self.lengths = [0]
        self.item = 0

    def whole(self) -> list[Part]:
        parts: list[Part] = []
        may_repeat = False
        while self.at < len(self.text):
            quantifier = _QUANTIFIER.match(self.text, self.at)
            if quantifier:
                if not may_repeat:
                    raise ValueError("nothing to repeat")
                self.at = quantifier.end()
                self._repeat(quantifier.group())
                parts.append(quantifier.group() + ("?" if self._accept("?") else ""))
                may_repeat = False
                continue
            sign = self._next()
            if sign.isspace() and "x" in self.flags and sign in " \t\n\r":
                continue
            parts.append(self._part(sign))
            may_repeat = sign not in "(|^"
        if self.open:
            raise ValueError("a group is not closed")
        return parts

    def _repeat(self, quantifier: str) -> None:
        times = max(map(int, re.findall(r"\d+", quantifier)), default=1)
        self.lengths[-1] += self.item * max(times - 1, 0)
        if self.lengths[-1] > LENGTH_LIMIT:
            raise ValueError("the repetitions are too many")

    def _next(self) -> str:
        self.at += 1
        if self.at > len(self.text):
            raise ValueError("the pattern ends too early")
        return self.text[self.at - 1]

    def _accept(self, sign: str) -> bool:
        found = self.text.startswith(sign, self.at)
        self.at += len(sign) * found
        return found

    def _part(self, sign: str) -> Part:
        if sign == "(":
            return self._group()
        if sign == ")":
            if not self.open:
                raise ValueError("a group is closed that is not open")
            self.open.pop()
            self.item = self.lengths.pop()
            self.lengths[-1] += self.item
            return ")"
        self.item = 1
        self.lengths[-1] += 1
        if sign == ".":
            return ((0, sys.maxunicode),) if "s" in self.flags else complement(((10, 10), (13, 13)))
        if sign == "$":
            return "$" if "m" in self.flags else END
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        if sign in "]{}":
            raise ValueError(f"{sign} must be escaped")
        return sign if sign in "^|" else self._cased(one_character(sign))

    def _group(self) -> str:
        self.lengths.append(1)
        if self._accept("?:"):
            self.open.append(0)
            return "(?:"
        if self.text.startswith("?", self.at):
            raise ValueError("this kind of group is not known")
        self.groups += 1
        self.open.append(self.groups)
        return "("

    def _escape(self) -> Part:
        sign = self._sign()
        if sign.isascii() and sign.isdigit():
            return self._reference(sign)
        found = self._set(sign)
        return self._cased(self._single(sign)) if found is None else found

    def _sign(self) -> str:
        sign = self._next()
        while "x" in self.flags and sign in " \t\n\r":
            sign = self._next()
        return sign

    def _reference(self, digits: str) -> str:
        while self.at < len(self.text) and self.text[self.at] in "0123456789":
            if int(digits + self.text[self.at]) > self.groups:
                break
            digits += self._next()
        number = int(digits)
        if not 0 < number <= self.groups or number in self.open:
            raise ValueError(f"there is no group {number} yet")
        self.backwards = True
        return f"(?:\\{number})"

    def _single(self, sign: str) -> Ranges:
        if sign in _PLAIN_ESCAPES:
            return one_character(_PLAIN_ESCAPES[sign])
        if sign in _LITERAL_ESCAPES:
            return one_character(sign)
        raise ValueError(f"the escape of {sign!r} is not known")

    def _set(self, sign: str) -> Ranges | None:
        """Give the characters for which an escape stands, if it stands for a set."""
        if sign in "dD":
            found: Ranges | None = category("Nd")
        elif sign in "pP":
            if not self._accept("{"):
                raise ValueError("the name of a category is missing")
            end = self.text.index("}", self.at)
            name = self.text[self.at : end]
            self.at = end + 1
            found = category("".join(name.split()) if "x" in self.flags else name)
        else:
            found = known_set(sign.lower()) if sign in "sSwWiIcC" else None
        return complement(found) if found is not None and sign.isupper() else found

    def _class(self) -> Ranges:
        negated = self._accept("^")
        removed: Ranges = ()
        parts: list[tuple[int, int]] = []
        while not self._accept("]"):
            if parts and self._accept("-["):
                removed = self._class()
                if not self._accept("]"):
                    raise ValueError("a subtraction must end its class")
                break
            parts += self._member(first=not parts)
        if not parts:
            raise ValueError("a class is empty")
        found = merged(parts)
        found = complement(found) if negated else found
        return complement(merged((*complement(found), *removed))) if removed else found

    def _member(self, *, first: bool) -> Ranges:
        low, is_set = self._one()
        follows = self.text[self.at : self.at + 2]
        if is_set:
            return low
        if follows[:1] != "-" or follows in {"-]", "-["}:
            if low == ((0x2D, 0x2D),) and not first and self.text[self.at - 2] != "\\" and follows[:1] != "]":
                raise ValueError("a minus stands alone")
            return self._cased(low)
        self.at += 1
        high, is_set = self._one()
        if is_set or high[0][0] < low[0][0]:
            raise ValueError("a set ends a range, or it runs backwards")
        return self._cased(((low[0][0], high[0][0]),))

    def _one(self) -> tuple[Ranges, bool]:
        sign = self._next()
        if sign == "[":
            raise ValueError("[ must be escaped")
        if sign != "\\":
            return one_character(sign), False
        sign = self._next()
        found = self._set(sign)
        return (self._single(sign), False) if found is None else (found, True)

    def _cased(self, ranges: Ranges) -> Ranges:
        if "i" not in self.flags:
            return ranges
        more = [
            (other, other)
            for low, high in ranges
            for code, others in variants().items()
            if low <= code <= high
            for other in others
        ]
        return merged((*ranges, *more))
