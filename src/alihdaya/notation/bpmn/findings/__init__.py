"""Everything that is found in a BPMN file without running it: the standard's rules, soundness, names, endless calls."""

from collections.abc import Sequence
from dataclasses import replace

from alihdaya.kernel.errors import NotationError, Problem
from alihdaya.notation.bpmn.findings.endless import check_endless
from alihdaya.notation.bpmn.findings.names import check_names
from alihdaya.notation.bpmn.findings.supply import ANYTHING, NOTHING_KNOWN, Known
from alihdaya.notation.bpmn.graph import Process
from alihdaya.notation.bpmn.read import read
from alihdaya.notation.bpmn.rules import Load, View, check_rules
from alihdaya.notation.bpmn.soundness import BUDGET, check_soundness
from alihdaya.notation.bpmn.write import open_bpmn
from alihdaya.notation.finding import Finding, Rule, mark

__all__ = ["ANYTHING", "NOTHING_KNOWN", "Known", "check_file", "check_processes", "check_structure", "in_order"]

_UNRUNNABLE = Rule("BPMN960", "note", mark("not executed"), mark("the engine cannot execute this as it stands: {text}"))


def check_file(data: bytes, name: str, load: Load | None = None, *, budget: int = BUDGET) -> list[Finding]:
    """Give the findings about a BPMN file by itself in the order of its lines; `load` gives imported files by location.

    `budget` bounds the search for unsound runs (see `check_soundness`). Raises NotationError where it is no BPMN.
    """
    found = check_structure(data, name, load, budget=budget)
    view = View(open_bpmn(data, name))
    if any(view.flag(process, "isExecutable") for process in view.every("process")):
        try:
            found += check_processes(read(data, name).processes)
        except NotationError as error:
            found += [_unrunnable(problem) for problem in error.problems]
    return in_order(found)


def check_structure(data: bytes, name: str, load: Load | None = None, *, budget: int = BUDGET) -> list[Finding]:
    """Give what breaks the standard's rules in a file, and its unsound runs."""
    document = open_bpmn(data, name)
    return [*check_rules(document, load), *check_soundness(View(document, load), budget)]


def check_processes(processes: Sequence[Process], known: Known = NOTHING_KNOWN) -> list[Finding]:
    """Give what is found in processes that are ready to be executed: names that nothing supplies, calls without end."""
    called = replace(known, start=known.start | {ANYTHING})
    found: list[Finding] = []
    for process in processes:
        found += check_names(process, known if known.process in ("", process.id) else called)
    return [*found, *check_endless(processes)]


def in_order(found: list[Finding]) -> list[Finding]:
    """Sort findings by file and line."""
    return sorted(found, key=lambda one: (one.source.file, one.source.line or 0, one.code))


def _unrunnable(problem: Problem) -> Finding:
    return Finding(_UNRUNNABLE, problem.source, problem.source.element or "", {"text": problem.message})
