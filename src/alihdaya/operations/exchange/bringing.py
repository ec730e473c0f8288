"""The board, read back from the store."""

from alihdaya.operations.desk import Desk
from alihdaya.operations.exchange.board import Kept, Spread, Told
from alihdaya.store import resume


def bring_board(desk: Desk) -> None:
    """Put on the desk's board what the store knows, and what the items under way wait for."""
    board, store = desk.board, desk.store
    for start in resume.starts(store):
        board.set_start(start)
    for message, name, key, payload, until, thrower in resume.kept_messages(store):
        board.keep(message, Kept(name, key, payload, until, thrower))
    for signal, name, payload, audience, done in resume.signals(store):
        board.spreads[signal] = Spread(name, payload, [(item, newest) for item, newest in audience], done)
    board.posts, board.arrived = resume.posted(store), resume.arrived(store)
    board.told = {name: Told(by, fact) for name, by, fact in resume.told(store)}
    for number, (giver, asker) in resume.handed_over(store).items():
        desk.items[number].giver, desk.items[number].asker = giver, asker
        board.handed[giver] = number
        desk.items[giver[0]].away |= {giver[1]}
    for item in desk.items.values():
        if item.caller is not None:
            board.calls[item.caller] = item.item
        full = None if item.instance is None else item.instance.full
        for catch in full.catches.values() if full is not None else ():
            if catch.kind == "signal":
                board.watch(catch.name, item.item, desk.items.__contains__)
