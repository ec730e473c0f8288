"""The decisions that every engine makes, as plain data, and the rows on which it makes them.

`table`: 3 inputs, 12 rules, UNIQUE. `drg`: that table, a table of 4 rules (FIRST) and an expression over both. `wide`:
the table's three inputs with 300 rules, UNIQUE.
"""

import random
from itertools import pairwise
from typing import Any, NamedTuple

CASES = ("table", "drg", "wide")
RESULT = {"table": "rate", "drg": "fee", "wide": "rate"}
"""The decision whose value is asked for."""


class Rule(NamedTuple):
    """A rule: low <= amount < high, either end open when None; express is true, false, or of no account when None."""

    category: str
    low: int | None
    high: int | None
    express: bool | None
    rate: str


RATES = [
    Rule("A", None, 100, True, "0.05"),
    Rule("A", None, 100, False, "0.02"),
    Rule("A", 100, 1000, None, "0.07"),
    Rule("A", 1000, None, True, "0.12"),
    Rule("A", 1000, None, False, "0.1"),
    Rule("B", None, 100, None, "0.03"),
    Rule("B", 100, 1000, True, "0.08"),
    Rule("B", 100, 1000, False, "0.06"),
    Rule("B", 1000, None, None, "0.11"),
    Rule("C", None, 500, None, "0.04"),
    Rule("C", 500, None, True, "0.09"),
    Rule("C", 500, None, False, "0.085"),
]
RISKS = [("< 1", ">= 1000", "high"), ("< 3", ">= 5000", "high"), (">= 10", "", "low"), ("", "", "mid")]
"""Test of years, test of amount, risk; the first that matches decides."""


def wide() -> list[Rule]:
    """Give 300 rules: 50 stretches of the amount for each category, each parted by express."""
    rules: list[Rule] = []
    for place, category in enumerate("ABC"):
        edges = [None, *(20 * n + place for n in range(1, 50)), None]
        for low, high in pairwise(edges):
            for express in (True, False):
                rules.append(Rule(category, low, high, express, f"{len(rules) / 1000:.3f}"))
    return rules


def rules_of(case: str) -> list[Rule]:
    """Give the rules of a case's table of rates."""
    return wide() if case == "wide" else RATES


def rows(count: int, seed: int) -> list[dict[str, Any]]:
    """Give rows; amounts are texts of two decimals, for each engine to turn into its own kind of number."""
    source = random.Random(seed)
    return [
        {
            "category": source.choice("ABC"),
            "amount": f"{source.random() * (2_000 if source.random() < 0.8 else 20_000):.2f}",
            "express": source.random() < 0.4,
            "years": source.randrange(15),
        }
        for _ in range(count)
    ]
