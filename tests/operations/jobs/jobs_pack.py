"""A pack whose items need one job each, `look`, and catch its error `bad`; jobs.py does what the test writes."""

from bench.chaos.pack import write_pack

from alihdaya.engagement import terms as agreement
from alihdaya.operations.commands import Receive
from alihdaya.operations.opening import open_desk
from alihdaya.operations.sign import bind, settle
from alihdaya.packs import load

PROCESS = """\
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1"
  id="d" targetNamespace="https://example.org/look">
<process id="errand" isExecutable="true">
<startEvent id="start"/>
<serviceTask id="task" {job}/>
<boundaryEvent id="bad" attachedToRef="task"><errorEventDefinition errorRef="e"/></boundaryEvent>
<endEvent id="done"/><endEvent id="failed"/>
<sequenceFlow sourceRef="start" targetRef="task"/>
<sequenceFlow sourceRef="task" targetRef="done"/>
<sequenceFlow sourceRef="bad" targetRef="failed"/>
</process>
<error id="e" errorCode="bad"/>
</definitions>
"""

HEAD = "from alihdaya.packs.kit import BpmnError, Decimal, Job, Permanent\n\n"


def write_jobs_pack(folder, functions="", *, job='alihdaya:job="look"', manifest=""):
    """Write the pack; `functions`: what jobs.py holds below its imports, "" for no such file."""
    write_pack(folder)
    facts = (folder / "pack.toml").read_text().replace('done = "errand"', 'done = "errand"\nfailed = "errand"')
    facts = facts.replace('["claim", "booking", "receipt"]', '["claim", "seen"]')
    (folder / "pack.toml").write_text(facts + manifest)
    (folder / "processes" / "errand.bpmn").write_text(PROCESS.format(job=job))
    if functions:
        (folder / "jobs.py").write_text(HEAD + functions)
    return folder


class JobsDesk:
    """A desk over the pack on a store; `at` goes on by hand."""

    def __init__(self, store, folder, functions="", *, job='alihdaya:job="look"', manifest="[job.look]\n"):
        self.at = 1_700_000_000_000_000
        manifest = manifest if functions else ""
        self.pack = load(write_jobs_pack(folder / "pack", functions, job=job, manifest=manifest))
        self.service = bind(agreement.parse(self.pack.terms.encode()), self.pack, trusted=True)
        self.desk = open_desk(store, recorded=lambda: self.at, packs={self.pack.digest: self.pack})
        settle(self.desk, self.service, self.at)
        self.items = 0

    def receipt(self):
        self.items += 1
        name = f"c-{self.items}"
        return Receive(self.service, "api", name, 0, 0, {"claim": name, "kind": "timer"})
