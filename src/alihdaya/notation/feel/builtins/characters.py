"""Sets of characters as ranges of code points: Unicode's categories and blocks, names of XML, letters of any case."""

import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

Ranges = tuple[tuple[int, int], ...]

_LAST_CASED = 0x1E943
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


def one_character(sign: str) -> Ranges:
    """Give the range of a single character."""
    return ((ord(sign), ord(sign)),)


@lru_cache(maxsize=1)
def variants() -> dict[int, tuple[int, ...]]:
    """Give, for each letter, those that have the same small or capital letter (XQuery functions 5.6.1.1)."""
    alike: dict[tuple[int, str], list[int]] = {}
    for code in range(_LAST_CASED + 1):
        sign = chr(code)
        small, capital = sign.lower(), sign.upper()
        if small != capital:
            alike.setdefault((0, small), []).append(code)
            alike.setdefault((1, capital), []).append(code)
    found: dict[int, set[int]] = {}
    for codes in alike.values():
        if len(codes) > 1:
            for code in codes:
                found.setdefault(code, set()).update(codes)
    return {code: tuple(sorted(codes - {code})) for code, codes in found.items()}


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
def category(name: str) -> Ranges:
    """Give the characters of a general category or block. Raises ValueError for a name that Unicode does not have."""
    if name.startswith("Is"):
        if name[2:] not in _BLOCKS:
            raise ValueError(f"the block {name!r} is not known")
        return (_BLOCKS[name[2:]],)
    ranges = [pair for category, pairs in _categories().items() for pair in pairs if name and category.startswith(name)]
    if not ranges or len(name) > 2:
        raise ValueError(f"the category {name!r} is not known")
    return merged(ranges)


@lru_cache(maxsize=8)
def known_set(sign: str) -> Ranges:
    """Give the characters of the escape s, i, c or w."""
    if sign == "s":
        return ((9, 10), (13, 13), (32, 32))
    if sign == "i":
        return merged(_NAME_START)
    if sign == "c":
        return merged((*_NAME_START, *_NAME_MORE))
    return complement(merged((*category("P"), *category("Z"), *category("C"))))


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Put ranges in order, and join those that touch."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """Give all other characters; the ranges are merged ones."""
    gaps, start = [], 0
    for low, high in ranges:
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    return (*gaps, (start, sys.maxunicode)) if start <= sys.maxunicode else tuple(gaps)
