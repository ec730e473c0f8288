"""Outcomes: the values of a variable of the result by which a delivery is billed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple


class Outcome(NamedTuple):
    """What counts: a delivery whose result has one of the `values`, as texts, in its variable `of`."""

    of: str
    values: frozenset[str]

    @property
    def key(self) -> str:
        """A text that is the same for the same outcome, whatever its rate is called, and costs."""
        return json.dumps([self.of, *sorted(self.values)], ensure_ascii=False)

    def met(self, result: Mapping[str, Any]) -> bool:
        """Whether a result is one."""
        return self.of in result and told(result[self.of]) in self.values


def outcome_of(of: str, values: Iterable[str]) -> Outcome:
    """Give the outcome of a rate's measure."""
    return Outcome(of, frozenset(values))


def outcomes_in(wire: Mapping[str, Any]) -> Iterator[tuple[str, Outcome]]:
    """Yield (service, outcome) of the rates per outcome of terms in their wire form; what has another form has none."""
    services = wire.get("service")
    for service in services if isinstance(services, list) else ():
        rates = service.get("rates", {}) if isinstance(service, dict) else {}
        for rate in rates.values() if isinstance(rates, dict) else ():
            if isinstance(rate, dict) and rate.get("kind") == "outcome":
                measure = rate.get("measure", {})
                yield str(service.get("id")), outcome_of(measure.get("of", ""), measure.get("values", ()))


def told(value: Any) -> str:
    """Write a value of a result as rate cards name it: texts as they are, yes and no as true and false."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
