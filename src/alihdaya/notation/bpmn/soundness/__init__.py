"""Soundness of processes: whether each run can end, nothing waits for ever, and every step can happen.

Processes and subprocesses are looked at one by one: a subprocess is one step of the level above. Conditions are not
evaluated: each way that a model draws is taken as possible.
"""

from collections.abc import Iterator

from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.bpmn.soundness.net import Net, nets
from alihdaya.notation.bpmn.soundness.play import Outcome, Path, play
from alihdaya.notation.finding import Finding, Rule, mark

__all__ = ["BUDGET", "Net", "Outcome", "check_soundness", "nets", "play"]

BUDGET = 200_000
"""Moves of tokens that are tried for a file, by default."""

_LONGEST = 16
"""Nodes of a path that a message shows."""

_TITLE = mark("soundness")
_STUCK = Rule("BPMN951", "error", _TITLE, mark("a token can wait here for ever: {path}"))
_DOUBLED = Rule(
    "BPMN952", "warning", _TITLE, mark("a second token can come here, as nothing joins the branches: {path}")
)
_AGAIN = Rule("BPMN953", "warning", _TITLE, mark("one run can reach this end more than once: {path}"))
_DEAD = Rule("BPMN954", "warning", _TITLE, mark("no run reaches this step"))
_ENDLESS = Rule("BPMN955", "warning", _TITLE, mark("from here no run can end: {path}"))
_PARTLY = Rule(
    "BPMN956", "note", _TITLE, mark("too many states to try all: {moves} moves found no more than is said here")
)


def check_soundness(view: View, budget: int = BUDGET) -> list[Finding]:
    """Give the findings about the soundness of each process and subprocess of a file, each with a path that shows it.

    The work is bounded by `budget` moves of tokens for all of them; where it does not suffice, a note says so.
    """
    found: list[Finding] = []
    for net in nets(view):
        outcome = play(net, budget)
        budget = max(budget - outcome.moves, 1)
        found.extend(_findings(view, net, outcome))
    return found


def _findings(view: View, net: Net, outcome: Outcome) -> Iterator[Finding]:
    places = {node.id: node.element for node in net.nodes}
    for kind, paths in ((_STUCK, outcome.stuck), (_DOUBLED, outcome.doubled), (_AGAIN, outcome.again)):
        for name, path in paths.items():
            yield Finding(kind, view.document.source(places[name]), name, {"path": shown(path)}, sure=net.exact)
    for name in outcome.dead:
        yield Finding(_DEAD, view.document.source(places[name]), name, sure=net.exact)
    if outcome.endless:
        last = outcome.endless[-1]
        facts = {"path": shown(outcome.endless)}
        yield Finding(_ENDLESS, view.document.source(places[last]), last, facts, sure=net.exact)
    if not outcome.complete:
        yield Finding(_PARTLY, view.document.source(net.place), net.place.get("id"), {"moves": str(outcome.moves)})


def shown(path: Path) -> str:
    """Write a path of node ids; of a long one, its beginning and its end."""
    half = _LONGEST // 2
    steps = path if len(path) <= _LONGEST else (*path[:half], "…", *path[-half:])
    return " → ".join(steps)
