"""What must be there (BR-01 to BR-65), and how many decimals it may have (BR-DEC)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from alihdaya.engagement.einvoice.received import Group, Received
from alihdaya.engagement.einvoice.rules.finding import Finding, at, is_ubl

Mode = Literal["there", "filled"]


class Need(NamedTuple):
    """A rule: every group of a name has one of the terms; in UBL, and in CII, as `there` or `filled` asks."""

    rule: str
    group: str
    terms: tuple[str, ...]
    ubl: Mode = "there"
    cii: Mode = "there"


_REASON: Final = ("reason", "reason-code")
_NEEDS: Final = (
    Need("BR-01", "", ("BT-24",), "filled", "filled"),
    Need("BR-02", "", ("BT-1",), "filled", "filled"),
    Need("BR-03", "", ("BT-2",), "filled", "filled"),
    Need("BR-04", "", ("BT-3",), "filled", "filled"),
    Need("BR-05", "", ("BT-5",), "filled", "filled"),
    Need("BR-12", "BG-22", ("BT-106",)),
    Need("BR-13", "BG-22", ("BT-109",)),
    Need("BR-14", "BG-22", ("BT-112",)),
    Need("BR-15", "BG-22", ("BT-115",)),
    Need("BR-18", "BG-11", ("name",), "filled", "filled"),
    Need("BR-21", "BG-25", ("BT-126",), "filled", "filled"),
    Need("BR-22", "BG-25", ("BT-129",)),
    Need("BR-24", "BG-25", ("BT-131",)),
    Need("BR-25", "BG-25", ("BT-153",), "filled", "filled"),
    Need("BR-26", "BG-25", ("BT-146",)),
    Need("BR-31", "BG-20", ("amount",)),
    Need("BR-33", "BG-20", _REASON),
    Need("BR-CO-21", "BG-20", _REASON),
    Need("BR-36", "BG-21", ("amount",)),
    Need("BR-38", "BG-21", _REASON),
    Need("BR-CO-22", "BG-21", _REASON),
    Need("BR-41", "BG-27", ("amount",)),
    Need("BR-42", "BG-27", _REASON),
    Need("BR-CO-23", "BG-27", _REASON),
    Need("BR-43", "BG-28", ("amount",)),
    Need("BR-44", "BG-28", _REASON),
    Need("BR-CO-24", "BG-28", _REASON),
    Need("BR-45", "BG-23", ("BT-116",)),
    Need("BR-46", "BG-23", ("BT-117",)),
    Need("BR-49", "BG-16", ("BT-81",)),
    Need("BR-52", "BG-24", ("BT-122",), "filled", "filled"),
    Need("BR-54", "BG-32", ("BT-160",)),
    Need("BR-54", "BG-32", ("BT-161",)),
    Need("BR-55", "BG-3", ("BT-25",), "there", "filled"),
    Need("BR-56", "BG-11", ("vat",), "there", "filled"),
    Need("BR-57", "BG-15", ("country",), "there", "filled"),
    Need("BR-CO-20", "BG-26", ("start", "end")),
)
_DECIMALS: Final = {
    "BG-20": {"amount": "BR-DEC-01", "base": "BR-DEC-02"},
    "BG-21": {"amount": "BR-DEC-05", "base": "BR-DEC-06"},
    "BG-22": {
        "BT-106": "BR-DEC-09",
        "BT-107": "BR-DEC-10",
        "BT-108": "BR-DEC-11",
        "BT-109": "BR-DEC-12",
        "BT-112": "BR-DEC-14",
        "BT-113": "BR-DEC-16",
        "BT-114": "BR-DEC-17",
        "BT-115": "BR-DEC-18",
    },
    "BG-23": {"BT-116": "BR-DEC-19", "BT-117": "BR-DEC-20"},
    "BG-25": {"BT-131": "BR-DEC-23"},
    "BG-27": {"amount": "BR-DEC-24", "base": "BR-DEC-25"},
    "BG-28": {"amount": "BR-DEC-27", "base": "BR-DEC-28"},
}
_OWN_RULES_IN_CII: Final = frozenset("LMO")


def complete(document: Received) -> Iterator[Finding]:
    """Find what is missing, and what has more than two decimals."""
    groups: dict[str, list[Group]] = defaultdict(list)
    for group in document.root.everywhere():
        groups[group.name].append(group)
    if not is_ubl(document):
        groups["BG-23"] = [one for one in groups["BG-23"] if not has_own_rules(one)]
    for need in _NEEDS:
        mode = need.ubl if is_ubl(document) else need.cii
        for group in groups[need.group]:
            if not any(group.has(term) if mode == "there" else group.filled(term) for term in need.terms):
                yield at(need.rule, group)
    for name, terms in _DECIMALS.items():
        yield from (at(rule, group) for group in groups[name] for term, rule in terms.items() if _long(group, term))
    yield from _more(document, groups)


def has_own_rules(subtotal: Group) -> bool:
    """Whether a subtotal's category has rules of its own in CII, which then stand in place of the general ones."""
    return any((tax.text("vat") or "").strip() in _OWN_RULES_IN_CII for tax in subtotal.below("tax"))


def _long(group: Group, term: str) -> bool:
    return len((group.text(term) or "").partition(".")[2]) > 2


def _more(document: Received, groups: dict[str, list[Group]]) -> Iterator[Finding]:
    root = document.root
    if not root.below("BG-25"):
        yield at("BR-16", root)
    for line in root.below("BG-25"):
        if not any("unitCode" in value.attributes for value in line.all("BT-129")):
            yield at("BR-23", line)
        if not any(tax.has("vat") for tax in line.below("BG-30")):
            yield at("BR-CO-04", line)
        yield from _priced(line)
    for rule, name in (("BR-32", "BG-20"), ("BR-37", "BG-21"), ("BR-47", "BG-23")):
        yield from (at(rule, one) for one in groups[name] if not any(tax.has("vat") for tax in one.below("tax")))
    for subtotal in groups["BG-23"]:
        taxes = subtotal.below("tax")
        if not any(tax.has("vat-rate") or (tax.text("vat") or "").strip() == "O" for tax in taxes):
            yield at("BR-48", subtotal)


def _priced(line: Group) -> Iterator[Finding]:
    net, gross = line.number("BT-146"), line.number("BT-148")
    if net is None or net < 0:
        yield at("BR-27", line)
    if line.has("BT-148") and (gross is None or gross < 0):
        yield at("BR-28", line)
