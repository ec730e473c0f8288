"""What the models rely on from some places on: for an instance that comes there from another version of the model."""

from collections.abc import Collection

from alihdaya.notation.bpmn.findings.names import reads
from alihdaya.notation.bpmn.findings.supply import ANYTHING, Known, inside, supplied, supplied_from, writes
from alihdaya.notation.bpmn.graph import Process


def lacking(process: Process, known: Known, places: Collection[int]) -> dict[str, str]:
    """Give each name that only what lies before `places` supplies, and that is read behind them, with the reader's id.

    Whoever begins at these nodes, having done their entries' work elsewhere, must have these variables already. Where a
    message, a job or a step brings what it likes, nothing is asked for from there on.
    """
    found = [one for node in process.nodes for one in reads(process, node, known)]
    names = {one.name for one in found}
    usual = supplied(process, known, names)
    there = supplied_from(process, known, names, places)
    missing: dict[str, str] = {}
    for one in found:
        at = one.node
        if at.index not in there or (at.index in places and not one.after):
            continue
        own = writes(known, at) | inside(at) if one.after else frozenset()
        if one.name in usual[at.index] | own and not {one.name, ANYTHING} & (there[at.index] | own):
            missing.setdefault(one.name, at.id)
    return missing
