"""Check the terms and the roster that a pack offers against the pack itself."""

from collections.abc import Iterator

from alihdaya.engagement.rates.card import OF_ITEMS
from alihdaya.engagement.terms import Terms, parse
from alihdaya.kernel.errors import Problem, Source, TermsError
from alihdaya.packs.pack import Pack


def check_offer(pack: Pack) -> list[Problem]:
    """Every unit that the pack delivers has a price in terms.toml, and no price is for nothing.

    A pack without terms is complete all the same: the engagement brings them.
    """
    if pack.terms is None:
        return []
    name = f"{pack.place}/terms.toml"
    try:
        terms = parse(pack.terms.encode(), name)
    except TermsError as error:
        return list(error.problems)
    return list(_prices(pack, terms, name))


def _prices(pack: Pack, terms: Terms, name: str) -> Iterator[Problem]:
    services = [service for service in terms.services if service.pack == pack.name]
    if not services:
        yield Problem("no-service", f"no service is done by pack {pack.name!r}", Source(name))
    units = set(pack.delivery.units.values())
    for service in services:
        own = {rate.unit for rate in service.rates if rate.kind in OF_ITEMS}
        for unit in sorted(units - own):
            yield Problem(
                "no-rate", f"service {service.id!r} has no rate for unit {unit!r}", Source(name, element=unit)
            )
        for unit in sorted(own - units):
            message = f"service {service.id!r} prices unit {unit!r}, which the pack never delivers"
            yield Problem("idle-rate", message, Source(name, element=unit), "warning")
