"""What stands in a refusal may be anything that somebody sent: finding its sentence takes no longer for that."""

import re
from string import Formatter

from hypothesis import example, given
from hypothesis import strategies as st

from alihdaya.locale.problems import _facts, _literals, translated

SENTENCE = st.lists(st.sampled_from([" is ", ": ", "a", "{0}", "{1}", "{name}", "; ", " not "]), max_size=7).map(
    "".join
)
FACT = st.text(alphabet="a :;isnot", max_size=9)


def lazily(sentence, message):
    """The same by a regular expression, which may try without end."""
    parts = [re.escape(text) + ("(.*?)" if name is not None else "") for text, name, *_ in Formatter().parse(sentence)]
    found = re.fullmatch("".join(parts), message, re.DOTALL)
    return None if found is None else list(found.groups())


@given(sentence=SENTENCE, facts=st.lists(FACT, min_size=7, max_size=7), other=FACT)
@example(sentence="{0}a{1}", facts=["", "a", "", "", "", "", ""], other="")
def test_facts_are_those_of_a_lazy_pattern(sentence, facts, other):
    made = "".join(one + fact for one, fact in zip(_literals(sentence), [*facts, ""], strict=False))
    for message in (made, made + other, other + made, other):
        assert _facts(sentence, message) == lazily(sentence, message)


def test_a_refusal_that_repeats_what_sentences_say_is_told_at_once():
    """By regular expressions, this one took longer than anybody waits."""
    for piece in (": ", " is not ", "; ", ", ", " - ", "'"):
        message = f"row {piece * 20_000}: no such column {piece * 20_000}"
        assert isinstance(translated(message, "id"), str)
