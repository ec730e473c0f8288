"""Onshore, nearshore or offshore (S13): derived from two countries, never typed in."""

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final, Literal

NEAR_KM: Final = 2_500
"""Capitals nearer than this make a country near, even without a common border or region."""

BORDER_KM: Final = 6_500
"""A border between capitals farther apart than this is a distant territory's, such as France and Suriname."""

_EARTH_KM: Final = 6_371.0088


@dataclass(frozen=True, slots=True)
class Shore:
    """Where work is delivered, seen from the client. `reasons` are codes with facts; `km` lies between the capitals."""

    word: Literal["onshore", "nearshore", "offshore"]
    reasons: tuple[str, ...]
    km: int | None


@dataclass(frozen=True, slots=True)
class _Place:
    code: str
    alpha3: str
    borders: frozenset[str]
    subregion: str
    capital: tuple[float, float] | None


def shore(client: str, delivery: str) -> Shore:
    """Derive the word from the client's and the delivering country (ISO 3166-1 alpha-2).

    The same country is onshore. Nearshore is a country with a common land border, or in the same subregion of the
    United Nations' scheme, or whose capital lies within NEAR_KM. All else is offshore. Raises KeyError for a code
    that is no country's.
    """
    if client == delivery:
        _place(client)
        return Shore("onshore", (f"same-country:{client}",), 0)
    here, there = _place(client), _place(delivery)
    km = _distance(here, there)
    near = []
    touching = here.alpha3 in there.borders or there.alpha3 in here.borders
    if touching and (km is None or km <= BORDER_KM):
        near.append(f"land-border:{client}:{delivery}")
    if here.subregion and here.subregion == there.subregion:
        near.append(f"same-subregion:{here.subregion}")
    if km is not None and km <= NEAR_KM:
        near.append(f"near-capitals:{km}:{NEAR_KM}")
    if near:
        return Shore("nearshore", tuple(near), km)
    apart = f"different-subregions:{here.subregion}:{there.subregion}"
    far = "unknown-distance" if km is None else f"far-capitals:{km}:{NEAR_KM}"
    border = "distant-border" if touching else "no-land-border"
    return Shore("offshore", (f"{border}:{client}:{delivery}", apart, far), km)


def _place(code: str) -> _Place:
    from countryinfo import CountryInfo, CountryNotFoundError

    try:
        found = CountryInfo(code)
    except (CountryNotFoundError, ValueError):
        raise KeyError(code) from None
    if found.iso(2) != code:
        raise KeyError(code)
    capital = found.capital_latlng()
    return _Place(
        code,
        str(found.iso(3)),
        frozenset(found.borders() or ()),
        found.subregion() or "",
        (capital[0], capital[1]) if capital else None,
    )


def _distance(one: _Place, other: _Place) -> int | None:
    if one.capital is None or other.capital is None:
        return None
    (lat1, lon1), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one.capital, other.capital))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * _EARTH_KM * asin(sqrt(h)))


def render_reason(code: str, _: Callable[[str], str]) -> str:
    """Turn a reason's code into a sentence; `_` translates its English template."""
    kind, *facts = code.split(":")
    one, two = (*facts, "", "")[:2]
    match kind:
        case "same-country":
            text = _("Client and delivery are in the same country, {one}.")
        case "land-border":
            text = _("{one} and {two} share a land border.")
        case "same-subregion":
            text = _("Both countries lie in the same subregion, {one}.")
        case "near-capitals":
            text = _("The capitals lie {one} km apart, within {two} km.")
        case "no-land-border":
            text = _("{one} and {two} share no land border.")
        case "distant-border":
            text = _("{one} and {two} meet only at a distant territory.")
        case "different-subregions":
            text = _("One lies in {one}, the other in {two}.")
        case "far-capitals":
            text = _("The capitals lie {one} km apart, beyond {two} km.")
        case _other:
            text = _("The distance between the capitals is not known.")
    return text.format(one=one, two=two)
