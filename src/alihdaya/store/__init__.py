"""The store room: the event log and the tables that follow from it, in SQLite and in PostgreSQL."""

from alihdaya.store.errors import ConnectionLost, GapError, LeaseLost, StoreError, StoreLocked, StoreTooNew, StoreTooOld
from alihdaya.store.store import Store, open_store

__all__ = [
    "ConnectionLost",
    "GapError",
    "LeaseLost",
    "Store",
    "StoreError",
    "StoreLocked",
    "StoreTooNew",
    "StoreTooOld",
    "open_store",
]
