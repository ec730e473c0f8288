"""Everything that is found in a BPMN file without running it: the standard's rules, then soundness."""

from alihdaya.notation.bpmn.rules import Load, View, check_rules
from alihdaya.notation.bpmn.soundness import BUDGET, check_soundness
from alihdaya.notation.bpmn.write import open_bpmn
from alihdaya.notation.finding import Finding


def check_file(data: bytes, name: str, load: Load | None = None, *, budget: int = BUDGET) -> list[Finding]:
    """Give the findings about a BPMN file in the order of its lines; `load` gives imported files by location.

    `budget` bounds the search for unsound runs (see `check_soundness`). Raises NotationError where it is no BPMN.
    """
    document = open_bpmn(data, name)
    found = [*check_rules(document, load), *check_soundness(View(document, load), budget)]
    return sorted(found, key=lambda one: (one.source.line or 0, one.code))
