"""Course packages of both versions of SCORM, as authors' tools make them, and a training that waits for its quiz."""

import shutil
import threading
import time
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime
from datetime import time as day_time
from pathlib import Path

from alihdaya import packs
from alihdaya.cli.server.workplace import StoreHouse, by_name
from alihdaya.console.app import make_workplace
from alihdaya.console.workplace.app import Workplace
from alihdaya.console.workplace.door import NameDoor
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import micros
from alihdaya.operations.commands import Receive
from alihdaya.operations.node.mailroom import Mailroom
from alihdaya.operations.opening import open_desk
from alihdaya.operations.perform import perform
from alihdaya.operations.sign import open_service
from alihdaya.packs.courses.adding import Teaching, add_course
from alihdaya.packs.courses.package import open_course
from alihdaya.store import open_store

NAME = "calm-words"
AT = micros(datetime(2026, 3, 2, tzinfo=UTC))
CALLS = {"1.2": ("API", "LMSInitialize", "LMSSetValue", "LMSGetValue", "LMSCommit", "LMSFinish", "LMSGetLastError")}
CALLS["2004"] = ("API_1484_11", "Initialize", "SetValue", "GetValue", "Commit", "Terminate", "GetLastError")
PARTS = {
    "1.2": ("cmi.core.lesson_status", "cmi.core.lesson_status", "cmi.core.lesson_location", "cmi.core.score.raw"),
    "2004": ("cmi.completion_status", "cmi.success_status", "cmi.location", "cmi.score.scaled"),
}
STYLE = """<style>body { font: 18px/1.5 sans-serif; margin: 2rem; color: #1d2733; background: #f6f8fb }
h1 { font-size: 1.5rem } button { font: inherit; padding: .5rem 1.2rem; margin-right: .6rem } </style>"""
SCRIPT = """
const [name, begin, set, get, commit, end, last] = CALLS;
const find = (from) => {
  for (let at = from, n = 0; n < 20; n += 1) {
    if (at[name]) return at[name];
    if (!at.parent || at.parent === at) return null;
    at = at.parent;
  }
  return null;
};
const api = find(window.parent);
const [done, judged, place, score] = PARTS;
const value = (element, given) => {
  if (given === undefined) return api[get](element);
  const answer = api[set](element, String(given));
  if (answer !== "true") document.title = `${element}: ${api[last]()}`;
  return answer;
};
window.sco = { api, value, done, judged, place, score, keep: () => api[commit](""), end: () => api[end]("") };
api[begin]("");
"""
PAGE = """<!doctype html><html><head><meta charset="utf-8">{style}<script src="sco.js"></script></head><body>
<h1>{title}</h1>{body}</body></html>"""
LEARN = """<p id="before"></p><p>When a caller is angry, the first sentence decides. Say what you heard, then what you
will do.</p><button id="next">Page 2</button><button id="finish">Finish</button>
<script>const before = document.getElementById("before");
const was = sco.value(sco.place);
before.textContent = was ? `You were on page ${was}, with ${sco.value("cmi.suspend_data")}.` : "";
document.getElementById("next").onclick = () => {
  sco.value(sco.place, "2"); sco.value("cmi.suspend_data", "answers=a|b");
  sco.value(sco.done, "incomplete"); sco.keep();
  before.textContent = "Page 2";
};
document.getElementById("finish").onclick = () => { sco.value(sco.done, "completed"); sco.end(); };</script>"""
TEST = """<p>A caller shouts. What do you say first?</p><button id="wrong">“Calm down!”</button>
<button id="right">“You have waited for a week.”</button>
<script>const hand = (points) => {
  sco.value(sco.score, sco.score.endsWith("raw") ? points : points / 100);
  sco.value(sco.done, "completed"); sco.value(sco.judged, points >= 70 ? "passed" : "failed"); sco.end();
};
document.getElementById("wrong").onclick = () => hand(20);
document.getElementById("right").onclick = () => hand(90);</script>"""
MANIFEST = """<manifest xmlns="{main}" xmlns:adlcp="{adl}" xmlns:imsss="http://www.imsglobal.org/xsd/imsss"
 identifier="m"><metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
<organizations default="o"><organization identifier="o"><title>Calm words</title>
<item identifier="read" identifierref="r1"><title>Read this first</title></item>
<item identifier="learn" identifierref="r2"><title>The first sentence</title></item>
<item identifier="test" identifierref="r3"><title>The test</title>{mark}</item></organization></organizations>
<resources><resource identifier="r1" type="webcontent" adlcp:{kind}="asset" href="read.html"/>
<resource identifier="r2" type="webcontent" adlcp:{kind}="sco" href="learn.html?from=here"/>
<resource identifier="r3" type="webcontent" adlcp:{kind}="sco" href="test.html"/></resources></manifest>"""
HEADS = {
    "1.2": {
        "main": "http://www.imsproject.org/xsd/imscp_rootv1p1p2",
        "adl": "http://www.adlnet.org/xsd/adlcp_rootv1p2",
        "version": "1.2",
        "kind": "scormtype",
        "mark": "<adlcp:masteryscore>70</adlcp:masteryscore>",
    },
    "2004": {
        "main": "http://www.imsglobal.org/xsd/imscp_v1p1",
        "adl": "http://www.adlnet.org/xsd/adlcp_v1p3",
        "version": "2004 4th Edition",
        "kind": "scormType",
        "mark": """<imsss:sequencing><imsss:objectives><imsss:primaryObjective satisfiedByMeasure="true">
<imsss:minNormalizedMeasure>0.7</imsss:minNormalizedMeasure></imsss:primaryObjective></imsss:objectives>
</imsss:sequencing>""",
    },
}


def package(path, version, **more):
    """Write a package; `more`: further files by name."""
    script = SCRIPT.replace("CALLS", str(list(CALLS[version]))).replace("PARTS", str(list(PARTS[version])))
    plain = "<p>Three minutes to read. Nothing is asked of you on this page.</p>"
    files = {
        "imsmanifest.xml": MANIFEST.format(**HEADS[version]),
        "sco.js": script,
        "read.html": PAGE.format(style=STYLE, title="Read this first", body=plain).replace(
            '<script src="sco.js"></script>', ""
        ),
        "learn.html": PAGE.format(style=STYLE, title="The first sentence", body=LEARN),
        "test.html": PAGE.format(style=STYLE, title="The test", body=TEST),
        **more,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


class School:
    """A training pack that teaches the course, with somebody enrolled, and its workplace."""

    def __init__(self, folder, version, trainee="laras"):
        self.shelf, self.path = folder / "courses", folder / "school.db"
        self.shelf.mkdir()
        self.package = package(self.shelf / f"{NAME}.zip", version)
        shutil.copytree(Path(packs.__file__).parent / "training", folder / "mine")
        add_course(folder / "mine", open_course(self.package), Teaching(NAME, NAME, 6, 70, "Calm a caller."))
        self.pack = packs.load(folder / "mine")
        with self._desk() as desk:
            signed = agreement.parse(self.pack.terms.encode())
            begun = micros(datetime.combine(signed.signed, day_time(), UTC))
            service = open_service(desk, self.pack, signed, begun, roster=self.pack.roster.encode())
            facts = {"enrolment": "E-1", "trainee": trainee, "course_name": NAME, "kind": "refresher"}
            facts = dict.fromkeys(self.pack.intake.variables) | facts | {"months_since": 0}
            self.item = perform(desk, Receive(service, "hand", "E-1", 0, 0, facts), AT)
            desk.commit()

    @contextmanager
    def _desk(self):
        desk = open_desk(open_store(self.path), recorded=lambda: AT, packs={self.pack.digest: self.pack})
        try:
            yield desk
        finally:
            desk.close()

    @contextmanager
    def open(self, courses):
        """The workplace, with courses played at `courses`."""

        def opened():
            return open_desk(open_store(self.path), recorded=lambda: AT, packs={self.pack.digest: self.pack})

        with Mailroom(opened) as self.writer, open_store(self.path, read_only=True) as self.store:
            house = StoreHouse(self.writer, self.store, lambda: AT + 60_000_000)
            place = Workplace(house, NameDoor(by_name(self.store), b"secret"), poll=0.05, courses=courses)
            yield make_workplace(place, local=True)

    def do(self, command):
        """Carry a command out, with nobody else at the store."""
        with self._desk() as desk:
            perform(desk, command, desk.at)
            desk.commit()

    def told(self, kind):
        return [one for entry in self.store.read_log() for one in entry.events if isinstance(one, kind)]

    @property
    def variables(self):
        return self.store.waiting_instance(self.item).variables


@contextmanager
def listening(app):
    """Serve an application; gives its port."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=3))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(60)
