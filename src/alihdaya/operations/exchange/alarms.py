"""What is due between items, and goes off by the writer's clock."""

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.desk import Desk
from alihdaya.operations.exchange.messages import expire
from alihdaya.operations.exchange.spreading import spread
from alihdaya.operations.exchange.starts import wake


def ring(desk: Desk, at: int) -> None:
    """Let what is due the longest at `at` go off. Raises Refused where nothing is."""
    due = desk.board.next_alarm()
    if due is None or due > at:
        raise Refused(Problem("not-due", "nothing between items is due"))
    if desk.board.spreads:
        spread(desk, at)
        return
    start, end = desk.board.next_start(), desk.board.next_end()
    if start is not None and start.due == due:
        wake(desk, start, at)
    elif end is not None:
        expire(desk, end[1], at)
