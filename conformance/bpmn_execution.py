"""The execution suites for BPMN: cases that start instances, act from outside and say what must have happened."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conformance.bpmn_betsy import play_words
from conformance.bpmn_steps import play_steps

MARKS = ("defect", "contested", "needs", "vendor_needs")
"""Marks of cases that "clean" leaves out."""


def run(folder: Path) -> dict[str, Any]:
    """Run all cases of one suite's folder; gives how many passed, and the ids of those that did not.

    A case passes when it does by the interpreter alone and with compiled segments; each is counted by itself, too.
    """
    cases = json.loads((folder / "expectations.json").read_bytes())["cases"]
    interpreted = [judge(folder, case, compiled=False) is None for case in cases]
    compiled = [judge(folder, case) is None for case in cases]
    passed = [a and b for a, b in zip(interpreted, compiled, strict=True)]
    clean = [not any(mark in case for mark in MARKS) for case in cases]
    return {
        "passed": sum(passed),
        "total": len(cases),
        "clean_passed": sum(a and b for a, b in zip(passed, clean, strict=True)),
        "clean_total": sum(clean),
        "interpreter_passed": sum(interpreted),
        "compiled_passed": sum(compiled),
        "failures": [case["id"] for case, good in zip(cases, passed, strict=True) if not good],
    }


def judge(folder: Path, case: dict[str, Any], *, compiled: bool = True) -> str | None:
    """Run one case, by the interpreter alone or with compiled segments; None where it passed, else what went wrong."""
    play: Callable[..., str | None] = play_words if "expect" in case else play_steps
    try:
        return play(folder, case, compiled=compiled)
    except Exception as error:  # noqa: BLE001  # whatever a case brings to light is its own failure, not the run's
        return f"{type(error).__name__}: {error}"
