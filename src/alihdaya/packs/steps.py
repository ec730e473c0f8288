"""The steps of a pack: listed without running them, checked for what they import, run only when trusted.

steps.py is a program. Reading, checking and deploying a pack never runs it. `run_steps` does: at once for a pack
that came with an installed package (whoever installed it has already trusted its code), and for a folder only when
the caller says `trusted=True`. The check of imports keeps honest authors pure; it is no wall against hostile code.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final

from alihdaya.kernel.errors import PackError, Problem, Source
from alihdaya.packs.pack import Pack

KIT: Final = "alihdaya.packs.kit"
_NEVER: Final = frozenset({"eval", "exec", "compile", "open", "input", "__import__", "globals", "breakpoint"})

Step = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def read_steps(text: str, name: str) -> tuple[str, ...]:
    """Names of the public functions of steps.py, in order; nothing is run. Raises PackError with every problem."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise PackError(Problem("not-python", f"not Python: {error}", Source(name, line))) from None
    problems = [problem for node in ast.walk(tree) for problem in _impure(node, name)]
    names = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            names.append(node.name)
            problems += _signature(node, name)
    if problems:
        raise PackError(problems)
    return tuple(names)


def _impure(node: ast.AST, name: str) -> Iterator[Problem]:
    modules: list[str] = []
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        modules = ["." * node.level + (node.module or "")]
    for module in modules:
        if module not in (KIT, "__future__"):
            place = Source(name, getattr(node, "lineno", None), element=module)
            yield Problem("foreign-import", f"steps import {KIT} and nothing else, not {module}", place)
    if isinstance(node, ast.Name) and node.id in _NEVER:
        place = Source(name, node.lineno, element=node.id)
        yield Problem("impure-step", f"a step must not use {node.id}", place)


def _signature(node: ast.FunctionDef, name: str) -> Iterator[Problem]:
    arguments = node.args
    required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    if required != 1 or any(default is None for default in arguments.kw_defaults):
        place = Source(name, node.lineno, element=node.name)
        yield Problem("bad-step", "a step takes one argument, the variables", place)


def run_steps(pack: Pack, *, trusted: bool = False) -> dict[str, Step]:
    """Run steps.py and give its functions by name; {} where the pack has none.

    Raises PackError where the pack is a folder and the caller did not say that it is trusted, and where the file
    fails as it runs.
    """
    if not pack.steps:
        return {}
    place = Source(f"{pack.place}/steps.py")
    if not (pack.installed or trusted):
        message = "the pack's steps.py is a program; it runs only when the pack is trusted (--trust)"
        raise PackError(Problem("not-trusted", message, place))
    module = ModuleType(f"alihdaya_steps_{pack.name.replace('-', '_')}")
    try:
        exec(compile(pack.files["steps.py"], place.file, "exec"), module.__dict__)  # noqa: S102 - trusted above
    except (Exception, SystemExit) as error:
        raise PackError(Problem("steps-fail", f"steps.py fails as it is run: {error!r}", place)) from error
    return {name: getattr(module, name) for name in pack.steps}
