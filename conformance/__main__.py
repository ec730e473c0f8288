"""`python -m conformance SUITE DIR`: runs a suite that lies in a folder and prints one JSON object last."""

import importlib
import json
import sys
from pathlib import Path

SUITES = ("dmn", "bpmn", "bpmn-miwg", "einvoice")


def main() -> None:
    """Run the suite named first on the folder named second."""
    if len(sys.argv) < 3 or sys.argv[1] not in SUITES:
        sys.exit(f"usage: python -m conformance SUITE DIR, where SUITE is one of: {', '.join(SUITES)}")
    folder = Path(sys.argv[2])
    if not folder.is_dir():
        sys.exit(f"there is no folder {folder}")
    report = importlib.import_module(f"conformance.{sys.argv[1].replace('-', '_')}").run(folder)
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
