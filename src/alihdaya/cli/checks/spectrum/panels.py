"""Small pictures side by side, one for each difference: how it moved by month, and what an hour leaves where it is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from alihdaya.cli.checks.spectrum.shown import NAMES
from alihdaya.cli.settings import figure, say, spread

if TYPE_CHECKING:
    from alihdaya.cli.checks.spectrum import Placed
    from alihdaya.planning.spectrum import MarginHour, Month

_ACROSS, _CELL_WIDE, _CELL_HIGH = 3, 326, 190
_LEFT, _TOP, _WIDE, _HIGH = 50, 34, 250, 110
_CALM, _LEFT_BEHIND = "#0f766e", "#c2410c"
_COLOURS = ("#0f766e", "#7c3aed", "#b45309", "#1d4ed8", "#be185d", "#4d7c0f")
_SMALL = 'style="font-size:11px"'


class _Box(NamedTuple):
    """Where a panel's field lies; `x` and `y` take shares from 0 to 1, `y` upwards."""

    left: int
    top: int

    def x(self, share: float) -> float:
        return round(self.left + share * _WIDE, 1)

    def y(self, share: float) -> float:
        return round(self.top + (1 - share) * _HIGH, 1)


def drift_panels(moved: "Mapping[str, Sequence[Month]]") -> str:
    """Draw each measure that has two months or more; "" where none has."""
    drawn = {name: months for name, months in moved.items() if len(months) > 1}

    def draw(box: _Box, difference: str) -> str:
        return _drift(box, drawn[difference])

    return _panels(say("Drift by month"), drawn, draw)


def _drift(box: _Box, months: "Sequence[Month]") -> str:
    low, high = (escape(text) for text in ("0 BPO", "1 KPO"))
    marks = _scale(box, ((0.0, low), (1.0, high)))
    step = 1 / len(months)
    places = [(number + 0.5) * step for number in range(len(months))]
    way = " ".join(f"{box.x(at)},{box.y(one.position)}" for at, one in zip(places, months, strict=True))
    marks += f'<polyline points="{way}" fill="none" stroke="#cfd8d6" stroke-width="1.5"/>'
    for at, one in zip(places, months, strict=True):
        colour = _LEFT_BEHIND if one.left else _CALM
        marks += (
            f'<line x1="{box.x(at)}" x2="{box.x(at)}" y1="{box.y(one.low)}" y2="{box.y(one.high)}" stroke="{colour}" '
            f'stroke-width="4" opacity=".45"/><circle cx="{box.x(at)}" cy="{box.y(one.position)}" r="4" '
            f'fill="{colour}"><title>{one.month}: {spread(one.position, one.low, one.high)}</title></circle>'
        )
    ends = ((places[0], months[0].month), (places[-1], months[-1].month))
    return marks + "".join(_below(box, at, month) for at, month in ends)


def margin_panels(placed: "Sequence[Placed]") -> str:
    """Draw what an hour leaves over each position, a picture a currency; "" where no service has both."""
    currencies = dict.fromkeys(had.currency for one in placed for had in one.margins)
    return "".join(_margins(currency, placed) for currency in currencies)


def _margins(currency: str, placed: "Sequence[Placed]") -> str:
    found = [(one, had) for one in placed for had in one.margins if had.currency == currency]
    ends = [at for _, had in found for at in (had.rate, had.low, had.high) if at is not None]
    low, high = min(0.0, *ends), max(0.0, *ends)
    span = (high - low) or 1.0
    names = {
        reading.difference: ""
        for one, _ in found
        for reading in one.service.readings[:-1]
        if reading.position is not None
    }

    def share(amount: float) -> float:
        return (amount - low) / span

    def draw(box: _Box, difference: str) -> str:
        labels = {low: figure(low, ",.0f"), 0.0: "0", high: figure(high, ",.0f")}
        marks = _scale(box, [(share(at), text) for at, text in labels.items()])
        marks += _below(box, 0.06, "0 BPO") + _below(box, 0.94, "1 KPO")
        return marks + "".join(
            _service(box, one, had, difference, share, _COLOURS[number % len(_COLOURS)])
            for number, (one, had) in enumerate(found)
        )

    legend = " · ".join(
        f'<span style="color:{_COLOURS[number % len(_COLOURS)]}">●</span> {escape(one.service.id)}'
        for number, (one, _) in enumerate(found)
    )
    head = say("Margin an hour by position, {currency}").format(currency=currency)
    return _panels(head, names, draw, legend)


def _service(
    box: _Box, one: "Placed", had: "MarginHour", difference: str, share: Callable[[float], float], colour: str
) -> str:
    reading = next(had for had in one.service.readings if had.difference == difference)
    if reading.position is None or reading.low is None or reading.high is None:
        return ""
    x, y = box.x(reading.position), box.y(share(had.rate))
    marks = f'<line x1="{box.x(reading.low)}" x2="{box.x(reading.high)}" y1="{y}" y2="{y}" stroke="{colour}"/>'
    if had.low is not None and had.high is not None:
        ends = f'y1="{box.y(share(had.low))}" y2="{box.y(share(had.high))}"'
        marks += f'<line x1="{x}" x2="{x}" {ends} stroke="{colour}"/>'
    told = f"{one.service.id}: {figure(reading.position, '.2f')}, {figure(had.rate, ',.2f')} {had.currency}"
    return marks + f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"><title>{escape(told)}</title></circle>'


def _panels(head: str, names: Iterable[str], draw: Callable[[_Box, str], str], legend: str = "") -> str:
    listed = list(names)
    if not listed:
        return ""
    cells = "".join(_cell(number, name, draw) for number, name in enumerate(listed))
    high = -(-len(listed) // _ACROSS) * _CELL_HIGH
    told = f'<p class="small">{legend}</p>' if legend else ""
    return (
        f'<h3>{escape(head)}</h3>{told}<svg viewBox="0 0 {_ACROSS * _CELL_WIDE} {high}" role="img" '
        f'aria-label="{escape(head)}">{cells}</svg>'
    )


def _cell(number: int, difference: str, draw: Callable[[_Box, str], str]) -> str:
    row, column = divmod(number, _ACROSS)
    box = _Box(column * _CELL_WIDE + _LEFT, row * _CELL_HIGH + _TOP)
    low, high = (escape(say(end)) for end in NAMES[difference])
    title = f'<text x="{box.left}" y="{box.top - 14}" {_SMALL}>{low} → {high}</text>'
    return title + draw(box, difference)


def _scale(box: _Box, labels: "Iterable[tuple[float, str]]") -> str:
    return "".join(
        f'<line x1="{box.x(0)}" x2="{box.x(1)}" y1="{box.y(at)}" y2="{box.y(at)}" stroke="#e4eae8"/>'
        f'<text x="{box.left - 6}" y="{box.y(at) + 4}" text-anchor="end" class="dim" {_SMALL}>{text}</text>'
        for at, text in labels
    )


def _below(box: _Box, at: float, text: str) -> str:
    return f'<text x="{box.x(at)}" y="{box.y(0) + 18}" text-anchor="middle" class="dim" {_SMALL}>{escape(text)}</text>'
