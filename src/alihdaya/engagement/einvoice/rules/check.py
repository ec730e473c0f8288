"""Check a received invoice against all business rules."""

from alihdaya.engagement.einvoice.received import Received
from alihdaya.engagement.einvoice.rules.codes import coded
from alihdaya.engagement.einvoice.rules.finding import Finding
from alihdaya.engagement.einvoice.rules.parties import identified
from alihdaya.engagement.einvoice.rules.readable import readable
from alihdaya.engagement.einvoice.rules.required import complete
from alihdaya.engagement.einvoice.rules.sums import added
from alihdaya.engagement.einvoice.rules.vat import taxed


def check(document: Received) -> tuple[Finding, ...]:
    """Give every broken rule, each place once, in the order of the file. None: the document keeps to EN 16931."""
    found = {finding for part in (readable, complete, identified, added, taxed, coded) for finding in part(document)}
    return tuple(sorted(found, key=lambda one: (one.line, one.rule, one.element)))
