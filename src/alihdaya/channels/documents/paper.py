"""A document on paper: one page of A4 as PDF, in the same bytes whenever it is made."""

from dataclasses import asdict
from datetime import UTC, datetime, time
from json import dumps
from typing import Final

from alihdaya.channels.documents.pen import CORE, DEEP, INK, LEFT, LINE, OWN, SOFT, TINT, WHITE, WIDTH, Pen, fonts
from alihdaya.channels.documents.sheet import Block, Line, Sheet
from alihdaya.kernel.errors import Problem, Refused

_GAP: Final = 10.0
_COLUMN: Final = (WIDTH - _GAP) / 2
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


class _Paper(Pen):
    def __init__(self, sheet: Sheet) -> None:
        from fpdf import FPDF

        super().__init__(FPDF(format="A4"), CORE)
        self.sheet = sheet
        self.pdf.set_creation_date(datetime.combine(sheet.day, time(0), UTC))
        self.pdf.set_title(f"{sheet.title.label} {sheet.name}")
        self.pdf.set_lang("en")
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.c_margin = 0
        folder = None if self._is_latin() else fonts()
        if folder is not None:
            self.own_font(folder)
            self.font = OWN
        self.pdf.add_page()

    def _is_latin(self) -> bool:
        return all(ord(char) < 256 for char in dumps(asdict(self.sheet), ensure_ascii=False, default=str))

    def whole(self) -> bytes:
        self._head()
        y = self._facts(self.pdf.get_y() + 6)
        for pair in range(0, len(self.sheet.blocks), 2):
            y = max(
                self._block(block, LEFT + n * (_COLUMN + _GAP), y)
                for n, block in enumerate(self.sheet.blocks[pair : pair + 2])
            )
            y += 7
        self._result(y + 2)
        self._foot()
        return bytes(self.pdf.output())

    def _head(self) -> None:
        self.pdf.set_fill_color(*DEEP)
        self.pdf.rect(0, 0, 210, 3, style="F")
        title = self.sheet.title
        self.put(LEFT, 16, 100, title.label, size=22, bold=True)
        self.put(LEFT, 26, 100, title.other, size=10, color=SOFT)
        self.put(LEFT + 84, 18, 90, self.sheet.issuer, size=11, bold=True, right=True)
        self.pdf.set_y(30)

    def _facts(self, y: float) -> float:
        rows = -(-len(self.sheet.facts) // 3)
        self.pdf.set_fill_color(*TINT)
        self.pdf.rect(LEFT, y, WIDTH, rows * 13 + 5, style="F", round_corners=True, corner_radius=2)
        for n, fact in enumerate(self.sheet.facts):
            x, top = LEFT + 5 + n % 3 * 56, y + 4 + n // 3 * 13
            label = f"{fact.label} / {fact.other}" if fact.other else fact.label
            self.put(x, top, 54, label, size=7.5, color=SOFT)
            self.put(x, top + 4.3, 54, fact.value, size=10, bold=True)
        return y + rows * 13 + 13

    def _block(self, block: Block, x: float, y: float) -> float:
        """Set a block; gives where it ends."""
        self.put(x, y, _COLUMN, block.title.label, size=10.5, bold=True, color=DEEP)
        beside = self.pdf.get_string_width(block.title.label) + 3
        self.put(x + beside, y + 0.6, _COLUMN - beside, block.title.other, size=8, color=SOFT)
        y = self._rule(x, y + 6.2, DEEP, 0.5)
        for n, line in enumerate(block.lines):
            if n:
                self._rule(x, y, LINE, 0.2)
            y = self._amount(line, x, y)
        if block.total is not None:
            self._rule(x, y, INK, 0.25)
            y = self._amount(block.total, x, y, bold=True)
        return y

    def _rule(self, x: float, y: float, color: tuple[int, int, int], width: float) -> float:
        self.pdf.set_draw_color(*color)
        self.pdf.set_line_width(width)
        self.pdf.line(x, y, x + _COLUMN, y)
        return y

    def _amount(self, line: Line, x: float, y: float, *, bold: bool = False) -> float:
        self.put(x, y + 1.2, _COLUMN - 28, line.label, size=9.5, bold=bold)
        self.put(x, y + 5.2, _COLUMN - 28, line.other, size=7.5, color=SOFT)
        self.put(x + _COLUMN - 28, y + 1.2, 28, line.value, size=9.5, bold=bold, right=True)
        return y + _ROW + (0.6 if line.other else -1.5)

    def _result(self, y: float) -> None:
        result = self.sheet.result
        self.pdf.set_fill_color(*DEEP)
        self.pdf.rect(LEFT, y, WIDTH, 18, style="F", round_corners=True, corner_radius=2)
        self.put(LEFT + 6, y + 4, 80, result.label, size=13, bold=True, color=WHITE)
        self.put(LEFT + 6, y + 10.5, 80, result.other, size=8.5, color=(207, 229, 225))
        amount = f"{self.sheet.currency} {result.value}"
        self.put(LEFT + 78, y + 5.6, 90, amount, size=17, bold=True, color=WHITE, right=True)

    def _foot(self) -> None:
        note = self.sheet.note
        for n, text in enumerate([note.label, note.other, f"Item {self.sheet.item}"]):
            self.put(LEFT, 278 + n * 4, WIDTH, text, size=7, color=SOFT)
