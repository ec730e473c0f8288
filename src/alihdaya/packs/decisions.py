"""The decisions of a pack: all its DMN models as one mapping, compiled or evaluated by the reference."""

from collections.abc import Mapping
from typing import Any

from alihdaya.kernel.errors import AlihdayaError, PackError, Problem, Source
from alihdaya.notation.dmn import Decision, Model, compile_model, evaluate
from alihdaya.packs.pack import Pack


def compile_decisions(pack: Pack) -> dict[str, Decision]:
    """Give every decision of the pack by its name and by its id, compiled.

    Raises PackError with every problem: models that do not compile, and a name that two files decide.
    """
    found: dict[str, Decision] = {}
    problems: list[Problem] = []
    homes = _homes(pack, problems)
    for path, model in pack.models.items():
        try:
            compiled = compile_model(model)
        except AlihdayaError as error:
            problems += error.problems
            continue
        found |= {name: compiled[name] for name, home in homes.items() if home == path}
    if problems:
        raise PackError(problems)
    return found


def decide_by_reference(pack: Pack, name: str, variables: Mapping[str, Any]) -> tuple[Any, tuple[int, ...]]:
    """Value of a decision, and the rules that gave it, by the slow reference. Raises KeyError for an unknown name."""
    return evaluate(pack.models[_homes(pack, [])[name]], name, variables)


def _homes(pack: Pack, problems: list[Problem]) -> dict[str, str]:
    """Name and id of every decision -> the file that holds it."""
    homes: dict[str, str] = {}
    for path, model in pack.models.items():
        for name, source in _names(model):
            if homes.setdefault(name, path) != path:
                problems.append(Problem("twice", f"{name!r} is also decided in {homes[name]}", source))
    return homes


def _names(model: Model) -> list[tuple[str, Source]]:
    return [(name, decision.source) for decision in model.decisions for name in {decision.name, decision.id}]
