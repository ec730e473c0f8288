"""The floor as the tables hold it, for whoever takes it up again."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, select, true

from alihdaya.store.codec import decode, decode_events
from alihdaya.store.schema import ABSENCE, ASK, HOLD, ITEM, LOG, PIECE, PRESENCE, TASK
from alihdaya.store.working import WorkingSet
from alihdaya.work.beside import AdviceAsked, AdviceGiven
from alihdaya.work.floor.ask import ask_of
from alihdaya.work.floor.events import Asked, Queued
from alihdaya.work.floor.seat import READY, WORKS


class Present(NamedTuple):
    """Somebody who is present; `shares` by channel, `since` and `lease` in microseconds.

    `away`: since when they are in a state other than ready, None for ready.
    """

    person: str
    since: int
    lease: int
    shares: tuple[int, ...]
    state: str
    away: int | None = None


class Held(NamedTuple):
    """A piece, and who has it: `state` as of work.floor.seat, "" where nobody has it."""

    queued: Queued
    person: str
    state: str
    share: int
    at: int
    until: int


def present(store: WorkingSet, person: str = "") -> list[Present]:
    """Give who is present, the first who came first; or one person, if they are."""
    query = select(PRESENCE, ABSENCE.c.state, ABSENCE.c.since)
    query = query.outerjoin_from(PRESENCE, ABSENCE, ABSENCE.c.person == PRESENCE.c.person)
    with store.snapshot() as connection:
        query = query.where(PRESENCE.c.person == person) if person else query
        rows = connection.execute(query.order_by(PRESENCE.c.since, PRESENCE.c.person)).all()
    return [Present(row[0], row[1], row[2], tuple(decode(row[3])), row[4] or READY, row[5]) for row in rows]


def asks(store: WorkingSet) -> list[Asked]:
    """Give the kinds of work that were ever asked for, by number."""
    with store.snapshot() as connection:
        rows = connection.execute(select(ASK).order_by(ASK.c.number)).all()
    return [Asked(number, ask_of(decode(wire))) for number, wire in rows]


def pieces(store: WorkingSet) -> list[Held]:
    """Give all that waits or is held, by item and token."""
    same = (HOLD.c.item == PIECE.c.item) & (HOLD.c.token == PIECE.c.token)
    columns = (HOLD.c.person, HOLD.c.state, HOLD.c.share, HOLD.c.at, HOLD.c.until)
    query = select(PIECE, *columns).outerjoin_from(PIECE, HOLD, same)
    with store.snapshot() as connection:
        rows = connection.execute(query.order_by(PIECE.c.item, PIECE.c.token)).all()
    size = len(PIECE.c)
    return [_held(Queued(*row[:size]), *row[size:]) for row in rows]


class HoldRow(NamedTuple):
    """Who has the task `token` of `item`, or put it off; `state` as of work.floor.seat, the rest in microseconds."""

    item: int
    token: int
    person: str
    state: str
    share: int
    at: int
    until: int


def holds(store: WorkingSet) -> list[HoldRow]:
    """Give all that rings, is worked on, wrapped up or put off, by item and token."""
    with store.snapshot() as connection:
        rows = connection.execute(select(HOLD).order_by(HOLD.c.item, HOLD.c.token)).all()
    return [HoldRow(*row) for row in rows]


Hand = tuple[str, int, int, str, str, int, int, str, int]


def at_hand(store: WorkingSet, person: str = "") -> list[Hand]:
    """Give what everybody, or one, has, what rings at them, what they wrap up and what they put off.

    (person, item, token, the task's name, state as of work.floor.seat, since, until, the note of whoever passed it on
    or asks for advice, the token of the task that advice is asked for or 0), by person, item and token.
    """
    same = (HOLD.c.item == TASK.c.item) & (HOLD.c.token == TASK.c.token)
    mine = (TASK.c.person == person) | (HOLD.c.person == person)
    noted = (PIECE.c.item == TASK.c.item) & (PIECE.c.token == TASK.c.token)
    columns = (TASK, HOLD.c.person.label("at"), HOLD.c.state, HOLD.c.at.label("since"), HOLD.c.until, PIECE.c.note)
    query = select(*columns).outerjoin_from(TASK, HOLD, same).outerjoin(PIECE, noted).where(mine if person else true())
    with store.snapshot() as connection:
        rows = connection.execute(query).all()
        found = [*_beside_tasks(connection, person)]
    for row in rows:
        task = row.item, row.token, row.name or row.node
        if row.person is not None:
            found.append((row.person, *task, WORKS, row.assigned_at or row.queued_at, 0, row.note or "", 0))
        elif row.at is not None:
            found.append((row.at, *task, row.state, row.since, row.until, row.note or "", 0))
    return sorted(one for one in found if person in ("", one[0]))


def _beside_tasks(connection: Connection, person: str) -> Iterator[Hand]:
    """Yield what people have at hand that is no open task: what they wrap up, and what they advise on."""
    task, asked = TASK.alias(), TASK.alias()
    noted = (PIECE.c.item == HOLD.c.item) & (PIECE.c.token == HOLD.c.token)
    query = (
        select(HOLD, PIECE.c.note, PIECE.c.of_token, asked.c.name, asked.c.node)
        .outerjoin_from(HOLD, task, (task.c.item == HOLD.c.item) & (task.c.token == HOLD.c.token))
        .outerjoin(PIECE, noted)
        .outerjoin(asked, (asked.c.item == PIECE.c.of_item) & (asked.c.token == PIECE.c.of_token))
        .where(task.c.item.is_(None), HOLD.c.person == person if person else true())
    )
    for row in connection.execute(query):
        name, rest = row.name or row.node or "", (row.state, row.at, row.until, row.note or "", row.of_token or 0)
        yield (row.person, row.item, row.token, name, *rest)


def advice_told(store: WorkingSet, of: Iterable[int]) -> list[tuple[int, int, AdviceAsked | AdviceGiven]]:
    """Give (instant, item, fact) of the advice that was asked for and given on these items, as the log has it."""
    wanted = list(of)
    if not wanted:
        return []
    query = select(LOG.c.at, LOG.c.item, LOG.c.body).where(LOG.c.item.in_(wanted)).order_by(LOG.c.seq)
    with store.snapshot() as connection:
        rows = [row for row in connection.execute(query) if b"advice." in row.body]
    found = ((row.at, row.item, fact) for row in rows for fact in decode_events(row.body))
    return [(at, item, fact) for at, item, fact in found if isinstance(fact, AdviceAsked | AdviceGiven)]


class Open(NamedTuple):
    """A task that waits and rings at nobody, with what it asks for; instants in microseconds."""

    item: int
    token: int
    node: str
    name: str
    service: str
    skill: str
    language: str
    level: str
    certificate: str
    queued_at: int
    engagement: str
    definition: str


def first_open(store: WorkingSet, limit: int) -> list[Open]:
    """Give the tasks that wait and ring at nobody, the oldest first."""
    same = (HOLD.c.item == TASK.c.item) & (HOLD.c.token == TASK.c.token)
    columns = [TASK.c[name] for name in Open._fields[:10]]
    query = select(*columns, ITEM.c.engagement, ITEM.c.definition).join_from(TASK, ITEM, ITEM.c.id == TASK.c.item)
    query = query.outerjoin(HOLD, same).where(TASK.c.person.is_(None), HOLD.c.item.is_(None))
    query = query.where(ITEM.c.status != "suspended").order_by(TASK.c.queued_at, TASK.c.item, TASK.c.token)
    with store.snapshot() as connection:
        return [Open._make(row) for row in connection.execute(query.limit(limit))]


def newest(store: WorkingSet) -> int:
    """Give the number of the log's last entry; 0 where there is none."""
    with store.snapshot() as connection:
        return connection.execute(select(func.max(LOG.c.seq))).scalar() or 0


def last_before(store: WorkingSet, at: int) -> int:
    """Give the number of the last entry that happened before `at` (microseconds), by halving; 0 where none did."""
    with store.snapshot() as connection:
        low, high = connection.execute(select(func.min(LOG.c.seq), func.max(LOG.c.seq))).one()
        if low is None:
            return 0
        low -= 1
        while low < high:
            middle = (low + high + 1) // 2
            found = connection.execute(select(LOG.c.at).where(LOG.c.seq == middle)).scalar()
            low, high = (middle, high) if found is not None and found < at else (low, middle - 1)
    return int(low)


def _held(queued: Queued, person: str | None, state: str | None, *numbers: int | None) -> Held:
    share, at, until = (number or 0 for number in numbers)
    return Held(queued, person or "", state or "", share, at, until)
