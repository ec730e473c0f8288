"""Texts of a client's cells: what no document can hold is refused where it comes in."""

import pytest

from alihdaya.packs.cell import CellError, cell_reader
from alihdaya.packs.intake import Column

READ = cell_reader(Column("name", "text"))


@pytest.mark.parametrize(
    "text", ["Bell \x0b Bad", "\x1b[2J", "\x7f", "\x85", "\u202eevil", "\u2066x", "\ud83d", "\uffff"]
)
def test_a_character_that_cannot_be_written_is_refused_by_its_number(text):
    with pytest.raises(CellError, match=r"cannot be written: U\+[0-9A-F]{4}"):
        READ(text)


@pytest.mark.parametrize("text", ["two\nlines\r\n", "a\tb", "Zoë Śliwa 李 🎉", "नव\u200dी", "מזל"])
def test_letters_of_all_writings_pass(text):
    assert READ(text) == text
