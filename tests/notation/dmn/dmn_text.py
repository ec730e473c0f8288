"""Small DMN files as text, and both evaluators at once."""

from xml.sax.saxutils import escape

from alihdaya.notation.dmn import compile_model, evaluate, read

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def literal(text):
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def entry(kind, text):
    return f"<{kind}><text>{escape(text)}</text></{kind}>"


def table(inputs, outputs, rules, hit="UNIQUE", extra=""):
    """`outputs` maps a name to the XML inside its clause; a rule is a list of cells, tests first."""
    columns = "".join(f"<input>{entry('inputExpression', text)}</input>" for text in inputs)
    clauses = "".join(f'<output name="{name}">{inside}</output>' for name, inside in outputs.items())
    rows = "".join(
        "<rule>"
        + "".join(entry("inputEntry", cell) for cell in rule[: len(inputs)])
        + "".join(entry("outputEntry", cell) for cell in rule[len(inputs) :])
        + "</rule>"
        for rule in rules
    )
    return f'<decisionTable hitPolicy="{hit}" {extra}>{columns}{clauses}{rows}</decisionTable>'


def decision(name, logic, inputs=(), decisions=(), knowledge=()):
    def needs(kind, tag, names):
        return "".join(f'<{kind}><{tag} href="#{key(other)}"/></{kind}>' for other in names)

    return (
        f'<decision id="{key(name)}" name="{name}"><variable name="{name}"/>'
        + needs("informationRequirement", "requiredInput", inputs)
        + needs("informationRequirement", "requiredDecision", decisions)
        + needs("knowledgeRequirement", "requiredKnowledge", knowledge)
        + logic
        + "</decision>"
    )


def knowledge(name, parameters, logic, needs=()):
    formal = "".join(f'<formalParameter name="{parameter}"/>' for parameter in parameters)
    required = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{key(other)}"/></knowledgeRequirement>' for other in needs
    )
    return (
        f'<businessKnowledgeModel id="{key(name)}" name="{name}">'
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>{required}</businessKnowledgeModel>"
    )


def key(name):
    return "id_" + name.replace(" ", "_")


def file(*parts, inputs=(), namespace=NAMESPACE):
    data = "\n".join(
        f'<inputData id="{key(name)}" name="{name}"><variable name="{name}"/></inputData>' for name in inputs
    )
    body = "\n".join(parts)
    return f'<definitions xmlns="{namespace}" name="m" namespace="urn:m">\n{data}\n{body}\n</definitions>'.encode()


def one_table(inputs, outputs, rules, hit="UNIQUE", extra="", others=()):
    names = (*inputs, *others)
    return file(decision("d", table(inputs, outputs, rules, hit, extra), names), inputs=names)


def run(data, name, variables):
    """Run by generated code and by the reference, which must agree in value, kind and rules."""
    model = read(data, "m.dmn")
    given = dict(variables)
    compiled = compile_model(model)[name].run(variables)
    assert variables == given
    assert repr(compiled) == repr(evaluate(model, name, variables))
    return compiled
