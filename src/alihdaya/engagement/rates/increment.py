"""Increments: the multiples to which a rate rounds the time of each task up."""

from collections.abc import Iterator, Mapping
from typing import Any


def increment_key(increment: int) -> str:
    """Give the name by which it is known since when any terms have an increment (seconds)."""
    return f"increment:{increment}"


def increments_in(wire: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield (service, increment) of the rates of terms in their wire form; what has another form has none."""
    services = wire.get("service")
    for service in services if isinstance(services, list) else ():
        rates = service.get("rates", {}) if isinstance(service, dict) else {}
        for rate in rates.values() if isinstance(rates, dict) else ():
            measure = rate.get("measure", {}) if isinstance(rate, dict) else {}
            increment = measure.get("increment") if isinstance(measure, dict) else None
            if isinstance(increment, int) and increment > 0:
                yield str(service.get("id")), increment
