"""Rules on the syntaxes themselves: how often an element may stand, and what may not stand at all.

Only those that refuse a document. Warnings of elements that had better not be there are not among them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alihdaya.engagement.einvoice.rules.finding import Finding

if TYPE_CHECKING:
    from lxml.etree import _Element

Rules = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Rules on all elements that a path (XPath 1.0, from the root element) finds; each is path or test by rule.

    `once`: at most one; `alike`: all with the same text; `never`: none; `holds`: the test is true.
    """

    path: str
    once: Rules = field(default_factory=dict)
    alike: Rules = field(default_factory=dict)
    never: Rules = field(default_factory=dict)
    holds: Rules = field(default_factory=dict)


def well_formed(root: "_Element", places: tuple[Place, ...], spaces: Mapping[str, str]) -> Iterator[Finding]:
    """Find broken rules of a syntax."""
    from alihdaya.channels.einvoice.read import evaluate

    for place in places:
        for element in evaluate(root, place.path, spaces):
            for rule in _broken(element, place, spaces):
                yield Finding(rule, element.tag.rpartition("}")[2], element.sourceline or 0)


def _broken(element: "_Element", place: Place, spaces: Mapping[str, str]) -> Iterator[str]:
    from alihdaya.channels.einvoice.read import evaluate

    for rule, path in place.once.items():
        if len(evaluate(element, path, spaces)) > 1:
            yield rule
    for rule, path in place.alike.items():
        if len({one.text for one in evaluate(element, path, spaces)}) > 1:
            yield rule
    for rule, path in place.never.items():
        if evaluate(element, path, spaces):
            yield rule
    for rule, test in place.holds.items():
        if not evaluate(element, f"boolean({test})", spaces):
            yield rule
