"""Why a decision came out as it did: computed by the reference evaluator, given as data (`plain` makes it JSON-able).

Texts for people are made of this data by whoever shows it.
"""

from alihdaya.notation.dmn.explain.plain import plain
from alihdaya.notation.dmn.explain.shown import Decided, TableShown, nulls, tables
from alihdaya.notation.dmn.explain.watch import explain

__all__ = ["Decided", "TableShown", "explain", "nulls", "plain", "tables"]
