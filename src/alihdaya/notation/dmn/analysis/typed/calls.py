"""Static types of invocations: the number, names and kinds of arguments, and what builtins give."""

from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.typed.infer import (
    Report,
    Scope,
    Type,
    infer,
    infers,
    name_of,
    near,
    plain,
    value_text,
)
from alihdaya.notation.feel import ir
from alihdaya.notation.feel.builtins import TABLE
from alihdaya.notation.feel.builtins.registry import Builtin, Parameter, Signature
from alihdaya.notation.feel.ir import TypeName

_GIVEN = {
    "number": "number, count, sum, product, mean, median, stddev, decimal, floor, ceiling, round up, round down, "
    "round half up, round half down, modulo, sqrt, log, exp, string length, day of year, week of year",
    "string": "string, substring, upper case, lower case, substring before, substring after, replace, string join, "
    "day of week, month of year",
    "boolean": "list contains, all, any, odd, even, before, after, meets, met by, overlaps, overlaps before, "
    "overlaps after, finishes, finished by, includes, during, starts, started by, coincides, contains, starts with, "
    "ends with, matches, is, not",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "years and months duration": "years and months duration",
}
_RESULTS = {name: TypeName(kind) for kind, names in _GIVEN.items() for name in names.split(", ")}
_RESULTS["split"] = TypeName("list", (TypeName("string"),))


def _call(node: ir.Call, scope: Scope, report: Report) -> Type:
    types = [infer(argument, scope, report) for argument in node.arguments]
    if isinstance(node.function, ir.BuiltinName):
        builtin = TABLE[node.function.name]
        _check_builtin(builtin, node, types, report)
        return _result(builtin.name, types)
    function = infer(node.function, scope, report)
    if function is None or function.name != "function" or not function.parts:
        return None
    _check_function(function, node, types, report)
    result = function.parts[-1]
    return None if result.name == "Any" else result


def _result(name: str, types: list[Type]) -> Type:
    if name == "abs" and types:
        return types[0]
    if name in {"min", "max", "mode"} and types and plain(types[0]) == "number":
        return TypeName("number")
    return _RESULTS.get(name)


def _check_function(function: TypeName, node: ir.Call, types: list[Type], report: Report) -> None:
    wanted, name = function.parts[:-1], value_text(node.function)
    if node.names:
        for given in node.names:
            if function.labels and given not in function.labels:
                facts = {"name": name, "parameter": repr(given), "hint": near(given, function.labels)}
                report.tell(kinds.ARGUMENT_NAME, facts)
        return
    if len(wanted) != len(types):
        report.tell(kinds.ARGUMENT_COUNT, {"name": name, "wanted": str(len(wanted)), "given": str(len(types))})
        return
    for place, (one, found) in enumerate(zip(wanted, types, strict=True)):
        if plain(one) and plain(found) and plain(one) != plain(found) and plain(found) != "date":
            label = function.labels[place] if function.labels else str(place + 1)
            _tell_kind(name, label, one.name, node.arguments[place], found, report)


def _tell_kind(name: str, parameter: str, wanted: str, argument: ir.Node, found: Type, report: Report) -> None:  # noqa: PLR0917
    facts = {"name": name, "parameter": repr(parameter), "wanted": wanted}
    report.tell(kinds.ARGUMENT_KIND, {**facts, "text": value_text(argument), "given": name_of(found)})


def _check_builtin(builtin: Builtin, node: ir.Call, types: list[Type], report: Report) -> None:
    if node.names:
        known = {one.name for signature in builtin.signatures for one in signature.parameters}
        for given in node.names:
            if given not in known:
                facts = {"name": builtin.name, "parameter": repr(given), "hint": near(given, known)}
                report.tell(kinds.ARGUMENT_NAME, facts)
        return
    fitting = [one for one in builtin.signatures if _takes(one, len(types))]
    if not fitting:
        wanted = ", ".join(dict.fromkeys(map(_count, builtin.signatures)))
        report.tell(kinds.ARGUMENT_COUNT, {"name": builtin.name, "wanted": wanted, "given": str(len(types))})
        return
    wrong = [found for one in fitting if (found := _misfit(one, types)) is not None]
    if len(wrong) == len(fitting):
        place, parameter = max(wrong, key=lambda found: found[0])
        wanted = " / ".join(dict.fromkeys(one.kind for at, one in wrong if at == place))
        _tell_kind(builtin.name, parameter.name, wanted, node.arguments[place], types[place], report)


def _takes(signature: Signature, given: int) -> bool:
    if signature.many:
        return given > 0
    least = sum(not one.optional for one in signature.parameters)
    return least <= given <= len(signature.parameters)


def _count(signature: Signature) -> str:
    if signature.many:
        return "1-…"
    least, most = sum(not one.optional for one in signature.parameters), len(signature.parameters)
    return str(most) if least == most else f"{least}-{most}"


def _misfit(signature: Signature, types: list[Type]) -> tuple[int, Parameter] | None:
    parameters = signature.parameters * len(types) if signature.many else signature.parameters
    for place, (parameter, found) in enumerate(zip(parameters, types, strict=False)):
        if not _fits(parameter.kind, found):
            return place, parameter
    return None


def _fits(wanted: str, found: Type) -> bool:
    if wanted in {"any", "list", "point"} or found is None or found.name == "Any":
        return True
    if found.name == "list":  # a list of one counts as its element
        return not found.parts or _fits(wanted, found.parts[0])
    if found.name == "Null":
        return True
    if wanted in {"moment", "date and time"}:
        return found.name in {"date", "date and time"}
    return found.name == wanted


def learn() -> None:
    """Teach `infer` about invocations."""
    infers(ir.Call, _call)
