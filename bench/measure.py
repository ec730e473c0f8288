"""Clocks and lines shared by the benches."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass
class Spent:
    """CPU and wall seconds of one run."""

    cpu: float = 0.0
    wall: float = 0.0


@contextmanager
def clock() -> Iterator[Spent]:
    """Measure this process's CPU seconds (all threads) and the wall seconds of the block."""
    spent, cpu, wall = Spent(), time.process_time(), time.perf_counter()
    yield spent
    spent.cpu, spent.wall = time.process_time() - cpu, time.perf_counter() - wall


@dataclass
class Series:
    """The values of one case over several runs."""

    bench: str
    case: str
    engine: str
    unit: str
    values: list[float] = field(default_factory=list)

    def line(self, **more: Any) -> dict[str, Any]:
        """Give the JSON line: median as value, beside minimum and maximum."""
        middle = median(self.values)
        return {
            "bench": self.bench,
            "case": self.case,
            "engine": self.engine,
            "value": round(middle, 1),
            "unit": self.unit,
            "runs": len(self.values),
            "median": round(middle, 1),
            "min": round(min(self.values), 1),
            "max": round(max(self.values), 1),
            **more,
        }
