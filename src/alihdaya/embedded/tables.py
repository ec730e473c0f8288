"""The tables of an embedded engine. Instants are bigint microseconds since the epoch, blobs MessagePack (store.codec).

`instance` has a row an instance: its state while it runs, empty while its few commands tell it, null once it ended.
`history` has a row a command: its events (see templates). `definition` numbers the processes that were ever deployed.
The others are narrow, and say to the outside what is open now.
"""

from functools import partial

from sqlalchemy import Connection, MetaData, insert, select

from alihdaya.store.columns import define
from alihdaya.store.errors import StoreTooNew, problem

FORMAT = 1
"""The format of these tables; it changes when they do."""

METADATA = MetaData()
_table = partial(define, METADATA)

MADE = _table("embedded", "format", "format int")
INSTANCE = _table(
    "instance",
    "id",
    "id int, definition int, status text, caller int, token int, depth int, commands int, state blob?",
)
HISTORY = _table("history", "instance number", "instance int, number int, at int, events blob")
TEMPLATE = _table("template", "number", "number int, body blob")
WAIT = _table("wait", "instance token", "instance int, token int, kind text, node text, name text, key text, at int")
TIMER = _table("timer", "instance timer", "instance int, timer int, due int")
KEY = _table("key", "process key", "process text, key text, instance int")
MESSAGE = _table("message", "number", "number int, name text, key text, payload blob, until int")
DEFINITION = _table("definition", "number", "number int, process text, digest text, at int")
WAKING = _table("waking", "process node", "process text, node text, due int, left int, months int, micros int")


def bring_up(connection: Connection, place: str) -> None:
    """Make the tables where they are missing. Raises StoreTooNew where a newer version made them."""
    with connection.begin():
        METADATA.create_all(connection)
        found = connection.execute(select(MADE.c.format)).scalar()
        if found is None:
            connection.execute(insert(MADE).values(format=FORMAT))
        elif found > FORMAT:
            message = f"a newer version made this embedded engine: format {found}, this version knows {FORMAT}"
            raise StoreTooNew(problem("too-new", message, place))
