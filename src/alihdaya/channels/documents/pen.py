"""What sets text on our pages of A4: one hand for every paper that leaves the house. Lengths are millimetres."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fpdf import FPDF

Color = tuple[int, int, int]

INK: Final[Color] = (28, 37, 48)
SOFT: Final[Color] = (102, 114, 127)
LINE: Final[Color] = (221, 227, 232)
DEEP: Final[Color] = (15, 94, 87)
TINT: Final[Color] = (243, 247, 246)
WHITE: Final[Color] = (255, 255, 255)

LEFT: Final = 18.0
WIDTH: Final = 174.0

CORE: Final = "Helvetica"
"""A font that every reader of PDF has; it sets Latin-1 alone."""

OWN: Final = "DejaVu"
"""A font that goes into the file."""


def fonts() -> Path | None:
    """Find the folder with DejaVu Sans, which comes with matplotlib; None where that is not installed."""
    spec = find_spec("matplotlib")
    places = spec.submodule_search_locations if spec is not None else None
    return Path(places[0]) / "mpl-data" / "fonts" / "ttf" if places else None


class Pen:
    """Writes lines on a document's page, in one font."""

    def __init__(self, pdf: "FPDF", font: str) -> None:
        self.pdf, self.font = pdf, font

    def put(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        *,
        size: float,
        bold: bool = False,
        color: Color = INK,
        right: bool = False,
    ) -> None:
        """Write one line; what is too wide is set smaller, down to half, and then cut with an ellipsis."""
        self.pdf.set_text_color(*color)
        self.pdf.set_font(self.font, "B" if bold else "", size)
        wide = self.pdf.get_string_width(text)
        if wide > width - 1:
            self.pdf.set_font(self.font, "B" if bold else "", max(size * (width - 1) / wide, size / 2))
            cut = "..." if self.font == CORE else "\N{HORIZONTAL ELLIPSIS}"
            while len(text) > len(cut) and self.pdf.get_string_width(text) > width:
                text = text[: -len(cut) - 1] + cut
        self.pdf.set_xy(x, y)
        self.pdf.cell(width, size * 0.45, text, align="R" if right else "L")

    def own_font(self, folder: Path) -> None:
        """Put the font of `folder` into the file. Raises FileNotFoundError where it is not there."""
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.pdf.add_font(OWN, style, folder / name)
