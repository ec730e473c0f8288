"""Writing Python source line by line: temporaries, constants bound in the namespace, nested functions.

No text of a model ever gets into the source: names, strings and numbers are bound as constants.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from types import CodeType, FunctionType
from typing import Any, TypeVar

from alihdaya.notation.feel import access, budget, ops
from alihdaya.notation.feel.evaluator import as_function
from alihdaya.notation.feel.ir import Node, TypeName
from alihdaya.notation.feel.types import belongs, coerce
from alihdaya.notation.feel.values import NUMBERS, Function, clean

UNUSUAL = (ArithmeticError, RecursionError, TypeError, ValueError)
"""What generated code may raise over data that FEEL does not have, such as NaN."""

NOTHING: type = type(None)
NUMERIC: frozenset[type] = frozenset({int, Decimal, NOTHING})
TYPED: dict[str, frozenset[type]] = {
    "number": NUMERIC,
    "string": frozenset({str, NOTHING}),
    "boolean": frozenset({bool, NOTHING}),
}
"""The Python types that a value of each simple type may have, null among them."""

RUNTIME: dict[str, Any] = {
    "__builtins__": {"type": type, "dict": dict, "bool": bool, "str": str, "list": list, "int": int},
    "Decimal": Decimal,
    "NUMBERS": NUMBERS,
    "Function": Function,
    "belongs": belongs,
    "coerce": coerce,
    "as_function": as_function,
    "path": access.path,
    "pick": access.pick,
    "select": access.select,
    "select_strictly": access.select_strictly,
    "one_sided": ops.one_sided,
    "span": access.span,
    "for_each": access.for_each,
    "quantify": access.quantify,
    "invoke": access.invoke,
    "invoke_named": access.invoke_named,
    "between": ops.between,
    "within": ops.within,
    "make_range": ops.make_range,
    "satisfies": ops.satisfies,
    "spend": budget.spend,
    "negate": ops.negate,
    "truth": ops.truth,
    "clean": clean,
    "fit_simple": lambda value, wanted: coerce(clean(value), wanted),
    "KeyError": KeyError,
    "UNUSUAL": UNUSUAL,
}
"""What generated code may call, besides its constants."""


_WORDS = {"None": None, "True": True, "False": False}


def cleaned(local: str) -> list[str]:
    """Write how an untyped value from outside loses the numbers that FEEL does not have, also those in what it holds.

    What holds nothing pays for three comparisons.
    """
    return [
        f" if type({local}) is Decimal:",
        f"  if not {local}.is_finite(): {local} = None",
        f" elif type({local}) is list or type({local}) is dict: {local} = clean({local})",
    ]


class Names:
    """Which Python expression holds each FEEL name where code is being written."""

    def __init__(self, parent: "Names | None", bound: Mapping[str, str], element: str | None = None) -> None:
        self.parent = parent
        self.bound = bound
        self.element = element

    def atom(self, name: str, out: "Emitter") -> str:
        """Give the local that holds a name; in a filter, write the look into the element first."""
        if name in self.bound and (self.element is None or name != "item"):
            return self.bound[name]
        if name in self.bound:
            outer = self.bound[name]
            key = out.constant(name)
            return out.assign(f"{outer}[{key}] if type({outer}) is dict and {key} in {outer} else {outer}")
        outer = self.parent.atom(name, out) if self.parent is not None else out.load(name)
        if self.element is None:
            return outer
        key, element = out.constant(name), self.element
        return out.assign(f"{element}[{key}] if type({element}) is dict and {key} in {element} else {outer}")

    def bind(self, bound: Mapping[str, str], element: str | None = None) -> "Names":
        """Open an inner scope."""
        return Names(self, bound, element)


class Emitter:
    """Source in the making: one function over a mapping of variables. `known` are the names that it may read.

    Where `swift` is true, the code may raise over unusual data (see `UNUSUAL`), and whoever calls it then answers in
    another way. `facts` says which Python types a local or constant may hold, where that is known; numbers among them
    are finite. `kinds` names the local that holds the type of what another local holds. `source` is the mapping.
    """

    source = "mapping"

    def __init__(
        self, known: frozenset[str], constants: Mapping[str, Any] | None = None, *, swift: bool = False
    ) -> None:
        self.known = known
        self.swift = self.begun_swift = swift
        self.facts: dict[str, frozenset[type]] = {name: frozenset({type(v)}) for name, v in _WORDS.items()}
        self.given = dict(constants or {})
        self.namespace: dict[str, Any] = dict(RUNTIME)
        self.kinds: dict[str, str] = {}
        self.loads: dict[str, str] = {}
        self.types: dict[str, TypeName] = {}
        self.lines: list[str] = []
        self.level = 1
        self.count = 0

    def fresh(self, prefix: str = "t") -> str:
        """Make a name that is not taken."""
        self.count += 1
        return f"{prefix}{self.count}"

    def line(self, text: str) -> None:
        """Write a line at the present depth."""
        self.lines.append(" " * self.level + text)

    def assign(self, text: str, facts: frozenset[type] | None = None) -> str:
        """Write an assignment to a new temporary, and give its name; `facts` are the types it may have, if known."""
        name = self.fresh()
        self.line(f"{name} = {text}")
        if facts is not None:
            self.facts[name] = facts
        return name

    def among(self, atom: str, types: frozenset[type]) -> bool:
        """Tell whether what a local or constant holds is known to be of these types."""
        return atom in self.facts and self.facts[atom] <= types

    def constant(self, value: Any) -> str:
        """Give the expression for a constant: None and booleans as such, others bound."""
        if value is None or value is True or value is False:
            return str(value)
        name = self.fresh("c")
        self.namespace[name] = value
        return name

    def load(self, name: str) -> str:
        """Give the local of a variable from outside, read once at the start; None for a name that is not known."""
        if name in self.given:
            return self.loads.setdefault(name, self.constant(self.given[name]))
        if name not in self.known:
            return "None"
        if name not in self.loads:
            self.loads[name] = local = self.fresh("v")
            if self.begun_swift and name in self.types and self.types[name].name in TYPED:
                self.facts[local] = TYPED[self.types[name].name]
                if self.types[name].name == "number":
                    self.kinds[local] = self.fresh("k")
        return self.loads[name]

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Write a header and indent what follows."""
        self.line(header)
        self.level += 1
        yield
        self.level -= 1

    def emit(self, node: Node, names: Names) -> str:
        """Write the code of a node; give the local or constant that holds its value."""
        return EMITTERS[type(node)](node, self, names)

    def define(self, body: Node, parameters: tuple[str, ...], names: Names, *, element: bool = False) -> str:
        """Write a nested function that gives a node's value; `element` where its parameter is a filter's element."""
        function = self.fresh("f")
        locals_ = [self.fresh("p") for _ in parameters]
        swift, self.swift = self.swift, False
        with self.block(f"def {function}({', '.join(locals_)}):"):
            self.line(f"spend({budget.weight(body)})")
            inner = names.bind(dict(zip(parameters, locals_, strict=True)), locals_[0] if element else None)
            self.line(f"return {self.emit(body, inner)}")
        self.swift = swift
        return function

    def build(self, label: str) -> Callable[[Mapping[str, Any]], Any]:
        """Compile what was written to a function of the mapping of variables."""
        reads: list[str] = []
        for name, local in self._outside():
            reads += [f" {local} = variables({self.constant(name)})", *self._checks(name, local)]
        return self._compiled(label, [" variables = mapping.get", *reads, *self.lines])

    def build_swift(self, label: str, otherwise: Callable[[Mapping[str, Any]], Any]) -> Callable[..., Any]:
        """Compile what was written; where it raises over unusual data, `otherwise` answers."""
        guarded = self.guarded(f"return {self.constant(otherwise)}(mapping)", {})
        return self._compiled(label, [" if type(mapping) is not dict: mapping = dict(mapping)", *guarded])

    def guarded(self, otherwise: str, bound: Mapping[str, str]) -> list[str]:
        """Give what was written behind its reads of `source`, a dict; over unusual data `otherwise` is run.

        `bound` names the locals that hold variables already; those that are in `loads` have been checked.
        """
        outside = [(name, local) for name, local in self._outside() if bound.get(name) != local]
        reads = [(local, self.constant(name)) for name, local in outside if name not in bound]
        own = [f"  {local} = {bound[name]}" for name, local in outside if name in bound]
        look = []
        if reads:
            look = [" try:", *(f"  {local} = {self.source}[{key}]" for local, key in reads)]
            look += [" except KeyError:", *(f"  {local} = {self.source}.get({key})" for local, key in reads)]
        checks = [f" {line}" for name, local in outside for line in self._swift_checks(name, local)]
        tried = [*own, *checks, *(f" {line}" for line in self.lines)]
        return [*look, " try:", *tried, f" except UNUSUAL: {otherwise}"]

    def _outside(self) -> list[tuple[str, str]]:
        return [(name, local) for name, local in self.loads.items() if name not in self.given]

    def _compiled(self, label: str, lines: list[str]) -> Callable[[Mapping[str, Any]], Any]:
        module = compile("\n".join(["def decide(mapping):", *lines]), f"<{label}>", "exec")
        code = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
        return FunctionType(code, self.namespace)

    def _checks(self, name: str, local: str) -> list[str]:
        """Write what a value from outside must pass: numbers are finite, a value with a type is of it."""
        wanted = self.types.get(name)
        lines = cleaned(local)
        if wanted is None:
            return lines
        fit = f"{local} = fit_simple({local}, {self.constant(wanted)})"
        python = {"string": "str", "boolean": "bool"}.get(wanted.name)
        if wanted.check is not None or not (python or wanted.name == "number"):
            return [f" {fit}"]
        if python:
            return [f" if type({local}) is not {python}: {fit}"]
        return [
            f" if type({local}) is Decimal:",
            f"  if not {local}.is_finite(): {local} = None",
            f" elif type({local}) is not int: {fit}",
        ]

    def _swift_checks(self, name: str, local: str) -> list[str]:
        """Write the same checks so that what `facts` says is true, and null costs nothing."""
        wanted = self.types.get(name)
        if wanted is None or wanted.name not in TYPED:
            return self._checks(name, local)
        fit = f"{local} = fit_simple({local}, {self.constant(wanted)})"
        kind = self.kinds[local] if wanted.name == "number" else local
        check = f"if not {self.constant(wanted.check)}({local}): {local} = {kind} = None" if wanted.check else "pass"
        if wanted.name != "number":
            ordinary = f"type({local}) is str" if wanted.name == "string" else f"{local} is True or {local} is False"
            return [f" if {ordinary}:", f"  {check}", f" elif {local} is not None: {fit}"]
        finite = f"if not {local}.is_finite(): {local} = {kind} = None"
        return [
            f" {kind} = type({local})",
            f" if {kind} is Decimal:",
            f"  {finite}",
            *([f"  el{check}"] if wanted.check else []),
            f" elif {kind} is int:",
            f"  {check}",
            f" elif {local} is not None:",
            f"  {fit}",
            f"  {kind} = type({local})",
        ]


Rule = Callable[[Any, Emitter, Names], str]
R = TypeVar("R", bound=Rule)

EMITTERS: dict[type[Node], Rule] = {}
"""How the code of each kind of node is written."""


def emits(kind: type[Node]) -> Callable[[R], R]:
    """Register the decorated function as the writer for a kind of node; other rooms' nodes come in this way too."""

    def register(rule: R) -> R:
        EMITTERS[kind] = rule
        return rule

    return register
