"""What the console asks, answered from a store: the floor, an item's story, an invoice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from alihdaya.cli.server.engagements import behind, part_of
from alihdaya.console import picture
from alihdaya.engagement import terms as wire
from alihdaya.engagement.account.document import invoice_of
from alihdaya.engagement.shore import shore
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.event import Entry, tag_of
from alihdaya.operations.books.account.close import document_of, items_behind
from alihdaya.operations.books.account.drafting import account_of
from alihdaya.operations.books.account.months import MonthRow, months_of
from alihdaya.operations.books.account.traced import traced
from alihdaya.operations.books.bill import line_items, terms_of
from alihdaya.operations.books.measured import billable
from alihdaya.operations.instance.sla import Told, explain
from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary, vocabulary
from alihdaya.people.person import Person
from alihdaya.people.shift import Shifts
from alihdaya.store import Store, views
from alihdaya.store.log import read
from alihdaya.store.views.results import latest_definition, refused
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import AssignmentRefused, ItemDelivered, ItemReceived, TaskAssigned, TaskDone
from alihdaya.work.handover import OVER

_LATEST = 12
_AMONG = 200
"""So many of the latest entries are looked through for those of one engagement among several."""
_DIGITS = 19
_MOST_NAMED = 50


@dataclass
class StoreReader:
    """Answers a console's questions, each of one moment of the store. Raises Refused where no engagement is signed."""

    store: Store
    _shifts: dict[str, Shifts] = field(default_factory=dict)
    _spoken: dict[str, Vocabulary] = field(default_factory=dict)

    def terms(self, engagement: str = "") -> Terms:
        """Give the terms signed last of an engagement; "" of the one that was signed last."""
        signed = self.store.engagements()
        return terms_of(self.store, engagement or (signed[-1].id if signed else None))

    def engagements(self) -> list[picture.Signed]:
        """Give the engagements that are signed, the one signed last at the end."""
        latest: dict[str, Terms] = {}
        for one in self.store.engagements():
            latest.pop(one.id, None)
            latest[one.id] = wire.from_wire(one.terms)
        return [
            picture.Signed(name, one.client.name, tuple(s.id for s in one.services)) for name, one in latest.items()
        ]

    def last_seq(self) -> int:
        """Give the number of the log's last entry."""
        return self.store.last_seq()

    def floor(self, now: int, engagement: str = "") -> picture.FloorPicture:
        """Draw the floor as of the log's last entry; `now` is not asked, since a file may tell of another year."""
        del now
        try:
            terms = self.terms(engagement)
        except Refused:  # nothing is signed yet
            return picture.FloorPicture(seq=self.last_seq(), at=0, client="", provider="", services=())
        with self.store.moment():
            return self._floor(terms)

    def _floor(self, terms: Terms) -> picture.FloorPicture:
        found, services = views.floor(self.store), {one.id: one for one in terms.services}
        months = [one.period for one in views.tallies(self.store, terms.engagement) if "delivered" in one.counts]
        others = {name for one in self.engagements() if one.engagement != terms.engagement for name in one.services}
        part = part_of(self.store, terms, found, alone=not others)
        people, held = self._people(), [desk.item for desk in found.desks if desk.item]
        called = {row.id: row.external_id for row in views.items(self.store, these=held, limit=len(held))}
        return picture.FloorPicture(
            seq=found.seq,
            at=found.at,
            client=terms.client.name,
            provider=terms.provider.name,
            services=tuple(services),
            engagement=terms.engagement,
            shores=tuple(
                dict.fromkeys(shore(terms.client.country, one.delivery_country).word for one in services.values())
            ),
            zone=terms.client.time_zone,
            **part.counts,
            queues=tuple(_queue(queue) for queue in found.queues if queue.engagement == terms.engagement),
            sla=part.sla,
            people=tuple(self._worker(desk, people[desk.person], found, called) for desk in found.desks),
            refusals=tuple(_refusals(self.store, people)),
            happenings=tuple(self._latest(found.seq, terms.engagement if others else "", played=part.played)),
            months=tuple(months),
            simulated=part.played,
            vocabulary=self._vocabulary(terms.engagement),
        )

    def story(self, item: int) -> picture.Story | None:
        """Tell an item's life, or None where there is no such item."""
        found = views.item_story(self.store, item)
        if found is None:
            return None
        names = {one.facts.person: one.facts.name for one in self.store.persons()}
        terms = terms_of(self.store, found.item.engagement)
        told = tell(found, terms, names, self._vocabulary(terms.engagement), factor=self.store.factor)
        return replace(told, billed=traced(self.store, found))

    def named(self, text: str) -> list[tuple[int, str, str]]:
        """Give the items of a client's number, and that of ours, as (item, the client's number, service)."""
        numbers = views.named(self.store, text)
        if text.isascii() and text.isdigit() and len(text) < _DIGITS and int(text) not in numbers:
            numbers.append(int(text))
        found = ((number, views.item_story(self.store, number)) for number in numbers[:_MOST_NAMED])
        return [(number, one.item.external_id, one.item.service) for number, one in found if one is not None]

    def invoice(self, month: str, engagement: str = "", *, items: bool = False) -> Mapping[str, Any] | None:
        """Give a month's invoice, with `items` those behind each line, or None where nothing is billed in it.

        One that is closed has the number, day and figures with which it was closed.
        """
        terms = self.terms(engagement)
        with self.store.moment():
            account = account_of(self.store, terms.engagement)
            if account.book.closed(month) is None and month not in billable(self.store, terms):
                return None
            try:
                document = document_of(self.store, terms, month)
                return self._with_items(terms, document) if items else document
            except Refused:
                return None

    def _with_items(self, terms: Terms, document: Mapping[str, Any]) -> Mapping[str, Any]:
        month, lines = document["month"], invoice_of(document, terms).lines
        if account_of(self.store, terms.engagement).book.closed(month) is not None:
            found = [items_behind(self.store, terms, month, line.number) for line in lines]
        else:
            found = [line_items(self.store, terms, month, line) for line in lines]
        shown = [{**line, "items": some} for line, some in zip(document["lines"], found, strict=True)]
        return {**document, "lines": shown}

    def months(self, engagement: str) -> list[MonthRow]:
        """Give the months of an engagement that have something to bill, or were closed, the latest first."""
        return months_of(self.store, engagement)

    def behind(self, engagement: str, month: str, line: int, page: int) -> picture.Behind | None:
        """Give a page (from 1) of what is behind a line of an invoice, or None where there is none."""
        return behind(self.store, self.terms(engagement), month, line, page)

    def clocks(self, item: int, now: int) -> Told | None:
        """Explain an item's clocks: as of `now`, or of the log's last entry where people's work is simulated."""
        with self.store.moment():
            last = max((one.at for one in read(self.store.database.read, after=max(self.last_seq() - 1, 0))), default=0)
            return explain(self.store, item, last if views.totals(self.store).get("simulated") else max(now, last))

    def recording(self, item: int) -> picture.Asked | None:
        """Give the open task of an item that asks for a recording, or None where there is none."""
        from alihdaya.operations.people.recording import recordable

        found = recordable(self.store, item)
        return None if found is None else picture.Asked(**found._asdict())

    def _vocabulary(self, engagement: str) -> Vocabulary:
        """Give an engagement's words, the same object for the same pack: pages are compiled for each."""
        digest = latest_definition(self.store, engagement) or ""
        if digest not in self._spoken:
            self._spoken[digest] = vocabulary_of(self.store, engagement)
        return self._spoken[digest]

    def _people(self) -> dict[str, Person]:
        from alihdaya.operations.opening import person_of

        return {one.facts.person: person_of(one) for one in self.store.persons()}

    def _worker(
        self, desk: views.Desk, person: Person, found: views.Floor, called: Mapping[int, str]
    ) -> picture.Worker:
        shifts = self._shifts.get(person.id)
        if shifts is None:
            shifts = self._shifts[person.id] = Shifts(person.time_zone, person.shifts)
        return picture.Worker(
            person=person.id,
            name=person.name,
            present=desk.item is not None or shifts.at_work(found.at),
            done_today=desk.done_today,
            item=desk.item,
            external_id=called.get(desk.item or 0, ""),
            task=desk.task or "",
            since=desk.since,
            languages=person.languages,
            proofs=tuple(proofs(person, found.at)),
            simulated=bool(found.totals.get("simulated")),
        )

    def _latest(self, seq: int, engagement: str, *, played: bool) -> Iterator[picture.Happening]:
        """Give the latest events; with an `engagement`, of its items and of nobody's, among more of them."""
        entries = list(read(self.store.database.read, after=max(seq - (_AMONG if engagement else _LATEST), 0)))
        if engagement:
            numbers = {entry.item for entry in entries if entry.item}
            rows = views.items(self.store, engagement=engagement, these=list(numbers), limit=_AMONG)
            mine = {row.id for row in rows} | {0}
            entries = [entry for entry in entries if entry.item in mine][-_LATEST:]
        for entry in reversed(entries):
            yield from reversed([one for one in happenings(entry, played=played) if one.tag in _TOLD])


_TOLD = frozenset(
    {
        "item.received",
        "item.delivered",
        "item.stopped",
        "task.queued",
        "task.assigned",
        "task.done",
        "row.rejected",
        "assignment.refused",
        "assignment.withdrawn",
        "instance.migrated",
        "engagement.signed",
        "person.joined",
    }
)


def tell(
    story: views.Story,
    terms: Terms,
    names: Mapping[str, str],
    vocabulary: Vocabulary = NO_VOCABULARY,
    *,
    factor: int = 1,
) -> picture.Story:
    """Make the picture of an item's story; `names`: person -> name; `factor`: of the store (store.lease.house)."""
    played = any(isinstance(event, TaskDone) and event.simulated for entry in story.entries for event in entry.events)
    found = (one for entry in story.entries for one in happenings(entry, played=played))
    told = tuple(_among(one, factor) for one in _named(found))
    data: Mapping[str, Any] = next((_came(one.facts["variables"]) for one in told if one.tag == "engine.started"), {})
    result: Mapping[str, Any] = next((one.facts["result"] for one in told if one.tag == tag_of(ItemDelivered)), {})
    item = story.item
    return picture.Story(
        item=item.id,
        external_id=item.external_id,
        service=item.service,
        state=item.status,
        data=data,
        happenings=tuple(one for one in told if one.tag not in _INNER),
        result=result,
        zone=terms.client.time_zone,
        names=names,
        vocabulary=vocabulary,
        engagement=item.engagement,
        archived=story.archived,
    )


def _came(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a hand-over brought: the event that says who handed it over has it."""
    return {name: value for name, value in variables.items() if name != OVER}


def _among(one: picture.Happening, factor: int) -> picture.Happening:
    """Give the other item of a hand-over the number that it has among all shards."""
    if factor == 1 or not one.tag.startswith("handover."):
        return one
    other = "giver" if "giver" in one.facts else "item"
    number = one.facts[other] * factor + one.item % factor
    return replace(one, facts={**one.facts, other: number})


def _named(told: Iterator[picture.Happening]) -> Iterator[picture.Happening]:
    """Give each event about a job or message that goes out the name of it, and its token."""
    sends: dict[tuple[int, int], dict[str, Any]] = {}
    for one in told:
        facts = one.facts
        if one.tag == "send.queued":
            sends[one.seq, facts["number"]] = {"name": facts["name"], "token": facts["token"]}
        named = sends.get((facts.get("seq", 0), facts.get("number", -1)))
        yield replace(one, facts={**named, **facts}) if named else one


_INNER = frozenset(
    {
        "engine.started",
        "engine.moved",
        "engine.task_offered",
        "engine.task_closed",
        "engine.ended",
        "engine.timer_cancelled",
        "engine.token_born",
        "engine.token_killed",
        "engine.scope_opened",
        "engine.scope_closed",
        "engine.catch_opened",
        "engine.catch_closed",
        "engine.condition_changed",
        "engine.loop_begun",
        "engine.loop_started",
        "engine.loop_done",
        "engine.gateway_activated",
        "engine.gateway_reset",
        "engine.migrated",
        "engine.job_offered",
        "engine.job_closed",
        "job.answered",
        "task.changed",
    }
)
"""What the engine notes for itself; the trade's own events tell the same."""


def happenings(entry: Entry, *, played: bool = False) -> Iterator[picture.Happening]:
    """Give an entry's events as the console shows them; `played`: the people who act here are simulated."""
    for happened in entry.events:
        facts = dict(zip(happened._fields, happened, strict=True))  # type: ignore[attr-defined]
        external_id = happened.external_id if isinstance(happened, ItemReceived) else ""
        simulated = happened.simulated if isinstance(happened, TaskDone) else played and isinstance(happened, _PLAYED)
        tag = tag_of(type(happened))
        yield picture.Happening(entry.seq, entry.at, entry.item, tag, entry.by, external_id, facts, simulated)


_PLAYED = (TaskAssigned, AssignmentRefused)
"""What happens to simulated people because the simulation says that they are there."""


def proofs(person: Person, at: int) -> Iterator[picture.Proof]:
    """Give what somebody proved, or failed to, as of `at`; who holds no certificate at all lacks one."""
    for test in person.tests:
        state = "missing" if at < test.at else "valid" if test.passed else "failed"
        yield picture.Proof(f"{test.kind} {test.language}", state)
    for held in person.certificates:
        state = "valid" if held.valid(at) else "withdrawn" if held.withdrawn is not None else "expired"
        yield picture.Proof(held.name, "missing" if at < held.start else state, held.end)
    if not person.certificates:
        yield picture.Proof("certificate", "missing")


def vocabulary_of(store: WorkingSet, engagement: str) -> Vocabulary:
    """Give the words of the pack that the latest item of an engagement was bound to; none before the first item."""
    digest = latest_definition(store, engagement)
    found = store.definition(digest) if digest else None
    return vocabulary(found.files) if found else NO_VOCABULARY


def _queue(queue: views.Queue) -> picture.Queue:
    return picture.Queue(queue.name or queue.node, queue.waiting, queue.oldest, queue.soon, queue.overdue)


def _refusals(store: Store, people: Mapping[str, Person]) -> Iterator[picture.Refusal]:
    """Give one refusal for each person and reasons, the latest first, with how often it was so."""
    for found in refused(store):
        name = people[found.person].name if found.person in people else found.person
        yield picture.Refusal(found.at, found.person, name, found.reasons, found.item, "", found.times)
