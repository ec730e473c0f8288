"""Third-party invoices of a folder: whole files, and the small documents of the rules' unit tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_ROOTS: Final = {"Invoice": "UBL", "CreditNote": "UBL", "CrossIndustryInvoice": "CII"}
_TEST: Final = "{http://difi.no/xsd/vefa/validator/1.0}"


class Case(NamedTuple):
    """A document, its syntax, and what a unit test expects: rule -> whether it is kept; empty for whole files."""

    id: str
    syntax: str
    document: bytes
    expected: dict[str, bool]


def cases_of(folder: Path) -> Iterator[Case]:
    """Give every invoice below a folder, in the order of the paths; other files are passed over."""
    from lxml import etree

    for path in sorted(one for one in folder.rglob("*") if one.suffix.lower() == ".xml"):
        data = path.read_bytes()
        try:
            root = etree.fromstring(data)
        except etree.XMLSyntaxError:
            continue
        name = str(path.relative_to(folder))
        local = etree.QName(root).localname
        if local in _ROOTS:
            yield Case(name, _ROOTS[local], data, {})
        elif root.tag == f"{_TEST}testSet":
            yield from _unit_tests(root, name)


def _unit_tests(root: object, name: str) -> Iterator[Case]:
    from lxml import etree

    tests = root.iter(f"{_TEST}test")  # type: ignore[attr-defined]  # an lxml element
    for number, test in enumerate(tests, 1):
        expected: dict[str, bool] = {}
        for verdict in ("success", "warning", "error"):
            expected |= {(one.text or "").strip(): verdict == "success" for one in test.iter(f"{_TEST}{verdict}")}
        for element in test:
            local = etree.QName(element).localname if isinstance(element.tag, str) else ""
            if local in _ROOTS:
                yield Case(f"{name}#{number}", _ROOTS[local], etree.tostring(element), expected)
