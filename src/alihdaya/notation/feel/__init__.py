"""FEEL, the expression language of DMN: parse, compile, evaluate. No text of a model is ever run as Python.

`parse` gives an `Expr`; `compile_expression` makes a fast function of it, `evaluate` walks its tree as the
reference. Values are those of `values`: numbers are `int` or `Decimal`, null is `None`.
"""

from alihdaya.notation.feel.compiler import compile_expression
from alihdaya.notation.feel.evaluator import Diagnostic, evaluate
from alihdaya.notation.feel.ir import Expr
from alihdaya.notation.feel.parser import parse
from alihdaya.notation.feel.values import Function, Range, YearsMonths

__all__ = ["Diagnostic", "Expr", "Function", "Range", "YearsMonths", "compile_expression", "evaluate", "parse"]
