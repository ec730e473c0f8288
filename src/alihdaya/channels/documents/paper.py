"""A document on paper: one page of A4 as PDF, in the same bytes whenever it is made."""

from dataclasses import asdict
from datetime import UTC, datetime, time
from importlib.util import find_spec
from json import dumps
from pathlib import Path
from typing import Final

from alihdaya.channels.documents.sheet import Block, Line, Sheet
from alihdaya.kernel.errors import Problem, Refused

_INK, _SOFT, _LINE, _DEEP, _TINT = (28, 37, 48), (102, 114, 127), (221, 227, 232), (15, 94, 87), (243, 247, 246)
_LEFT: Final = 18.0
_WIDTH: Final = 174.0
_GAP: Final = 10.0
_COLUMN: Final = (_WIDTH - _GAP) / 2
_ROW: Final = 9.0


def paper_of(sheet: Sheet) -> bytes:
    """Set a document as PDF. Texts outside of Latin-1 are set in DejaVu Sans, which is then part of the file.

    Raises Refused, naming the item, for a text that cannot be set.
    """
    from fpdf.errors import FPDFException

    try:
        return _Paper(sheet).whole()
    except (FPDFException, UnicodeError) as error:
        raise Refused(Problem("not-set", f"the document of item {sheet.item} cannot be set: {error}")) from None


class _Paper:
    def __init__(self, sheet: Sheet) -> None:
        from fpdf import FPDF

        self.sheet = sheet
        self.pdf = FPDF(format="A4")
        self.pdf.set_creation_date(datetime.combine(sheet.day, time(0), UTC))
        self.pdf.set_title(f"{sheet.title.label} {sheet.name}")
        self.pdf.set_lang("en")
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.c_margin = 0
        self.font = self._font()
        self.pdf.add_page()

    def _font(self) -> str:
        if all(ord(char) < 256 for char in dumps(asdict(self.sheet), ensure_ascii=False, default=str)):
            return "Helvetica"
        spec = find_spec("matplotlib")
        places = spec.submodule_search_locations if spec is not None else None
        if not places:
            return "Helvetica"
        folder = Path(places[0]) / "mpl-data" / "fonts" / "ttf"
        self.pdf.add_font("DejaVu", "", folder / "DejaVuSans.ttf")
        self.pdf.add_font("DejaVu", "B", folder / "DejaVuSans-Bold.ttf")
        return "DejaVu"

    def whole(self) -> bytes:
        self._head()
        y = self._facts(self.pdf.get_y() + 6)
        for pair in range(0, len(self.sheet.blocks), 2):
            y = max(
                self._block(block, _LEFT + n * (_COLUMN + _GAP), y)
                for n, block in enumerate(self.sheet.blocks[pair : pair + 2])
            )
            y += 7
        self._result(y + 2)
        self._foot()
        return bytes(self.pdf.output())

    def _put(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        *,
        size: float,
        bold: bool = False,
        color: tuple[int, int, int] = _INK,
        right: bool = False,
    ) -> None:
        """Write one line; what is too wide is set smaller, down to half, so that nothing runs into its neighbour."""
        self.pdf.set_text_color(*color)
        self.pdf.set_font(self.font, "B" if bold else "", size)
        wide = self.pdf.get_string_width(text)
        if wide > width - 1:
            self.pdf.set_font(self.font, "B" if bold else "", max(size * (width - 1) / wide, size / 2))
        self.pdf.set_xy(x, y)
        self.pdf.cell(width, size * 0.45, text, align="R" if right else "L")

    def _head(self) -> None:
        self.pdf.set_fill_color(*_DEEP)
        self.pdf.rect(0, 0, 210, 3, style="F")
        title = self.sheet.title
        self._put(_LEFT, 16, 100, title.label, size=22, bold=True)
        self._put(_LEFT, 26, 100, title.other, size=10, color=_SOFT)
        self._put(_LEFT + 84, 18, 90, self.sheet.issuer, size=11, bold=True, right=True)
        self.pdf.set_y(30)

    def _facts(self, y: float) -> float:
        rows = -(-len(self.sheet.facts) // 3)
        self.pdf.set_fill_color(*_TINT)
        self.pdf.rect(_LEFT, y, _WIDTH, rows * 13 + 5, style="F", round_corners=True, corner_radius=2)
        for n, fact in enumerate(self.sheet.facts):
            x, top = _LEFT + 5 + n % 3 * 56, y + 4 + n // 3 * 13
            label = f"{fact.label} / {fact.other}" if fact.other else fact.label
            self._put(x, top, 54, label, size=7.5, color=_SOFT)
            self._put(x, top + 4.3, 54, fact.value, size=10, bold=True)
        return y + rows * 13 + 13

    def _block(self, block: Block, x: float, y: float) -> float:
        """Set a block; gives where it ends."""
        self._put(x, y, _COLUMN, block.title.label, size=10.5, bold=True, color=_DEEP)
        beside = self.pdf.get_string_width(block.title.label) + 3
        self._put(x + beside, y + 0.6, _COLUMN - beside, block.title.other, size=8, color=_SOFT)
        y = self._rule(x, y + 6.2, _DEEP, 0.5)
        for n, line in enumerate(block.lines):
            if n:
                self._rule(x, y, _LINE, 0.2)
            y = self._amount(line, x, y)
        if block.total is not None:
            self._rule(x, y, _INK, 0.25)
            y = self._amount(block.total, x, y, bold=True)
        return y

    def _rule(self, x: float, y: float, color: tuple[int, int, int], width: float) -> float:
        self.pdf.set_draw_color(*color)
        self.pdf.set_line_width(width)
        self.pdf.line(x, y, x + _COLUMN, y)
        return y

    def _amount(self, line: Line, x: float, y: float, *, bold: bool = False) -> float:
        self._put(x, y + 1.2, _COLUMN - 28, line.label, size=9.5, bold=bold)
        self._put(x, y + 5.2, _COLUMN - 28, line.other, size=7.5, color=_SOFT)
        self._put(x + _COLUMN - 28, y + 1.2, 28, line.value, size=9.5, bold=bold, right=True)
        return y + _ROW + (0.6 if line.other else -1.5)

    def _result(self, y: float) -> None:
        result, white = self.sheet.result, (255, 255, 255)
        self.pdf.set_fill_color(*_DEEP)
        self.pdf.rect(_LEFT, y, _WIDTH, 18, style="F", round_corners=True, corner_radius=2)
        self._put(_LEFT + 6, y + 4, 80, result.label, size=13, bold=True, color=white)
        self._put(_LEFT + 6, y + 10.5, 80, result.other, size=8.5, color=(207, 229, 225))
        amount = f"{self.sheet.currency} {result.value}"
        self._put(_LEFT + 78, y + 5.6, 90, amount, size=17, bold=True, color=white, right=True)

    def _foot(self) -> None:
        note = self.sheet.note
        for n, text in enumerate([note.label, note.other, f"Item {self.sheet.item}"]):
            self._put(_LEFT, 278 + n * 4, _WIDTH, text, size=7, color=_SOFT)
