"""XPath's regular expressions (XQuery functions and operators 5.6.1), put into Python's."""

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

Ranges = tuple[tuple[int, int], ...]

_FLAGS = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE}
_QUANTIFIER = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}")
_PLAIN_ESCAPES = {"n": "\\n", "r": "\\r", "t": "\\t"}
_LITERAL_ESCAPES = frozenset("\\|.?*+(){}[]-^$")
_NAME_START = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF), (0x370, 0x37D),
    (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF),
    (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)  # fmt: skip
_NAME_MORE = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
_BLOCKS: dict[str, tuple[int, int]] = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "IPAExtensions": (0x250, 0x2AF),
    "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Syriac": (0x700, 0x74F),
    "Thaana": (0x780, 0x7BF),
    "Devanagari": (0x900, 0x97F),
    "Bengali": (0x980, 0x9FF),
    "Tamil": (0xB80, 0xBFF),
    "Thai": (0xE00, 0xE7F),
    "Lao": (0xE80, 0xEFF),
    "Tibetan": (0xF00, 0xFFF),
    "Georgian": (0x10A0, 0x10FF),
    "HangulJamo": (0x1100, 0x11FF),
    "Ethiopic": (0x1200, 0x137F),
    "Cherokee": (0x13A0, 0x13FF),
    "Khmer": (0x1780, 0x17FF),
    "Mongolian": (0x1800, 0x18AF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "MiscellaneousTechnical": (0x2300, 0x23FF),
    "BoxDrawing": (0x2500, 0x257F),
    "BlockElements": (0x2580, 0x259F),
    "GeometricShapes": (0x25A0, 0x25FF),
    "MiscellaneousSymbols": (0x2600, 0x26FF),
    "Dingbats": (0x2700, 0x27BF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "PrivateUse": (0xE000, 0xF8FF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}


@lru_cache(maxsize=512)
def pattern_of(pattern: str, flags: str | None) -> re.Pattern[str]:
    """Compile an XPath regular expression. Raises ValueError or re.error for one that XPath does not know."""
    chosen = re.RegexFlag(0)
    for flag in flags or "":
        if flag not in "smixq":
            raise ValueError(flag)
        chosen |= _FLAGS.get(flag, re.RegexFlag(0))
    if "q" in (flags or ""):
        return re.compile(re.escape(pattern), chosen & re.IGNORECASE)
    return re.compile(_Translator(pattern, flags or "").whole(), chosen)


class _Translator:
    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.flags = flags
        self.at = 0
        self.groups = 0
        self.open: list[int] = []

    def whole(self) -> str:
        parts: list[str] = []
        may_repeat = False
        while self.at < len(self.text):
            quantifier = _QUANTIFIER.match(self.text, self.at)
            if quantifier:
                if not may_repeat:
                    raise ValueError("nothing to repeat")
                self.at = quantifier.end()
                parts.append(quantifier.group() + ("?" if self._accept("?") else ""))
                may_repeat = False
                continue
            sign = self._next()
            if sign.isspace() and "x" in self.flags and sign in " \t\n\r":
                continue
            part = self._part(sign)
            may_repeat = sign not in "(|^"
            parts.append(part)
        if self.open:
            raise ValueError("a group is not closed")
        return "".join(parts)

    def _next(self) -> str:
        self.at += 1
        if self.at > len(self.text):
            raise ValueError("the pattern ends too early")
        return self.text[self.at - 1]

    def _accept(self, sign: str) -> bool:
        found = self.text.startswith(sign, self.at)
        self.at += len(sign) * found
        return found

    def _part(self, sign: str) -> str:
        if sign == "(":
            return self._group()
        if sign == ")":
            if not self.open:
                raise ValueError("a group is closed that is not open")
            self.open.pop()
            return ")"
        if sign == ".":
            return "." if "s" in self.flags else "[^\\n\\r]"
        if sign == "$":
            return "$" if "m" in self.flags else "\\Z"
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        if sign in "]{}":
            raise ValueError(f"{sign} must be escaped")
        return sign if sign in "^|" else re.escape(sign)

    def _group(self) -> str:
        if self._accept("?:"):
            self.open.append(0)
            return "(?:"
        if self.text.startswith("?", self.at):
            raise ValueError("this kind of group is not known")
        self.groups += 1
        self.open.append(self.groups)
        return "("

    def _escape(self) -> str:
        sign = self._sign()
        if sign.isascii() and sign.isdigit():
            return self._reference(sign)
        text = self._set(sign)
        return f"[{text}]" if text is not None else self._single(sign)

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
        return f"(?:\\{number})"

    def _single(self, sign: str) -> str:
        if sign in _PLAIN_ESCAPES:
            return _PLAIN_ESCAPES[sign]
        if sign in _LITERAL_ESCAPES:
            return re.escape(sign)
        raise ValueError(f"the escape of {sign!r} is not known")

    def _set(self, sign: str) -> str | None:
        """Give the inside of Python's class for an escape that stands for a set of characters."""
        if sign in "dD":
            return f"\\{sign}"
        if sign in "pP":
            if not self._accept("{"):
                raise ValueError("the name of a category is missing")
            end = self.text.index("}", self.at)
            name = self.text[self.at : end]
            self.at = end + 1
            name = "".join(name.split()) if "x" in self.flags else name
            return _written(_property(name), negated=sign == "P")
        found = _known_set(sign.lower()) if sign in "sSwWiIcC" else None
        return None if found is None else _written(found, negated=sign.isupper())

    def _class(self) -> str:
        negated, removed = self._accept("^"), ""
        parts: list[str] = []
        while not self._accept("]"):
            if parts and self._accept("-["):
                removed = f"(?!{self._class()})"
                if not self._accept("]"):
                    raise ValueError("a subtraction must end its class")
                break
            parts.append(self._member(first=not parts))
        if not parts:
            raise ValueError("a class is empty")
        return f"{removed}[{'^' if negated else ''}{''.join(parts)}]"

    def _member(self, *, first: bool) -> str:
        low, is_set = self._one()
        follows = self.text[self.at : self.at + 2]
        if is_set or follows[:1] != "-" or follows in {"-]", "-["}:
            if low == "\\-" and not first and self.text[self.at - 2] != "\\" and follows[:1] != "]":
                raise ValueError("a minus stands alone")
            return low
        self.at += 1
        high, is_set = self._one()
        if is_set:
            raise ValueError("a set ends a range")
        return f"{low}-{high}"

    def _one(self) -> tuple[str, bool]:
        sign = self._next()
        if sign == "[":
            raise ValueError("[ must be escaped")
        if sign != "\\":
            return re.escape(sign), False
        sign = self._next()
        text = self._set(sign)
        return (self._single(sign), False) if text is None else (text, True)


@lru_cache(maxsize=1)
def _categories() -> dict[str, Ranges]:
    """Give the ranges of code points of every general category of Unicode."""
    found: dict[str, list[tuple[int, int]]] = {}
    start, current = 0, unicodedata.category("\0")
    for code in range(1, sys.maxunicode + 2):
        category = unicodedata.category(chr(code)) if code <= sys.maxunicode else ""
        if category != current:
            found.setdefault(current, []).append((start, code - 1))
            start, current = code, category
    return {name: tuple(ranges) for name, ranges in found.items()}


@lru_cache(maxsize=128)
def _property(name: str) -> Ranges:
    if name.startswith("Is"):
        if name[2:] not in _BLOCKS:
            raise ValueError(f"the block {name!r} is not known")
        return (_BLOCKS[name[2:]],)
    ranges = [pair for category, pairs in _categories().items() for pair in pairs if name and category.startswith(name)]
    if not ranges or len(name) > 2:
        raise ValueError(f"the category {name!r} is not known")
    return _merged(ranges)


@lru_cache(maxsize=8)
def _known_set(sign: str) -> Ranges:
    if sign == "s":
        return ((9, 10), (13, 13), (32, 32))
    if sign == "i":
        return _merged(_NAME_START)
    if sign == "c":
        return _merged((*_NAME_START, *_NAME_MORE))
    return _complement(_merged((*_property("P"), *_property("Z"), *_property("C"))))


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _complement(ranges: Ranges) -> Ranges:
    gaps, start = [], 0
    for low, high in ranges:
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    return (*gaps, (start, sys.maxunicode)) if start <= sys.maxunicode else tuple(gaps)


def _written(ranges: Ranges, *, negated: bool) -> str:
    chosen = _complement(ranges) if negated else ranges
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in chosen)
