"""Reading XML that strangers wrote: no entities, no network, no DTD, a limit on size and on depth."""

from typing import TYPE_CHECKING

from alihdaya.kernel.errors import NotationError, Problem, Source

if TYPE_CHECKING:
    from lxml import etree

SIZE_LIMIT = 16 * 1024 * 1024
"""Largest file that is read, in bytes."""

DEPTH_LIMIT = 200
"""Deepest nesting of elements that is read; the root stands at depth 1."""


def parse_xml(data: bytes, name: str) -> "etree._Element":
    """Parse one XML document and return its root; comments and processing instructions are dropped.

    `name` is the file's name for messages. Raises NotationError, with file and line, where the file is larger than
    SIZE_LIMIT, is not well-formed, has a document type (so no entity of any kind is ever expanded), or nests deeper
    than DEPTH_LIMIT.
    """
    from lxml import etree

    if len(data) > SIZE_LIMIT:
        raise _refusal("xml-size", f"the file has {len(data):,} bytes; at most {SIZE_LIMIT:,} are read", name)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        message = (error.msg or "not well-formed XML").partition(", line ")[0].partition(", try ")[0]
        raise _refusal("xml-syntax", message, name, line or None, column) from None
    except ValueError as error:
        raise _refusal("xml-syntax", str(error), name) from None
    if root.getroottree().docinfo.doctype:
        raise _refusal("xml-doctype", "a document type (DOCTYPE) is not allowed", name, 1)
    _check_depth(root, name)
    return root


def source_of(element: "etree._Element", name: str) -> Source:
    """Give the place of an element in the file `name`: its line, and its id (else its name, else its tag)."""
    label = element.get("id") or element.get("name") or local_name(element)
    return Source(file=name, line=element.sourceline, element=label)


def local_name(element: "etree._Element") -> str:
    """Give the tag of an element without its namespace."""
    tag = str(element.tag)
    return tag.rpartition("}")[2]


def namespace_of(element: "etree._Element") -> str:
    """Give the namespace URI of an element's tag, or the empty string."""
    tag = str(element.tag)
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def _check_depth(root: "etree._Element", name: str) -> None:
    level = [root]
    for _ in range(DEPTH_LIMIT):
        level = [child for parent in level for child in parent]
        if not level:
            return
    raise NotationError(Problem("xml-depth", f"elements nest deeper than {DEPTH_LIMIT}", source_of(level[0], name)))


def _refusal(code: str, message: str, name: str, line: int | None = None, column: int | None = None) -> NotationError:
    return NotationError(Problem(code, message, Source(file=name, line=line, column=column or None)))
