"""The bench's process as a pack on a real desk: what a provider runs, not the engine alone."""

from concurrent.futures import Future
from pathlib import Path
from typing import Any

from simulation.world import START

from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import SECOND
from alihdaya.operations.commands import Assign, Command, Complete, Receive
from alihdaya.operations.node.letters import Letter, carry_out
from alihdaya.operations.opening import open_desk
from alihdaya.operations.sign import open_service
from alihdaya.packs import load
from alihdaya.store import open_store
from bench.running import work

_PACK = """\
name = "claims"
kind = "BPO"
voice = false
contact = "none"
languages = ["en"]
skills = ["claims"]
certificates = ["claims-desk"]
maturity = "sample"
[title]
en = "Work"
[summary]
en = "The work of the bench."
[process]
file = "work.bpmn"
id = "work"
[intake]
key = ["kind"]
[[intake.columns]]
name = "kind"
type = "text"
[[intake.columns]]
name = "amount"
type = "integer"
[[intake.columns]]
name = "prio"
type = "integer"
[delivery]
result = ["route"]
[delivery.units]
e = "paid"
[form.judge.title]
en = "Approve"
[[form.judge.fields]]
name = "approved"
type = "boolean"
label = { en = "Approved" }
"""
_CLAIMS = Path(__file__).parents[2] / "simulation" / "claims"


class Desk:
    """A desk on a store; `batch` runs instances to their end as the mailroom would, a group a commit."""

    def __init__(self, url: str, folder: Path) -> None:
        pack = load(_written(folder / "pack"))
        self.desk = open_desk(open_store(url), recorded=lambda: self.at, packs={pack.digest: pack})
        self.at = START
        terms = agreement.parse((_CLAIMS / "terms.toml").read_bytes())
        self.service = open_service(self.desk, pack, terms, START, roster=(_CLAIMS / "roster.toml").read_bytes())

    def batch(self, first: int, rows: list[dict[str, Any]]) -> int:
        """Receive all, then give each waiting task to a person, who finishes it; gives how many needed none."""
        intake = [Receive(self.service, "bench", str(n), 0, 0, row) for n, row in enumerate(rows, first)]
        items = self._group([*intake])
        waiting = [item for item in items if item in self.desk.items]
        self._group([Assign(item, 1, "ana") for item in waiting])
        self._group([Complete(item, 1, "ana", 60, {"approved": True}) for item in waiting])
        assert not self.desk.items
        return len(items) - len(waiting)

    def _group(self, commands: list[Command]) -> list[Any]:
        self.at += SECOND
        letters: list[Letter] = [Letter(command, self.at, Future()) for command in commands]
        outcomes = carry_out(self.desk, letters, self.at)
        self.desk.commit()
        assert not any(refusal for _, refusal in outcomes)
        return [value for value, _ in outcomes]


def _written(folder: Path) -> Path:
    needs = 'alihdaya:skill="claims" alihdaya:language="en" alihdaya:certificate="claims-desk" alihdaya:form="judge"'
    files = {
        "pack.toml": _PACK,
        "processes/work.bpmn": work.bpmn(
            '<businessRuleTask id="rule" alihdaya:decision="route" alihdaya:result="route"/>',
            f'<userTask id="user" name="Approve" {needs}/>',
            '<scriptTask id="script" scriptFormat="text/x-feel" alihdaya:result="fee"><script>amount * 0.02</script>'
            "</scriptTask>",
        ),
        "decisions/route.dmn": work.dmn(),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
