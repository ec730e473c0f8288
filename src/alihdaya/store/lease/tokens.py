"""The tokens that open the API: what each may do and until when. The database holds a hash, never the token."""

from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, MetaData, select, text
from sqlalchemy.exc import DBAPIError

from alihdaya.store.columns import define
from alihdaya.store.database import Database, Session
from alihdaya.store.lease.fence import SCHEMA

_METADATA = MetaData(schema=SCHEMA)
_COLUMNS = "id text, name text, digest text, rights text, made_at int, expires_at int?, revoked_at int?"
TOKEN = define(_METADATA, "access_token", "id", _COLUMNS)


class Token(NamedTuple):
    """A token without its secret. Instants in microseconds; `expires_at` None: it never does."""

    id: str
    name: str
    digest: str
    rights: frozenset[str]
    made_at: int
    expires_at: int | None = None
    revoked_at: int | None = None

    def opens(self, secret: str, now: int) -> bool:
        """Whether this secret is the token's, and it is neither expired nor revoked."""
        same = compare_digest(digest_of(secret), self.digest)
        return same and self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def digest_of(secret: str) -> str:
    """Give the hash under which a secret is kept. One round is enough: secrets are 256 bits of chance, not words."""
    return sha256(secret.encode(errors="replace")).hexdigest()


class Tokens:
    """The tokens of a database that many nodes share. Close it at the end. Raises StoreError as the database does."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, schema=SCHEMA, session=Session("alihdaya tokens", 4))
        self._write(_METADATA.create_all)

    def keep(self, token: Token) -> None:
        """Keep a new token."""
        row = {**token._asdict(), "rights": " ".join(sorted(token.rights))}
        self._write(lambda connection: connection.execute(TOKEN.insert(), row))

    def revoke(self, name: str, at: int) -> int:
        """Let the tokens of this id or name open nothing any more; gives how many those were."""
        wanted = ((TOKEN.c.id == name) | (TOKEN.c.name == name)) & TOKEN.c.revoked_at.is_(None)
        query = TOKEN.update().where(wanted).values(revoked_at=at).returning(TOKEN.c.id)
        gone: list[str] = []
        self._write(lambda connection: gone.extend(connection.execute(query).scalars()))
        return len(gone)

    def find(self, token_id: str) -> Token | None:
        """Give a token by its id."""
        return next(iter(self._read(TOKEN.c.id == token_id)), None)

    def all(self) -> list[Token]:
        """Give every token, the oldest first."""
        return self._read(None)

    def close(self) -> None:
        """Give up all connections."""
        self._database.close()

    def _read(self, wanted: ColumnElement[bool] | None) -> list[Token]:
        query = select(TOKEN).order_by(TOKEN.c.made_at, TOKEN.c.id)
        query = query if wanted is None else query.where(wanted)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [Token(row.id, row.name, row.digest, frozenset(row.rights.split()), *row[4:]) for row in rows]

    def _write(self, change: Callable[[Connection], object]) -> None:
        try:
            with self._database.connect() as connection, connection.begin():
                connection.execute(text("select pg_advisory_xact_lock(hashtext('alihdaya tokens'))"))
                change(connection)
        except DBAPIError as error:
            raise self._database.trouble(error, "the tokens cannot be written") from error
