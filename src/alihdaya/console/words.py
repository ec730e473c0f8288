"""What a reader's language changes: messages, numbers, money, dates and lengths of time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from alihdaya.kernel.money import Money, exponent
from alihdaya.kernel.time import SECOND, moment
from alihdaya.locale import catalogue, chosen
from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary

NOTHING = "\N{EN DASH}"
"""What stands where there is no value."""


def mark(message: str) -> str:
    """Name a message for the catalogues where it is only translated later."""
    return message


_PATTERNS = {"yMMMdHm": "d MMM y, HH:mm", "yMMMdHms": "d MMM y, HH:mm:ss", "Hms": "HH:mm:ss", "dHm": "d MMM HH:mm"}


@dataclass(frozen=True, slots=True)
class Words:
    """One reader's language ("id" or "en"), the time zone (IANA name) of the times, and the words of the pack."""

    language: str = "en"
    zone: str = "UTC"
    vocabulary: Vocabulary = NO_VOCABULARY

    def say(self, message: str, /, **values: object) -> str:
        """Translate `message` and put `values` in (a literal per cent sign is written twice)."""
        return catalogue(self.language).gettext(message) % values

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Translate a message about `number` things; `%(n)s` is the formatted number."""
        text = catalogue(self.language).ngettext(one, many, number)
        return text % {"n": self.number(number), **values}

    def number(self, value: Decimal | float | None, digits: int = 0) -> str:
        """Write a number with the language's separators and at most `digits` decimal places."""
        from babel.numbers import format_decimal

        if value is None:
            return NOTHING
        return format_decimal(value, "#,##0" + ("." + "#" * digits if digits else ""), self.language)

    def figure(self, value: Decimal | float | None, spec: str = ",") -> str:
        """Write a number by a format specification (",", ".2f", ".0%"), with the language's separators."""
        from babel.numbers import get_decimal_symbol, get_group_symbol

        if value is None:
            return NOTHING
        signs = str.maketrans(",.", get_group_symbol(self.language) + get_decimal_symbol(self.language))
        return format(value, spec).translate(signs)

    def percent(self, part: Decimal | float | None, digits: int = 1) -> str:
        """Write a share (1 is the whole) as per cent; a share just below the whole is never rounded up to it."""
        from babel.numbers import format_percent

        if part is None:
            return NOTHING
        whole = Decimal(part)
        step = Decimal(1).scaleb(-digits - 2)
        if whole < 1 and whole.quantize(step) >= 1:
            whole = 1 - step
        pattern = "0" + ("." + "0" * digits if digits else "") + "%"
        return format_percent(whole, pattern, self.language)

    def rate(self, part: Decimal | float | None) -> str:
        """Write a promised or measured share as per cent with as many decimal places as it has, at most two."""
        from babel.numbers import format_percent

        return NOTHING if part is None else format_percent(part, "0.##%", self.language)

    def share(self, part: int, total: int, digits: int = 1) -> str:
        """Write `part` of `total` as per cent; an en dash where there is no total."""
        return self.percent(Decimal(part) / total if total else None, digits)

    def money(self, amount: Money | None, *, whole: bool = False) -> str:
        """Write an amount with its currency; `whole` leaves the minor units out."""
        from babel.numbers import format_currency

        if amount is None:
            return NOTHING
        places = 0 if whole else exponent(amount.currency)
        pattern = "¤#,##0" + ("." + "0" * places if places else "")
        pattern = f"{pattern};-{pattern}"
        return format_currency(amount.amount, amount.currency, pattern, locale=self.language, currency_digits=False)

    def decimal(self, number: Decimal) -> str:
        """Write a number with all the decimal places that it has."""
        from babel.numbers import format_decimal

        return format_decimal(number, locale=self.language, decimal_quantization=False)

    def price(self, amount: Decimal, currency: str) -> str:
        """Write a rate: at least the currency's decimal places, at most six."""
        from babel.numbers import format_currency

        places = exponent(currency)
        pattern = "¤#,##0." + "0" * places + "#" * max(0, 6 - places)
        return format_currency(amount, currency, pattern, locale=self.language, currency_digits=False)

    def _local(self, at: int | datetime) -> datetime:
        return moment(at, ZoneInfo(self.zone)) if isinstance(at, int) else at

    def when(self, at: int | datetime | None, style: str = "yMMMdHm") -> str:
        """Write an instant (microseconds, or an aware datetime) in the reader's zone; `style`: see _PATTERNS."""
        from babel.dates import format_datetime

        if at is None:
            return NOTHING
        patterns = {
            "yMMMdHm": "d MMM y, HH.mm",
            "yMMMdHms": "d MMM y, HH.mm.ss",
            "Hms": "HH.mm.ss",
            "dHm": "d MMM HH.mm",
        }
        if self.language == "en":
            patterns = {
                "yMMMdHm": "d MMM y, HH:mm",
                "yMMMdHms": "d MMM y, HH:mm:ss",
                "Hms": "HH:mm:ss",
                "dHm": "d MMM HH:mm",
            }
        return format_datetime(self._local(at), patterns[style], locale=self.language)

    @property
    def place(self) -> str:
        """The time zone of all times, as people read it."""
        return self.zone.replace("_", " ")

    def zoned(self, head: str) -> str:
        """Give the head of a column of times, with their zone; on a line of its own where that is long."""
        between = " " if len(self.place) < 5 else "\n"
        return f"{head}{between}({self.place})"

    def day(self, value: date | int | None) -> str:
        """Write a date (an instant counts as its day in the reader's zone) with the month in letters."""
        from babel.dates import format_date

        if value is None:
            return NOTHING
        return format_date(self._local(value) if isinstance(value, int) else value, "d MMMM y", self.language)

    def month(self, value: str, *, short: bool = False) -> str:
        """Write a month ("2013-04") in letters, without the year where `short`."""
        from babel.dates import format_date

        first = date.fromisoformat(value[:7] + "-01")
        return format_date(first, "LLL" if short else "LLLL y", self.language)

    def length(self, seconds: float | None) -> str:
        """Write a length of time with its two greatest units: "2 h 5 min", "3 hari 4 jam"."""
        if seconds is None:
            return NOTHING
        units = ((86400, "%(n)s d"), (3600, "%(n)s h"), (60, "%(n)s min"), (1, "%(n)s s"))
        whole = int(seconds)
        first = next((place for place, (size, _) in enumerate(units) if whole >= size), len(units) - 1)
        parts: list[str] = []
        for size, text in units[first : first + 2]:
            if whole >= size or not parts:
                parts.append(self.say(text, n=self.number(whole // size)))
            whole %= size
        return " ".join(parts)

    def since(self, start: int | None, now: int) -> str:
        """Write how long ago `start` was at `now` (both microseconds)."""
        return NOTHING if start is None else self.length(max(0, now - start) // SECOND)

    def country(self, code: str) -> str:
        """Name a country (ISO 3166-1 alpha-2)."""
        from babel import Locale

        return str(Locale.parse(self.language).territories.get(code, code))

    def tongue(self, code: str) -> str:
        """Name a language (ISO 639)."""
        from babel import Locale

        return str(Locale.parse(self.language).languages.get(code, code))

    def region(self, name: str) -> str:
        """Name a region that is given by its English name, such as the United Nations use."""
        from babel import Locale

        code = _REGIONS.get(name) or next((c for c, n in Locale("en").territories.items() if n == name), name)
        return self.country(code) if self.language != "en" else name

    def value(self, thing: Any) -> str:
        """Write any value of an event for a person: lists with commas, contexts as name: value; digits ungrouped."""
        from babel.numbers import format_decimal

        if thing is None:
            return NOTHING
        if isinstance(thing, bool):
            return self.say("yes") if thing else self.say("no")
        if isinstance(thing, int | Decimal):
            return format_decimal(thing, "0.######", self.language)
        if isinstance(thing, Mapping):
            return ", ".join(f"{name}: {self.value(held)}" for name, held in thing.items()) or NOTHING
        if isinstance(thing, list | tuple):
            return ", ".join(map(self.value, thing)) or NOTHING
        return self.when(thing) if isinstance(thing, datetime) else str(thing)


_REGIONS = {"South-Eastern Asia": "035"}
"""The Unicode name of this one differs from that of the United Nations."""

_UNITS = (mark("%(n)s d"), mark("%(n)s h"), mark("%(n)s min"), mark("%(n)s s"))


@lru_cache(maxsize=64)
def words(language: str | None = None, zone: str = "UTC", vocabulary: Vocabulary = NO_VOCABULARY) -> Words:
    """Words of a language (code or locale; English where we do not speak it). Raises ZoneInfoNotFoundError."""
    ZoneInfo(zone)
    return Words(chosen(language), zone, vocabulary)
