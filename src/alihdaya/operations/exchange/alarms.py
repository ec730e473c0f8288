"""What is due between items, and goes off by the writer's clock."""

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.desk import Desk
from alihdaya.operations.exchange.starts import wake


def ring(desk: Desk, at: int) -> None:
    """Let what is due the longest at `at` go off. Raises Refused where nothing is."""
    start = desk.board.next_start()
    if start is None or start.due is None or start.due > at:
        raise Refused(Problem("not-due", "nothing between items is due"))
    wake(desk, start, at)
