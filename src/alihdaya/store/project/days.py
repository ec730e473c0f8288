"""Local dates of instants: a client's day and month begin at the client's midnight."""

from zoneinfo import ZoneInfo

from alihdaya.kernel.time import QUARTER, moment

_MOST = 200_000


class Days:
    """The calendar days of one time zone (an IANA name), remembered by quarter hour, exact for every offset."""

    __slots__ = ("_known", "_zone")

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._known: dict[int, str] = {}

    def day(self, at: int) -> str:
        """Give the local date of an instant, such as "2013-01-31"."""
        quarter = at // QUARTER
        known = self._known.get(quarter)
        return self._find(at, quarter) if known is None else known

    def _find(self, at: int, quarter: int) -> str:
        first, last = self._date(quarter * QUARTER), self._date(quarter * QUARTER + QUARTER - 1)
        if first != last:  # midnight within the quarter, as before standard time
            return self._date(at)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[quarter] = first
        return first

    def _date(self, at: int) -> str:
        return moment(at, self._zone).date().isoformat()
