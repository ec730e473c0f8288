"""The whole verdict on an electronic invoice: business rules and the rules of its syntax."""

from typing import NamedTuple

from alihdaya.channels.einvoice.read import SPACES, parse_xml, received
from alihdaya.channels.einvoice.syntax import well_formed
from alihdaya.engagement.einvoice.received import Received
from alihdaya.engagement.einvoice.rules.check import check
from alihdaya.engagement.einvoice.rules.finding import Finding


class Verdict(NamedTuple):
    """What was read, and which rules it breaks: none where it keeps to EN 16931 in its syntax."""

    document: Received
    findings: tuple[Finding, ...]


def judge(data: bytes, name: str) -> Verdict:
    """Read a document and check it. Raises NotationError for what is no invoice in UBL or CII."""
    from alihdaya.channels.einvoice.syntax_cii import CII_PLACES
    from alihdaya.channels.einvoice.syntax_ubl import UBL_PLACES

    root = parse_xml(data, name)
    document = received(root, name)
    places = UBL_PLACES if document.syntax == "UBL" else CII_PLACES
    found = {*check(document), *well_formed(root, places, SPACES[document.syntax])}
    return Verdict(document, tuple(sorted(found, key=lambda one: (one.line, one.rule, one.element))))
