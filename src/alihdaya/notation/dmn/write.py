"""Writing DMN 1.5: a file of any version from 1.1 to 1.6, without loss, and edited where somebody edited it.

`load` keeps the file as it is written, in a `Document`; `read` gives the model of the same bytes, which holds only
what is evaluated. An edit changes the document; `write` says the whole in the namespaces of DMN 1.5.
"""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from alihdaya.kernel.errors import NotationError, Problem
from alihdaya.notation.dmn.boxed import tidy
from alihdaya.notation.dmn.read import NAMESPACES
from alihdaya.notation.document import Document, Element, read_document

_SPEC = "://www.omg.org/spec/DMN/"
_DATES = ("20180521", "20191111", "20211108", "20230324", "20240513")
DMN_15 = "https://www.omg.org/spec/DMN/20230324/MODEL/"
"""The namespace that is written."""

_FEEL_11 = "http://www.omg.org/spec/FEEL/20140401"
WRITTEN: Mapping[str, str] = {
    **dict.fromkeys(NAMESPACES, DMN_15),
    _FEEL_11: f"https{_SPEC}20230324/FEEL/",
    **{
        f"http{'s' if date > '2019' else ''}{_SPEC}{date}/{part}/": f"https{_SPEC}20230324/{part}/"
        for date in _DATES
        for part in ("FEEL", "DMNDI")
    },
}
"""What is written for each namespace of DMN, FEEL and their diagrams; shapes and points have kept theirs."""

_NAMED = frozenset({"expressionLanguage", "typeLanguage", "importType"})
_TYPED = frozenset({"typeRef", "outputTypeRef"})


def load(data: bytes, name: str) -> Document:
    """Read a DMN file with everything in it; `name` is the file's name for messages. Raises NotationError."""
    document = read_document(data, name)
    if document.root.namespace not in NAMESPACES or document.root.local != "definitions":
        source = document.source(document.root)
        raise NotationError(Problem("not-dmn", "the root is not a definitions element of DMN 1.1 to 1.6", source))
    return document


def write(document: Document) -> bytes:
    """Give the file in the namespaces of DMN 1.5; the document itself stays as it is.

    Nothing else changes, but that types of DMN 1.1 lose the prefix of FEEL or of the file itself, which newer
    versions do not write. What is written, read and written again is the same, byte for byte.
    """
    made = read_document(document.write(), document.name)
    first = NAMESPACES.get(made.root.namespace) == "1.1"
    target = made.root.get("namespace")
    for element in list(made.root.iter()):
        if first:
            _plain_types(element, target)
        for name, value in list(element.attributes.items()):
            names_language = name in _NAMED and element.namespace in NAMESPACES
            if (name.partition(":")[0] == "xmlns" or names_language) and WRITTEN.get(value, value) != value:
                element.set(name, WRITTEN[value])
    return made.write()


def _plain_types(element: Element, target: str) -> None:
    own = {_FEEL_11, target}
    if element.namespace not in NAMESPACES:
        return
    for name in _TYPED & set(element.attributes):
        value = element.get(name)
        if ":" in value and element.expand(value)[0] in own:
            element.set(name, element.expand(value)[1])
    if element.local == "typeRef" and ":" in element.text and element.expand(element.text)[0] in own:
        element.set_text(element.expand(element.text)[1])


def table_of(document: Document, owner: str) -> Element:
    """Find the decision table of a decision or knowledge model, by its id or name; the first one inside it.

    Raises KeyError where there is none.
    """
    for element in document.root.children:
        if owner in {element.get("id"), tidy(element.get("name"))} and element.namespace in NAMESPACES:
            for inner in element.iter():
                if inner.local == "decisionTable" and inner.namespace in NAMESPACES:
                    return inner
    raise KeyError(owner)


def set_cell(table: Element, rule: int, column: int, text: str) -> None:
    """Give the cell of a rule another text; rules and columns count from 1, inputs before outputs.

    What else the cell holds, such as an id or a description, stays. Raises IndexError outside the table.
    """
    rules = _inside(table, "rule")
    cells = _inside(_at(rules, rule), "inputEntry") + _inside(_at(rules, rule), "outputEntry")
    cell = _at(cells, column)
    for inside in _inside(cell, "text"):
        inside.set_text(text)
        return
    cell.insert(len(cell.content), f"<{_beside(table, 'text')}>{escape(text)}</{_beside(table, 'text')}>")


def add_rule(table: Element, texts: Sequence[str], *, at: int | None = None, identity: str = "") -> None:
    """Add a rule, as number `at` or as the last one: a text for each input, then one for each output.

    `identity` is its id. Raises ValueError for another number of texts than the table has columns.
    """
    inputs, outputs = len(_inside(table, "input")), len(_inside(table, "output"))
    if len(texts) != inputs + outputs:
        raise ValueError(f"the table has {inputs + outputs} columns, not {len(texts)}")
    rule, word = _beside(table, "rule"), _beside(table, "text")
    tags = [_beside(table, "inputEntry")] * inputs + [_beside(table, "outputEntry")] * outputs
    cells = "".join(f"<{tag}><{word}>{escape(text)}</{word}></{tag}>" for tag, text in zip(tags, texts, strict=True))
    named = f" id={quoteattr(identity)}" if identity else ""
    place, space = _place(table, at)
    table.insert(place, f"<{rule}{named}>{cells}</{rule}>")
    table.content.insert(place, space)


def remove_rule(table: Element, rule: int) -> None:
    """Take a rule away, with the white space before it. Raises IndexError outside the table."""
    place = table.content.index(_at(_inside(table, "rule"), rule))
    before = table.content[place - 1] if place else None
    blank = isinstance(before, str) and not before.strip()
    del table.content[place - blank : place + 1]


def _place(table: Element, at: int | None) -> tuple[int, str]:
    """Give the place in a table's content for a new rule, and the white space to put before it."""
    rules = _inside(table, "rule")
    before = rules if at is None else rules[: at - 1]
    neighbours = before or _inside(table, "output") or _inside(table, "input")
    if not neighbours:
        return len(table.content), ""
    place = table.content.index(neighbours[-1])
    blank = table.content[place - 1] if place else ""
    return place + 1, blank if isinstance(blank, str) and not blank.strip() else ""


def _inside(element: Element, local: str) -> list[Element]:
    return [child for child in element.children if child.local == local and child.namespace in NAMESPACES]


def _at(elements: Sequence[Element], number: int) -> Element:
    if not 1 <= number <= len(elements):
        raise IndexError(number)
    return elements[number - 1]


def _beside(element: Element, local: str) -> str:
    prefix, colon, _ = element.tag.rpartition(":")
    return f"{prefix}{colon}{local}"
