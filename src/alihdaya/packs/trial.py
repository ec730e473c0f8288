"""Run a pack's samples and cases through its decisions, by the reference and compiled: both must be as expected."""

from collections.abc import Iterator, Mapping

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.dmn import Decision
from alihdaya.notation.dmn.cases import ENDING, Report, same, try_cases
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


def reports_of(pack: Pack) -> tuple[list[Report], list[Problem]]:
    """Run the worked cases of every decision model that has some; gives the reports, and files that cannot be read."""
    reports: list[Report] = []
    problems: list[Problem] = []
    for path, text in pack.cases.items():
        name, model = f"{pack.place}/{path}", pack.models.get(path.removesuffix(ENDING) + ".dmn")
        if model is None:
            message = f"there is no {path.removesuffix(ENDING)}.dmn beside it that these cases could be for"
            problems.append(Problem("no-model", message, Source(name)))
            continue
        try:
            reports.append(try_cases(text, name, model))
        except NotationError as error:
            problems += error.problems
    return reports, problems
