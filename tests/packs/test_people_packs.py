"""The packs recruitment and training: sound, sampled, and screens that say what they are."""

from pathlib import Path

import pytest

import alihdaya.packs
from alihdaya.packs import check, load
from alihdaya.packs.recruitment import spelling
from alihdaya.packs.recruitment.spelling import check_spelling

HOME = Path(alihdaya.packs.__file__).parent


@pytest.mark.parametrize("name", ["recruitment", "training"])
def test_the_check_finds_nothing(name):
    assert check(load(HOME / name)) == []


def test_misspelt_words_are_counted_and_names_are_not():
    found = check_spelling("Dear Mrs Umpama, I recieve the letter\u2019s copy. Definately well-known!", "en")
    assert (found["misspelt"], found["examples"]) == (2, ["recieve", "Definately"])
    assert found["dictionary"] == "en_US"
    assert check_spelling("", "en")["words"] == 0


def test_without_a_dictionary_the_screen_says_that_the_rubric_stands_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(spelling, "_FOLDERS", (str(tmp_path),))
    monkeypatch.delenv("ALIHDAYA_DICTIONARIES", raising=False)
    found = check_spelling("Klaim belom dibayar.", "id")
    assert found["dictionary"] is None
    assert "the human rubric stands alone" in found["said"]


def test_a_dictionary_of_ones_own_is_read(monkeypatch, tmp_path):
    (tmp_path / "id_ID.aff").write_text("SET UTF-8\n", encoding="utf-8")
    (tmp_path / "id_ID.dic").write_text("3\nklaim\nbelum\nanak\n", encoding="utf-8")
    monkeypatch.setenv("ALIHDAYA_DICTIONARIES", str(tmp_path))
    assert check_spelling("Klaim belom, anak-anak.", "id")["examples"] == ["belom"]
