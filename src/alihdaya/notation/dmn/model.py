"""The neutral model of DMN 1.1 to 1.6: what a file says, with its places, before any FEEL is parsed."""

from dataclasses import dataclass

from alihdaya.kernel.errors import Problem, Source

NOWHERE = Source()


@dataclass(frozen=True, slots=True)
class FeelText:
    """A text in FEEL: a literal expression, a cell, a list of allowed values; `id` is its element's, if it has one."""

    text: str
    source: Source
    id: str = ""


@dataclass(frozen=True, slots=True)
class InputClause:
    """A column of a decision table that is tested; `type` and `allowed` say what its author expects in it."""

    label: str
    expression: FeelText
    type: str = ""
    allowed: FeelText | None = None


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A column of a decision table that is given; `allowed` orders its values for the policies P and O."""

    name: str
    type: str
    allowed: FeelText | None
    default: FeelText | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of a decision table: one test an input, one expression an output.

    `description` is for people; `annotations` are the cells of annotation columns, each with its column's name.
    """

    tests: tuple[FeelText, ...]
    outputs: tuple[FeelText, ...]
    id: str = ""
    description: str = ""
    annotations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A decision table (DMN 8). `hit` is one of U A F P R O C; `aggregation` one of "" + < > # with C only."""

    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    hit: str
    aggregation: str
    source: Source


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression whose value must be of a type, by the type's name (DMN 7.3.1, 10.3.2.9.4)."""

    type: str
    body: "Boxed"


@dataclass(frozen=True, slots=True)
class BoxedContext:
    """A boxed context; with `result` the last entry, which then has no name, is its value (DMN 10.2.1.4)."""

    entries: tuple[tuple[str, "Boxed"], ...]
    result: bool


@dataclass(frozen=True, slots=True)
class Invocation:
    """A boxed invocation: what is called, and the arguments by the names of parameters (DMN 10.2.1.3)."""

    function: "Boxed"
    bindings: tuple[tuple[str, "Boxed"], ...]


@dataclass(frozen=True, slots=True)
class BoxedList:
    """A boxed list (DMN 10.2.1.5); a relation is a list of contexts."""

    items: tuple["Boxed", ...]


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A boxed function in FEEL (DMN 10.2.1.7); `types` has one name of a type a parameter, or an empty one."""

    parameters: tuple[str, ...]
    body: "Boxed"
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExternalFunction:
    """A function that is not in FEEL (DMN 10.3.2.13.3): `body` is a context that says which one is meant."""

    kind: str
    parameters: tuple[str, ...]
    types: tuple[str, ...]
    body: "Boxed"
    source: Source


@dataclass(frozen=True, slots=True)
class Conditional:
    """A boxed conditional (DMN 10.2.1.8)."""

    condition: "Boxed"
    then: "Boxed"
    otherwise: "Boxed"


@dataclass(frozen=True, slots=True)
class BoxedFilter:
    """A boxed filter (DMN 10.2.1.9)."""

    target: "Boxed"
    condition: "Boxed"


@dataclass(frozen=True, slots=True)
class Iterator:
    """A boxed loop (DMN 10.2.1.10); `kind` is for, some or every."""

    kind: str
    variable: str
    target: "Boxed"
    body: "Boxed"


Boxed = (
    FeelText
    | Typed
    | ExternalFunction
    | DecisionTable
    | BoxedContext
    | Invocation
    | BoxedList
    | FunctionDefinition
    | Conditional
    | BoxedFilter
    | Iterator
)


@dataclass(frozen=True, slots=True)
class InputData:
    """A value that comes from outside (DMN 6.3.4)."""

    id: str
    name: str
    type: str
    source: Source


@dataclass(frozen=True, slots=True)
class DecisionElement:
    """A decision (DMN 6.3.1); the requirements are ids. Without logic its value is null."""

    id: str
    name: str
    type: str
    logic: Boxed | None
    inputs: tuple[str, ...]
    decisions: tuple[str, ...]
    knowledge: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    """A business knowledge model (DMN 6.3.2): a function, with the ids of those that it calls."""

    id: str
    name: str
    logic: FunctionDefinition | ExternalFunction | None
    knowledge: tuple[str, ...]
    source: Source
    type: str = ""


@dataclass(frozen=True, slots=True)
class DecisionService:
    """A decision service (DMN 6.3.5): a function of its input data and input decisions, all by id."""

    id: str
    name: str
    type: str
    outputs: tuple[str, ...]
    decisions: tuple[str, ...]
    inputs: tuple[str, ...]
    source: Source


Element = InputData | DecisionElement | KnowledgeModel | DecisionService


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type of the model (DMN 7.3.2): its base type, its components, or the types of a function.

    `allowed` constrains the elements of a collection, `constraint` the whole. `function` has the types of the
    parameters, and last the type of the result.
    """

    name: str
    type: str
    collection: bool
    allowed: FeelText | None
    components: tuple["ItemDefinition", ...]
    constraint: FeelText | None = None
    function: tuple[str, ...] = ()
    source: Source = NOWHERE


@dataclass(frozen=True, slots=True)
class Import:
    """Another model (DMN 6.3.3), whose elements and types are named `name.element`; an empty name adds nothing."""

    name: str
    namespace: str
    model: "Model"


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """One file of DMN. References are ids, `namespace#id` for elements of an import.

    A `lenient` model may hold what cannot be read: `problems` tells what, and its value is null with a diagnostic.
    """

    file: str
    name: str
    namespace: str
    inputs: tuple[InputData, ...]
    decisions: tuple[DecisionElement, ...]
    knowledge: tuple[KnowledgeModel, ...]
    types: tuple[ItemDefinition, ...]
    services: tuple[DecisionService, ...] = ()
    imports: tuple[Import, ...] = ()
    problems: tuple[Problem, ...] = ()
    lenient: bool = False

    @property
    def elements(self) -> tuple["Element", ...]:
        """All elements that have an id and a name in scope."""
        return (*self.inputs, *self.decisions, *self.knowledge, *self.services)
