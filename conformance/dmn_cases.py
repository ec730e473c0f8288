"""Reading the test files of the DMN Technology Compatibility Kit: cases with their inputs and expected values."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from alihdaya.notation.feel import temporal
from alihdaya.notation.feel.values import number_of

_CASES = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True, slots=True)
class Given:
    """A value that a case gives, by name, and by the namespace of the model that asks for it where it is said."""

    name: str
    namespace: str
    value: Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a case expects of an element, and whether an error must be told."""

    name: str
    value: Any
    error: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One test case; `kind` is decision, bkm or decisionService, `invocable` the name of one of the latter two."""

    id: str
    kind: str
    invocable: str
    given: tuple[Given, ...]
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class TestFile:
    """One file of cases, and the model in the same folder that they are for."""

    path: Path
    model: str
    cases: tuple[Case, ...]


def read_cases(path: Path) -> TestFile | None:
    """Read a test file; None for an XML file that is none."""
    root = etree.parse(path, etree.XMLParser(remove_comments=True, resolve_entities=False)).getroot()
    if root.tag != f"{_CASES}testCases":
        return None
    name = (root.findtext(f"{_CASES}modelName") or "").strip()
    return TestFile(path, name, tuple(_case(element) for element in root.iterchildren(f"{_CASES}testCase")))


def _case(element: "etree._Element") -> Case:
    given = tuple(
        Given(node.get("name", ""), node.get("namespace", ""), value_of(node))
        for node in element.iterchildren(f"{_CASES}inputNode")
    )
    wanted = tuple(_wanted(node) for node in element.iterchildren(f"{_CASES}resultNode"))
    kind, invocable = element.get("type", "decision"), element.get("invocableName", "")
    return Case(element.get("id", ""), kind, invocable, given, wanted)


def _wanted(node: "etree._Element") -> Wanted:
    expected = node.find(f"{_CASES}expected")
    value = None if expected is None else value_of(expected)
    return Wanted(node.get("name", ""), value, node.get("errorResult") == "true")


def value_of(holder: "etree._Element") -> Any:
    """Read the value inside an element: a scalar, a list, or components of a context; null where there is none."""
    parts = list(_parts(holder, "component"))
    if parts:
        return {part.get("name", ""): None if _nil(part) else value_of(part) for part in parts}
    for found in _parts(holder, "list"):
        return None if _nil(found) else [value_of(item) for item in _parts(found, "item")]
    for found in _parts(holder, "value"):
        return None if _nil(found) else _scalar(found)
    return None


def _parts(holder: "etree._Element", tag: str) -> Iterator["etree._Element"]:
    return holder.iterchildren(f"{_CASES}{tag}")


def _nil(element: "etree._Element") -> bool:
    return element.get(f"{_XSI}nil") in {"true", "1"}


def _scalar(element: "etree._Element") -> Any:
    text, kind = element.text or "", (element.get(f"{_XSI}type") or "string").rpartition(":")[2]
    if kind in {"decimal", "double", "integer", "int", "long", "float"}:
        return number_of(text.strip())
    if kind == "boolean":
        return text.strip() in {"true", "1"}
    reader = _TEMPORAL.get(kind)
    return text if reader is None else reader(text.strip())


_TEMPORAL = {
    "date": temporal.date_of,
    "time": temporal.time_of,
    "dateTime": temporal.datetime_of,
    "duration": temporal.duration_of,
}
TOLERANCE = Decimal("1E-8")
"""How far apart two numbers may be and still count as the same."""
