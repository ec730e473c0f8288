"""The spectrum as one HTML page that needs nothing else: for each service nine dots with their intervals."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from alihdaya.cli.checks.sheet import sheet
from alihdaya.cli.checks.spectrum.panels import drift_panels, margin_panels
from alihdaya.cli.checks.spectrum.shown import (
    NAMES,
    NEEDS,
    answer_told,
    left_told,
    margin_told,
    months_told,
    worth_told,
)
from alihdaya.cli.settings import figure, say, spread

if TYPE_CHECKING:
    from alihdaya.cli.checks.spectrum import Placed
    from alihdaya.planning.spectrum import Month, Override, Reading

_LEFT, _WIDE, _ROW, _TOP = 190, 420, 46, 34
_STYLE = """
body { max-width: 1000px }
h2 { font-size: 1.15rem; margin: 2rem 0 .2rem } h3 { font-size: 1rem; margin: 1.2rem 0 .2rem }
svg { width: 100%; height: auto }
"""


def page(placed: "list[Placed]", language: str) -> str:
    """Write the page."""
    title = say("Between BPO and KPO")
    said = say(
        "Each dot is measured from the log, from 0 (BPO) to 1 (KPO); the bar is its interval over items (95 %). "
        "Grey lines are not measured, and say what would bring the facts."
    )
    parts = "".join(map(_section, placed))
    return sheet(title, said, parts + _of_all(placed), style=_STYLE, language=language)


def _section(placed: "Placed") -> str:
    one, moved = placed.service, placed.moved
    readings = one.readings[:-1]
    high = _TOP + _ROW * len(readings)
    marks = "".join(
        f'<line x1="{x}" x2="{x}" y1="{_TOP - 10}" y2="{high - 14}" stroke="#e4eae8"/>'
        f'<text x="{x}" y="14" text-anchor="middle" class="dim">{label}</text>'
        for x, label in ((_x(0), "0 BPO"), (_x(0.25), "¼"), (_x(0.5), "½"), (_x(0.75), "¾"), (_x(1), "KPO 1"))
    )
    rows = "".join(_row(reading, moved.get(reading.difference, ()), n) for n, reading in enumerate(readings))
    head = say("{service}: {cases} items, a {kind} service by its list (S14, S15)")
    told = "".join(
        f'<p class="{"warn" if rule.flagged else "small"}">{escape(_said(rule))}</p>' for rule in placed.rules
    )
    told += "".join(f'<p class="warn">{escape(text)}</p>' for text in left_told(moved))
    lines = [*map(answer_told, placed.answers), *worth_told(placed.worth), *map(margin_told, placed.margins)]
    told += "".join(f'<p class="small">{escape(text)}</p>' for text in lines)
    return (
        f"<section><h2>{escape(head.format(service=one.id, cases=figure(one.cases), kind=one.kind))}</h2>"
        f'<svg viewBox="0 0 980 {high}" role="img" aria-label="{escape(one.id)}">{marks}{rows}</svg>{told}'
        f"{drift_panels(moved)}</section>"
    )


def _of_all(placed: "list[Placed]") -> str:
    drawn = margin_panels(placed)
    return f"<section>{drawn}</section>" if drawn else ""


def _x(position: float) -> int:
    return _LEFT + round(position * _WIDE)


def _row(reading: "Reading", months: "Sequence[Month]", number: int) -> str:
    """Draw one difference: its two ends, its line, interval and dot, and the months as small marks below."""
    y = _TOP + _ROW * number + 8
    ends = [escape(say(end)) for end in NAMES[reading.difference]]
    row = (
        f'<text x="{_LEFT - 14}" y="{y + 4}" text-anchor="end">{ends[0]}</text>'
        f'<text x="{_x(1) + 14}" y="{y + 4}">{ends[1]}</text>'
        f'<line x1="{_x(0)}" x2="{_x(1)}" y1="{y}" y2="{y}" stroke="#cfd8d6" stroke-width="2"/>'
    )
    if reading.position is None or reading.low is None or reading.high is None:
        told = say("too few items") if reading.state == "too few" else say(NEEDS[reading.difference])
        return row + f'<text x="{_x(0.5)}" y="{y + 20}" text-anchor="middle" class="dim">{escape(told)}</text>'
    row += f'<line x1="{_x(reading.low)}" x2="{_x(reading.high)}" y1="{y}" y2="{y}" stroke="#0f766e" stroke-width="7" '
    row += 'stroke-linecap="round" opacity=".45"/>'
    row += f'<circle cx="{_x(reading.position)}" cy="{y}" r="7" fill="#0f766e"/>'
    figures = spread(reading.position, reading.low, reading.high)
    row += f'<text x="{_x(1) + 190}" y="{y + 4}" class="dim">{figures}</text>'
    if len(months) > 1:
        text = escape(say("by month: {figures}").format(figures=months_told(months)))
        row += f'<text x="{_x(0)}" y="{y + 20}" class="dim" style="font-size:11px">{text}</text>'
    return row


def _said(rule: "Override") -> str:
    text = say("Rule {decision}: people answered {answered} times after it, otherwise than it did {rate}")
    told = text.format(decision=rule.decision, answered=figure(rule.answered), rate=figure(rule.rate, ".1%"))
    return told + (". " + say("Over 5 %: judgment in disguise.") if rule.flagged else "")
