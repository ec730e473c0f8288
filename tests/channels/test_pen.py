"""What is too wide for its place on paper never runs into its neighbour."""

from io import BytesIO

import pytest
from fpdf import FPDF
from pypdf import PdfReader

from alihdaya.channels.documents.pen import CORE, Pen


@pytest.mark.parametrize(("text", "shown"), [("fits", "fits"), ("w" * 400, None)])
def test_a_line_stays_in_its_place(text: str, shown: str | None) -> None:
    """Short text is set as it is; a long one smaller, down to half, and the rest is cut with three dots."""
    pen = Pen(FPDF(format="A4"), CORE)
    pen.pdf.c_margin = 0
    pen.pdf.add_page()
    pen.put(20, 20, 60, text, size=10)
    found = PdfReader(BytesIO(bytes(pen.pdf.output()))).pages[0].extract_text().strip()
    if shown is not None:
        assert found == shown
        return
    assert found.endswith("w...")
    pen.pdf.set_font(CORE, "", 5)
    assert 55 < pen.pdf.get_string_width(found) <= 60
