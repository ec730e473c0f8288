"""The BPMN suites of a folder: execution (betsy, camunda7) and static validity (bpmnspector), each by its own leg."""

import importlib.util
import json
import time
from pathlib import Path
from typing import Any

EXECUTION = "conformance.bpmn_execution"


def run(folder: Path) -> dict[str, Any]:
    """Run every suite below a folder, or the one that it is; a suite is a folder with `expectations.json`."""
    start = time.perf_counter()
    places = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    found = [place for place in places if (place / "expectations.json").is_file()]
    suites = {_name(place): report for place in found if (report := _report(place)) is not None}
    return {"suites": suites, "seconds": round(time.perf_counter() - start, 1)}


def _cases(place: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((place / "expectations.json").read_text())
    return told


def _name(place: Path) -> str:
    return str(_cases(place).get("suite") or place.name)


def _report(place: Path) -> dict[str, Any] | None:
    """Choose the leg by what the cases say: verdicts on validity, or what happens in an instance."""
    static = all("valid" in case for case in _cases(place)["cases"])
    leg = "conformance.bpmn_static" if static else EXECUTION
    if importlib.util.find_spec(leg) is None:
        return None
    report: dict[str, Any] = importlib.import_module(leg).run(place)
    return report
