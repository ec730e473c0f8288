"""A store that is being brought up, as far as its archive can be read."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from alihdaya.store.working import WorkingSet


class Before(WorkingSet):
    """What is to be known of a store in order to read its archive, while it has an older version's tables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def factor(self) -> int:
        """A shard's own numbers."""
        return 1

    def archive_home(self) -> Path | None:
        """Give the folder beside a SQLite file."""
        url: Any = self._connection.engine.url
        return Path(f"{url.database}.archive") if self._connection.dialect.name == "sqlite" else None

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Give the migration's own connection."""
        return nullcontext(self._connection)
