"""Instants as whole microseconds since 1970-01-01T00:00Z: exact, small, and the same in every store."""

from datetime import UTC, datetime, timedelta, tzinfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
QUARTER = 15 * MINUTE
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Microseconds since the epoch of an aware datetime. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // _MICRO


def moment(at: int, zone: tzinfo = UTC) -> datetime:
    """Give the aware datetime of `at` (microseconds since the epoch) in `zone`."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone)


def iso(at: int | None) -> str | None:
    """RFC 3339 text in UTC of `at`, or None."""
    return None if at is None else moment(at).isoformat().replace("+00:00", "Z")
