"""Builtins on strings (DMN 10.3.4.3). Positions count characters (code points) from 1, from the end if negative."""

import re

from alihdaya.notation.feel.budget import TEXT_LIMIT, spend, text_within
from alihdaya.notation.feel.builtins.matching import Match, matcher_of
from alihdaya.notation.feel.builtins.registry import builtin
from alihdaya.notation.feel.values import Number

_DOLLAR = re.compile(r"\\(.)|\$(\d)|(\$|\\)", re.DOTALL)


@builtin("substring", "string: string, start position: number, length?: number")
def substring(text: str, start: Number, length: Number | None = None) -> str | None:
    """Cut out `length` characters from a position on, or all that follow; null outside the text."""
    begin = int(start) - 1 if start > 0 else len(text) + int(start)
    if start == 0 or not 0 <= begin < len(text) or (length is not None and length < 1):
        return None
    return text[begin:] if length is None else text[begin : begin + int(length)]


@builtin("string length", "string: string")
def string_length(text: str) -> int:
    """Count the characters."""
    return len(text)


@builtin("upper case", "string: string")
def upper_case(text: str) -> str:
    """Turn to capitals."""
    return text.upper()


@builtin("lower case", "string: string")
def lower_case(text: str) -> str:
    """Turn to small letters."""
    return text.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(text: str, match: str) -> str:
    """Give what stands before the first match; nothing where there is none."""
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def substring_after(text: str, match: str) -> str:
    """Give what stands after the first match; nothing where there is none."""
    return text.partition(match)[2] if match else text


@builtin("contains", "string: string, match: string")
def contains(text: str, match: str) -> bool:
    """Tell whether a text holds another."""
    return match in text


@builtin("starts with", "string: string, match: string")
def starts_with(text: str, match: str) -> bool:
    """Tell whether a text starts with another."""
    return text.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(text: str, match: str) -> bool:
    """Tell whether a text ends with another."""
    return text.endswith(match)


@builtin("matches", "input: string, pattern: string, flags?: string")
def matches(text: str, pattern: str, flags: str | None = None) -> bool:
    """Tell whether a regular expression finds anything in a text; null for a faulty pattern."""
    return matcher_of(pattern, flags).found(text)


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string")
def replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    r"""Replace every match; `$1` stands for a group, `\$` and `\\` for the signs themselves."""
    matcher = matcher_of(pattern, flags)
    pieces: list[str] = []
    end = length = 0
    for match in matcher.matches(text):
        spend(2)
        start, stop = match.span()
        pieces += (text[end:start], _filled(replacement, match, matcher.groups))
        length += len(pieces[-2]) + len(pieces[-1])
        end = stop
        if length > TEXT_LIMIT:
            return None
    return "".join([*pieces, text[end:]])


def _filled(replacement: str, match: Match, groups: int) -> str:
    def part(sign: re.Match[str]) -> str:
        escaped, group, stray = sign.groups()
        if stray or (escaped and escaped not in "$\\"):
            raise ValueError(replacement)
        return escaped or (match.group(int(group)) or "" if int(group) <= groups else "")

    return _DOLLAR.sub(part, replacement) if "$" in replacement or "\\" in replacement else replacement


@builtin("split", "string: string, delimiter: string")
def split(text: str, delimiter: str) -> list[str]:
    """Cut a text at every match of a regular expression."""
    cuts = [match.span() for match in matcher_of(delimiter, None).matches(text)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


@builtin("string join", "list: list, delimiter?: string")
def string_join(texts: list[str | None], delimiter: str | None = None) -> str | None:
    """Join texts with a delimiter; nulls are left out, other elements make the result null."""
    kept = [text for text in texts if text is not None]
    whole = sum(map(len, kept)) + len(kept) * len(delimiter or "")
    return (delimiter or "").join(kept) if text_within(whole) else None
