"""DMN: decision tables and requirement graphs, read from any version 1.1 to 1.6, compiled and evaluated.

`read` gives the neutral `Model`, `compile_model` the `Decisions` of it; `evaluate` is the slow reference.
"""

from alihdaya.notation.dmn.decisions import Decision, Decisions, compile_model
from alihdaya.notation.dmn.model import Model
from alihdaya.notation.dmn.read import read, wanted_imports
from alihdaya.notation.dmn.reference import evaluate, invoke

__all__ = ["Decision", "Decisions", "Model", "compile_model", "evaluate", "invoke", "read", "wanted_imports"]
