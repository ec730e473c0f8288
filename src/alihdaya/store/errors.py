"""What can go wrong with a store, told so that a person knows what to do."""

from alihdaya.kernel.errors import AlihdayaError, Problem, Source


class StoreError(AlihdayaError):
    """A store that cannot do what was asked; nothing was changed."""


class StoreTooOld(StoreError):
    """The database has tables of an older version; whoever writes brings them up to this one."""


class StoreTooNew(StoreError):
    """The database was made by a newer version of Alihdaya than this one."""


class StoreLocked(StoreError):
    """Another process writes to this store already."""


class StoreRefused(StoreError):
    """The database refuses what is to be written, and would refuse the same again."""


class LeaseLost(StoreLocked):
    """Another node took this shard over; its former holder commits nothing any more."""


class ConnectionLost(StoreError):
    """The database went away. Where it did so within the commit itself, nobody knows yet whether that came to pass."""


class GapError(StoreError):
    """An entry does not follow the last one of the log: another writer was here, or one was left out."""


def problem(code: str, message: str, place: str, element: str | None = None) -> Problem:
    """Give a problem of the store at `place` (file path or database URL without its password)."""
    return Problem(code, message, Source(file=place, element=element))
