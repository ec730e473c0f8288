"""Numbers, money, dates and lengths as people of each language write them."""

from datetime import date
from decimal import Decimal

import pytest
from scene import NOW

from alihdaya.console.phrases import reason, sentence, told
from alihdaya.console.picture import Happening
from alihdaya.console.words import words
from alihdaya.kernel.money import Money
from alihdaya.kernel.time import MINUTE

EN, ID = words("en", "America/New_York"), words("id_ID.UTF-8", "Asia/Jakarta")


def test_numbers_and_money():
    assert (EN.number(336776), ID.number(336776)) == ("336,776", "336.776")
    amount = Money.of("-1234567.5", "IDR")
    assert (EN.money(amount), ID.money(amount)) == ("-IDR1,234,567.50", "-Rp1.234.567,50")
    assert EN.money(Money(1200, "JPY")) == "¥1,200"
    assert ID.price(Decimal("0.012"), "USD") == "US$0,012"


@pytest.mark.parametrize(
    ("value", "spec", "en", "id_"),
    [
        (1234.5, ",.2f", "1,234.50", "1.234,50"),
        (0.125, ".0%", "12%", "12%"),
        (Decimal("1234.50"), "f", "1234.50", "1234,50"),
        (7.5, "g", "7.5", "7,5"),
        (None, ",", "–", "–"),
    ],
)
def test_a_figure_is_written_by_its_specification_with_the_languages_separators(value, spec, en, id_):
    assert (EN.figure(value, spec), ID.figure(value, spec)) == (en, id_)


@pytest.mark.parametrize(
    ("part", "total", "shown"), [(9999, 10000, "99.9%"), (10000, 10000, "100.0%"), (1, 3, "33.3%"), (0, 0, "–")]
)
def test_a_share_is_never_rounded_up_to_the_whole(part, total, shown):
    assert EN.share(part, total) == shown


def test_times_are_in_the_readers_zone():
    assert EN.when(NOW) == "10 Jul 2013, 11:42"
    assert ID.when(NOW) == "10 Jul 2013, 22.42"
    assert ID.day(date(2013, 8, 17)) == "17 Agustus 2013"
    assert ID.month("2013-05") == "Mei 2013"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (412, "6 min 52 s"),
        (3600, "1 h"),
        (90061, "1 d 1 h"),
        (86460, "1 d"),
        (3605, "1 h"),
    ],
)
def test_lengths_have_two_units_at_most(seconds, shown):
    assert EN.length(seconds) == shown


def test_lengths_in_indonesian():
    assert ID.since(NOW - 125 * MINUTE, NOW) == "2 jam 5 mnt"


def test_ids_in_facts_are_not_grouped_like_amounts():
    assert EN.value({"flight": 1545, "delay": Decimal("-2.5"), "late": True, "x": None}) == (
        "flight: 1545, delay: -2.5, late: yes, x: –"
    )


def test_reasons_are_told_with_their_facts():
    assert reason(ID, "no-certificate:disruption-desk") == (
        "Tidak memiliki sertifikat disruption-desk: pelatihan resmi mendahului penugasan."
    )
    assert reason(EN, "low-level:en:B1:B2") == "Language English is at level B1, but B2 is needed."
    assert reason(ID, "no-test:writing:en") == "Belum menempuh tes menulis dalam bahasa Inggris."
    assert reason(ID, "far-capitals:16360:2500") == "Jarak antara kedua ibu kota 16.360 km, melebihi 2.500 km."
    assert reason(ID, "no-land-border:US:ID") == "Amerika Serikat dan Indonesia tidak berbatasan darat."
    assert reason(EN, "something-new:1") == "something-new:1"


def test_an_unknown_event_is_named_by_its_tag():
    assert sentence(EN, Happening(1, NOW, 1, "future.thing")) == "future.thing"
    assert "%" in sentence(EN, Happening(1, NOW, 1, "item.stopped", facts={"message": "100 % {x} %(y)s"}))


def test_what_a_context_has_empty_is_left_out():
    """Its names may be words of a pack that mean something else: "one person: ,"."""
    handed = {"status": "answered", "person": "", "late": False, "note": None, "work": {"person": "bayu"}}
    assert told(words("en"), handed) == "status: answered, late: no, work: person: bayu"
    assert told(words("en"), {}) == told(words("en"), {"person": ""}) == ""
