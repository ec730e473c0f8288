"""How a store of any version becomes one of this version (alembic), and which stores are refused."""

from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, inspect, text

from alihdaya.store.errors import StoreError, StoreTooNew, StoreTooOld, problem
from alihdaya.store.schema import METADATA

REVISIONS = (
    "0001",
    "0002",
    "0005",
    "0004",
    "0006",
    "0007",
    "0009",
    "0013",
    "0010",
    "0008",
    "0017",
    "0018",
    "0020",
    "0021",
    "0023",
    "0022",
    "0025",
    "0026",
    "0027",
    "0028",
    "0029",
    "0030",
)
"""Every version of the tables, oldest first; a test compares them with the migrations' files."""

_HERE = Path(__file__).parent

ONE_AT_A_TIME = Lock()
"""To be held around `upgrade`, from before its transaction begins: alembic keeps the run's connection in a global."""


def revision(connection: Connection) -> str | None:
    """Version of the tables in a database, None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("select version_num from alembic_version")).scalar()
    return found


def check(connection: Connection, place: str) -> bool:
    """Say whether the tables are of this version. Raises StoreTooNew for a version that this one does not know."""
    found = revision(connection)
    if found is not None and found not in REVISIONS:
        message = f"the store has version {found}, this program knows up to {REVISIONS[-1]}; use a newer Alihdaya"
        raise StoreTooNew(problem("store-too-new", message, place))
    return found == REVISIONS[-1]


def require(connection: Connection, place: str) -> None:
    """Raise StoreError unless the tables are of this version: a reader changes nothing."""
    if check(connection, place):
        return
    if revision(connection) is None:
        raise StoreError(problem("store-empty", "there are no tables of Alihdaya in it", place))
    message = "the store is of an older version of Alihdaya: any command that writes brings it up, such as alihdaya due"
    raise StoreTooOld(problem("store-too-old", message, place))


ARCHIVE: Final = "archive"
"""What a connection's `info` calls the folder that this store's archived months were moved to, for migrations."""


def bring_up(connection: Connection, place: str, archive: Path | None = None) -> None:
    """Make the tables, or bring those of an older version up to this one, within the connection's transaction.

    Where there are none they are made as they are now, without going through every version that ever was: alembic
    need not even be loaded. `archive`: where the store's archived months are, if not where they were written to.
    Raises StoreTooNew.
    """
    if check(connection, place):
        return
    if revision(connection) is not None:
        connection.info[ARCHIVE] = archive
        upgrade(connection)
        return
    METADATA.create_all(connection, checkfirst=False)
    _VERSION.create(connection, checkfirst=False)
    connection.execute(_VERSION.insert().values(version_num=REVISIONS[-1]))


_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table."""


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables up to a version, the newest by default, within the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("recursive_version_locations", "true")
    config.attributes["connection"] = connection
    command.upgrade(config, to)
