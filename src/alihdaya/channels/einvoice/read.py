"""Read an electronic invoice that somebody sent: UBL or CII, hostile until parsed."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from alihdaya.channels.einvoice.binding import Binding
from alihdaya.channels.einvoice.cii import NAMESPACES
from alihdaya.channels.einvoice.ubl import AGGREGATES, BASICS, SCHEMA
from alihdaya.engagement.einvoice.received import Group, Received, Syntax, Value
from alihdaya.kernel.errors import NotationError, Problem, Source

if TYPE_CHECKING:
    from lxml.etree import XPath, _Element

MOST_BYTES: Final = 32 * 1024 * 1024
SPACES: Final[dict[Syntax, dict[str, str]]] = {
    "UBL": {"cac": AGGREGATES, "cbc": BASICS},
    "CII": {prefix or "": uri for prefix, uri in NAMESPACES.items()},
}
_ROOTS: Final[dict[str, Syntax]] = {
    f"{{{SCHEMA}Invoice-2}}Invoice": "UBL",
    f"{{{SCHEMA}CreditNote-2}}CreditNote": "UBL",
    f"{{{NAMESPACES['rsm']}}}CrossIndustryInvoice": "CII",
}


def read_invoice(data: bytes, name: str) -> Received:
    """Read the terms of a document, whatever they say. Raises NotationError for what is no UBL or CII invoice at all.

    No document type definition is read, no entity resolved, nothing fetched; files over 32 MiB are refused.
    """
    return received(parse_xml(data, name), name)


def received(root: "_Element", name: str) -> Received:
    """Read the terms of a parsed document. Raises NotationError where its root is not that of an invoice."""
    syntax = _ROOTS.get(str(root.tag))
    if syntax is None:
        known = "Invoice or CreditNote of UBL 2.1, or CrossIndustryInvoice of CII D16B"
        raise _refused("not-an-invoice", f"the root element must be {known}, not {_plain(root)}", name, root.sourceline)
    return Received(syntax, name, _group("", root, _binding(syntax), SPACES[syntax]))


def parse_xml(data: bytes, name: str) -> "_Element":
    """Parse XML of strangers. Raises NotationError for what is none, is too large, or declares a document type."""
    from lxml import etree

    if len(data) > MOST_BYTES:
        raise _refused("too-large", f"over {MOST_BYTES >> 20} MiB", name, None)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _refused("not-xml", f"not well-formed XML: {error}", name, getattr(error, "lineno", None)) from None
    if root.getroottree().docinfo.doctype:
        raise _refused("doctype", "an invoice has no document type declaration", name, None)
    return root


def _refused(code: str, message: str, name: str, line: int | None) -> NotationError:
    return NotationError(Problem(code, message, Source(name, line)))


def _binding(syntax: Syntax) -> Binding:
    from alihdaya.channels.einvoice.cii_binding import CII
    from alihdaya.channels.einvoice.ubl_binding import UBL

    return UBL if syntax == "UBL" else CII


@cache
def _path(path: str, spaces: tuple[tuple[str, str], ...]) -> "XPath":
    from lxml import etree

    return etree.XPath(path, namespaces=dict(spaces))


def evaluate(element: "_Element", path: str, spaces: Mapping[str, str]) -> Any:
    """Evaluate a path of ours (XPath 1.0) at an element; paths are compiled once."""
    return _path(path, tuple(spaces.items()))(element)


def _plain(element: "_Element") -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "a comment"


def _group(name: str, element: "_Element", binding: Binding, spaces: Mapping[str, str]) -> Group:
    values = {
        term: tuple(_value(one) for one in found)
        for term, path in binding.terms.items()
        if (found := evaluate(element, path, spaces))
    }
    groups = {
        below: tuple(_group(below, one, bound, spaces) for one in found)
        for below, bound in binding.groups.items()
        if (found := evaluate(element, bound.path, spaces))
    }
    return Group(name, _plain(element), element.sourceline or 0, values, groups)


def _value(element: "_Element") -> Value:
    text = str(element.xpath("string()")) if len(element) else element.text
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    return Value(text or "", attributes, _plain(element), element.sourceline or 0)
