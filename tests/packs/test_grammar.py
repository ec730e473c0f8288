"""What Harper finds in good and bad English, and what the screen says where it cannot look."""

from alihdaya.packs.kit import Job
from alihdaya.packs.recruitment import grammar, jobs
from alihdaya.packs.recruitment.grammar import check_grammar

GOOD = (
    "We have checked your October invoice and found that the payment was recorded twice. Thank you for your patience."
)
BAD = "We has checked the invoice. Please be patience and and informations will be send to you."


def test_faults_are_counted_and_shown_and_good_english_has_none():
    good, bad = check_grammar(GOOD, "en"), check_grammar(BAD, "en")
    assert (good["findings"], good["examples"]) == (0, [])
    assert bad["findings"] >= 3
    assert sum(bad["kinds"].values()) == bad["findings"]
    assert any(one.startswith("and and: ") for one in bad["examples"])
    assert bad["said"].endswith("a screen, not a verdict")


def test_misspelt_words_and_taste_are_left_to_others():
    assert check_grammar("We recieve definately teh invoice.", "en")["kinds"].get("Spelling") is None


def test_what_cannot_be_measured_is_said(monkeypatch):
    assert "grammar not measured: Harper knows English, not 'id'" in check_grammar("Klaim belum dibayar.", "id")["said"]
    monkeypatch.setattr(grammar, "find_spec", lambda _: None)
    found = check_grammar(BAD, "en")
    assert found["said"] == "grammar not measured: Harper is not installed (alihdaya[people])"
    assert found["findings"] is None


def test_any_text_is_looked_at_within_bounds():
    for text in ("", "\0\ud800", "🙂" * 9000, "a" * 30_000, "the the " * 5000, "(" * 20_000):
        found = check_grammar(text, "en")
        assert found["findings"] is None or len(found["examples"]) <= 10


def test_the_job_screens_spelling_and_grammar_of_one_paper():
    screened = jobs.spelling(Job("spelling", {"paper": BAD, "wanted": {"language": "en"}}, "k", 1))
    assert screened["grammar"]["findings"] >= 3
    assert screened["spelling"]["examples"] == ["informations"]


def test_a_text_in_pieces_is_found_fault_with_as_a_whole():
    sentence = "We has checked the invoice, and it were correct. "
    once = check_grammar(sentence, "en")["findings"]
    assert once >= 1
    assert check_grammar(sentence * 60, "en")["findings"] == 60 * once


def test_a_text_that_takes_too_long_is_not_measured_and_people_rate_it(monkeypatch):
    grammar._linter()
    looked = []

    class Slow:
        def lint(self, text, language):
            looked.append(text)
            spent = grammar.thread_time() + 0.05
            while grammar.thread_time() < spent:
                pass
            return []

    monkeypatch.setattr(grammar, "_linter", Slow)
    monkeypatch.setattr(grammar, "_MOST_SECONDS", 0.1)
    found = check_grammar("(" * 30_000, "en")
    assert found["said"] == "grammar not measured: Harper takes too long for this text: the human rubric stands alone"
    assert found["findings"] is None
    assert len(looked) <= 3
    assert max(map(len, looked)) <= 1_000


def test_pieces_are_cut_between_sentences_and_lose_nothing():
    text = "One two three. Four five?\nSix! " * 200 + "x" * 3_000 + " end."
    pieces = list(grammar._pieces(text))
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= 1_000
    assert all(one.rstrip().endswith((".", "?", "!")) for one in pieces[:6])
