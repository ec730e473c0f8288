"""Facts about no item that are asked for by their kind, out of the log and its archive."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from alembic import op
from sqlalchemy import Connection, Index, MetaData, text

from alihdaya.kernel.event import HOUSE, Entry, tag_of
from alihdaya.store.archive.reading import archived_entries
from alihdaya.store.codec import decode_events, encode
from alihdaya.store.columns import define
from alihdaya.store.migrations.before import Before

revision = "0025"
down_revision = "0022"

_PEOPLE = frozenset({"person.joined", "test.taken", "certificate.issued", "certificate.withdrawn"})
_PEOPLE |= {"wall.raised", "wall.lowered"}
_KEPT = _PEOPLE | {"figure.exchange", "figure.index", "figure.milestone"}
_KEPT |= {"question.registered", "question.answered", "question.settled"}
_PRESENCE = frozenset({"presence.came", "presence.left", "presence.state"})
_PAGE = 20_000
_LOG = "select seq, at, by, body from log where item = 0 and seq > :after order by seq limit :page"
Row = tuple[str, int, int, str, int, str, bytes]


def upgrade() -> None:
    """Make the table and fill it. Raises StoreError where months were archived, and their files are not there."""
    metadata, connection = MetaData(), op.get_bind()
    columns = "tag text, seq int, number int, who text, at int, by text, body blob"
    noted = define(metadata, "noted", "tag seq number", columns)
    Index("noted_who", *[noted.c[name] for name in ("who", "tag", "at", "seq")])
    metadata.create_all(connection)
    for rows in _batches(connection):
        if rows:
            connection.execute(noted.insert(), [dict(zip(noted.c.keys(), row, strict=True)) for row in rows])


def _batches(connection: Connection) -> Iterator[list[Row]]:
    if connection.execute(text("select 1 from archive limit 1")).first() is not None:
        gone = archived_entries(Before(connection), item=HOUSE, tags=_KEPT)
        yield [row for entry in gone for row in _rows(entry, _KEPT)]
    after, wanted = 0, _KEPT | _PRESENCE
    marks = [tag.encode() for tag in wanted]
    while page := connection.execute(text(_LOG), {"after": after, "page": _PAGE}).all():
        found = (row for row in page if any(mark in row.body for mark in marks))
        entries = (Entry(row.seq, row.at, HOUSE, row.by, decode_events(row.body)) for row in found)
        yield [row for entry in entries for row in _rows(entry, wanted)]
        after = page[-1].seq


def _rows(entry: Entry, wanted: AbstractSet[str]) -> Iterator[Row]:
    told = tag_of(type(entry.events[0])) == "shard.reached"
    for number, event in enumerate(entry.events):
        tag = tag_of(type(event))
        if tag in wanted and not (told and tag in _PEOPLE):
            yield tag, entry.seq, number, getattr(event, "person", ""), entry.at, entry.by, encode(list(event))
