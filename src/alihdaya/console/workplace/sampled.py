"""Which finished tasks of the sample wait for somebody to look at, and what was found of a task."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from alihdaya.console import phrases
from alihdaya.console.picture import Happening
from alihdaya.console.words import Words, words
from alihdaya.console.workplace.fields import form_of
from alihdaya.console.workplace.house import Bound, House, around, called, clients_of, row_of, told_apart
from alihdaya.operations.opening import person_of
from alihdaya.operations.people.quality import against, first_ones, name_of, result_of, told_of
from alihdaya.packs import Pack
from alihdaya.packs.on_floor import Scorecard
from alihdaya.people.person import Person
from alihdaya.store.views.reviews import Reviewed, ReviewRow, open_reviews, reviewed
from alihdaya.store.working import WorkingSet
from alihdaya.work.review import ReviewDisputed, ReviewDone

MOST: Final = 50
"""So many that wait are shown, or counted."""


class Sampled(NamedTuple):
    """A finished task of the sample, in words; `percent`, `passed` of the review, None where it waits for one.

    `client`: whose service it is, where several are called so, else "".
    """

    item: int
    token: int
    name: str
    service: str
    external_id: str
    person: str
    at: int
    again: bool
    percent: int | None = None
    passed: bool | None = None
    reviewer: str = ""
    client: str = ""


@dataclass(frozen=True, slots=True)
class ReviewSeen:
    """A finished task as whoever looks at it sees it. `told`: what was found before, and answered, the first first.

    `may`: they may say what they find; `theirs`: they did it themselves; `answers`: they may ask for a second review.
    `labels`: field of the task's form -> what it asks.
    """

    floor: int
    now: int
    one: Sampled
    client: str
    card: Scorecard
    result: Mapping[str, Any]
    labels: Mapping[str, str]
    data: Mapping[str, Any]
    happenings: tuple[Happening, ...]
    names: Mapping[str, str]
    told: tuple[ReviewDone | ReviewDisputed, ...]
    may: bool
    theirs: bool
    answers: bool
    words: Words


def to_review(house: House, bound: Bound, floor: int, person: Person) -> Iterator[ReviewRow]:
    """Yield what waits for a review that somebody may give, the oldest first."""
    store, now = house.store(floor), house.clock()
    waits = open_reviews(store)
    clients = clients_of(store) if waits else {}
    alike: dict[tuple[str, str, str], bool] = {}
    for row in waits:
        kind, pack = (row.engagement, row.definition, row.node), bound.pack(store, row.definition)
        if pack is None:
            continue
        client = clients.get(row.engagement, "")
        if kind not in alike:
            alike[kind] = not against(pack, client, row._replace(person=""), person, now)
        if not alike[kind]:
            continue
        kept = around(store, floor, row.item, person)
        if not against(pack, client, row, person, now, before=first_ones(store, row), around=kept):
            yield row


def lists_of(
    house: House, bound: Bound, floor: int, who: str, language: str
) -> tuple[list[Sampled], list[Sampled], list[Sampled]]:
    """Give what waits for somebody to look at, what others found of theirs, and what of it waits a second time."""
    store, known = house.store(floor), house.store(floor).person(who)
    rows = []
    for row in to_review(house, bound, floor, person_of(known)) if known else ():
        rows.append(_waits(store, bound, row, language))
        if len(rows) == MOST:
            break
    found = [_found(store, bound, row, language) for row in reviewed(store, person=who)]
    second = (row for row in open_reviews(store) if row.person == who and row.disputed is not None)
    return rows, found, [_waits(store, bound, row, language) for row in second]


def _waits(store: WorkingSet, bound: Bound, row: ReviewRow | Reviewed, language: str) -> Sampled:
    again = isinstance(row, ReviewRow) and row.disputed is not None
    made = Sampled(row.item, row.token, *_named(store, bound, row, language), row.at, again)
    return made._replace(client=told_apart(store)(row.engagement, row.service))


def _found(store: WorkingSet, bound: Bound, row: Reviewed, language: str) -> Sampled:
    made = Sampled(row.item, row.token, *_named(store, bound, row, language), row.reviewed_at, again=False)
    made = made._replace(client=told_apart(store)(row.engagement, row.service))
    return made._replace(percent=row.percent, passed=row.passed, reviewer=called(store, row.reviewer))


def _named(store: WorkingSet, bound: Bound, row: ReviewRow | Reviewed, language: str) -> tuple[str, str, str, str]:
    """Give what a task and its service are called, the client's number of its item, and who did it."""
    pack, item = bound.pack(store, row.definition), row_of(store, row.item)
    spoken = words(language, "UTC", bound.words(store, row.definition))
    name = phrases.term(spoken, name_of(pack, row.node) if pack else row.node)
    service = phrases.term(spoken, row.service)
    return name, service, item.external_id if item else str(row.item), called(store, row.person)


def review_of(
    house: House, bound: Bound, floor: int, key: tuple[int, int], guest: tuple[str, str, str, bool]
) -> ReviewSeen | None:
    """Look at a task of the sample; `guest`: who, their time zone, their language, whether they see everything.

    None where there is none, or none that is for them: who may review it, who did, whose it is, and supervisors.
    """
    who, zone, language, sees = guest
    store = house.store(floor)
    waits = next((row for row in open_reviews(store, item=key[0]) if row.token == key[1]), None)
    done = next((row for row in reviewed(store, item=key[0]) if row.token == key[1]), None)
    row = waits or done
    pack = bound.pack(store, row.definition) if row else None
    if row is None or pack is None:
        return None
    told = tuple(told_of(store, *key))
    may = waits is not None and _may(house, floor, pack, waits, who)
    looked = any(isinstance(one, ReviewDone) and one.reviewer == who for one in told)
    if not may and not (told and (who == row.person or looked or sees)):
        return None
    one = _found(store, bound, done, language) if done else _waits(store, bound, row, language)
    answers = who == row.person and not any(isinstance(one, ReviewDisputed) for one in told)
    shown = one, told, (may, who == row.person, answers and done is not None)
    return _seen(house, floor, (row, pack), shown, words(language, zone, bound.words(store, row.definition)))


def _may(house: House, floor: int, pack: Pack, row: ReviewRow, who: str) -> bool:
    store = house.store(floor)
    known, client = store.person(who), clients_of(store).get(row.engagement, "")
    if known is None:
        return False
    person, before = person_of(known), first_ones(store, row)
    kept = around(store, floor, row.item, person)
    return not against(pack, client, row, person, house.clock(), before=before, around=kept)


def _seen(
    house: House, floor: int, of: tuple[ReviewRow | Reviewed, Pack], shown: tuple[Any, Any, Any], spoken: Words
) -> ReviewSeen:
    (row, pack), (one, told, (may, theirs, answers)), store = of, shown, house.store(floor)
    forms = (form_of(pack, process, row.node) for process in pack.processes)
    form = next((form for form in forms if form is not None), None)
    hidden, story = set(form.hides) if form else set(), house.story(floor, row.item)
    labels = {one.name: one.label.get(spoken.language) or one.label["en"] for one in (form.fields if form else ())}
    return ReviewSeen(
        floor=floor,
        now=house.clock(),
        one=one,
        client=clients_of(store).get(row.engagement, ""),
        card=pack.manifest.review,
        result=result_of(store, row.item, row.token),
        labels=labels,
        data={name: value for name, value in story.data.items() if name not in hidden} if story else {},
        happenings=story.happenings if story else (),
        names=story.names if story else {},
        told=told,
        may=may,
        theirs=theirs,
        answers=answers,
        words=spoken,
    )
