"""Sentences about decisions in the reader's language: how a value came about, and why it is null."""

import re
from typing import Final

from alihdaya.console.words import Words, mark
from alihdaya.notation.dmn.explain import TableShown

POLICIES: Final = {
    "U": "UNIQUE",
    "A": "ANY",
    "F": "FIRST",
    "P": "PRIORITY",
    "R": "RULE ORDER",
    "O": "OUTPUT ORDER",
    "C": "COLLECT",
}
_SIGNS: Final = {"": "", "+": " SUM", "<": " MIN", ">": " MAX", "#": " COUNT"}

_OUTCOMES: Final = {
    "only": mark("one rule matches"),
    "same": mark("all rules that match agree"),
    "first": mark("the first rule that matches decides"),
    "priority": mark("of the rules that match, the most important output decides"),
    "all": mark("the outputs of all rules that match, in the order of the rules"),
    "ordered": mark("the outputs of all rules that match, the most important first"),
    "sum": mark("the sum over all rules that match"),
    "min": mark("the least output of the rules that match"),
    "max": mark("the greatest output of the rules that match"),
    "count": mark("the number of the rules that match"),
    "conflict": mark("several rules match and contradict the hit policy, so the value is null"),
    "default": mark("no rule matches, so the default output counts"),
    "none": mark("no rule matches"),
}

_REASONS: Final = tuple(
    (re.compile(pattern), message)
    for pattern, message in (
        (r"there is no variable '(?P<name>.*)'", mark("there is no variable %(name)s")),
        (r"there is no entry '(?P<name>.*)'", mark("there is no entry %(name)s")),
        (r"'(?P<name>.*)' is not defined for these values", mark("%(name)s is not defined for these values")),
        (r"(?P<name>.*)\(\) has no value for these arguments", mark("%(name)s() has no value for these arguments")),
        (
            r"the value is no (?P<type>.*), or not an allowed one",
            mark("the value is no %(type)s, or not an allowed one"),
        ),
        (
            r"'(?P<name>.*)' is no (?P<type>.*), or not an allowed one",
            mark("%(name)s is no %(type)s, or not an allowed one"),
        ),
        (r"the rules (?P<rules>.*) match but only one may", mark("the rules %(rules)s match but only one may")),
        (r"the value of '(?P<name>.*)' is of another type", mark("the value of %(name)s is of another type")),
        (r"no rule of the table matches", mark("no rule of the table matches")),
        (r"the evaluation goes too deep", mark("the evaluation goes too deep")),
        (r"the invocation has no value", mark("the invocation has no value")),
        (r"the condition is no boolean", mark("the condition is no boolean")),
        (r"outside the list", mark("outside the list")),
        (r"the values have no common order", mark("the values have no common order")),
        (r"the ends of the range have no common order", mark("the ends of the range have no common order")),
        (r"the end of the range has no order", mark("the end of the range has no order")),
        (r"only numbers and durations have a negative", mark("only numbers and durations have a negative")),
        (
            r"the value cannot be compared with what it is tested for",
            mark("the value cannot be compared with what it is tested for"),
        ),
        (
            r"the ends of the loop are not whole numbers, or too far apart",
            mark("the ends of the loop are not whole numbers, or too far apart"),
        ),
        (r"a source of the loop is no list, or too long", mark("a source of the loop is no list, or too long")),
        (r"a source is no list, or a condition is unknown", mark("a source is no list, or a condition is unknown")),
        (
            r"the evaluation takes more than (?P<many>[\d,]+) steps",
            mark("the evaluation takes more than %(many)s steps"),
        ),
        (
            r"functions call one another more than (?P<many>[\d,]+) levels deep",
            mark("functions call one another more than %(many)s levels deep"),
        ),
        (
            r"the value holds more than (?P<many>[\d,]+) values, or nests more than (?P<deep>\d+) levels",
            mark("the value holds more than %(many)s values, or nests more than %(deep)s levels"),
        ),
        (
            r"a regular expression takes too long to look for",
            mark("a regular expression takes too long to look for"),
        ),
    )
)

_REFUSALS: Final = tuple(
    (re.compile(pattern, re.DOTALL), message)
    for pattern, message in (
        (
            r"input '(?P<name>.*)' is missing; did you mean '.*' where it says '(?P<near>.*)'\?",
            mark("input '%(name)s' is missing; did you mean '%(name)s' where it says '%(near)s'?"),
        ),
        (r"input '(?P<name>.*)' is missing", mark("input '%(name)s' is missing")),
        (
            r"input '(?P<name>.*?)': (?P<value>.*) is a (?P<kind>[a-z ]+), and a (?P<type>[a-z ]+) is wanted",
            mark("input '%(name)s': %(value)s is a %(kind)s, and a %(type)s is wanted"),
        ),
        (
            r"input '(?P<name>.*?)': (?P<place>(?:in .*: )?)a number .* most (?P<many>\d+) digits, .* (?P<large>\d+)",
            mark(
                "input '%(name)s': %(place)sa number has at most %(many)s digits, and an exponent of at most %(large)s"
            ),
        ),
        (
            r"input '(?P<name>.*?)': the value nests more than (?P<many>\d+) levels deep",
            mark("input '%(name)s': the value nests more than %(many)s levels deep"),
        ),
        (
            r"input '(?P<name>.*?)': (?P<value>.*) holds half a character \(a lone surrogate\)",
            mark("input '%(name)s': %(value)s holds half a character (a lone surrogate)"),
        ),
        (
            r"input '(?P<name>.*?)': (?P<value>.*) is not one of the allowed values",
            mark("input '%(name)s': %(value)s is not one of the allowed values"),
        ),
        (
            r"input '(?P<name>.*?)': (?P<value>.*) is no (?P<type>[a-z ]+), such as (?P<sample>\S+)",
            mark("input '%(name)s': %(value)s is no %(type)s, such as %(sample)s"),
        ),
        (
            r"input '(?P<name>.*?)': (?P<value>.*) is no (?P<type>[a-z ]+)",
            mark("input '%(name)s': %(value)s is no %(type)s"),
        ),
    )
)


def policy(table: TableShown) -> str:
    """Name a table's hit policy as the standard does, its aggregation included."""
    return POLICIES[table.hit] + _SIGNS[table.aggregation]


def outcome(words: Words, table: TableShown) -> str:
    """Say how a table's value came about."""
    return words.say(_OUTCOMES[table.outcome])


def reason(words: Words, message: str) -> str:
    """Translate an evaluator's reason for a null; one that is not known stays as it is."""
    return _translated(words, message, _REASONS)


def refused(words: Words, message: str) -> str:
    """Translate what is wrong with an input; names of types stay FEEL's own, and what is not known as it is."""
    return _translated(words, message, _REFUSALS)


def _translated(words: Words, message: str, known: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, text in known:
        found = pattern.fullmatch(message)
        if found is not None:
            return words.say(text, **found.groupdict())
    return message
