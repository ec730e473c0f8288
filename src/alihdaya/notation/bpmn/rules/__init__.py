"""The rules of BPMN 2.0.2 that a file has to keep, each with its clause, over a typed view of the whole file."""

from dataclasses import replace

from alihdaya.notation.bpmn.rules import (  # noqa: F401 - each registers its rules
    activities,
    boundary,
    calls,
    choreography,
    collaboration,
    data,
    events,
    execution,
    flows,
    gateways,
    references,
    structure,
)
from alihdaya.notation.bpmn.rules.rule import CHECKS, Check
from alihdaya.notation.bpmn.rules.view import Load, View
from alihdaya.notation.document import Document
from alihdaya.notation.finding import Finding

__all__ = ["CHECKS", "Load", "View", "check_rules"]


def check_rules(document: Document, load: Load | None = None, *, portable: bool = False) -> list[Finding]:
    """Give every finding about a file, in the order of its lines.

    `load` gives imported files by their location; without it, references into other namespaces are taken as good.
    What the standard asks of executable processes for engines of every kind (class "common executable", 2.2.3) is a
    warning, as ours does without it; with `portable` it is an error.
    """
    view = View(document, load)
    found = [finding for check in CHECKS for finding in _findings(view, check, portable=portable)]
    return sorted(found, key=lambda one: (one.source.line or 0, one.code))


def _findings(view: View, check: Check, *, portable: bool) -> list[Finding]:
    softened = check.execution and not portable and check.rule.level == "error"
    kind = replace(check.rule, level="warning") if softened else check.rule
    found = []
    for hit in check.run(view):
        element, facts = hit if isinstance(hit, tuple) else (hit, {})
        source = view.document.source(element)
        said = {key: str(value) for key, value in facts.items()}
        found.append(Finding(kind, source, source.element or "", said))
    return found
