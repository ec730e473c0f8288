"""The board, read back from the store."""

from alihdaya.operations.desk import Desk
from alihdaya.store.resume import starts


def bring_board(desk: Desk) -> None:
    """Put on the desk's board what the store knows."""
    for start in starts(desk.store):
        desk.board.set_start(start)
