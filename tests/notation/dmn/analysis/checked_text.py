"""Decision models with types as text, and what the analysis finds in them."""

from functools import lru_cache
from xml.sax.saxutils import escape

from alihdaya.notation.dmn import evaluate, read
from alihdaya.notation.dmn.analysis import check_file

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def item(name, base, allowed=""):
    values = f"<allowedValues><text>{escape(allowed)}</text></allowedValues>" if allowed else ""
    return f'<itemDefinition name="{name}"><typeRef>{base}</typeRef>{values}</itemDefinition>'


def cells(kind, texts):
    return "".join(f"<{kind}><text>{escape(text)}</text></{kind}>" for text in texts)


def table(columns, rules, hit="UNIQUE", outputs=('<output name="out"/>',), extra=""):
    """`columns` are expressions; a rule is (tests, outputs)."""
    inputs = "".join(f"<input>{cells('inputExpression', [text])}</input>" for text in columns)
    rows = "".join(f"<rule>{cells('inputEntry', one)}{cells('outputEntry', two)}</rule>\n" for one, two in rules)
    return f'<decisionTable hitPolicy="{hit}" {extra}>{inputs}{"".join(outputs)}{rows}</decisionTable>'


def decision(name, logic, inputs=(), decisions=(), type_name=""):
    needs = "".join(
        f'<informationRequirement><requiredInput href="#{one}"/></informationRequirement>' for one in inputs
    )
    needs += "".join(
        f'<informationRequirement><requiredDecision href="#{one}"/></informationRequirement>' for one in decisions
    )
    said = f' typeRef="{type_name}"' if type_name else ""
    return f'<decision id="{name}" name="{name}"><variable name="{name}"{said}/>{needs}{logic}</decision>'


def literal(text):
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def model(*parts, inputs=None, items=()):
    """`inputs` maps the names of input data to types."""
    data = "\n".join(
        f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'
        for name, kind in (inputs or {}).items()
    )
    body = "\n".join((*items, data, *parts))
    return f'<definitions xmlns="{NAMESPACE}" name="m" namespace="urn:m">\n{body}\n</definitions>'.encode()


def check(data):
    return check_file(data, "m.dmn")


def codes(data):
    return sorted(finding.code for finding in check(data))


@lru_cache(maxsize=8)
def _read(data):
    return read(data, "m.dmn", lenient=True)


def decided(data, name, variables):
    return evaluate(_read(data), name, variables)
