"""A lossless XML document: a tree that knows how everything was written, so that what is not edited stays as it was.

Every byte of the file is kept: the spelling of tags and attributes, white space, comments, processing instructions,
CDATA and foreign elements. `write` gives back the same bytes; an edit changes only the characters that it concerns.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from html import unescape
from xml.sax.saxutils import escape

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.xml import parse_xml

_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|</[^>]*>|<(?:[^>\"']+|\"[^\"]*\"|'[^']*')*>|[^<]+", re.DOTALL
)
_NAME = re.compile(r"<([^\s/>]+)")
_ATTRIBUTE = re.compile(r"""\s+([^\s=/>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(lt|gt|amp|quot|apos));")
_SPACE = re.compile(r"\r\n|[\r\n\t]")
_END = re.compile(r"\s*/?>\Z")
_XML = {"xml": "http://www.w3.org/XML/1998/namespace"}
_ATTRIBUTE_ESCAPES = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


class Element:
    """One element. `content` holds child elements and, as strings of raw markup, all that stands between them.

    `tag` is the name as written, `local` its part after the prefix, `namespace` its URI (or the empty string), `line`
    counts from 1. `attributes` maps names as written to values; change them by `set`.
    """

    __slots__ = ("_attributes", "_close", "_open", "content", "line", "local", "namespace", "parent", "scope", "tag")

    def __init__(self, opening: str, parent: "Element | None", line: int) -> None:
        self._open, self._close = opening, ""
        self.parent, self.line = parent, line
        self.content: list[Element | str] = []
        self.tag = _NAME.match(opening).group(1)  # type: ignore[union-attr]
        self._attributes = _attributes_of(opening) if "=" in opening else {}
        self.scope: Mapping[str, str] = self._declared(_XML if parent is None else parent.scope)
        prefix, _, local = self.tag.rpartition(":")
        self.local: str = local
        self.namespace: str = self.scope.get(prefix, "")

    def _declared(self, outer: Mapping[str, str]) -> Mapping[str, str]:
        if not any(name.startswith("xmlns") for name in self._attributes):
            return outer
        pairs = ((name.partition(":"), value) for name, value in self._attributes.items())
        return {**outer, **{prefix: value for (word, _, prefix), value in pairs if word == "xmlns"}}

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attributes, by their names as written, in their order."""
        return self._attributes

    def get(self, name: str, default: str = "") -> str:
        """Give an attribute's value by its name as written."""
        return self._attributes.get(name, default)

    def expand(self, name: str) -> tuple[str, str]:
        """Give namespace and local part of a QName that is written in this place; an unknown prefix gives ""."""
        prefix, _, local = name.strip().rpartition(":")
        return self.scope.get(prefix, ""), local

    @property
    def children(self) -> "list[Element]":
        """The child elements, in their order."""
        return [part for part in self.content if part.__class__ is Element]

    @property
    def text(self) -> str:
        """The text directly inside, references and CDATA resolved, comments left out."""
        return "".join(_text_of(part) for part in self.content if isinstance(part, str))

    def iter(self) -> "Iterator[Element]":
        """Walk over this element and all below it, in the order of the document."""
        todo = [self]
        while todo:
            element = todo.pop()
            yield element
            todo.extend(reversed(element.children))

    def set(self, name: str, value: str) -> None:
        """Give an attribute a value: what else the tag holds stays as it is written; a new one is written last."""
        written = escape(value, _ATTRIBUTE_ESCAPES)
        spans = (one.span(2 if one[2] is not None else 3) for one in self._spans() if one[1] == name)
        start, end = next(spans, (-1, -1))
        if start >= 0:
            self._open = f'{self._open[: start - 1]}"{written}"{self._open[end + 1 :]}'
        else:
            cut = _END.search(self._open).start()  # type: ignore[union-attr]
            self._open = f'{self._open[:cut]} {name}="{written}"{self._open[cut:]}'
        self._attributes[name] = value

    def remove(self, name: str) -> None:
        """Take an attribute away, with the white space before it; KeyError where there is none."""
        del self._attributes[name]
        found = next(one for one in self._spans() if one[1] == name)
        self._open = self._open[: found.start()] + self._open[found.end() :]

    def _spans(self) -> Iterator[re.Match[str]]:
        return _ATTRIBUTE.finditer(self._open)

    def set_text(self, value: str) -> None:
        """Put `value` in place of all text, comments and CDATA directly inside; child elements stay, after it."""
        self.content = [escape(value, {"\r": "&#13;"}), *self.children]
        self._open_up()

    def insert(self, index: int, markup: str) -> "Element":
        """Add an element, given as markup, at a place of `content`, and give it; prefixes mean what they mean here.

        Raises NotationError where the markup is not one well-formed element.
        """
        added, _ = _tree(_wrapped(markup, self), self)
        self.content.insert(index, added)
        self._open_up()
        return added

    def _open_up(self) -> None:
        if not self._close:
            self._open, self._close = self._open[:-2].rstrip() + ">", f"</{self.tag}>"

    def markup(self) -> str:
        """Give the element as it is written, with everything inside."""
        inside = (part if isinstance(part, str) else part.markup() for part in self.content)
        return "".join((self._open, *inside, self._close))


class Document:
    """A whole file: `before` and `after` are what stands around the root (declaration, comments, white space)."""

    __slots__ = ("after", "before", "encoding", "name", "root")

    def __init__(self, name: str, encoding: str, before: str, root: Element, after: str) -> None:
        self.name, self.encoding = name, encoding
        self.before, self.root, self.after = before, root, after

    def write(self) -> bytes:
        """Give the file: the very bytes that were read, but for what was edited since."""
        return f"{self.before}{self.root.markup()}{self.after}".encode(self.encoding, "xmlcharrefreplace")

    def source(self, element: Element) -> Source:
        """Give the place of an element: its line, and its id (else its name, else its tag)."""
        label = element.get("id") or element.get("name") or element.local
        return Source(file=self.name, line=element.line, element=label)


def read_document(data: bytes, name: str) -> Document:
    """Read one XML file with every byte of it; `name` is the file's name for messages.

    Refuses what `parse_xml` refuses (NotationError), and bytes that do not survive decoding and encoding.
    """
    declared = parse_xml(data, name).getroottree().docinfo.encoding
    text, encoding = _decoded(data, declared or "utf-8", name)
    start = next(one.start() for one in _TOKEN.finditer(text) if one[0][0] == "<" and one[0][1] not in "!?")
    root, end = _tree(text, None, start)
    return Document(name, encoding, text[:start], root, text[end:])


def _decoded(data: bytes, declared: str, name: str) -> tuple[str, str]:
    marks = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
    encoding = next((codec for mark, codec in marks.items() if data.startswith(mark)), declared)
    try:
        text = data.decode(encoding)
        if text.encode(encoding) == data:
            return text, encoding
    except (UnicodeError, LookupError):
        pass
    raise NotationError(Problem("xml-encoding", f"the file cannot be read as {encoding}", Source(file=name, line=1)))


def _tree(text: str, parent: Element | None, start: int = 0) -> tuple[Element, int]:
    """Build the element that begins at `start` in well-formed text; gives it and the place where it ends."""
    line = text.count("\n", 0, start) + 1
    top, place = parent, parent
    for token in _TOKEN.finditer(text, start):
        piece = token[0]
        if piece[0] != "<" or piece[1] in "!?":
            place.content.append(piece)  # type: ignore[union-attr]
        elif piece[1] == "/":
            place._close, place = piece, place.parent  # type: ignore[union-attr]  # noqa: SLF001
        else:
            element = Element(piece, place, line)
            if place is not parent:
                place.content.append(element)  # type: ignore[union-attr]
            else:
                top = element
            place = place if piece.endswith("/>") else element
        if place is parent:
            return top, token.end()  # type: ignore[return-value]
        line += piece.count("\n")
    raise AssertionError("the text was found well-formed before")


def _wrapped(markup: str, place: Element) -> str:
    """Check that markup is one element in the scope of `place`."""
    scope = " ".join(
        f'xmlns{":" if prefix else ""}{prefix}="{escape(uri, _ATTRIBUTE_ESCAPES)}"'
        for prefix, uri in place.scope.items()
        if prefix != "xml"
    )
    root = parse_xml(f"<w {scope}>{markup}</w>".encode(), "(new element)")
    if len(root) != 1 or (root.text or "").strip() or (root[0].tail or "").strip():
        raise NotationError(Problem("not-one-element", "the markup has to be one element"))
    return markup.strip()


def _attributes_of(opening: str) -> dict[str, str]:
    return {
        one[1]: _resolved(_SPACE.sub(" ", one[2] if one[2] is not None else one[3]))
        for one in _ATTRIBUTE.finditer(opening)
    }


def _resolved(raw: str) -> str:
    return _REFERENCE.sub(_character, raw) if "&" in raw else raw


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return unescape(found[0])
    return chr(int(found[1], 16) if found[1] else int(found[2]))


def _text_of(raw: str) -> str:
    if raw.startswith("<![CDATA["):
        return raw[9:-3].replace("\r\n", "\n").replace("\r", "\n")
    return "" if raw.startswith("<") else _resolved(raw.replace("\r\n", "\n").replace("\r", "\n"))
