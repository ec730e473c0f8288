"""What the reading of one BPMN file gathers on its way: problems, notes, messages, errors, parsed FEEL."""

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation import feel
from alihdaya.notation.bpmn.details import Error, Escalation, Formula, Message, Signal
from alihdaya.notation.xml import source_of

if TYPE_CHECKING:
    from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
"""The BPMN 2.0 model namespace, in the form that tags carry."""

ALIHDAYA = "{https://alihdaya.org/bpmn/1}"
"""The namespace of our own attributes."""

TRUE = ("true", "1")
"""How XML writes that an attribute holds."""

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_XML = "{http://www.w3.org/XML/1998/namespace}"


def local(element: "etree._Element") -> str:
    """Give the tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def reference(text: str) -> str:
    """Give the id that a QName points to: its part after the prefix."""
    return text.strip().rpartition(":")[2]


class File:
    """The state of one reading. `problems` stop it, `notes` are warnings about what is drawn but not executed.

    `skipped` holds ids of elements that are already a problem, so that references to them are not another one.
    `definitions` are event definitions at the root, `data` elements that stand for variables, both by id;
    `handlers`: compensation boundary event -> activity, as associations connect them. `paths`: message -> correlation
    property -> message path, `bindings`: property -> data path, of the process that is being read (8.4.2).
    """

    def __init__(self, name: str, names: frozenset[str]) -> None:
        self.name = name
        self.names = names
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.messages: dict[str, Message] = {}
        self.errors: dict[str, Error] = {}
        self.signals: dict[str, Signal] = {}
        self.escalations: dict[str, Escalation] = {}
        self.definitions: dict[str, etree._Element] = {}
        self.data: dict[str, etree._Element] = {}
        self.handlers: dict[str, str] = {}
        self.paths: dict[str, dict[str, etree._Element]] = {}
        self.bindings: dict[str, etree._Element] = {}
        self.skipped: set[str] = set()

    def source(self, element: "etree._Element") -> Source:
        """Give the place of an element."""
        return source_of(element, self.name)

    def problem(self, code: str, message: str, element: "etree._Element") -> None:
        """Note what makes the file unusable."""
        self.problems.append(Problem(code, message, self.source(element)))

    def note(self, code: str, message: str, element: "etree._Element") -> None:
        """Note what is only worth a warning."""
        self.notes.append(Problem(code, message, self.source(element), "warning"))

    def unsupported(self, element: "etree._Element") -> None:
        """Note an element of BPMN that this engine cannot execute yet."""
        parent = element.getparent()
        owner = parent.get("id") if parent is not None else None
        where = f" of {owner!r}" if owner else ""
        self.problem("unsupported-element", f"{local(element)}{where} cannot be executed yet", element)

    def formula(self, text: str, element: "etree._Element") -> Formula:
        """Parse FEEL; its errors become problems of this file, placed at the element."""
        source = self.source(element)
        if not element.get("id") and (parent := element.getparent()) is not None:
            source = Source(file=self.name, line=element.sourceline, element=self.source(parent).element)
        text = text.strip()
        try:
            return Formula(text, feel.parse(text, names=self.names, source=source), source)
        except NotationError as error:
            self.problems.extend(error.problems)
            return Formula(text, None, source)

    def key(self, paths: "list[etree._Element]") -> Formula | None:
        """Make one correlation key of the values of several paths; None where there are none."""
        texts = [(path.text or "").strip() for path in paths]
        if not texts:
            return None
        parts = ", ".join(f"string({text})" for text in texts)
        return self.formula(texts[0] if len(texts) == 1 else f'string join([{parts}], "|")', paths[0])

    def expression(self, element: "etree._Element") -> Formula | None:
        """Parse the FEEL inside an expression element; None, with a problem, where there is none."""
        language = element.get("language", "")
        if language and "feel" not in language.lower():
            self.problem("expression-language", f"expressions are read as FEEL, not as {language!r}", element)
            return None
        text = (element.text or "").strip()
        if not text:
            self.problem("empty-expression", f"{local(element)} has no text", element)
            return None
        return self.formula(text, element)

    def check_attributes(self, element: "etree._Element", allowed: AbstractSet[str]) -> None:
        """Refuse our own attributes where they mean nothing; note those of other vendors."""
        for key in map(str, element.attrib):
            if key.startswith(ALIHDAYA) and key.removeprefix(ALIHDAYA) not in allowed:
                name = key.removeprefix(ALIHDAYA)
                self.problem("unknown-attribute", f"alihdaya:{name} means nothing on a {local(element)}", element)
            elif key.startswith("{") and not key.startswith((ALIHDAYA, _XSI, _XML)):
                self.note("foreign-attribute", f"the attribute {key} of another vendor is not executed", element)

    def check_extensions(self, element: "etree._Element") -> None:
        """Note what stands in extensionElements."""
        for child in element:
            self.note("foreign-element", f"the extension {child.tag!s} of another vendor is not executed", child)
