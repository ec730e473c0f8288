"""How well stated probabilities held, as one HTML page that needs nothing else: the reliability diagram."""

from html import escape
from typing import TYPE_CHECKING

from alihdaya.cli.checks.questions.shown import bits_told, tenth
from alihdaya.cli.checks.sheet import sheet
from alihdaya.cli.settings import figure, say

if TYPE_CHECKING:
    from alihdaya.cli.checks.questions.scoring import Scored
    from alihdaya.planning.spectrum.bits import Bin

_SIDE, _LEFT, _TOP = 360, 60, 20
_STYLE = """
body { max-width: 760px }
h2 { font-size: 1.15rem; margin: 1rem 0 .2rem }
svg { width: 480px; max-width: 100%; height: auto }
"""


def page(found: "list[Scored]", language: str) -> str:
    """Write the page."""
    title = say("What answers were worth")
    said = say(
        "Each dot is a tenth of the scale: right of it what was stated, up how often it came true, with the interval "
        "of that share (95 %); its size is how many probabilities fell there. On the line, stated is true."
    )
    parts = "".join(map(_section, found))
    return sheet(title, said, parts, style=_STYLE, language=language)


def _section(one: "Scored") -> str:
    told = "".join(f"<p>{escape(text)}</p>" for text in bits_told(one.bits))
    head = f"{one.engagement}/{one.service}"
    if not one.reliability:
        nothing = say("No question is settled yet.")
        return f"<section><h2>{escape(head)}</h2>{told}<p>{escape(nothing)}</p></section>"
    return f"<section><h2>{escape(head)}</h2>{told}{_diagram(one)}</section>"


def _diagram(one: "Scored") -> str:
    high = _TOP + _SIDE
    grid = "".join(
        f'<line x1="{_x(at)}" x2="{_x(at)}" y1="{_TOP}" y2="{high}" stroke="#e4eae8"/>'
        f'<line x1="{_LEFT}" x2="{_x(1)}" y1="{_y(at)}" y2="{_y(at)}" stroke="#e4eae8"/>'
        f'<text x="{_x(at)}" y="{high + 18}" text-anchor="middle" class="dim">{shown}</text>'
        f'<text x="{_LEFT - 8}" y="{_y(at) + 4}" text-anchor="end" class="dim">{shown}</text>'
        for at, shown in ((at, figure(at, "g")) for at in (0, 0.25, 0.5, 0.75, 1))
    )
    most = max(row.stated for row in one.reliability)
    dots = "".join(_dot(row, most) for row in one.reliability)
    stated, true = escape(say("stated")), escape(say("came true"))
    return (
        f'<svg viewBox="0 0 {_LEFT + _SIDE + 20} {high + 44}" role="img" aria-label="{stated}, {true}">{grid}'
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#6b7a78" stroke-dasharray="5 4"/>{dots}'
        f'<text x="{_x(0.5)}" y="{high + 38}" text-anchor="middle">{stated}</text>'
        f'<text transform="translate(16 {_y(0.5)}) rotate(-90)" text-anchor="middle">{true}</text></svg>'
    )


def _dot(row: "Bin", most: int) -> str:
    x = _x(row.mean)
    size = 4 + round(6 * (row.stated / most) ** 0.5)
    return (
        f'<line x1="{x}" x2="{x}" y1="{_y(row.true_low)}" y2="{_y(row.true_high)}" stroke="#0f766e" stroke-width="2" '
        f'opacity=".6"/><circle cx="{x}" cy="{_y(row.true)}" r="{size}" fill="#0f766e"><title>'
        f"{tenth(row)}: {figure(row.stated)}, {figure(row.mean, '.2f')}, {figure(row.true, '.2f')}</title></circle>"
    )


def _x(at: float) -> int:
    return _LEFT + round(at * _SIDE)


def _y(at: float) -> int:
    return _TOP + round((1 - at) * _SIDE)
