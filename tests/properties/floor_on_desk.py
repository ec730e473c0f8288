"""Any sequence of acts on a desk whose people come and go: what must hold of its floor, whatever is tried."""

import shutil
import sys
import tempfile
from pathlib import Path

from claims_pack import MANIFEST, ROSTER, person, write_pack
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from small_desk import SmallDesk

from alihdaya.engine.state import TASK
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, HOUR, MINUTE, SECOND
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Complete, Fire
from alihdaya.operations.floor.beside import ADVICE
from alihdaya.operations.floor.commands import Advise, AskAdvice, HandOn
from alihdaya.operations.instance.commands import CancelItem, Resume, Suspend
from alihdaya.operations.people.commands import Withdraw
from alihdaya.packs import load
from alihdaya.people.events import CertificateWithdrawn
from alihdaya.people.gate import gate
from alihdaya.work.events import AssignmentWithdrawn, TaskAssigned, TaskCancelled, TaskDone, TaskQueued
from alihdaya.work.floor import commands as do
from alihdaya.work.floor import events as facts
from alihdaya.work.floor import shares

sys.path.insert(0, str(Path(__file__).parents[1] / "work" / "floor"))
from floor_sample import check, check_routed, picture

SHORT = "2013-01-08"
"""Until when a certificate is valid that runs out on the day of the tests, at 00:00 UTC of the next."""

PEOPLE = ROSTER + person("fajar", certificate="2013-01-09") + person("gita", level="B1")
NAMES = ("ana", "budi", "citra", "dodi", "eko", "fajar", "gita", "nobody")
WHO = st.sampled_from(NAMES)
WRAP = '\n[floor]\nwrap_up = 90\ncodes.solved.en = "Solved"\n'
PICK = st.integers(0, 10**6)
RESULTS = {"judge": {"verdict": "yes"}, "rule": {"verdict": "no"}}


class FloorOnDesk(RuleBasedStateMachine):
    """`url` gives a new store."""

    pack = folder = None
    url = staticmethod(lambda folder: folder / "floor.db")

    @initialize()
    def open(self):
        from alihdaya.store import open_store

        self.folder = Path(tempfile.mkdtemp(prefix="alihdaya-floor-"))
        cls = type(self)
        if cls.pack is None:
            with tempfile.TemporaryDirectory() as folder:
                cls.pack = load(write_pack(Path(folder) / "claims", pack=MANIFEST + WRAP, roster=PEOPLE))
        self.store = open_store(self.url(self.folder))
        self.small = SmallDesk(self.store, self.folder, pack=cls.pack)
        self.receive("judge")

    def teardown(self):
        if not hasattr(self, "store"):
            return
        self.commit()
        check_facts(list(self.store.read_log()), self.small.desk)
        assert prove(self.store).equal
        self.store.close()
        shutil.rmtree(self.folder)

    def do(self, command):
        try:
            self.small.command(command)
        except Refused:
            return False
        return True

    def key(self, pick, *, held=False, ringing=False):
        """A task: one that somebody holds, one that rings, or any."""
        desk = self.small.desk
        some = sorted(desk.held) if held else sorted(task.key for task in desk.queue)
        if ringing and desk.hall is not None:
            some = sorted(key for key, hold in desk.hall.floor.holds.items() if hold.state == "rings")
        return some[pick % len(some)] if some else (1, 1)

    @rule(kind=st.sampled_from(["judge", "judge", "split", "plain", "stuck"]))
    def receive(self, kind):
        self.small.receive(kind)

    @rule(who=WHO, many=st.integers(1, 3), lease=st.sampled_from([0, 0, 20 * MINUTE]))
    def come(self, who, many, lease):
        self.do(do.LogIn(who, shares({"office": many}), lease))

    @rule(who=WHO, what=st.sampled_from(["leave", "beat", "ready", "break", "asleep"]))
    def say(self, who, what):
        made = {"leave": do.LogOut(who), "beat": do.Beat(who)}.get(what) or do.SetState(who, what)
        assert self.do(made) is False or what != "asleep"

    @rule(pick=PICK, who=WHO, again=st.booleans())
    def accept(self, pick, who, again):
        key = self.key(pick, ringing=True)
        hall = self.small.desk.hall
        rings = hall.floor.holds.get(key) if hall is not None else None
        right = rings.person if rings is not None and pick % 4 else who
        taken = self.do(do.Accept(*key, right))
        assert not (taken and (rings is None or rings.person != right))
        if again:
            assert not self.do(do.Accept(*key, right))

    @rule(pick=PICK, who=WHO)
    def decline(self, pick, who):
        key = self.key(pick, ringing=True)
        hall = self.small.desk.hall
        rings = hall.floor.holds.get(key) if hall is not None else None
        self.do(do.Decline(*key, rings.person if rings is not None and pick % 4 else who, "busy"))

    @rule(pick=PICK, who=WHO)
    def take(self, pick, who):
        self.do(do.Take(*self.key(pick), who))

    @rule(pick=PICK, who=WHO)
    def assign(self, pick, who):
        try:
            self.small.assign(self.key(pick)[0], who, self.key(pick)[1])
        except Refused:
            return

    @precondition(lambda self: self.small.desk.held)
    @rule(pick=PICK, who=WHO, kind=st.sampled_from(["transfer", "escalate", "hand-over", "throw"]), to=WHO)
    def hand_on(self, pick, who, kind, to):
        key = self.key(pick, held=True)
        holder = self.small.desk.held[key].person if pick % 4 else who
        more = {"level": "C1"} if kind == "escalate" and pick % 3 else {}
        self.do(HandOn(*key, holder, kind, to, None, "see what was said", **more))

    @precondition(lambda self: self.small.desk.held)
    @rule(pick=PICK, to=st.sampled_from(["", "", *NAMES]), channel=st.sampled_from(["", "office", "smoke"]))
    def ask_advice(self, pick, to, channel):
        key = self.key(pick, held=True)
        self.do(AskAdvice(*key, self.small.desk.held[key].person, to, "what now?", channel))

    @rule(pick=PICK, who=WHO, take=st.booleans())
    def advise(self, pick, who, take):
        hall = self.small.desk.hall
        some = sorted(key for key in hall.floor.holds if key[1] >= ADVICE) if hall is not None else []
        if some:
            key = some[pick % len(some)]
            right = hall.floor.holds[key].person if pick % 4 else who
            if take:
                self.do(do.Accept(*key, right))
            self.do(Advise(*key, right, "approve it"))
            assert not self.do(Complete(*key, right, 1, {"verdict": "yes"})), "an adviser decided"

    @rule(pick=PICK, who=WHO)
    def wrapped(self, pick, who):
        hall = self.small.desk.hall
        some = sorted(key for key, one in hall.floor.holds.items() if one.state == "wraps") if hall is not None else []
        self.do(do.EndWrap(*(some[pick % len(some)] if some else (1, 1)), who))

    @precondition(lambda self: self.small.desk.held)
    @rule(pick=PICK, minutes=st.integers(-10, 60))
    def call_back(self, pick, minutes):
        key = self.key(pick, held=True)
        self.do(do.CallBack(*key, self.small.desk.held[key].person, self.small.at + minutes * MINUTE))

    @precondition(lambda self: self.small.desk.held)
    @rule(pick=PICK, code=st.sampled_from(["", "solved"]), bad=st.booleans())
    def complete(self, pick, code, bad):
        key = self.key(pick, held=True)
        hold = self.small.desk.held[key]
        result = {"verdict": "perhaps"} if bad else RESULTS.get(hold.task.node, {"note": "seen"})
        self.do(Complete(*key, hold.person, 60 if pick % 2 else None, result, False, code))

    @rule(who=WHO)
    def withdraw(self, who):
        self.do(Withdraw(who, "claims-desk", "an audit"))

    @precondition(lambda self: self.small.desk.items)
    @rule(pick=PICK, what=st.sampled_from(["suspend", "resume", "resume", "cancel"]))
    def operate(self, pick, what):
        items = sorted(self.small.desk.items)
        item = items[pick % len(items)]
        made = {"suspend": Suspend(item, "a pause", "boss"), "resume": Resume(item, "boss")}
        self.do(made.get(what) or CancelItem(item, "no more", "boss"))

    @rule(seconds=st.sampled_from([1, 30, 599, 601, 1300, -3600, 4 * 3600, 90 * 86_400]))
    def clock(self, seconds):
        if seconds < DAY // SECOND or self.small.desk.last_item > 3:
            self.small.at += seconds * SECOND

    @rule()
    def let_time_run(self):
        desk = self.small.desk
        for _ in range(1000):
            timer = desk.next_timer()
            if timer is None or timer[0] > self.small.at:
                return
            self.small.command(Fire(timer[1], timer[2]))
        raise AssertionError("time does not go on")

    @rule()
    def commit(self):
        desk = self.small.desk
        desk.commit()
        if desk.hall is not None:
            check_routed(desk.hall.floor)

    @rule()
    def reopen(self):
        self.commit()
        before = seen(self.small.desk)
        self.small.open()
        assert seen(self.small.desk) == before

    @rule()
    def die(self):
        """What was not committed never happened."""
        self.small.open()

    @invariant()
    def desk_and_floor_agree(self):
        desk = self.small.desk
        waiting = {task.key for task in desk.queue}
        open_tasks = {
            (number, token)
            for number, item in desk.items.items()
            for token, wait in (item.instance.waits.items() if item.instance else ())
            if wait.kind == TASK and token not in (item.aside or ())
        }
        assert waiting | set(desk.held) == open_tasks
        assert not waiting & set(desk.held)
        if desk.hall is None:
            return
        floor = desk.hall.floor
        check(floor)
        advice = {key for key in (*floor.holds, *floor.later, *(one.key for one in floor.waits())) if key[1] >= ADVICE}
        assert advice <= {other for some in floor.consults.values() for other in some}
        assert set(floor.consults) <= open_tasks, "advice on what is done"
        works = {key: hold.person for key, hold in floor.holds.items() if hold.state == "works" and key not in advice}
        assert works == {key: hold.person for key, hold in desk.held.items() if hold.person in floor.seats}
        rings = {key for key, hold in floor.holds.items() if hold.state == "rings"}
        assert ({one.key for one in floor.waits()} | rings | set(floor.later)) - advice == waiting
        assert {seat.person for seat in floor.seats.values()} <= set(desk.people.values())


def seen(desk):
    """The floor as anybody could see it, and as another process must find it."""
    if desk.hall is None:
        return None
    found = picture(desk.hall.floor)
    found["waits"] = sorted((one.key, one.priority, one.queued_at, one.due, one.note) for one in found["waits"])
    found["later"] = {key: until for key, (_, until) in found["later"].items()}
    found["holds"] = {
        key: (hold.person, hold.state, hold.share, hold.until, hold.piece.note) for key, hold in found["holds"].items()
    }
    for who, (state, taken, since, held, capable) in found["seats"].items():
        found["seats"][who] = state, taken, [n >= 0 for n in since], held, capable
    return found if any(found[part] for part in ("seats", "later", "holds")) else None


def check_facts(entries, desk):
    """What must hold of any log: nobody past the gate by whatever path, one owner a task, all of it in order."""
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    nodes, owners, rings, lost = {}, {}, {}, set()
    asked = {}
    for entry in entries:
        for one in entry.events:
            key = entry.item, getattr(one, "token", 0)
            match one:
                case CertificateWithdrawn():
                    lost.add(one.person)
                case TaskQueued():
                    nodes[key] = one
                    owners.pop(key, None)
                case TaskAssigned():
                    assert key not in owners, "a task with two owners"
                    owners[key] = one.person
                    assert_may(desk, nodes[key], one.person, entry.at, lost)
                case AssignmentWithdrawn():
                    assert owners.pop(key) == one.person
                case TaskDone():
                    assert owners.pop(key) == one.person
                case TaskCancelled():
                    owners.pop(key, None)
                case facts.Queued() if one.of_item:
                    asked[one.item, one.token] = one.of_item, one.of_token
                case facts.Reserved() if one.token >= ADVICE:
                    of = asked[one.item, one.token]
                    assert owners.get(of) != one.person, "their own adviser"
                    assert_may(desk, nodes[of], one.person, entry.at, lost)
                case facts.Reserved():
                    place = one.item, one.token
                    assert place not in rings, "it rings at two"
                    assert place not in owners, "it rings at one and is another's"
                    rings[place] = one.person
                    assert_may(desk, nodes[place], one.person, entry.at, lost)
                case facts.Assigned():
                    assert rings.pop((one.item, one.token), one.person) == one.person
                case facts.Recalled() | facts.Declined() | facts.TimedOut() | facts.Dropped() | facts.Finished():
                    rings.pop((one.item, one.token), None)


def assert_may(desk, queued, person, at, lost):
    """`lost`: whose certificate was withdrawn before; one that is withdrawn in the same instant counted until then."""
    from alihdaya.people.gate import Needs

    assert gate(desk.people[person], Needs(*queued.needs, client="Acme"), at - 1) == (), (person, queued, at)
    assert not (queued.needs[3] and person in lost), (person, queued, at)


__all__ = ["DAY", "HOUR", "FloorOnDesk", "check_facts", "seen"]
