"""A small pack whose processes start each other, talk to each other, and start by themselves."""

from itertools import pairwise
from pathlib import Path

from claims_pack import TERMS

_NS = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1"'

MANIFEST = """\
name = "talks"
kind = "BPO"
voice = false
contact = "text"
languages = ["en"]
skills = ["claims"]
certificates = []
maturity = "sample"

[title]
en = "Talks"

[summary]
en = "A pack for tests"

[process]
file = "main.bpmn"
id = "main"

[intake]
key = ["claim"]

[[intake.columns]]
name = "claim"
type = "integer"

[[intake.columns]]
name = "role"
type = "text"
required = false

[delivery]
result = ["claim"]

[form.look.title]
en = "Look"

[[form.look.fields]]
name = "note"
type = "text"
required = false
label = { en = "Note" }

[delivery.units]
e = "talk"
"""


def process(name, body):
    """One process: its nodes, and for each line "a b c" of `flows` (after a ;) the flows between them."""
    nodes, _, flows = body.partition(";")
    made = []
    for chain in flows.split("\n"):
        ids = chain.split()
        made += [f'<sequenceFlow sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(ids)]
    return f'<process id="{name}" isExecutable="true">{nodes}{"".join(made)}</process>'


def model(*parts, ident="file"):
    return (
        f'<definitions {_NS} id="{ident}" targetNamespace="https://example.org/{ident}">{"".join(parts)}</definitions>'
    )


def timer(kind, text):
    return f"<timerEventDefinition><time{kind}>{text}</time{kind}></timerEventDefinition>"


AGAIN = """<exclusiveGateway id="h" default="k"/><sequenceFlow id="k" sourceRef="h" targetRef="c"/>
<sequenceFlow sourceRef="h" targetRef="e"><conditionExpression>role = "stop"</conditionExpression></sequenceFlow>"""
"""From the node h back to c, for ever, but for an item with another role."""

PLAIN = process("main", '<startEvent id="s"/><endEvent id="e"/>;s e')


def write_pack(folder: Path, main: str, **others: str) -> Path:
    """Write a pack with this main file of processes and others beside it, by their stems."""
    terms = TERMS.replace('pack = "claims"', 'pack = "talks"').replace('id = "claims-desk"', 'id = "talks"')
    terms = terms.replace("[service.rates.paid]", "[service.rates.talk]")
    terms = terms.replace("paid = 0.1,", "talk = 0.1,")
    files = {"pack.toml": MANIFEST, "processes/main.bpmn": main, "terms.toml": terms}
    files |= {f"processes/{stem}.bpmn": text for stem, text in others.items()}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
