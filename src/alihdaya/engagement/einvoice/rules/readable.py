"""What must be readable before any rule can be asked: numbers, yes and no, and terms that stand once.

The schemas of UBL and CII say so; EN 16931 has no rules of these names.
"""

from collections.abc import Iterator
from typing import Final

from alihdaya.engagement.einvoice.received import Group, Received, number
from alihdaya.engagement.einvoice.rules.finding import Finding, at

_NUMBERS: Final = {
    "amount", "base", "rate", "BT-106", "BT-107", "BT-108", "BT-109", "BT-110", "BT-112", "BT-113", "BT-114", "BT-115",
    "BT-116", "BT-117", "BT-129", "BT-131", "BT-146", "BT-148", "tax-amounts", "parts",
}  # fmt: skip
_ONCE: Final = {
    "BT-1", "BT-2", "BT-3", "BT-24", "BT-106", "BT-107", "BT-108", "BT-109", "BT-110", "BT-112", "BT-113", "BT-114",
    "BT-115", "BT-116", "BT-117", "BT-126", "BT-129", "BT-131", "BT-146", "BT-148", "BT-153", "code", "vat", "rate",
    "country", "amount", "base",
}  # fmt: skip
_ONCE_BELOW: Final = frozenset({"BG-4", "BG-7", "BG-22"})
_INDICATORS: Final = frozenset({"true", "false", "0", "1"})


def readable(document: Received) -> Iterator[Finding]:
    """Find what stands in the way of a verdict: `not-a-number`, `not-once`, `not-yes-or-no`."""
    root = document.root
    for group in root.everywhere():
        yield from _read(group, everything=group is root)
    for name in _ONCE_BELOW:
        yield from (at("not-once", group) for group in root.below(name)[1:])
    for value in root.all("indicators"):
        if value.text.strip() not in _INDICATORS:
            yield at("not-yes-or-no", value)


def _read(group: Group, *, everything: bool) -> Iterator[Finding]:
    for term, values in group.values.items():
        if term in _NUMBERS:
            yield from (at("not-a-number", value) for value in values if number(value.text) is None)
        if len(values) > 1 and term in _ONCE and not (everything and term == "country"):
            yield at("not-once", values[1])
