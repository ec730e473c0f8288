"""Which messages the processes on offer wait for, and which begin items: what can be known without asking."""

from collections.abc import Iterable, Iterator, Mapping

from alihdaya.engine.plan import Plan
from alihdaya.engine.society.rules import event_starts
from alihdaya.notation.bpmn.details import Message, Multiple
from alihdaya.notation.bpmn.graph import Kind

_THROWING = frozenset({Kind.THROW, Kind.SEND_TASK, Kind.END})


class Talk:
    """`plans`: (engagement, service) -> its processes. `starts`: the same -> names of messages that begin items."""

    def __init__(self, plans: Mapping[tuple[str, str], Iterable[Plan]]) -> None:
        every = {service: tuple(some) for service, some in plans.items()}
        self.caught = frozenset(name for some in every.values() for plan in some for name in caught_by(plan))
        self.starts = {
            service: frozenset(start.name for plan in some for start in event_starts(plan) if start.kind == "message")
            for service, some in every.items()
        }

    def concerns(self, name: str) -> bool:
        """Say whether anybody might wait for this message, or begin by it."""
        return name in self.caught or any(name in names for names in self.starts.values())


def caught_by(plan: Plan) -> Iterator[str]:
    """Yield the names of messages that an instance of a process may wait for."""
    for node in plan.process.nodes:
        begins = node.kind is Kind.START and node.parent is None
        if node.kind in _THROWING or begins:
            continue
        parts = node.detail.parts if isinstance(node.detail, Multiple) else (node.detail,)
        yield from (part.name for part in parts if isinstance(part, Message))
