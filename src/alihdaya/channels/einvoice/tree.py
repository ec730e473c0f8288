"""From nested tuples to an XML document: what is None or empty is left out, and the bytes are always the same."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element

Node = tuple[str, Any] | tuple[str, Any, Mapping[str, str]] | None
"""(prefix:name, text or list of nodes, attributes); empty text, None and empty lists give no element.

A tuple of nodes gives its element even where none of them is left.
"""


def document(root: str, namespaces: Mapping[str | None, str], nodes: Iterable[Node]) -> bytes:
    """Write a document in UTF-8, indented. `root` is a local name in the first namespace given."""
    from lxml import etree

    known = {prefix or "": uri for prefix, uri in namespaces.items()}
    element = etree.Element(f"{{{next(iter(known.values()))}}}{root}", nsmap=dict(namespaces))
    for node in nodes:
        _grow(element, node, known)
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _grow(parent: "_Element", node: Node, namespaces: Mapping[str, str]) -> None:
    from lxml import etree

    if node is None or node[1] is None or node[1] in ("", []):
        return
    name, content, attributes = (*node, {})[:3]
    prefix, _, local = name.rpartition(":")
    element = etree.Element(f"{{{namespaces[prefix]}}}{local}")
    if isinstance(content, list | tuple):
        for child in content:
            _grow(element, child, namespaces)
        if not len(element) and isinstance(content, list):
            return
    else:
        element.text = _writable(str(content))
    for key, value in attributes.items():
        if value:
            element.set(key, value)
    parent.append(element)


def _writable(text: str) -> str:
    """Drop the characters that XML 1.0 cannot carry."""
    return "".join(char for char in text if char in "\t\n\r" or (char >= " " and not "\ud800" <= char <= "\udfff"))
