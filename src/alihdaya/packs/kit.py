"""What steps.py of a pack may import, and nothing else: exact numbers, days, and the error that a model catches.

A step is a pure function from an item's variables to new variables::

    from alihdaya.packs.kit import BpmnError, Decimal, Variables, rounded

    def net_pay(variables: Variables) -> Variables:
        if variables["gross"] is None:
            raise BpmnError("no-gross", "the row has no gross pay")
        return {"net": rounded(variables["gross"] * Decimal("0.95"), 2)}

The same variables must always give the same result: no clock, no chance, no files, no network, no floats.
"""

from collections.abc import Mapping
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
    "Mapping",
    "Variables",
    "date",
    "datetime",
    "rounded",
    "timedelta",
]


def rounded(number: Decimal | int, places: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round a number to so many decimal places: half up, as invoices do, unless told otherwise."""
    return Decimal(number).quantize(Decimal(1).scaleb(-places), rounding)
