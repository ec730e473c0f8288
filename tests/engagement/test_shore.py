"""Shore: derived from the countries, the same from both sides, with its reasons."""

import pytest

from alihdaya.engagement.shore import render_reason, shore


@pytest.mark.parametrize(
    ("client", "delivery", "word", "reason"),
    [
        ("US", "US", "onshore", "same-country"),
        ("US", "MX", "nearshore", "land-border"),
        ("DE", "PL", "nearshore", "land-border"),
        ("ID", "PG", "nearshore", "land-border"),
        ("RU", "KP", "nearshore", "land-border"),
        ("SG", "ID", "nearshore", "same-subregion"),
        ("GB", "RO", "nearshore", "near-capitals"),
        ("US", "ID", "offshore", "no-land-border"),
        ("GB", "IN", "offshore", "no-land-border"),
        ("FR", "SR", "offshore", "distant-border"),
        ("US", "AQ", "offshore", "no-land-border"),
    ],
)
def test_shore_and_its_first_reason(client, delivery, word, reason):
    for found in (shore(client, delivery), shore(delivery, client)):
        assert found.word == word
        assert found.reasons[0].partition(":")[0] == reason


def test_border_is_seen_though_only_one_side_lists_it():
    """The data names some borders on one side only: Nepal lists China, China does not list Nepal."""
    assert "land-border:CN:NP" in shore("CN", "NP").reasons


@pytest.mark.parametrize("code", ["ZZ", "USA", "us", "", "United States"])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(KeyError):
        shore("US", code)
    with pytest.raises(KeyError):
        shore(code, code)


def test_reasons_read_as_sentences():
    texts = [render_reason(code, str) for code in (*shore("US", "ID").reasons, *shore("US", "AQ").reasons)]
    assert texts[0] == "US and ID share no land border."
    assert "16359 km" in texts[2]
    assert "2500 km" in texts[2]
    assert texts[-1] == "The distance between the capitals is not known."
    assert (
        render_reason("same-country:ID", {"Client and delivery are in the same country, {one}.": "Sama: {one}"}.get)
        == "Sama: ID"
    )
