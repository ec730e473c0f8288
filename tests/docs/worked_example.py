"""Makes docs/worked-example.md: `python tests/docs/worked_example.py`. A test makes it again and compares.

Every figure on the page is what the invoice, the credits and the EN 16931 document are made of; nothing is typed in.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from alihdaya.engagement.credit import Credit
from alihdaya.engagement.einvoice.make import make_core
from alihdaya.engagement.einvoice.totals import totals_of
from alihdaya.engagement.events import ExchangeQuoted, IndexPublished
from alihdaya.engagement.invoice import Invoice, Known, Line, make_invoice
from alihdaya.engagement.rates.explain import credit_formula, line_formula, overtime_formula, price_formula
from alihdaya.engagement.rates.figures import Figures
from alihdaya.engagement.rates.wire import decimal_text
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.terms import Terms, parse

DOCS = Path(__file__).parents[2] / "docs"
MONTH = "2026-03"
SERVICE = "care"
USAGE = {
    "mail": 3412,
    "form": 5630,
    "call": Decimal("2418.30"),
    "analysis": Decimal("61.75"),
    "seat": 7,
    "crew": Decimal("2.37"),
    "recovered": 19,
    "go-live": 1,
    "letter": 250,
}
OVERTIME = {(SERVICE, "call"): {"holiday": Decimal("85.20"), "night": Decimal("212.60")}}
FIGURES = Figures.of(
    [
        ExchangeQuoted("EUR", "USD", "2026-03-31", "1.0837", "European Central Bank (made up)"),
        IndexPublished("PPI", "2025-01", "118.4", "statistics office (made up)"),
        IndexPublished("PPI", "2026-01", "122.1", "statistics office (made up)"),
    ]
)
FEBRUARY = {"mail": 2890}

TEXTS = {
    "en": {
        "title": "A worked example",
        "intro": "A month's invoice with one rate of every kind, to be checked with a pocket calculator. This page is "
        "made by the code that makes invoices, and a test makes it again: it cannot say anything else than an "
        "invoice would. Companies, prices and figures are made up; the agreement is "
        "[`docs/examples/ratecards/terms.toml`](examples/ratecards/terms.toml), what its words mean is in "
        "[rate cards](ratecards.md). An arrow stands where an amount is rounded, half up.",
        "counted": "What was counted in March 2026",
        "what": "what",
        "kind": "counted as",
        "quantity": "quantity",
        "overtime": "of it",
        "known": "What was recorded from outside",
        "prices": "Prices that are not as agreed",
        "price": "price in March",
        "index": "The index: from {before} to {after} is {after} / {before} - 1 = {exact} %, rounded "
        "{change} %; it lies between the floor of {floor} % and the cap of {cap} %.",
        "lines": "The lines",
        "line": "line",
        "formula": "formula",
        "amount": "amount",
        "short": "short of the minimum",
        "fees": "Fees",
        "credits": "Service credits",
        "kept": "{clock}: {met} of {all} in time is {percent} % of {target} % promised",
        "points": "{short} points below are {begun} begun points at {each} %: {uncapped} %",
        "band": "below {below} %: {uncapped} %",
        "capped": "; of the {risk} % at risk in the month {left} % are left, and it gives no more",
        "earned": "Earned back: in February {clock} was missed, for {percent} % of {fee}; in March it attained "
        "{actual} %, and {above} % were asked for",
        "total": "Total without VAT",
        "vat": "VAT {rate} %",
        "due": "Total due",
        "critical": "Critical level: none was below {below} % in {months} months in a row.",
    },
    "id": {
        "title": "Contoh hitungan",
        "intro": "Faktur satu bulan dengan satu tarif dari setiap jenis, untuk diperiksa dengan kalkulator saku. "
        "Halaman ini dibuat oleh kode yang membuat faktur, dan sebuah tes membuatnya lagi. Perusahaan, harga, dan "
        "angkanya rekaan; perjanjiannya ada di [`docs/examples/ratecards/terms.toml`](examples/ratecards/terms.toml). "
        "Tanda panah berarti pembulatan: setengah ke atas.",
        "counted": "Yang dihitung pada Maret 2026",
        "what": "apa",
        "kind": "dihitung sebagai",
        "quantity": "jumlah",
        "overtime": "di antaranya",
        "known": "Yang dicatat dari luar",
        "prices": "Harga yang tidak seperti perjanjian",
        "price": "harga Maret",
        "index": "Indeks: dari {before} ke {after} berarti {after} / {before} - 1 = {exact} %, dibulatkan "
        "{change} %; itu di antara batas bawah {floor} % dan batas atas {cap} %.",
        "lines": "Baris faktur",
        "line": "baris",
        "formula": "rumus",
        "amount": "nilai",
        "short": "kurang dari minimum",
        "fees": "Jumlah imbalan",
        "credits": "Potongan layanan",
        "kept": "{clock}: {met} dari {all} tepat waktu, yaitu {percent} % dari {target} % yang dijanjikan",
        "points": "{short} poin di bawahnya adalah {begun} poin dimulai, masing-masing {each} %: {uncapped} %",
        "band": "di bawah {below} %: {uncapped} %",
        "capped": "; dari {risk} % yang dipertaruhkan sebulan tersisa {left} %, dan tidak lebih dari itu",
        "earned": "Ditebus: pada Februari {clock} terlewat, {percent} % dari {fee}; pada Maret tercapai "
        "{actual} %, yang diminta {above} %",
        "total": "Jumlah sebelum PPN",
        "vat": "PPN {rate} %",
        "due": "Jumlah terutang",
        "critical": "Tingkat kritis: tidak ada yang di bawah {below} % selama {months} bulan berturut-turut.",
    },
}


def agreement() -> Terms:
    """The example's terms."""
    return parse((DOCS / "examples" / "ratecards" / "terms.toml").read_bytes(), "terms.toml")


def attained() -> list[Attainment]:
    """February's and March's clocks: responding was late in March, resolving in February."""
    counts = [("2026-02", "respond", 1200, 0), ("2026-02", "resolve", 1116, 84)]
    counts += [("2026-03", "respond", 1771, 182), ("2026-03", "resolve", 1931, 22)]
    return [Attainment(SERVICE, clock, month, met, missed, Decimal(95)) for month, clock, met, missed in counts]


def invoices(terms: Terms) -> tuple[Invoice, Invoice]:
    """February's invoice, whose credit is earned back, and March's."""
    before = make_invoice(terms, "2026-02", {SERVICE: FEBRUARY}, attained(), Known(FIGURES))
    known = Known(FIGURES, OVERTIME, before.credits)
    return before, make_invoice(terms, MONTH, {SERVICE: USAGE}, attained(), known)


def page(language: str) -> str:
    """Give the page's text."""
    terms, say = agreement(), TEXTS[language]
    _, invoice = invoices(terms)
    parts = [f"# {say['title']}", say["intro"], *_counted(terms, language), *_prices(terms, invoice, language)]
    parts += [*_lines(terms, invoice, language), *_credits(terms, invoice, language), *_totals(terms, invoice, say)]
    text = "\n\n".join(parts) + "\n"
    return turned(text) if language == "id" else text


def turned(text: str) -> str:
    """Write decimal points as commas and the commas of thousands as points, as Indonesian does; twice is not at all."""
    return re.sub(r"\d[\d,.]*\d", lambda number: number[0].translate(_TURNED), text)


_TURNED = str.maketrans(",.", ".,")


def _table(*rows: tuple[str, ...], right: int) -> str:
    """A table whose last `right` columns are aligned right."""
    head, *body = rows
    rule = ["---"] * (len(head) - right) + ["---:"] * right
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, tuple(rule), *body))


def _counted(terms: Terms, language: str) -> Iterator[str]:
    say, rates = TEXTS[language], {rate.unit: rate for rate in terms.services[0].rates}
    rows = [(say["what"], say["kind"], say["quantity"])]
    for unit, quantity in USAGE.items():
        rows.append((rates[unit].name(language), f"`{rates[unit].kind}`", f"{quantity:,}"))
        for rule in rates[unit].overtime:
            name = dict(rule.names)[language]
            rows.append((f"{say['overtime']}: {name}", "", f"{OVERTIME[SERVICE, unit][rule.id]:,}"))
    yield f"## {say['counted']}"
    yield _table(*rows, right=1)
    yield f"## {say['known']}"
    recorded = [f"- {on}: 1 {base} = {rate} {quote}" for (base, quote, on), rate in FIGURES.exchange.items()]
    recorded += [f"- {month}: {series} = {value}" for (series, month), value in FIGURES.indices.items()]
    yield "\n".join(recorded)


def _prices(terms: Terms, invoice: Invoice, language: str) -> Iterator[str]:
    say, service = TEXTS[language], terms.services[0]
    rows = [(say["what"], say["price"])]
    for line in invoice.lines:
        if formula := price_formula(line, service.rate(line.unit).price_digits):
            rows.append((service.rate(line.unit).name(language), formula))
        elif line.part == "overtime":
            first = service.rate(line.unit).tiers[0].price
            rows.append((dict(line.names)[language], overtime_formula(line, service.rate(line.unit), first)))
    yield f"## {say['prices']}"
    yield _table(*rows, right=1)
    before, after = (FIGURES.indices["PPI", month] for month in ("2025-01", "2026-01"))
    change = next(line.indexed for line in invoice.lines if line.unit == "go-live") * 100 - 100
    rule = service.rate("go-live").indexation
    exact = f"{((after / before - 1) * 100).normalize():f}"
    assert len(exact) < 12, "choose values whose quotient a calculator shows in full"
    told = {"before": before, "after": after, "exact": exact, "change": f"{change.normalize():f}"}
    yield say["index"].format(**told, floor=rule.floor, cap=rule.cap)


def _name(line: Line, language: str) -> str:
    name = dict(line.names)[language]
    return f"{name} ({TEXTS[language]['short']})" if line.part == "shortfall" else name


def _formula(terms: Terms, invoice: Invoice, line: Line) -> str:
    minimum = terms.service(line.service).rate(line.unit).minimum
    if line.part != "shortfall" or minimum.amount is None:
        return line_formula(line)
    usage = sum(one.amount.amount for one in invoice.lines if (one.unit, one.part) == (line.unit, "usage"))
    return f"{minimum.amount:,} - {decimal_text(usage)} = {decimal_text(line.amount.amount)}"


def _lines(terms: Terms, invoice: Invoice, language: str) -> Iterator[str]:
    say = TEXTS[language]
    rows = [(say["line"], say["what"], say["formula"], f"{say['amount']} {terms.currency}")]
    rows += [
        (str(line.number), _name(line, language), _formula(terms, invoice, line), f"{line.amount.amount:,}")
        for line in invoice.lines
    ]
    rows.append(("", f"**{say['fees']}**", "", f"**{invoice.fees.amount:,}**"))
    yield f"## {say['lines']}"
    yield _table(*rows, right=2)


def _credits(terms: Terms, invoice: Invoice, language: str) -> Iterator[str]:
    say, penalty = TEXTS[language], terms.services[0].penalty
    attainments = {(one.clock, one.month): one for one in attained()}
    yield f"## {say['credits']}"
    left, listed = penalty.at_risk, []
    for credit in invoice.credits:
        if credit.kind == "earn-back":
            told = {
                "clock": credit.clock,
                "percent": credit.percent,
                "fee": f"{credit.fee.amount:,}",
                "actual": credit.actual,
            }
            text = say["earned"].format(**told, above=penalty.earn_back.above)
        else:
            found = attainments[credit.clock, MONTH]
            text = "; ".join(_why(say, penalty, credit, found))
            if credit.uncapped != credit.percent:
                text += say["capped"].format(risk=penalty.at_risk, left=left)
            left -= credit.percent
        listed.append(f"- {text}: {credit_formula(credit)}")
    yield "\n".join(listed)
    yield say["critical"].format(below=penalty.critical.below, months=penalty.critical.months)


def _why(say: dict[str, str], penalty, credit: Credit, found: Attainment) -> Iterator[str]:
    total = found.met + found.missed
    clock = credit.clock
    numbers = {"met": f"{found.met:,}", "all": f"{total:,}", "percent": credit.actual, "target": credit.target}
    yield say["kept"].format(clock=clock, **numbers)
    each, bands = penalty.rule(clock)
    if bands:
        below = min(band.below for band in bands if 100 * found.met < band.below * total)
        yield say["band"].format(below=below, uncapped=decimal_text(credit.uncapped))
    else:
        short = credit.target - credit.actual
        yield say["points"].format(
            short=short, begun=credit.uncapped / each, each=each, uncapped=decimal_text(credit.uncapped)
        )


def _totals(terms: Terms, invoice: Invoice, say: dict[str, str]) -> Iterator[str]:
    totals = totals_of(make_core(invoice, terms, date(2026, 4, 1)))
    (part,) = totals.breakdown
    vat = part.taxable * part.vat.rate / 100
    rows = [
        (say["due"], say["formula"], f"{say['amount']} {terms.currency}"),
        (say["fees"], "", f"{invoice.fees.amount:,}"),
        (say["credits"], "", f"{-invoice.credited.amount:,}"),
        (say["total"], "", f"{totals.without_vat:,}"),
        (
            say["vat"].format(rate=part.vat.rate),
            f"{part.vat.rate} % × {part.taxable:,} = {vat.normalize():,f} → {totals.vat:,}",
            f"{totals.vat:,}",
        ),
        (f"**{say['due']}**", "", f"**{totals.due:,}**"),
    ]
    yield f"## {say['due']}"
    yield _table(*rows, right=2)


PAGES = {"en": DOCS / "worked-example.md", "id": DOCS / "worked-example-id.md"}

if __name__ == "__main__":
    for language, path in PAGES.items():
        path.write_text(page(language), encoding="utf-8")
