"""Both evaluators at once: every test of a value is a test that they agree, in value, type and text."""

from alihdaya.notation.feel import compile_expression, evaluate, parse


def feel(text, variables=None, **options):
    expr = parse(text, **options)
    reference = evaluate(expr, variables or {})
    compiled = compile_expression(expr)(variables or {})
    assert repr(compiled) == repr(reference) or "Function" in repr(reference)
    return compiled


def cell(text, value, **others):
    return feel(text, {"?": value, **others}, unary=True, names=others.keys())
