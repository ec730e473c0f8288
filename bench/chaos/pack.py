"""The errand: book with an outside service, wait for something or somebody, settle with it, done.

It waits for a message from outside, a timer, a person, or for another errand: a giver tells the taker after it, which
the nodes put into whatever shard its claim belongs to.
"""

from itertools import pairwise
from pathlib import Path

KINDS = ("message", "timer", "person", "giver", "taker")
SENDS = ("book", "settle")
"""The outside effects of one errand, each wanted once."""

_MANIFEST = """\
name = "errand"
kind = "BPO"
voice = false
contact = "text"
languages = ["en"]
skills = ["errand"]
certificates = []
maturity = "sample"
[title]
en = "Errand"
[summary]
en = "Everything an item can wait for, between two outside effects"
[process]
file = "errand.bpmn"
id = "errand"
[intake]
key = ["claim"]
[[intake.columns]]
name = "claim"
type = "text"
[[intake.columns]]
name = "kind"
type = "text"
[[intake.columns]]
name = "pair"
type = "text"
required = false
[delivery]
result = ["claim", "booking", "receipt"]
[delivery.units]
done = "errand"
"""

_TERMS = """\
[engagement]
id = "acme"
currency = "USD"
signed = 2012-12-01
from = 2013-01-01
until = 2099-12-31
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
id = "errands"
pack = "errand"
delivery_country = "ID"
[service.calendar]
time_zone = "America/New_York"
monday = ["00:00-24:00"]
[service.sla]
respond = { working_hours = 4 }
resolve = { working_days = 1 }
attainment = 90
[service.rates.errand]
name = { en = "Errand" }
tiers = [{ price = 1 }]
[service.penalty]
per_point = 2
at_risk = 10
[service.cost]
shrinkage = 30
support = 12
overhead = { errand = 0.1 }
"""

_ROSTER = """\
[[person]]
id = "ana"
name = "Ana"
employer = "Beta"
serves = "Acme"
country = "ID"
time_zone = "Asia/Jakarta"
languages = { en = "C1" }
skills = ["errand"]
wage = "9.80"
currency = "USD"
tests = [{ kind = "writing", language = "en", score = 90, pass_mark = 70, on = 2012-11-26 }]
[person.shifts]
monday = ["19:00-07:00"]
"""

_CHAINS = ("start book which", *(f"{kind} settle" for kind in KINDS), "settle done")


def _process(seconds: int) -> str:
    flows = "".join(
        f'<sequenceFlow sourceRef="{a}" targetRef="{b}"/>\n' for chain in _CHAINS for a, b in pairwise(chain.split())
    )
    for kind in KINDS:
        condition = f'<conditionExpression>kind = "{kind}"</conditionExpression>'
        flows += f'<sequenceFlow sourceRef="which" targetRef="{kind}">{condition}</sequenceFlow>\n'
    return f"""\
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1"
  id="d" targetNamespace="https://example.org/errand">
<message id="go" name="go" alihdaya:key="claim"/>
<message id="given" name="given" alihdaya:key="pair" alihdaya:keep="P1D"/>
<process id="errand" isExecutable="true">
<startEvent id="start"/>
<serviceTask id="book" name="Book"/>
<exclusiveGateway id="which"/>
<receiveTask id="message" messageRef="go"/>
<intermediateCatchEvent id="timer"><timerEventDefinition><timeDuration>PT{seconds}S</timeDuration>
</timerEventDefinition></intermediateCatchEvent>
<userTask id="person" name="See to it"/>
<intermediateThrowEvent id="giver"><messageEventDefinition messageRef="given"/></intermediateThrowEvent>
<receiveTask id="taker" messageRef="given"/>
<serviceTask id="settle" name="Settle"/>
<endEvent id="done"/>
{flows}</process>
</definitions>
"""


def write_pack(folder: Path, *, seconds: int = 3) -> Path:
    """Write the pack; the timer runs for so many seconds."""
    (folder / "processes").mkdir(parents=True)
    (folder / "decisions").mkdir()
    (folder / "pack.toml").write_text(_MANIFEST)
    (folder / "terms.toml").write_text(_TERMS)
    (folder / "roster.toml").write_text(_ROSTER)
    (folder / "processes" / "errand.bpmn").write_text(_process(seconds))
    return folder
