"""Static analysis of decision models: gaps, overlaps, rules that never decide, types, requirements.

`check_model` gives every finding about a model, `check_file` those about a file that may not even be readable.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from alihdaya.kernel.errors import NotationError, Problem
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.columns import Room, room
from alihdaya.notation.dmn.analysis.gaps import gaps
from alihdaya.notation.dmn.analysis.idle import idle_columns
from alihdaya.notation.dmn.analysis.merging import contained, mergeable
from alihdaya.notation.dmn.analysis.overlaps import overlaps
from alihdaya.notation.dmn.analysis.reach import never, shadowed
from alihdaya.notation.dmn.analysis.requirements import priorities, requirements
from alihdaya.notation.dmn.analysis.survey import Survey
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.read import read
from alihdaya.notation.finding import LEVELS, Finding

__all__ = ["check_file", "check_model"]

_FAMILIES: tuple[Callable[[Room], Iterator[Finding]], ...] = (
    gaps,
    overlaps,
    never,
    shadowed,
    mergeable,
    contained,
    idle_columns,
)
_TOLD_BY_TYPES = frozenset({"unknown-name", "unknown-type"})


def check_file(data: bytes, name: str, imports: Iterable[model.Model] = ()) -> list[Finding]:
    """Give every finding about a DMN file, called `name` in messages, the gravest first.

    Raises NotationError only for what is no DMN at all: XML that is refused, another root.
    """
    return check_model(read(data, name, imports=imports, lenient=True))


def check_model(source: model.Model) -> list[Finding]:
    """Give every finding about a model, in the order of gravity, then of the file. Nothing of it raises."""
    survey = Survey(source)
    found = [*_problems(source, survey), *survey.findings, *requirements(survey)]
    for site in survey.sites:
        found += priorities(site)
        space = room(site, survey)
        if space is not None:
            found += [finding for family in _FAMILIES for finding in family(space)]
    return sorted(found, key=lambda one: (LEVELS.index(one.level), one.source.line or 0, one.source.row or 0, one.code))


def _problems(source: model.Model, survey: Survey) -> Iterator[Finding]:
    """Give what reading and linking found; names and types that are not known are told with the types."""
    problems: list[Problem] = list(source.problems)
    try:
        link(replace(source, lenient=False))
    except NotationError as error:
        problems += error.problems
    seen: set[tuple[object, ...]] = set()
    told = {(one.source.line, one.source.row) for one in survey.findings}
    for problem in problems:
        key = (problem.code, problem.message, problem.source.line, problem.source.row)
        place = (problem.source.line, problem.source.row)
        if key not in seen and not (problem.code in _TOLD_BY_TYPES and place in told):
            seen.add(key)
            rule = kinds.BY_PROBLEM.get(problem.code, kinds.UNREADABLE)
            yield Finding(rule, problem.source, problem.source.element or "", {"text": problem.message})
