"""Random tables: gaps, overlaps and rules that never decide are what trying every row says."""

from decimal import Decimal
from itertools import combinations, product

from checked_text import check, decided, item, model, table
from checked_text import decision as decision_text
from hypothesis import given, settings
from hypothesis import strategies as st

from alihdaya.notation.feel import evaluate, parse

WORDS = ("a", "b", "c")
VALUES = {
    "n": [Decimal(half) / 2 for half in range(-3, 24)],
    "w": list(WORDS),
    "f": [True, False],
    "free": [*WORDS, "z"],
}
TYPES = {"n": "tN", "w": "tW", "f": "boolean", "free": "string"}
ITEMS = (item("tN", "number", "[0..10]"), item("tW", "string", '"a", "b", "c"'))
ALLOWED = {**VALUES, "n": [value for value in VALUES["n"] if 0 <= value <= 10]}

ends = st.integers(0, 10)
numbers = st.one_of(
    st.just("-"),
    st.builds("{}{}".format, st.sampled_from(["<", "<=", ">", ">=", ""]), ends),
    st.builds("{}{}..{}{}".format, st.sampled_from("[("), ends, ends, st.sampled_from("])")),
    st.builds("not({})".format, ends),
    st.builds("? > {} and ? <= {}".format, ends, ends),
)
words = st.one_of(
    st.just("-"),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True).map(
        lambda some: ",".join(map('"{}"'.format, some))
    ),
    st.sampled_from(WORDS).map('not("{}")'.format),
)
CELLS = {"n": numbers, "w": words, "f": st.sampled_from(["-", "true", "false"]), "free": words}


@st.composite
def tables(draw, hits):
    columns = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=2, unique=True))
    rule = st.tuples(st.tuples(*(CELLS[column] for column in columns)), st.tuples(st.sampled_from(["1", "2"])))
    return columns, draw(st.lists(rule, min_size=1, max_size=6)), draw(st.sampled_from(hits))


def text(columns, rules, hit):
    outputs = ('<output name="out"><outputValues><text>2, 1</text></outputValues></output>',)
    logic = table(columns, rules, hit, outputs)
    inputs = {column: TYPES[column] for column in columns}
    return model(decision_text("d", logic, columns), inputs=inputs, items=ITEMS)


def matches(columns, rules):
    """Every allowed row with the rules that match it, told by COLLECT."""
    data = text(columns, rules, "COLLECT")
    for row in product(*(ALLOWED[column] for column in columns)):
        variables = dict(zip(columns, row, strict=True))
        yield variables, frozenset(decided(data, "d", variables)[1])


def within(region, variables):
    for part in region.split("; ") if ": " in region else []:
        column, _, test = part.partition(": ")
        if evaluate(parse(test, unary=True), {"?": variables[column]}) is not True:
            return False
    return True


def told(findings, code, *facts):
    return {tuple(int(one.facts[fact]) for fact in facts) for one in findings if one.code == code}


@settings(max_examples=25, deadline=None)
@given(tables(["UNIQUE", "ANY", "FIRST", "PRIORITY"]))
def test_gaps_are_the_rows_without_a_rule(drawn):
    columns, rules, _hit = drawn
    found = [one for one in check(text(*drawn)) if one.code in {"DMN101", "DMN102", "DMN103", "DMN109"}]
    rows = dict(enumerate(matches(columns, rules)))
    empty = [variables for variables, rule in rows.values() if not rule]
    assert bool(found) == bool(empty)
    for one in found:
        if one.code != "DMN109":
            assert one.sure
            assert decided(text(columns, rules, "COLLECT"), "d", one.example)[1] == ()
            assert all(not rule for variables, rule in rows.values() if within(one.facts["region"], variables))
    if not any(one.code == "DMN109" for one in found):
        assert all(any(within(one.facts["region"], variables) for one in found) for variables in empty)


@settings(max_examples=25, deadline=None)
@given(tables(["UNIQUE", "ANY"]))
def test_overlaps_are_the_pairs_that_match_one_row(drawn):
    columns, rules, hit = drawn
    found = check(text(*drawn))
    together = {pair for _, rule in matches(columns, rules) for pair in combinations(sorted(rule), 2)}
    differing = {pair for pair in together if rules[pair[0] - 1][1] != rules[pair[1] - 1][1]}
    if any(one.code == "DMN119" for one in found):
        return
    if hit == "ANY":
        assert told(found, "DMN113", "first", "second") == differing
    else:
        assert told(found, "DMN111", "first", "second") == differing
        assert told(found, "DMN112", "first", "second") == together - differing
    for one in found:
        if one.code in {"DMN111", "DMN112", "DMN113"}:
            fired = decided(text(columns, rules, "COLLECT"), "d", one.example)[1]
            assert {int(one.facts["first"]), int(one.facts["second"])} <= {*fired}
            assert decided(text(*drawn), "d", one.example)[0] is None


@settings(max_examples=25, deadline=None)
@given(tables(["FIRST", "PRIORITY"]))
def test_rules_that_never_decide_never_do(drawn):
    columns, rules, hit = drawn
    data, found = text(*drawn), check(text(*drawn))
    rows = list(matches(columns, rules))
    matching = frozenset().union(*(rule for _, rule in rows))
    deciding = {fired for variables, _ in rows for fired in decided(data, "d", variables)[1]}
    everyone = set(range(1, len(rules) + 1))
    assert told(found, "DMN123", "rule") == {(rule,) for rule in everyone - matching}
    assert told(found, "DMN121" if hit == "FIRST" else "DMN122", "rule") == {(rule,) for rule in matching - deciding}
    for one in found:
        if one.code in {"DMN121", "DMN122"}:
            rule = int(one.facts["rule"])
            fired = decided(text(columns, rules, "COLLECT"), "d", one.example)[1]
            assert rule in fired
            assert decided(data, "d", one.example)[1] != (rule,)


@settings(max_examples=25, deadline=None)
@given(tables(["UNIQUE", "ANY", "FIRST"]))
def test_merged_rules_and_idle_columns_leave_every_answer_as_it_was(drawn):
    columns, rules, hit = drawn
    data, found = text(*drawn), check(text(*drawn))
    rows = [variables for variables, _ in matches(columns, rules)]
    for one in found:
        if one.code == "DMN131":
            group = [int(number) - 1 for number in one.facts["rules"].split(", ")]
            place = columns.index(one.facts["column"])
            tests = list(rules[group[0]][0])
            tests[place] = one.facts["cell"]
            kept = [rule for number, rule in enumerate(rules) if number not in group[1:]]
            kept[group[0]] = (tuple(tests), rules[group[0]][1])
        elif one.code == "DMN132":
            kept = [rule for number, rule in enumerate(rules, 1) if number != int(one.facts["rule"])]
        elif one.code == "DMN142":
            place, kept = columns.index(one.facts["column"]), rules
            for variables in rows:
                answers = [
                    decided(data, "d", {**variables, columns[place]: value})[0] for value in ALLOWED[columns[place]]
                ]
                assert all(answer == answers[0] for answer in answers)
        else:
            continue
        other = text(columns, kept, hit)
        assert all(decided(data, "d", row)[0] == decided(other, "d", row)[0] for row in rows)
