"""The builtin functions of FEEL (DMN 10.3.4), split by what they work on."""

from alihdaya.notation.feel.builtins import contexts, conversions, lists, numbers, ranges, strings, times
from alihdaya.notation.feel.builtins.registry import TABLE, Builtin

NAMES = frozenset(TABLE)
"""The names of all builtins."""

FILES = (contexts, conversions, lists, numbers, ranges, strings, times)
"""The files that fill the table."""

__all__ = ["FILES", "NAMES", "TABLE", "Builtin"]
