"""What a rule is: a small function over the view of a file, registered with its code, its message and its class."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import Level, Rule

Hits = Iterator[Element | tuple[Element, dict[str, Any]]]
"""What a rule gives: elements that break it, with the facts that its message names."""


class Check(NamedTuple):
    """A rule with its function. `execution` says that it concerns executable processes only (2.2.3)."""

    rule: Rule
    run: Callable[[View], Hits]
    execution: bool


CHECKS: list[Check] = []
"""Every rule, in the order of their registration."""


def rule(
    code: str, title: str, message: str, *, level: Level = "error", execution: bool = False
) -> Callable[[Callable[[View], Hits]], Callable[[View], Hits]]:
    """Register a function as a rule; its docstring says the clause of BPMN 2.0.2 and what it asks."""

    def register(run: Callable[[View], Hits]) -> Callable[[View], Hits]:
        CHECKS.append(Check(Rule(code, level, title, message), run, execution))
        return run

    return register
