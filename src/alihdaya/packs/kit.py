"""What steps.py of a pack may import, and nothing else: exact numbers, days, and the error that a model catches.

jobs.py imports it, too, for `Job` and `Permanent`, beside whatever else it needs.

A step is a pure function from an item's variables to new variables::

    from alihdaya.packs.kit import BpmnError, Decimal, Variables, rounded

    def net_pay(variables: Variables) -> Variables:
        if variables["gross"] is None:
            raise BpmnError("no-gross", "the row has no gross pay")
        return {"net": rounded(variables["gross"] * Decimal("0.95"), 2)}

The same variables must always give the same result: no clock, no chance, no files, no network, no floats.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from alihdaya.notation.bpmn import BpmnError

Variables = Mapping[str, Any]
"""Variable name -> None, bool, int, Decimal, str, date, datetime, timedelta, list or dict."""

__all__ = [
    "ROUND_HALF_EVEN",
    "ROUND_HALF_UP",
    "Any",
    "BpmnError",
    "Decimal",
    "Job",
    "Mapping",
    "Permanent",
    "Variables",
    "date",
    "datetime",
    "rounded",
    "timedelta",
]


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt at a job, as a function of jobs.py gets it; `attempt` counts from 1.

    `key` is the same for every attempt and never another job's: hand it on as Idempotency-Key, or look it up before
    something is done twice, for an attempt may have gone through whose end nobody heard of.
    """

    name: str
    variables: Variables
    key: str
    attempt: int


class Permanent(Exception):
    """The job failed, and another attempt would fail as well: an incident at once."""


def rounded(number: Decimal | int, places: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round a number to so many decimal places: half up, as invoices do, unless told otherwise."""
    return Decimal(number).quantize(Decimal(1).scaleb(-places), rounding)
