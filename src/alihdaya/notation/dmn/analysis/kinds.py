"""Every kind of finding about a decision model. The codes are stable: hundreds tell the family."""

from alihdaya.notation.finding import Rule, mark

UNREADABLE = Rule("DMN001", "error", mark("Cannot be read"), "{text}")
UNKNOWN_NAME = Rule("DMN201", "error", mark("Unknown name"), mark("The name {name} is not known here{hint}."))
NOT_REQUIRED = Rule(
    "DMN202",
    "error",
    mark("Requirement missing"),
    mark("{name} is used, but {owner} does not require it: its value is null here."),
)
UNKNOWN_TYPE = Rule("DMN203", "error", mark("Unknown type"), mark("The type {name} is not known{hint}."))
COMPARED = Rule(
    "DMN204",
    "error",
    mark("Kinds that never meet"),
    mark("{text} compares {left} with {right}: that is never true."),
)
OPERANDS = Rule("DMN205", "error", mark("Operands do not fit"), mark("{sign} cannot join {left} and {right}: null."))
ARGUMENT_COUNT = Rule(
    "DMN206", "error", mark("Call does not fit"), mark("{name} takes {wanted} arguments, not {given}: it gives null.")
)
ARGUMENT_KIND = Rule(
    "DMN216",
    "error",
    mark("Argument of another kind"),
    mark("{name} wants {wanted} as {parameter}, but {text} is {given}: it gives null."),
)
ARGUMENT_NAME = Rule(
    "DMN217", "error", mark("No such parameter"), mark("{name} has no parameter {parameter}{hint}: it gives null.")
)
CELL_KIND = Rule(
    "DMN207",
    "error",
    mark("Cell of another kind"),
    mark("Rule {rule} tests {column} for {cell}, which is {right}; the column holds {left}: never true."),
)
OUTPUT_KIND = Rule(
    "DMN208",
    "error",
    mark("Output of another kind"),
    mark("{cell} is {right}, but {column} must be {left}: the value is null."),
)
OUTPUT_VALUE = Rule(
    "DMN209",
    "error",
    mark("Output not allowed"),
    mark("Rule {rule} gives {cell}, which is not among the allowed values of {column}."),
)
NO_ENTRY = Rule("DMN210", "error", mark("No such entry"), mark("{target} has no entry {name}{hint}."))
NOT_BOOLEAN = Rule(
    "DMN211", "error", mark("Not a condition"), mark("A condition is wanted, but this is {left}: {text}.")
)
MIXED = Rule(
    "DMN212",
    "warning",
    mark("Column of several kinds"),
    mark("The cells of {column} test {left} as well as {right}, and nothing says its type."),
)
AGGREGATED = Rule(
    "DMN214",
    "error",
    mark("Aggregation of no numbers"),
    mark("The table sums up {column}, but rule {rule} gives {cell}, which is {right}: null as soon as it matches."),
)
NO_PRIORITIES = Rule(
    "DMN215",
    "error",
    mark("No output values"),
    mark("The hit policy {hit} orders rules by the allowed values of the outputs, but none are given."),
)

GAP = Rule("DMN101", "warning", mark("Gap"), mark("No rule matches where {region}; the answer is null."))
GAP_OF_FRACTIONS = Rule(
    "DMN102",
    "note",
    mark("Gap between whole numbers"),
    mark("No rule matches where {region}: only numbers that are not whole lie there; the answer is null."),
)
GAP_OF_STRANGERS = Rule(
    "DMN103",
    "note",
    mark("Words without a rule"),
    mark("No rule matches where {region}. Say the allowed values of {column}, or give a default."),
)
MORE_GAPS = Rule("DMN109", "note", mark("More gaps"), mark("There are more gaps than the {count} that are listed."))
OVERLAP = Rule(
    "DMN111",
    "error",
    mark("Overlap"),
    mark("Rules {first} and {second} both match where {region}, but UNIQUE allows one: the answer is null."),
)
SAME_OVERLAP = Rule(
    "DMN112",
    "warning",
    mark("Overlap with the same output"),
    mark(
        "Rules {first} and {second} say the same and both match where {region}. UNIQUE allows one: the answer is null; "
        "ANY would allow it."
    ),
)
CONFLICT = Rule(
    "DMN113",
    "error",
    mark("ANY in conflict"),
    mark("Rules {first} and {second} both match where {region}, with differing outputs: the answer is null."),
)
MORE_OVERLAPS = Rule(
    "DMN119", "warning", mark("More overlaps"), mark("{count} more pairs of rules overlap, of the rules {rules}.")
)
SHADOWED = Rule(
    "DMN121",
    "warning",
    mark("Rule never reached"),
    mark("Rule {rule} is never reached: whatever it matches, an earlier rule has decided ({others})."),
)
OUTRANKED = Rule(
    "DMN122",
    "warning",
    mark("Rule never decides"),
    mark("Rule {rule} never decides: whatever it matches, a rule of higher priority matches too ({others})."),
)
NEVER = Rule(
    "DMN123",
    "warning",
    mark("Rule never matches"),
    mark("Rule {rule} never matches: {cell} is true for no value that {column} can have."),
)
MERGEABLE = Rule(
    "DMN131",
    "note",
    mark("Rules can be one"),
    mark("Rules {rules} differ in {column} only and give the same: one rule with {cell} says it."),
)
CONTAINED = Rule(
    "DMN132",
    "note",
    mark("Rule says nothing new"),
    mark("Rule {rule} says nothing new: rule {other} matches whatever it matches and gives the same."),
)
UNTESTED = Rule(
    "DMN141", "warning", mark("Column tests nothing"), mark("No rule tests {column}: its cells let every value pass.")
)
IDLE_COLUMN = Rule(
    "DMN142", "warning", mark("Column changes nothing"), mark("{column} never changes the answer of this table.")
)
UNUSED_REQUIREMENT = Rule(
    "DMN143", "warning", mark("Requirement never used"), mark("{owner} requires {name}, but never uses it.")
)
UNUSED_ELEMENT = Rule("DMN144", "note", mark("Never used"), mark("Nothing requires {name}."))
NOT_ANALYSED = Rule(
    "DMN190",
    "note",
    mark("Not fully analysed"),
    mark("The table is too large to look for {what} in full: nothing found does not mean that there is nothing."),
)
CYCLE = Rule("DMN301", "error", mark("Requirements go round"), "{text}")

GAPS, SHADOWS, IDLE = mark("gaps"), mark("rules never reached"), mark("columns that change nothing")
"""What a search that was too large looked for."""

BY_PROBLEM = {"requirement-cycle": CYCLE}
"""Kinds by the code of a problem that reading or linking found; UNREADABLE for all others."""

ALL: tuple[Rule, ...] = tuple(
    sorted({v for v in globals().values() if isinstance(v, Rule)}, key=lambda rule: rule.code)
)
"""Every kind, by its code."""
