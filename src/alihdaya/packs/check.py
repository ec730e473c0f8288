"""Check that the files of a pack fit together: everything that is named exists, everything that is read is written."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from alihdaya.kernel.errors import AlihdayaError, Problem, Source
from alihdaya.notation import bpmn
from alihdaya.notation.bpmn import Kind, Message, Node, Process, Rule, Step, UserWork
from alihdaya.notation.bpmn.findings.supply import ANYTHING, Known, writes
from alihdaya.notation.dmn.analysis import check_model
from alihdaya.notation.dmn.cases import Report
from alihdaya.packs.decisions import compile_decisions
from alihdaya.packs.facts import check_facts
from alihdaya.packs.golden import check_golden
from alihdaya.packs.offer import check_offer
from alihdaya.packs.pack import Pack
from alihdaya.packs.static import known_of, problem_of, process_findings
from alihdaya.packs.trial import reports_of, try_samples

LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")


def check(pack: Pack, tried: tuple[list[Report], list[Problem]] | None = None) -> list[Problem]:
    """Give every finding about a loaded pack; none of severity error means that it can be deployed.

    The process and its flows, the decisions, forms, steps, skills, certificates and units that are named, the
    variables that are read, terms and roster where the pack has them, every sample and worked case, and what the
    analysis of its decisions finds, notes left out. Steps are not run. `tried` is what `reports_of` gives, where it
    is known already.
    """
    try:
        process = pack.process
    except KeyError:
        place = Source(f"{pack.place}/pack.toml", element="process.id")
        return [Problem("no-process", f"there is no process {pack.manifest.process_id!r} in the file", place)]
    problems = [problem for file in (pack.definitions, *pack.others) for problem in bpmn.check(file)]
    problems += [*_units(pack, process), *check_offer(pack), *check_golden(pack), *_outside(pack)]
    try:
        decisions = compile_decisions(pack)
    except AlihdayaError as error:
        return [*problems, *error.problems]
    known = known_of(pack, decisions)
    problems += _result(pack, process, known)
    held = known.start.union(*(writes(known, node) for one in pack.processes.values() for node in one.nodes))
    problems += check_facts(pack, held, anything=ANYTHING in held)
    for one in pack.processes.values():
        problems += [problem for node in one.nodes for problem in _names(pack, one, node, decisions)]
    problems += [problem_of(found) for found in process_findings(pack, decisions) if found.level != "note"]
    reports, unread = tried or reports_of(pack)
    wrong = unread + [problem for report in reports for problem in report.problems]
    return problems + _analysed(pack) + try_samples(pack, decisions) + wrong


def _analysed(pack: Pack) -> list[Problem]:
    return [
        problem_of(found) for model in pack.models.values() for found in check_model(model) if found.level != "note"
    ]


def _missing(node: Node, what: str, name: str, known: Iterable[str]) -> Iterator[Problem]:
    known = sorted(known)
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there is {', '.join(known) or 'none'}"
        yield Problem(f"no-{what}", f"there is no {what} {name!r}{hint}", node.source)


def _names(pack: Pack, process: Process, node: Node, decisions: Iterable[str]) -> Iterator[Problem]:
    detail, manifest = node.detail, pack.manifest
    if isinstance(detail, Rule):
        yield from _missing(node, "decision", detail.decision, decisions)
    if isinstance(detail, Step):
        yield from _missing(node, "step", detail.name, pack.steps)
    if isinstance(detail, UserWork):
        asked = (
            ("form", detail.form, manifest.forms),
            ("skill", detail.skill, manifest.skills),
            ("certificate", detail.certificate, manifest.certificates),
            ("language", detail.language, manifest.languages),
            ("level", detail.level, LEVELS),
        )
        for what, name, known in asked:
            if name:
                yield from _missing(node, what, name, known)
        tasks = [other.id for other in process.nodes if other.kind is Kind.USER_TASK]
        for name in detail.not_by:
            yield from _missing(node, "task", name, tasks)


def _units(pack: Pack, process: Process) -> Iterator[Problem]:
    ends = {node.id: node for node in process.nodes if node.kind is Kind.END and node.parent is None}
    for end, node in ends.items():
        if end not in pack.delivery.units:
            message = f"end event {end!r} has no unit in [delivery.units], so nothing could be billed"
            yield Problem("no-unit", message, node.source)
    further = {node.id for one in pack.processes.values() for node in one.nodes if node.kind is Kind.END}
    for end in pack.delivery.units.keys() - further:
        place = Source(f"{pack.place}/pack.toml", element=f"delivery.units.{end}")
        yield Problem("no-end", f"the pack's processes have no end event {end!r}", place)


def _outside(pack: Pack) -> Iterator[Problem]:
    """Find forms for messages that no process of the pack waits for."""
    caught = {
        node.detail.name for one in pack.processes.values() for node in one.nodes if isinstance(node.detail, Message)
    }
    for form in pack.forms.values():
        if form.message and form.message not in caught:
            place = Source(f"{pack.place}/pack.toml", element=f"form.{form.id}.message")
            near = get_close_matches(form.message, caught, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield Problem("no-message", f"no process of the pack waits for {form.message!r}{hint}", place)


def _result(pack: Pack, process: Process, known: Known) -> Iterator[Problem]:
    written = known.start.union(*(writes(known, node) for node in process.nodes))
    for name in pack.delivery.result:
        if name not in written and ANYTHING not in written:
            place = Source(f"{pack.place}/pack.toml", element="delivery.result")
            yield Problem("not-supplied", f"nothing in the process writes {name!r}", place)
