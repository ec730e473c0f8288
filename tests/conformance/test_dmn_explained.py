"""Every decision of the published suite, explained: value and rules must be those of the generated code."""

import json
import re

import pytest
from conformance.dmn import NOW, models_of, place
from conformance.dmn_cases import read_cases
from test_dmn_suite import suite

from alihdaya.notation import dmn
from alihdaya.notation.dmn.explain import explain, plain
from alihdaya.notation.feel import temporal

_ADDRESS = re.compile(r" at 0x[0-9a-f]+|function \S+")


def seen(value):
    return _ADDRESS.sub("", repr(value))


def decided(case, model, decisions):
    """(what the generated code gives, its explanation) for each decision that a case asks for."""
    variables = {"now()": temporal.datetime_of(NOW)}
    for given in case.given:
        place(model, given.namespace or model.namespace, given.name, given.value, variables)
    for wanted in case.wanted if case.kind == "decision" else ():
        if wanted.name in decisions:
            yield decisions[wanted.name].run(variables), explain(model, wanted.name, variables)


@pytest.mark.skipif(not suite().is_dir(), reason="THE DMN SUITE IS NOT HERE: set ALIHDAYA_CONFORMANCE to its parent")
def test_every_explained_value_is_the_decided_one():
    differing, checked, read = [], 0, {}
    for path in sorted(suite().rglob("*.xml")):
        tests = read_cases(path)
        if tests is None:
            continue
        if path.parent not in read:
            read[path.parent] = models_of(path.parent)
        models = read[path.parent]
        if tests.model not in models:
            continue
        model = models[tests.model]
        decisions = dmn.compile_model(model)
        for case in tests.cases:
            for answer, told in decided(case, model, decisions):
                checked += 1
                json.dumps(plain(told), default=str)
                if seen(answer) != seen((told.value, told.fired)):
                    differing.append((path.name, case.id, answer, told.value, told.fired))
    assert differing == []
    assert checked > 3000
