"""The reference evaluator: walks the tree, slow and plain. It is the meaning; generated code must agree with it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from alihdaya.notation.feel import access, budget, ops
from alihdaya.notation.feel.builtins import TABLE, Builtin
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
    is_condition,
    uses,
)
from alihdaya.notation.feel.types import belongs, coerce
from alihdaya.notation.feel.values import NUMBERS, Function, clean


class Diagnostic(NamedTuple):
    """Why a value is null: a stable code, a sentence, the characters before the place in the text, and whose text."""

    code: str
    message: str
    at: int
    element: str = ""


Scope = Mapping[str, Any]
Notes = list[Diagnostic] | None
Rule = Callable[[Any, Scope, Notes], Any]
R = TypeVar("R", bound=Rule)

RULES: dict[type[Node], Rule] = {}
"""How each kind of node is evaluated."""


def evaluates(kind: type[Node]) -> Callable[[R], R]:
    """Register the decorated function as the rule for a kind of node; other rooms' nodes come in this way too."""

    def register(rule: R) -> R:
        RULES[kind] = rule
        return rule

    return register


def evaluate(expr: Expr, variables: Mapping[str, Any], diagnostics: Notes = None) -> Any:
    """Give the value of an expression. Never raises on data: null instead, and the reason in `diagnostics`."""
    try:
        scope = {name: clean(variables[name]) for name in expr.names if name in variables}
        if not budget.needs_limits(expr.root):
            return walk(expr.root, scope, diagnostics)
        return budget.bounded(
            walk, expr.root, scope, diagnostics, failed=lambda why: null(diagnostics, "limit", why, expr.root)
        )
    except RecursionError:
        return null(diagnostics, "too-deep", "the evaluation goes too deep", expr.root)


def walk(node: Node, scope: Scope, notes: Notes) -> Any:
    """Give the value of a node in a scope."""
    return RULES[type(node)](node, scope, notes)


def null(notes: Notes, code: str, message: str, node: Node) -> None:
    """Note why a value is null."""
    if notes is not None:
        notes.append(Diagnostic(code, message, node.at))


def _noted(value: Any, notes: Notes, code: str, message: str, node: Node) -> Any:
    return null(notes, code, message, node) if value is None else value


@evaluates(Literal)
def _literal(node: Literal, _scope: Scope, _notes: Notes) -> Any:
    return node.value


@evaluates(Name)
def _name(node: Name, scope: Scope, notes: Notes) -> Any:
    if node.name not in scope:
        return null(notes, "missing-variable", f"there is no variable {node.name!r}", node)
    return scope[node.name]


@evaluates(BuiltinName)
def _builtin(node: BuiltinName, _scope: Scope, _notes: Notes) -> Any:
    return as_function(TABLE[node.name])


def as_function(builtin: Builtin) -> Function:
    """Make a function value of a builtin, with the parameters of its first signature."""
    return Function(tuple(parameter.name for parameter in builtin.signatures[0].parameters), builtin)


@evaluates(Negate)
def _negate(node: Negate, scope: Scope, notes: Notes) -> Any:
    value = ops.negate(walk(node.operand, scope, notes))
    return _noted(value, notes, "arithmetic", "only numbers and durations have a negative", node)


@evaluates(Arithmetic)
def _arithmetic(node: Arithmetic, scope: Scope, notes: Notes) -> Any:
    value = ops.ARITHMETIC[node.op](walk(node.left, scope, notes), walk(node.right, scope, notes))
    return _noted(value, notes, "arithmetic", f"{node.op!r} is not defined for these values", node)


@evaluates(Compare)
def _compare(node: Compare, scope: Scope, notes: Notes) -> Any:
    value = ops.COMPARISON[node.op](walk(node.left, scope, notes), walk(node.right, scope, notes))
    return _noted(value, notes, "comparison", f"{node.op!r} is not defined for these values", node)


@evaluates(Logic)
def _logic(node: Logic, scope: Scope, notes: Notes) -> Any:
    left, settled = walk(node.left, scope, notes), node.op == "or"
    if left is settled:
        return settled
    return (ops.disjunction if settled else ops.conjunction)(left, walk(node.right, scope, notes))


@evaluates(Between)
def _between(node: Between, scope: Scope, notes: Notes) -> Any:
    value, low, high = (walk(part, scope, notes) for part in (node.value, node.low, node.high))
    return _noted(ops.between(value, low, high), notes, "comparison", "the values have no common order", node)


@evaluates(Interval)
def _interval(node: Interval, scope: Scope, notes: Notes) -> Any:
    low, high = walk(node.low, scope, notes), walk(node.high, scope, notes)
    made = ops.make_range(low, high, node.low_closed, node.high_closed)
    return _noted(made, notes, "range", "the ends of the range have no common order", node)


@evaluates(OneSided)
def _one_sided(node: OneSided, scope: Scope, notes: Notes) -> Any:
    made = ops.one_sided(node.op, walk(node.operand, scope, notes))
    return _noted(made, notes, "range", "the end of the range has no order", node)


@evaluates(In)
def _in(node: In, scope: Scope, notes: Notes) -> Any:
    value = walk(node.value, scope, notes)
    inner = {**scope, INPUT: value}
    verdict = ops.any_of([_test(test, value, inner, notes) for test in node.tests])
    if verdict is None:
        null(notes, "comparison", "the value cannot be compared with what it is tested for", node)
    return ops.negation(verdict) if node.negated else verdict


def _test(test: Node, value: Any, scope: Scope, notes: Notes) -> bool | None:
    if isinstance(test, Against):
        return ops.COMPARISON[test.op](value, walk(test.operand, scope, notes))
    if isinstance(test, Interval):
        low, high = walk(test.low, scope, notes), walk(test.high, scope, notes)
        return ops.within(value, low, high, test.low_closed, test.high_closed)
    outcome = walk(test, scope, notes)
    return ops.truth(outcome) if is_condition(test) else ops.satisfies(value, outcome)


@evaluates(If)
def _if(node: If, scope: Scope, notes: Notes) -> Any:
    condition = walk(node.condition, scope, notes)
    if node.strict and condition is not None and type(condition) is not bool:
        return null(notes, "condition", "the condition is no boolean", node)
    return walk(node.then if condition is True else node.otherwise, scope, notes)


@evaluates(Span)
def _span(node: Span, scope: Scope, notes: Notes) -> Any:
    turns = access.span(walk(node.low, scope, notes), walk(node.high, scope, notes))
    return _noted(turns, notes, "range", "the ends of the loop are not whole numbers, or too far apart", node)


@evaluates(For)
def _for(node: For, scope: Scope, notes: Notes) -> Any:
    partial = uses(node.body, "partial")
    names = (*node.names, "partial") if partial else node.names
    sources = [_bound(source, node.names, scope, notes) for source in node.sources]
    results = access.for_each(sources, _bound(node.body, names, scope, notes), partial)
    return _noted(results, notes, "loop", "a source of the loop is no list, or too long", node)


def _bound(body: Node, names: tuple[str, ...], scope: Scope, notes: Notes) -> Callable[..., Any]:
    cost = budget.weight(body)

    def run(*values: Any) -> Any:
        budget.spend(cost)
        return walk(body, {**scope, **dict(zip(names, values, strict=False))}, notes)

    return run


@evaluates(Quantified)
def _quantified(node: Quantified, scope: Scope, notes: Notes) -> Any:
    sources = [_bound(source, node.names, scope, notes) for source in node.sources]
    verdict = access.quantify(sources, _bound(node.body, node.names, scope, notes), node.every, node.strict)
    return _noted(verdict, notes, "loop", "a source is no list, or a condition is unknown", node)


@evaluates(ListOf)
def _list(node: ListOf, scope: Scope, notes: Notes) -> Any:
    return [walk(item, scope, notes) for item in node.items]


@evaluates(ContextOf)
def _context(node: ContextOf, scope: Scope, notes: Notes) -> Any:
    made: dict[str, Any] = {}
    value = None
    for name, entry in node.entries:
        value = made[name] = walk(entry, {**scope, **made}, notes)
    return value if node.result else made


@evaluates(Path)
def _path(node: Path, scope: Scope, notes: Notes) -> Any:
    value = access.path(walk(node.target, scope, notes), node.name)
    return _noted(value, notes, "missing-entry", f"there is no entry {node.name!r}", node)


@evaluates(Filter)
def _filter(node: Filter, scope: Scope, notes: Notes) -> Any:
    target = walk(node.target, scope, notes)
    if isinstance(node.condition, Literal) and type(node.condition.value) in NUMBERS:
        return _noted(access.pick(target, node.condition.value), notes, "position", "outside the list", node)

    cost = budget.weight(node.condition)

    def condition(item: Any) -> Any:
        budget.spend(cost)
        inner = {**scope, "item": item, **item} if type(item) is dict else {**scope, "item": item}
        return walk(node.condition, inner, notes)

    if not node.strict:
        return access.select(target, condition)
    kept = access.select_strictly(target, condition)
    return _noted(kept, notes, "condition", "the condition is no boolean", node)


@evaluates(Call)
def _call(node: Call, scope: Scope, notes: Notes) -> Any:
    arguments = tuple(walk(argument, scope, notes) for argument in node.arguments)
    if isinstance(node.function, BuiltinName):
        builtin = TABLE[node.function.name]
        value = builtin.named(node.names, arguments) if node.names else builtin(*arguments)
        return _noted(value, notes, "function", f"{builtin.name}() has no value for these arguments", node)
    function = walk(node.function, scope, notes)
    value = access.invoke_named(function, node.names, arguments) if node.names else access.invoke(function, arguments)
    return _noted(value, notes, "function", "the invocation has no value", node)


@evaluates(Lambda)
def _lambda(node: Lambda, scope: Scope, notes: Notes) -> Any:
    run = _bound(node.body, node.parameters, scope, notes)
    return Function(node.parameters, run, node.types, budget.depth_of(node.body))


@evaluates(InstanceOf)
def _instance(node: InstanceOf, scope: Scope, notes: Notes) -> Any:
    return belongs(walk(node.value, scope, notes), node.type, checked=False)


@evaluates(Coerce)
def _coerce(node: Coerce, scope: Scope, notes: Notes) -> Any:
    value = walk(node.value, scope, notes)
    fitted = coerce(value, node.type)
    if fitted is None and value is not None:
        return null(notes, "type", f"the value is no {node.type.name}, or not an allowed one", node)
    return fitted


@evaluates(Broken)
def _broken(node: Broken, _scope: Scope, notes: Notes) -> Any:
    return null(notes, node.code, node.message, node)


@evaluates(Native)
def _native(node: Native, _scope: Scope, _notes: Notes) -> Any:
    return Function(node.parameters, node.body, node.types)
