"""The static checks of BPMN: each model of a suite is accepted or refused, and the verdict compared."""

import json
from pathlib import Path
from typing import Any

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.bpmn.rules import check_rules
from alihdaya.notation.bpmn.write import open_bpmn

MARKS = ("defect", "contested", "needs", "vendor_needs")


def run(folder: Path) -> dict[str, Any]:
    """Judge every case of a folder in the suite's layout."""
    cases = json.loads((folder / "expectations.json").read_text())["cases"]
    verdicts = [(case, refusals(folder / case["model"])) for case in cases]
    right = [(case, bool(codes) != case["valid"]) for case, codes in verdicts]
    clean = [passed for case, passed in right if not any(mark in case for mark in MARKS)]
    valid = [passed for case, passed in right if case["valid"]]
    invalid = [passed for case, passed in right if not case["valid"]]
    return {
        "passed": sum(passed for _, passed in right),
        "total": len(right),
        "clean_passed": sum(clean),
        "clean_total": len(clean),
        "valid_accepted": sum(valid),
        "valid_total": len(valid),
        "invalid_refused": sum(invalid),
        "invalid_total": len(invalid),
        "failures": [case["id"] for case, passed in right if not passed],
    }


def refusals(file: Path) -> list[str]:
    """Give the codes of the rules that a model breaks; a file that cannot be read breaks "unreadable"."""
    try:
        document = open_bpmn(file.read_bytes(), file.name)
    except NotationError as error:
        return [f"unreadable: {error}"]
    found = check_rules(document, lambda location: beside(file, location), portable=True)
    return [f"{one.code} {one.element}: {one.message()}" for one in found if one.level == "error"]


def beside(file: Path, location: str) -> bytes | None:
    """Give an imported file that lies below the folder of the importing one."""
    path = (file.parent / location).resolve()
    inside = path.is_relative_to(file.parent.parent.resolve())
    return path.read_bytes() if inside and path.is_file() else None
