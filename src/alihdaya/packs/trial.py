"""Run the samples of a pack through its decisions, by the reference and compiled: both must give what was expected."""

from collections.abc import Iterator, Mapping
from typing import Any

from alihdaya.kernel.errors import Problem, Source
from alihdaya.notation.dmn import Decision
from alihdaya.packs.decisions import decide_by_reference
from alihdaya.packs.pack import Pack, Sample


def try_samples(pack: Pack, decisions: Mapping[str, Decision]) -> list[Problem]:
    """Give a problem for each value of each sample that is not as expected.

    The decisions of a sample are taken in the order in which they are expected; each sees the row, what `given`
    adds (which wins), and the results of the ones before it under their own names.
    """
    ends = pack.delivery.units
    return [problem for sample in pack.samples for problem in _sample(pack, sample, decisions, ends)]


def _sample(
    pack: Pack, sample: Sample, decisions: Mapping[str, Decision], ends: Mapping[str, str]
) -> Iterator[Problem]:
    place = Source(sample.file, row=sample.row, element=sample.name)
    if sample.end and sample.end not in ends:
        yield Problem("no-end", f"the pack has no end event {sample.end!r}", place)
    variables = dict(sample.input)
    for name, expected in sample.expect.items():
        if name not in decisions:
            yield Problem("no-decision", f"there is no decision {name!r}", place)
            continue
        known = {**variables, **sample.given}
        for how, (value, _) in (
            ("compiled", decisions[name].run(known)),
            ("by the reference", decide_by_reference(pack, name, known)),
        ):
            if not same(value, expected):
                message = f"{name} is {value!r} {how}, and should be {expected!r}"
                yield Problem("sample-differs", message, place)
        variables[name] = expected


def same(left: Any, right: Any) -> bool:
    """Tell whether two FEEL values are equal: 1 and 1.0 are, 1 and true are not; in lists and contexts alike."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)
