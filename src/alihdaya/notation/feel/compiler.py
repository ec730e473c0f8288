"""Generated Python for every kind of node, and `compile_expression`."""

from collections.abc import Callable, Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from alihdaya.notation.feel import budget, ops
from alihdaya.notation.feel.builtins import TABLE
from alihdaya.notation.feel.emitter import NOTHING, NUMERIC, TYPED, UNUSUAL, Emitter, Names, emits
from alihdaya.notation.feel.evaluator import Diagnostic, evaluate
from alihdaya.notation.feel.ir import (
    INPUT,
    Against,
    Arithmetic,
    Between,
    Broken,
    BuiltinName,
    Call,
    Coerce,
    Compare,
    ContextOf,
    Expr,
    Filter,
    For,
    If,
    In,
    InstanceOf,
    Interval,
    Lambda,
    ListOf,
    Literal,
    Logic,
    Name,
    Native,
    Negate,
    Node,
    OneSided,
    Path,
    Quantified,
    Span,
    TypeName,
    is_condition,
    uses,
)
from alihdaya.notation.feel.values import CONTEXT, NUMBERS, Function, clean

_PYTHON = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_STRICT = CONTEXT.copy()
_STRICT.traps[InvalidOperation] = _STRICT.traps[DivisionByZero] = _STRICT.traps[Overflow] = True
_SWIFT = {"+": _STRICT.add, "-": _STRICT.subtract, "*": _STRICT.multiply, "/": _STRICT.divide}
_EQUALITY = frozenset({"=", "!="})
_TRUTH = TYPED["boolean"]
Run = Callable[..., Any]


def compile_expression(expr: Expr) -> Run:
    """Compile to a Python function `run(variables, diagnostics=None)`.

    It never raises on data: null instead. With a list of diagnostics the reference evaluator answers and fills it,
    so that the fast way pays nothing for them.
    """
    out = Emitter(expr.names)
    out.line(f"return {out.emit(expr.root, Names(None, {}))}")
    fast = out.build(f"FEEL {expr.source}")

    def run(variables: Mapping[str, Any], diagnostics: list[Diagnostic] | None = None) -> Any:
        if diagnostics is not None:
            return evaluate(expr, variables, diagnostics)
        try:
            return fast(variables)
        except UNUSUAL:
            return again(fast, expr.names, variables)

    def limited(variables: Mapping[str, Any], diagnostics: list[Diagnostic] | None = None) -> Any:
        return budget.bounded(run, variables, diagnostics, failed=lambda _: None)

    return limited if budget.needs_limits(expr.root) else run


def again(fast: Callable[[Mapping[str, Any]], Any], names: frozenset[str], variables: Mapping[str, Any]) -> Any:
    """Run once more without the numbers that FEEL does not have; null where even that goes too deep."""
    try:
        return fast({name: clean(variables[name]) for name in names if name in variables})
    except UNUSUAL:
        return None


@emits(Literal)
def _literal(node: Literal, out: Emitter, _names: Names) -> str:
    atom = out.constant(node.value)
    if type(node.value) in {int, str, Decimal}:
        out.facts[atom] = frozenset({type(node.value)})
    return atom


@emits(Name)
def _name(node: Name, out: Emitter, names: Names) -> str:
    return names.atom(node.name, out)


@emits(BuiltinName)
def _builtin(node: BuiltinName, out: Emitter, _names: Names) -> str:
    return out.assign(f"as_function({out.constant(TABLE[node.name])})")


@emits(Negate)
def _negate(node: Negate, out: Emitter, names: Names) -> str:
    return out.assign(f"negate({out.emit(node.operand, names)})")


@emits(Arithmetic)
def _arithmetic(node: Arithmetic, out: Emitter, names: Names) -> str:
    left, right = out.emit(node.left, names), out.emit(node.right, names)
    slow = f"{out.constant(ops.ARITHMETIC[node.op])}({left}, {right})"
    if not (out.swift and node.op in _SWIFT and out.among(left, NUMERIC) and out.among(right, NUMERIC)):
        for side, other in ((node.right, left), (node.left, right)):
            if out.swift and node.op in _SWIFT and isinstance(side, Literal) and type(side.value) is Decimal:
                fast = f"{out.constant(_SWIFT[node.op])}({left}, {right})"
                return out.assign(f"{fast} if type({other}) in NUMBERS else {slow}")
        return out.assign(slow)
    operands = [(left, out.facts[left]), (right, out.facts[right])]
    there = [f"{atom} is not None" for atom, kinds in operands if NOTHING in kinds]
    if node.op != "/" and all(int in kinds for _, kinds in operands):
        decimal = [f"{out.kinds.get(atom, f'type({atom})')} is Decimal" for atom, kinds in operands if kinds != {int}]
        there = [f"({' or '.join(decimal)})" if decimal else "False", *there]
    else:
        slow = "None"
    fast = f"{out.constant(_SWIFT[node.op])}({left}, {right})"
    return out.assign(f"{fast} if {' and '.join(there)} else {slow}" if there else fast, NUMERIC)


@emits(Compare)
def _compare(node: Compare, out: Emitter, names: Names) -> str:
    left, right = out.emit(node.left, names), out.emit(node.right, names)
    return out.assign(_comparison(node.op, left, right, node, out), _TRUTH)


def _comparison(op: str, left: str, right: str, node: Compare | Against, out: Emitter) -> str:
    """Write a comparison; beside a constant number or string, without a call."""
    if any(out.among(left, kinds) and out.among(right, kinds) for kinds in TYPED.values()):
        there = [f"{atom} is not None" for atom in (left, right) if NOTHING in out.facts[atom]]
        if op in _EQUALITY or not (there or out.among(left, _TRUTH)):
            return f"{left} {_PYTHON[op]} {right}"
        if not out.among(left, _TRUTH):
            return f"({left} {_PYTHON[op]} {right}) if {' and '.join(there)} else None"
    slow = f"{out.constant(ops.COMPARISON[op])}({left}, {right})"
    sides = (node.left, node.right) if isinstance(node, Compare) else (None, node.operand)
    for side, other in ((sides[1], left), (sides[0], right)):
        if isinstance(side, Literal) and type(side.value) in NUMBERS:
            return f"({left} {_PYTHON[op]} {right}) if type({other}) in NUMBERS else {slow}"
        if isinstance(side, Literal) and type(side.value) is str:
            return f"({left} {_PYTHON[op]} {right}) if type({other}) is str else {slow}"
    return slow


@emits(Logic)
def _logic(node: Logic, out: Emitter, names: Names) -> str:
    settled = str(node.op == "or")
    left, result = out.emit(node.left, names), out.fresh()
    with out.block(f"if {left} is {settled}:"):
        out.line(f"{result} = {settled}")
    with out.block("else:"):
        right = out.emit(node.right, names)
        other = str(node.op == "and")
        both = f"{other} if {left} is {other} and {right} is {other} else None"
        out.line(f"{result} = {settled} if {right} is {settled} else {both}")
    return result


@emits(Between)
def _between(node: Between, out: Emitter, names: Names) -> str:
    value, low, high = (out.emit(part, names) for part in (node.value, node.low, node.high))
    return out.assign(f"between({value}, {low}, {high})")


@emits(Interval)
def _interval(node: Interval, out: Emitter, names: Names) -> str:
    low, high = out.emit(node.low, names), out.emit(node.high, names)
    return out.assign(f"make_range({low}, {high}, {node.low_closed}, {node.high_closed})")


@emits(OneSided)
def _one_sided(node: OneSided, out: Emitter, names: Names) -> str:
    return out.assign(f"one_sided({out.constant(node.op)}, {out.emit(node.operand, names)})")


@emits(In)
def _in(node: In, out: Emitter, names: Names) -> str:
    value = out.emit(node.value, names)
    inner = names.bind({INPUT: value})
    verdicts = [_test(test, value, out, inner) for test in node.tests]
    verdict = verdicts[0] if len(verdicts) == 1 else out.assign(_any_of(verdicts))
    return out.assign(f"(not {verdict}) if type({verdict}) is bool else None") if node.negated else verdict


def _any_of(verdicts: list[str]) -> str:
    one = " or ".join(f"{verdict} is True" for verdict in verdicts)
    none = " and ".join(f"{verdict} is False" for verdict in verdicts)
    return f"True if {one} else False if {none} else None"


def _test(test: Node, value: str, out: Emitter, names: Names) -> str:
    if isinstance(test, Against):
        return out.assign(_comparison(test.op, value, out.emit(test.operand, names), test, out))
    if isinstance(test, Interval):
        low, high = out.emit(test.low, names), out.emit(test.high, names)
        return out.assign(f"within({value}, {low}, {high}, {test.low_closed}, {test.high_closed})")
    outcome = out.emit(test, names)
    if is_condition(test):
        return out.assign(f"truth({outcome})")
    if isinstance(test, Literal):
        return out.assign(_comparison("=", value, outcome, Against(test.at, "=", test), out))
    return out.assign(f"satisfies({value}, {outcome})")


@emits(If)
def _if(node: If, out: Emitter, names: Names) -> str:
    condition, result = out.emit(node.condition, names), out.fresh()
    with out.block(f"if {condition}:" if out.among(condition, _TRUTH) else f"if {condition} is True:"):
        then = out.emit(node.then, names)
        out.line(f"{result} = {then}")
    if node.strict:
        with out.block(f"elif {condition} is not None and {condition} is not False:"):
            out.line(f"{result} = None")
    with out.block("else:"):
        otherwise = out.emit(node.otherwise, names)
        out.line(f"{result} = {otherwise}")
    if then in out.facts and otherwise in out.facts:
        out.facts[result] = out.facts[then] | out.facts[otherwise] | {NOTHING}
    return result


@emits(Span)
def _span(node: Span, out: Emitter, names: Names) -> str:
    return out.assign(f"span({out.emit(node.low, names)}, {out.emit(node.high, names)})")


def _sources(node: For | Quantified, out: Emitter, names: Names) -> str:
    made = [out.define(source, node.names[:place], names) for place, source in enumerate(node.sources)]
    return "(" + ", ".join(made) + ",)"


@emits(For)
def _for(node: For, out: Emitter, names: Names) -> str:
    partial = uses(node.body, "partial")
    sources = _sources(node, out, names)
    body = out.define(node.body, (*node.names, "partial") if partial else node.names, names)
    return out.assign(f"for_each({sources}, {body}, {partial})")


@emits(Quantified)
def _quantified(node: Quantified, out: Emitter, names: Names) -> str:
    sources = _sources(node, out, names)
    return out.assign(f"quantify({sources}, {out.define(node.body, node.names, names)}, {node.every}, {node.strict})")


@emits(ListOf)
def _list(node: ListOf, out: Emitter, names: Names) -> str:
    return out.assign("[" + ", ".join([out.emit(item, names) for item in node.items]) + "]")


@emits(ContextOf)
def _context(node: ContextOf, out: Emitter, names: Names) -> str:
    bound: dict[str, str] = {}
    value = "None"
    for name, entry in node.entries:
        value = bound[name] = out.emit(entry, names.bind(dict(bound)))
    if node.result:
        return value
    return out.assign("{" + ", ".join(f"{out.constant(name)}: {atom}" for name, atom in bound.items()) + "}")


@emits(Path)
def _path(node: Path, out: Emitter, names: Names) -> str:
    target, key = out.emit(node.target, names), out.constant(node.name)
    return out.assign(f"{target}.get({key}) if type({target}) is dict else path({target}, {key})")


@emits(Filter)
def _filter(node: Filter, out: Emitter, names: Names) -> str:
    target = out.emit(node.target, names)
    if isinstance(node.condition, Literal) and type(node.condition.value) in NUMBERS:
        return out.assign(f"pick({target}, {out.constant(node.condition.value)})")
    select = "select_strictly" if node.strict else "select"
    return out.assign(f"{select}({target}, {out.define(node.condition, ('item',), names, element=True)})")


@emits(Call)
def _call(node: Call, out: Emitter, names: Names) -> str:
    arguments = [out.emit(argument, names) for argument in node.arguments]
    together = "(" + "".join(argument + ", " for argument in arguments) + ")"
    labels = out.constant(node.names)
    if isinstance(node.function, BuiltinName):
        builtin = TABLE[node.function.name]
        if node.names:
            return out.assign(f"{out.constant(builtin.named)}({labels}, {together})")
        return out.assign(f"{out.constant(builtin)}({', '.join(arguments)})")
    function = out.emit(node.function, names)
    if node.names:
        return out.assign(f"invoke_named({function}, {labels}, {together})")
    return out.assign(f"invoke({function}, {together})")


@emits(Lambda)
def _lambda(node: Lambda, out: Emitter, names: Names) -> str:
    body, types = out.define(node.body, node.parameters, names), out.constant(node.types)
    height = budget.depth_of(node.body)
    return out.assign(f"Function({out.constant(node.parameters)}, {body}, {types}, {height})")


@emits(InstanceOf)
def _instance(node: InstanceOf, out: Emitter, names: Names) -> str:
    return out.assign(f"belongs({out.emit(node.value, names)}, {out.constant(node.type)}, checked=False)")


@emits(Coerce)
def _coerce(node: Coerce, out: Emitter, names: Names) -> str:
    value = fitted(out.emit(node.value, names), node.type, out)
    return value if value in out.facts else out.assign(value)


def fitted(value: str, wanted: TypeName, out: Emitter) -> str:
    """Write the expression that makes a value fit a type; without a call where it fits as it is."""
    slow = f"coerce({value}, {out.constant(wanted)})"
    if wanted.check is not None or wanted.name not in TYPED:
        return slow
    if out.among(value, TYPED[wanted.name]):
        return value
    test = {"number": "in NUMBERS", "string": "is str", "boolean": "is bool"}[wanted.name]
    return f"{value} if type({value}) {test} else {slow}"


@emits(Broken)
def _broken(_node: Broken, _out: Emitter, _names: Names) -> str:
    return "None"


@emits(Native)
def _native(node: Native, out: Emitter, _names: Names) -> str:
    return out.constant(Function(node.parameters, node.body, node.types))
