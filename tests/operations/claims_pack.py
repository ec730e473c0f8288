"""A small pack with every kind of wait, written into a folder: a claims desk, its decision, terms, people."""

from itertools import pairwise
from pathlib import Path
from textwrap import dedent

UNITS = {"paid": "paid", "declined": "paid", "double": "judged", "answered": "letter", "ruled": "judged"}
UNITS |= {"judged": "judged", "lapsed": "judged"}

MANIFEST = """\
name = "claims"
kind = "BPO"
voice = false
contact = "text"
languages = ["en"]
skills = ["claims"]
certificates = ["claims-desk"]
maturity = "sample"

[title]
en = "Claims"

[summary]
en = "A pack for tests"

[process]
file = "claims.bpmn"
id = "claims"

[intake]
key = ["claim"]
received_at = "came"

[[intake.columns]]
name = "claim"
type = "integer"

[[intake.columns]]
name = "kind"
type = "text"

[[intake.columns]]
name = "amount"
type = "number"
required = false

[[intake.columns]]
name = "came"
type = "instant"
carry = false

[delivery]
result = ["lane", "verdict", "hours", "answer"]

[form.judge.title]
en = "Judge"

[[form.judge.fields]]
name = "verdict"
type = "choice"
options = ["yes", "no"]
label = { en = "Verdict" }

[[form.judge.fields]]
name = "hours"
type = "number"
required = false
label = { en = "Hours" }

[form.look.title]
en = "Look"

[[form.look.fields]]
name = "note"
type = "text"
required = false
label = { en = "Note" }

[delivery.units]
""" + "".join(f'{end} = "{unit}"\n' for end, unit in UNITS.items())

LANES = ("pay", "judge", "split", "wait", "later", "stuck", "assess", "race")

_NEEDS = 'alihdaya:skill="claims" alihdaya:language="en" alihdaya:level="B2" alihdaya:certificate="claims-desk"'


def _task(name: str, form: str, more: str = _NEEDS) -> str:
    return f'<userTask id="{name}" name="{name}" alihdaya:form="{form}" {more}/>\n'


def _catch(name: str) -> str:
    return (
        f'<intermediateCatchEvent id="{name}"><messageEventDefinition messageRef="reply"/></intermediateCatchEvent>\n'
    )


def _ends() -> str:
    return "".join(f'<endEvent id="{end}"/>\n' for end in UNITS)


def _flows() -> str:
    chains = (
        "start triage lanes",
        "paid_out paid",
        "judge judged",
        "too_long second lapsed",
        "split check_a both",
        "split check_b both",
        "both double",
        "hear answered",
        "look hear_later answered",
        "stuck gate",
        "stuck rule ruled",
        "assess paid_out",
        "race answered",
        "raced lapsed",
        "refused declined",
    )
    made = []
    for chain in chains:
        nodes = chain.split()
        made += [f'<sequenceFlow sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(nodes)]
    targets = dict(zip(LANES, ("paid_out", "judge", "split", "hear", "look", "stuck", "assess", "race"), strict=True))
    conditions = [("lanes", target, f'lane = "{lane}"') for lane, target in targets.items()]
    conditions += [("gate", "ruled", 'verdict = "yes"'), ("gate", "paid_out", 'verdict = "no"')]
    made += [
        f'<sequenceFlow sourceRef="{a}" targetRef="{b}"><conditionExpression>{text}</conditionExpression>'
        "</sequenceFlow>"
        for a, b, text in conditions
    ]
    return "\n".join(dict.fromkeys(made))


PROCESS = f"""\
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1"
  id="d" targetNamespace="https://example.org/claims">
<message id="reply" name="reply" alihdaya:key="claim"/>
<error id="over" errorCode="over"/>
<process id="claims" isExecutable="true">
<startEvent id="start"/>
<businessRuleTask id="triage" alihdaya:decision="lane" alihdaya:result="lane"/>
<exclusiveGateway id="lanes"/>
<scriptTask id="paid_out" scriptFormat="text/x-feel" alihdaya:result="answer"><script>"paid " + string(claim)</script>
</scriptTask>
{_task("judge", "judge")}
<boundaryEvent id="too_long" attachedToRef="judge" cancelActivity="true">
<timerEventDefinition><timeDuration>PT30H</timeDuration></timerEventDefinition></boundaryEvent>
{_task("second", "look", 'alihdaya:skill="claims" alihdaya:priority="90"')}
<parallelGateway id="split"/>
{_task("check_a", "look")}
{_task("check_b", "look", 'alihdaya:skill="claims" alihdaya:language="en" alihdaya:level="B1"')}
<parallelGateway id="both"/>
{_catch("hear")}
{_task("look", "look")}
{_catch("hear_later")}
<parallelGateway id="stuck"/>
<exclusiveGateway id="gate"/>
{_task("rule", "judge")}
<serviceTask id="assess" alihdaya:step="assess"/>
<boundaryEvent id="refused" attachedToRef="assess"><errorEventDefinition errorRef="over"/></boundaryEvent>
<receiveTask id="race" messageRef="reply"/>
<boundaryEvent id="raced" attachedToRef="race" cancelActivity="true">
<timerEventDefinition><timeDuration>PT30H</timeDuration></timerEventDefinition></boundaryEvent>
{_ends()}
{_flows()}
</process>
</definitions>
"""

STEPS = """\
from alihdaya.packs.kit import BpmnError, Variables


def assess(variables: Variables) -> Variables:
    if variables["amount"] is None:
        raise ValueError("no amount")
    if variables["amount"] > 1000:
        raise BpmnError("over", "too much")
    return {"hours": variables["amount"] * 2}
"""


def _rule(*cells: str) -> str:
    entries = [f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells[:2]]
    return f"<rule>{''.join(entries)}<outputEntry><text>{cells[2]}</text></outputEntry></rule>\n"


_RULES = [('"plain"', "&lt;= 100", '"pay"'), ('"plain"', "&gt; 100", '"judge"')]
_RULES += [(f'"{lane}"', "-", f'"{lane}"') for lane in LANES]

DECISION = f"""\
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="https://example.org/m">
<inputData id="kind" name="kind"><variable name="kind" typeRef="string"/></inputData>
<inputData id="amount" name="amount"><variable name="amount" typeRef="number"/></inputData>
<decision id="lane" name="lane"><variable name="lane" typeRef="string"/>
<informationRequirement><requiredInput href="#kind"/></informationRequirement>
<informationRequirement><requiredInput href="#amount"/></informationRequirement>
<decisionTable hitPolicy="UNIQUE">
<input><inputExpression><text>kind</text></inputExpression></input>
<input><inputExpression><text>amount</text></inputExpression></input>
<output name="lane"/>
{"".join(_rule(*cells) for cells in _RULES)}
</decisionTable></decision>
</definitions>
"""

TERMS = """\
[engagement]
id = "acme"
currency = "USD"
signed = 2012-12-01
from = 2013-01-01
until = 2013-12-31

[client]
name = "Acme"
country = "US"
subdivision = "NY"
city = "New York"
time_zone = "America/New_York"

[provider]
name = "Beta"
country = "ID"
subdivision = "JK"
city = "Jakarta"
time_zone = "Asia/Jakarta"

[[service]]
id = "claims-desk"
pack = "claims"
delivery_country = "ID"

[service.calendar]
time_zone = "America/New_York"
monday = ["08:00-17:00"]
tuesday = ["08:00-17:00"]
wednesday = ["08:00-17:00"]
thursday = ["08:00-17:00"]
friday = ["08:00-17:00"]
holidays = { country = "US", subdivision = "NY" }

[service.sla]
respond = { working_hours = 4 }
resolve = { working_days = 1 }
attainment = 90

[service.rates.paid]
name = { en = "Paid" }
tiers = [{ up_to = 3, price = 1.005 }, { up_to = 5, price = 0.75 }, { price = 0.333 }]

[service.rates.judged]
name = { en = "Judged" }
tiers = [{ up_to = 2, price = 4 }, { price = 3.3 }]

[service.rates.letter]
name = { en = "Letter" }
tiers = [{ price = 2 }]

[service.penalty]
per_point = 2
at_risk = 10

[service.cost]
shrinkage = 30
support = 12
overhead = { paid = 0.1, judged = 0.45 }
"""


def person(name: str, *, skill: str = "claims", score: int = 90, certificate: str = "2015-01-01", **more: str) -> str:
    """A person who may do everything, but for what is said; `certificate`: until when, "" for none."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
    shifts = "\n".join(f'{day} = ["{more.get("shift", "19:00-07:00")}"]' for day in days)
    issued = f"certificates = [{{ name = 'claims-desk', from = 2012-12-03, until = {certificate} }}]"
    return f"""
[[person]]
id = "{name}"
name = "{name.title()}"
employer = "Beta"
serves = "Acme"
country = "ID"
time_zone = "Asia/Jakarta"
languages = {{ en = "{more.get("level", "C1")}" }}
skills = ["{skill}"]
wage = "{more.get("wage", "9.80")}"
currency = "USD"
tests = [{{ kind = "writing", language = "en", score = {score}, pass_mark = 70, on = 2012-11-26 }}]
{issued if certificate else ""}
[person.shifts]
{shifts}
"""


ROSTER = (
    person("ana")
    + person("budi", wage="7.15", shift="20:00-02:00")
    + person("eko", level="B2", shift="21:30-04:30", certificate="2013-03-12")
    + person("citra", certificate="")
    + person("dodi", score=20)
)

REHEARSAL = """\
[judge]
median_minutes = 240
spread = 1.2
answers.verdict = { yes = 3, no = 1 }

[rule]
median_minutes = 300
answers.verdict = { yes = 1, no = 1 }

[second]
median_minutes = 90
"""


def write_pack(folder: Path, **changes: str) -> Path:
    """Write the pack and give its folder; `changes`: file's stem -> another text ("terms", "roster", …)."""
    files = {
        "pack.toml": MANIFEST,
        "processes/claims.bpmn": PROCESS,
        "decisions/lane.dmn": DECISION,
        "steps.py": STEPS,
        "terms.toml": TERMS,
        "roster.toml": ROSTER,
        "rehearsal.toml": REHEARSAL,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(changes.get(path.stem, text)), encoding="utf-8")
    return folder
