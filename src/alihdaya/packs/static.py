"""What is found in a pack's process without running it, and refusing to deploy what can be seen not to work."""

from collections.abc import Mapping

from alihdaya.kernel.errors import PackError, Problem
from alihdaya.notation.bpmn.findings import Known, check_processes, check_structure, in_order
from alihdaya.notation.dmn import Decision
from alihdaya.notation.dmn.analysis.writing import feel_text
from alihdaya.notation.finding import Finding
from alihdaya.packs.pack import Pack


def known_of(pack: Pack, decisions: Mapping[str, Decision]) -> Known:
    """Give what the pack's process can know: the columns of the intake, the fields of forms, what decisions read."""
    return Known(
        start=frozenset(pack.intake.variables),
        forms={name: frozenset(field.name for field in form.fields) for name, form in pack.forms.items()},
        decisions={name: frozenset(decision.inputs) for name, decision in decisions.items()},
        process=pack.manifest.process_id,
    )


def process_findings(pack: Pack, decisions: Mapping[str, Decision]) -> list[Finding]:
    """Give the standard's rules that are broken, unsound runs with a path that shows each, names that nothing gives."""
    found = check_processes(tuple(pack.processes.values()), known_of(pack, decisions))
    for path, text in pack.files.items():
        if path.startswith("processes/"):
            found += check_structure(text.encode(), f"{pack.place}/{path}")
    return in_order(found)


def problem_of(found: Finding) -> Problem:
    """Write a finding as a problem, with the input that shows it."""
    return Problem(found.code, _said(found), found.source, "error" if found.level == "error" else "warning")


def _said(found: Finding) -> str:
    if found.example is None:
        return found.message()
    shown = ", ".join(f"{name} = {feel_text(value)}" for name, value in found.example.items())
    return f"{found.message()} Shown by {shown}"


def require_sound(pack: Pack) -> None:
    """Refuse a pack whose process can be seen not to work. Raises PackError with every finding that is an error.

    What its decisions read is left to `check`: they are not compiled once more for it.
    """
    found = process_findings(pack, {})
    problems = [problem_of(one) for one in found if one.level == "error"]
    if problems:
        raise PackError(problems)
