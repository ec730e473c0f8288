"""Codes that must be of their list (BR-CL)."""

from collections.abc import Iterable, Iterator

from alihdaya.engagement.einvoice.codes import code_lists, known
from alihdaya.engagement.einvoice.received import Group, Received, Value
from alihdaya.engagement.einvoice.rules.finding import Finding, at, is_ubl

_TEXTS = (
    ("BR-CL-04", "BT-5", "iso-4217"),
    ("BR-CL-05", "BT-6", "iso-4217"),
    ("BR-CL-14", "countries", "iso-3166"),
    ("BR-CL-15", "origin", "iso-3166"),
)
_SCHEMES = (
    ("BR-CL-10", "party-ids", "schemeID", "iso-6523"),
    ("BR-CL-11", "legal-ids", "schemeID", "iso-6523"),
    ("BR-CL-23", "quantities", "unitCode", "rec-20"),
    ("BR-CL-25", "endpoints", "schemeID", "eas"),
    ("BR-CL-26", "location-ids", "schemeID", "iso-6523"),
)


def coded(document: Received) -> Iterator[Finding]:
    """Find codes that are not of the list of their term."""
    root = document.root
    for rule, term, name in _TEXTS:
        yield from (at(rule, value) for value in root.all(term) if not known(value.text, name))
    for rule, term, key, name in _SCHEMES:
        for value in root.all(term):
            if key in value.attributes and not known(value.attributes[key], name) and not _creditor(value):
                yield at(rule, value)
    yield from (at("BR-CL-22", value) for value in root.all("exempt-codes") if not known(value.text.upper(), "vatex"))
    yield from _syntax(document)
    yield from _attached(root)
    yield from _groups(root)


def _creditor(value: Value) -> bool:
    """SEPA marks the identifier of a creditor (BT-90), which stands among those of the seller or the payee."""
    return value.attributes.get("schemeID", "").strip() == "SEPA"


def _syntax(document: Received) -> Iterator[Finding]:
    root, ubl = document.root, is_ubl(document)
    for value in root.all("BT-3"):
        kinds = ("untdid-1001-credit" if value.element.startswith("Credit") else "untdid-1001-invoice") if ubl else ""
        if not known(value.text, kinds or "untdid-1001"):
            yield at("BR-CL-01", value)
    for value in root.all("currencies"):
        if not known(value.attributes.get("currencyID", ""), "iso-4217"):
            yield at("BR-CL-03", value)
    points = "untdid-2005" if ubl else "untdid-2475"
    yield from (at("BR-CL-06", value) for value in root.all("BT-8") if not known(value.text, points))
    for value in root.all("object-ids"):
        if not known(value.attributes["schemeID"] if ubl else value.text, "untdid-1153"):
            yield at("BR-CL-07", value)
    yield from _subjects(document)


def _subjects(document: Received) -> Iterator[Finding]:
    """In UBL a note may begin with the code of its subject, as in #AAI#; in CII it has an element."""
    for value in document.root.all("BT-21"):
        if not known(value.text, "untdid-4451"):
            yield at("BR-CL-08", value)
    if not is_ubl(document):
        return
    for value in document.root.all("BT-22"):
        code, mark, _ = value.text.partition("#")[2].partition("#")
        if mark and len(code) == 3 and not known(code, "untdid-4451"):
            yield at("BR-CL-08", value)


def _attached(root: Group) -> Iterator[Finding]:
    for value in root.all("attachments"):
        if value.attributes["mimeCode"] not in code_lists()["mime"]:
            yield at("BR-CL-24", value)


def _groups(root: Group) -> Iterator[Finding]:
    for means in root.below("BG-16"):
        yield from (at("BR-CL-16", value) for value in means.all("BT-81") if not known(value.text, "untdid-4461"))
    for line in root.below("BG-25"):
        yield from _scheme_of(line, "BT-157", "schemeID", "iso-6523", "BR-CL-21")
        yield from _scheme_of(line, "BT-158", "listID", "untdid-7143", "BR-CL-13")
    for group in root.everywhere():
        if group.name in {"BG-20", "BG-27", "BG-21", "BG-28"}:
            yield from _reasons(group)
        yield from _category(group)


def _scheme_of(line: Group, term: str, key: str, name: str, rule: str) -> Iterable[Finding]:
    for value in line.all(term):
        if key in value.attributes and not known(value.attributes[key], name):
            yield at(rule, value)


def _reasons(group: Group) -> Iterator[Finding]:
    rule, name = ("BR-CL-19", "untdid-5189") if group.name in {"BG-20", "BG-27"} else ("BR-CL-20", "untdid-7161")
    yield from (at(rule, value) for value in group.all("reason-code") if not known(value.text, name))


def _category(group: Group) -> Iterator[Finding]:
    if group.name not in {"tax", "BG-30"}:
        return
    on_line = group.name == "BG-30" or group.element == "ApplicableTradeTax"
    rule = "BR-CL-18" if on_line else "BR-CL-17"
    yield from (at(rule, value) for value in group.all("code") if not known(value.text, "untdid-5305"))
