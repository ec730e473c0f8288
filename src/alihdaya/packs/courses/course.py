"""What a SCORM package holds, from its imsmanifest.xml (SCORM 1.2, and 2004 in its four editions)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.kernel.money import plain_decimal
from alihdaya.notation.xml import local_name, parse_xml, source_of

if TYPE_CHECKING:
    from lxml import etree

_MOST_MODULES: Final = 500
_MOST_CHARACTERS: Final = 200
_BLANK: Final = "".join(map(chr, (*range(32), 127)))


@dataclass(frozen=True, slots=True)
class Module:
    """A part of a course that can be opened: its file in the package, and whether it `reports` how it went (an SCO)."""

    id: str
    title: str
    href: str
    reports: bool


@dataclass(frozen=True, slots=True)
class Course:
    """A course of SCORM "1.2" or "2004". `pass_mark`: the least percent that its own test asks for, or None."""

    title: str
    version: str
    modules: tuple[Module, ...]
    pass_mark: Decimal | None


def read_course(manifest: bytes, files: frozenset[str], name: str) -> Course:
    """Read a manifest; `files` are the names of the package, `name` its own for messages.

    The default organization counts. Raises NotationError with every problem: no SCORM, no module, a module whose file
    is not in the package.
    """
    return _Reading(parse_xml(manifest, name), files, name).course()


class _Reading:
    """One manifest while it is being read; what is wrong is kept, and raised together."""

    def __init__(self, root: "etree._Element", files: frozenset[str], name: str) -> None:
        self.root, self.files, self.name = root, files, name
        self.problems: list[Problem] = []

    def course(self) -> Course:
        version = self._version()
        chosen = self._organization()
        marks = [mark for one in _under(chosen, "item") for mark in self._mark(one)]
        resources = {one.get("identifier", ""): one for one in _under(self.root, "resource")}
        modules = tuple(self._modules(chosen, resources))
        if not modules and not self.problems:
            self._report("no-module", "the course has no module that can be opened", chosen)
        if len(modules) > _MOST_MODULES:
            self._report("too-many", f"a course has at most {_MOST_MODULES} modules, not {len(modules)}", chosen)
        if self.problems:
            raise NotationError(self.problems)
        return Course(_title(chosen) or self.name, version, modules, max(marks, default=None))

    def _version(self) -> str:
        if local_name(self.root) != "manifest":
            self._report("no-manifest", "this is no manifest of a course", self.root)
        said = " ".join(one.text or "" for one in _under(self.root, "schemaversion"))
        if said.strip() == "1.2":
            return "1.2"
        if "2004" in said or "1.3" in said:
            return "2004"
        self._report("no-scorm", f"SCORM 1.2 and 2004 are read, not {said.strip()[:40]!r}", self.root)
        return ""

    def _organization(self) -> "etree._Element":
        found = list(_under(self.root, "organization"))
        wanted = next((one.get("default") for one in _under(self.root, "organizations")), None)
        chosen = next((one for one in found if one.get("identifier") == wanted), found[0] if found else None)
        if chosen is None:
            self._report("no-module", "the manifest has no organization", self.root)
            raise NotationError(self.problems)
        return chosen

    def _mark(self, item: "etree._Element") -> Iterator[Decimal]:
        """Give the pass marks of an item: a score of 100 (1.2), or a measure from 0 to 1 (2004)."""
        for one in item.iterchildren():
            kind = local_name(one)
            if kind == "masteryscore":
                yield from self._percent(one, one.text, 1)
            elif kind == "sequencing":
                for measure in _under(one, "minNormalizedMeasure"):
                    parent = measure.getparent()
                    if parent is not None and parent.get("satisfiedByMeasure") == "true":
                        yield from self._percent(measure, measure.text, 100)

    def _percent(self, element: "etree._Element", text: str | None, times: int) -> Iterator[Decimal]:
        mark = plain_decimal((text or "").strip())
        if mark is not None and 0 <= mark * times <= 100:
            yield mark * times
        else:
            self._report("bad-value", f"{(text or '')[:40]!r} is no pass mark", element)

    def _modules(self, chosen: "etree._Element", resources: "dict[str, etree._Element]") -> Iterator[Module]:
        for item in _under(chosen, "item"):
            named = item.get("identifierref")
            if named is None:
                continue
            resource = resources.get(named)
            if resource is None:
                self._report("no-resource", f"there is no resource {named[:80]!r}", item)
                continue
            href = (resource.get(_XML_BASE) or "") + (resource.get("href") or "")
            if unquote(href.partition("?")[0].partition("#")[0]) not in self.files:
                self._report("no-file", f"the package has no file {href[:80]!r}", resource)
                continue
            kind = next((value for name, value in resource.attrib.items() if _plain(name) == "scormtype"), "")
            yield Module(item.get("identifier", named), _title(item) or named, href, str(kind).lower() == "sco")

    def _report(self, code: str, message: str, element: "etree._Element") -> None:
        place = source_of(element, self.name)
        label = element.get("identifier") or place.element
        self.problems.append(Problem(code, message, Source(self.name, place.line, element=label)))


_XML_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"


def _under(element: "etree._Element", name: str) -> "Iterator[etree._Element]":
    return (one for one in element.iterdescendants() if local_name(one) == name)


def _plain(attribute: str | bytes) -> str:
    return str(attribute).rpartition("}")[2].lower()


def _title(element: "etree._Element") -> str:
    """Give the title of an organization or item, on one line."""
    text = next((one.text or "" for one in element.iterchildren() if local_name(one) == "title"), "")
    return " ".join(text.translate(dict.fromkeys(map(ord, _BLANK), " ")).split())[:_MOST_CHARACTERS]
