"""An invoice on paper: PDF/A-3 in A4, alone or with its CII inside (Factur-X 1.0, profile EN 16931)."""

from datetime import UTC, datetime, time
from typing import Final
from xml.sax.saxutils import escape

from alihdaya.channels.documents.pen import DEEP, INK, LEFT, LINE, OWN, SOFT, TINT, WHITE, WIDTH, Pen, fonts
from alihdaya.channels.einvoice.cii import write_cii
from alihdaya.channels.einvoice.sheet import Row, Sheet, Spoken, sheet_of
from alihdaya.engagement.einvoice.core import CoreInvoice
from alihdaya.kernel.errors import Problem, Refused

ATTACHED: Final = "factur-x.xml"
_BOTTOM: Final = 277.0
_COLUMNS: Final = (8.0, 76.0, 20.0, 25.0, 15.0, 30.0)
_FX: Final = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES: Final = {
    "DocumentFileName": (ATTACHED, "name of the XML file inside"),
    "DocumentType": ("INVOICE", "kind of document"),
    "Version": ("1.0", "version of Factur-X"),
    "ConformanceLevel": ("EN 16931", "profile of the XML file inside"),
}


def write_pdf(invoice: CoreInvoice, words: Spoken, *, hybrid: bool = False) -> bytes:
    """Set an invoice as PDF/A-3, in the same bytes whenever it is made; with its CII inside where it is `hybrid`.

    Raises Refused where a text cannot be set, or no font is there to set it.
    """
    from fpdf.errors import FPDFException

    try:
        return _Paper(invoice, sheet_of(invoice, words), words.language).whole(hybrid=hybrid)
    except (FPDFException, UnicodeError) as error:
        raise Refused(Problem("not-set", f"invoice {invoice.number} cannot be set: {error}")) from None


def _metadata(invoice: CoreInvoice, title: str, *, hybrid: bool) -> str:
    """Write the XMP of PDF/A-3b and, where an invoice lies inside, that of Factur-X with its schema."""
    made = f"{invoice.issued.isoformat()}T00:00:00+00:00"
    told = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in _PROPERTIES.items())
    schema = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{what}</pdfaProperty:description></rdf:li>"
        for name, (_, what) in _PROPERTIES.items()
    )
    extension = (
        f'<rdf:Description rdf:about="" xmlns:fx="{_FX}">{told}</rdf:Description>'
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
        ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>'
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{_FX}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{schema}</rdf:Seq></pdfaSchema:property></rdf:li>"
        "</rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    )
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/">'
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:creator><rdf:Seq><rdf:li>{escape(invoice.seller.name)}</rdf:li></rdf:Seq></dc:creator>"
        f"<xmp:CreateDate>{made}</xmp:CreateDate><xmp:ModifyDate>{made}</xmp:ModifyDate>"
        "<xmp:CreatorTool>Alihdaya</xmp:CreatorTool><pdf:Producer>fpdf2</pdf:Producer>"
        f"</rdf:Description>{extension if hybrid else ''}</rdf:RDF></x:xmpmeta>"
    )


class _Paper(Pen):
    def __init__(self, invoice: CoreInvoice, sheet: Sheet, language: str) -> None:
        from fpdf import FPDF

        super().__init__(FPDF(format="A4", enforce_compliance="PDF/A-3B"), OWN)
        self.invoice, self.sheet = invoice, sheet
        self.made = datetime.combine(invoice.issued, time(0), UTC)
        self.pdf.set_creation_date(self.made)
        self.pdf.set_title(f"{self.sheet.title} {self.sheet.number}")
        self.pdf.set_lang(language)
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.c_margin = 0
        folder = fonts()
        if folder is None:
            raise Refused(Problem("no-font", "the fonts of matplotlib are not installed"))
        self.own_font(folder)
        self.y = 0.0

    def whole(self, *, hybrid: bool) -> bytes:
        self.pdf.add_page()
        self._head()
        self._facts()
        self._table()
        self._totals()
        self._result()
        self._below()
        self._feet()
        title = f"{self.sheet.title} {self.sheet.number}"
        self.pdf.set_xmp_metadata(_metadata(self.invoice, title, hybrid=hybrid))
        if hybrid:
            self.pdf.embed_file(
                bytes=write_cii(self.invoice),
                basename=ATTACHED,
                desc=f"{title} (EN 16931)",
                mime_type="text/xml",
                modification_date=self.made,
                creation_date=self.made,
                associated_file_relationship="Alternative",
                compress=True,
                checksum=True,
            )
        return bytes(self.pdf.output())

    def _rule(self, color: tuple[int, int, int], width: float, x: float = LEFT, wide: float = WIDTH) -> None:
        self.pdf.set_draw_color(*color)
        self.pdf.set_line_width(width)
        self.pdf.line(x, self.y, x + wide, self.y)

    def _head(self) -> None:
        sheet = self.sheet
        self.pdf.set_fill_color(*DEEP)
        self.pdf.rect(0, 0, 210, 3, style="F")
        self.put(LEFT, 16, 90, sheet.title, size=22, bold=True)
        self.put(LEFT, 27, 90, sheet.number, size=10, color=SOFT)
        for n, text in enumerate(sheet.seller):
            self.put(LEFT + 84, 16 + (n and 1.5) + n * 4.4, 90, text, size=8 if n else 11, bold=not n, right=True,
                      color=SOFT if n else INK)  # fmt: skip
        top = max(40, 22 + len(sheet.seller) * 4.4)
        self.put(LEFT, top, 90, sheet.buyer_label, size=7.5, color=SOFT)
        for n, text in enumerate(sheet.buyer):
            self.put(LEFT, top + 4.4 + (n and 0.8) + n * 4.4, 100, text, size=8.5 if n else 10.5, bold=not n)
        self.y = top + 11 + len(sheet.buyer) * 4.4

    def _facts(self) -> None:
        rows = -(-len(self.sheet.facts) // 3)
        self.pdf.set_fill_color(*TINT)
        self.pdf.rect(LEFT, self.y, WIDTH, rows * 12 + 4, style="F", round_corners=True, corner_radius=2)
        for n, (label, text) in enumerate(self.sheet.facts):
            x, top = LEFT + 5 + n % 3 * 56, self.y + 3.6 + n // 3 * 12
            self.put(x, top, 54, label, size=7.5, color=SOFT)
            self.put(x, top + 4.3, 54, text, size=9.5, bold=True)
        self.y += rows * 12 + 12

    def _table(self) -> None:
        self._columns()
        for n, row in enumerate(self.sheet.rows):
            if self.y > _BOTTOM - 10:
                self._next_page()
                self._columns()
            elif n:
                self._rule(LINE, 0.2)
            self._row(row)
        self._rule(INK, 0.25)
        self.y += 4

    def _columns(self) -> None:
        self._cells(self.y, self.sheet.columns, size=7.5, color=SOFT)
        self.y += 5.4
        self._rule(DEEP, 0.5)

    def _cells(self, y: float, texts: tuple[str, ...], *, size: float, color: tuple[int, int, int] = INK) -> None:
        x = LEFT
        for n, (width, text) in enumerate(zip(_COLUMNS, texts, strict=True)):
            self.put(x, y, width - (2 if n == 1 else 0), text, size=size, color=color, right=n > 1)
            x += width

    def _row(self, row: Row) -> None:
        self._cells(self.y + 1.8, (row.number, row.name, row.quantity, row.price, row.vat, row.amount), size=8.5)
        self.put(LEFT + _COLUMNS[0], self.y + 6, 110, row.note, size=7, color=SOFT)
        self.y += 10.4

    def _next_page(self) -> None:
        self.pdf.add_page()
        self.put(LEFT, 14, 120, f"{self.sheet.title} {self.sheet.number}", size=9, bold=True)
        self.y = 24

    def _room(self, height: float) -> None:
        if self.y + height > _BOTTOM:
            self._next_page()

    def _totals(self) -> None:
        self._room(len(self.sheet.totals) * 6 + 24)
        x, wide = LEFT + 74, WIDTH - 74
        for row in self.sheet.totals:
            self.put(x, self.y, wide - 34, row.name, size=8.5, color=SOFT)
            self.put(x + wide - 34, self.y, 34, row.amount, size=8.5, right=True)
            self.y += 6
        self.y += 2

    def _result(self) -> None:
        label, amount = self.sheet.due
        self.pdf.set_fill_color(*DEEP)
        self.pdf.rect(LEFT, self.y, WIDTH, 16, style="F", round_corners=True, corner_radius=2)
        self.put(LEFT + 6, self.y + 5.6, 80, label, size=12, bold=True, color=WHITE)
        self.put(LEFT + 78, self.y + 4.6, 90, amount, size=16, bold=True, color=WHITE, right=True)
        self.y += 22

    def _below(self) -> None:
        self._room(len(self.sheet.pay) * 5 + 8 + len(self.sheet.notes) * 5)
        if self.sheet.pay:
            self.put(LEFT, self.y, 80, self.sheet.pay_label, size=10, bold=True, color=DEEP)
            self.y += 6.5
        for label, text in self.sheet.pay:
            self.put(LEFT, self.y, 40, label, size=8.5, color=SOFT)
            self.put(LEFT + 40, self.y, WIDTH - 40, text, size=8.5)
            self.y += 5
        self.y += 2
        for text in self.sheet.notes:
            self.put(LEFT, self.y, WIDTH, text, size=7.5, color=SOFT)
            self.y += 4.4

    def _feet(self) -> None:
        pages = self.pdf.page
        for page in range(1, pages + 1):
            self.pdf.page = page
            self.pdf.set_font("DejaVu", "", 6)  # another size than the one wanted: it is not set again otherwise
            self.put(LEFT, 284, 120, f"{self.sheet.title} {self.sheet.number}", size=7, color=SOFT)
            text = self.sheet.page % {"page": page, "pages": pages}
            self.put(LEFT + 120, 284, WIDTH - 120, text, size=7, color=SOFT, right=True)
