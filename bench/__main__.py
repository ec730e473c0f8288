"""`python -m bench [NAME]`: runs one bench, or all and keeps their lines in bench/results/."""

import importlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_") and p.stem != "measure")


def lines(name: str) -> Iterator[dict[str, Any]]:
    """Run the bench `name`; yields one object a line. Raises SystemExit for an unknown name."""
    if name not in NAMES:
        sys.exit(f"no bench is called {name!r}; there are: {', '.join(NAMES)}")
    yield from importlib.import_module(f"bench.{name}").run()


def machine() -> dict[str, str]:
    """Tell what the figures were measured on."""
    libraries = {name: version(name) for name in ("alihdaya", "polars", "sqlalchemy", "msgspec")}
    here = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    return {**here, **libraries}


def main() -> None:
    """Print each line as it comes; without a name, keep them too."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's second start compiles nothing; nor does a measured one
    wanted = sys.argv[1:] or NAMES
    kept = []
    for name in wanted:
        for line in lines(name):
            print(json.dumps(line), flush=True)
            kept.append(line)
    if not sys.argv[1:]:
        day = datetime.now(UTC).date().isoformat()
        (HERE / "results").mkdir(exist_ok=True)
        target = HERE / "results" / f"{day}.json"
        target.write_text(json.dumps({"date": day, "machine": machine(), "lines": kept}, indent=1) + "\n")


if __name__ == "__main__":
    main()
