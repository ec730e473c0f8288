"""An explanation cut to a size that can be shown: what a value shares many times over is written out each time."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from alihdaya.notation.dmn.explain.shown import Decided
from alihdaya.notation.feel.budget import NEST_LIMIT

VALUES = 200_000
"""Most values in lists and contexts, and sixteens of characters of texts, that are told beside the decision's own."""

CUT = "\N{HORIZONTAL ELLIPSIS}"
"""The text that stands for a value which is left out."""

_SHORT = 1_000


def trimmed(decided: Decided) -> Decided:
    """Give an explanation whose values are small together; the decision's own value stays whole."""
    made: Decided = replace(_Trimming().part(decided), value=decided.value)
    return made


class _Trimming:
    def __init__(self) -> None:
        self.left = VALUES

    def part(self, part: Any) -> Any:
        """Give a part of an explanation, or a tuple of such, with its values and those inside it cut."""
        if type(part) is tuple:
            return tuple(map(self.part, part))
        if not is_dataclass(part) or isinstance(part, type):
            return part
        changed: dict[str, Any] = {}
        for field in fields(part):
            before = getattr(part, field.name)
            after = self.value(before) if field.name == "value" else self.part(before)
            if after is not before:
                changed[field.name] = after
        return replace(part, **changed) if changed else part

    def value(self, value: Any) -> Any:
        """Give a value, or CUT where it is larger than what is left; single values that are short are always told."""
        left, level = self.left, [value]
        for _ in range(NEST_LIMIT + 1):
            inside: list[Any] = []
            for one in level:
                if type(one) is str:
                    left -= len(one) >> 4 if len(one) > _SHORT else 0
                elif type(one) in {list, dict}:
                    left -= len(one) + 1
                    if left >= 0:
                        inside.extend(one.values() if type(one) is dict else one)
                if left < 0:
                    return CUT
            if not inside:
                self.left = left
                return value
            level = inside
        return CUT
