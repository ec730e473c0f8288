"""The worked example is what the code makes, and a calculator that knows nothing of it agrees with every formula."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from worked_example import PAGES, page, turned

_FORMULA = re.compile(r"(?P<left>[\d,.()% ×/-]+) = (?P<exact>-?[\d,.]+)(?: → (?P<rounded>[\d,.]+))?")


@pytest.mark.parametrize("language", PAGES)
def test_the_page_is_what_the_code_makes(language):
    assert PAGES[language].read_text(encoding="utf-8") == page(language), "run python tests/docs/worked_example.py"


def calculated(text):
    """What a pocket calculator shows: products from left to right, a difference or a quotient before them."""
    plain = text.replace(",", "").strip().lstrip("%").strip()
    bracket = re.fullmatch(r"\(([\d.]+) - ([\d.]+)\) × ([\d.]+)", plain)
    if bracket:
        return (Decimal(bracket[1]) - Decimal(bracket[2])) * Decimal(bracket[3])
    if difference := re.fullmatch(r"([\d.]+) - ([\d.]+)", plain):
        return Decimal(difference[1]) - Decimal(difference[2])
    if quotient := re.fullmatch(r"([\d.]+) / ([\d.]+) - 1", plain):
        return (Decimal(quotient[1]) / Decimal(quotient[2]) - 1) * 100
    made = Decimal(1)
    for factor in plain.split(" × "):
        made *= Decimal(factor.removesuffix(" %")) / (100 if factor.endswith("%") else 1)
    return made


@pytest.mark.parametrize("language", PAGES)
def test_every_formula_is_right(language):
    checked = 0
    text = page(language)
    for line in (turned(text) if language == "id" else text).splitlines():
        for cell in re.split(r"\||: | is | berarti ", line):
            found = _FORMULA.search(cell)
            if not found:
                continue
            exact = Decimal(found["exact"].rstrip(",.").replace(",", ""))
            assert calculated(found["left"]) == exact, cell
            if found["rounded"]:
                places = Decimal(1).scaleb(-len(found["rounded"].rstrip(",.").partition(".")[2]))
                assert exact.quantize(places, ROUND_HALF_UP) == Decimal(found["rounded"].replace(",", "").rstrip("."))
            checked += 1
    assert checked == 24


def test_indonesian_has_a_comma_before_decimals_and_points_between_thousands():
    english, indonesian = page("en"), page("id")
    assert "| 1.000 × 0,85 = 850 | 850,00 |" in indonesian
    assert "16.589,65" in indonesian
    assert re.findall(r"\d[\d,.]*\d", turned(indonesian))[:60] == re.findall(r"\d[\d,.]*\d", english)[:60]
    assert not re.search(r"\d\.\d\d\b(?!\d)", indonesian)


def test_the_columns_add_up():
    """Read as a finance person does: the amounts of the lines, then from the fees to the total."""
    rows = [line.strip("| ").split(" | ") for line in page("en").splitlines() if line.startswith("|")]
    amounts = [Decimal(row[-1].strip("* ").replace(",", "")) for row in rows if row[0].strip().isdigit()]
    named = {row[0].strip("* "): row[-1].strip("* ").replace(",", "") for row in rows}
    assert len(amounts) == 15
    assert sum(amounts) == Decimal(named["Fees"])
    without = Decimal(named["Fees"]) + Decimal(named["Service credits"])
    assert without == Decimal(named["Total without VAT"])
    assert without + Decimal(named["VAT 11 %"]) == Decimal(named["Total due"])
