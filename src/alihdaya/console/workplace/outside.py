"""What comes from outside through a page: an applicant's paper, a trainee's answers, a customer's yes or no.

A pack's form with `message` says what is asked. Whoever may bring messages in opens the page, and lets the one who is
to fill it in sit down there.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alihdaya.console import phrases
from alihdaya.console.pages import speaks
from alihdaya.console.words import Words, words
from alihdaya.console.workplace.app import Away, Workplace, number
from alihdaya.console.workplace.door import PATH, Guest, read_form
from alihdaya.console.workplace.fields import read_fields, wrong
from alihdaya.console.workplace.house import row_of, told_apart
from alihdaya.kernel.errors import Refused
from alihdaya.operations.commands import Deliver
from alihdaya.operations.people.lesson import lesson
from alihdaya.packs import Form
from alihdaya.packs.pack import say
from alihdaya.packs.vocabulary import NO_VOCABULARY
from alihdaya.store.views.messages import Awaited, awaited
from alihdaya.store.working import WorkingSet


class Asked(NamedTuple):
    """Something that an item waits for, and the form for it, if its pack has one.

    `client`: whose service it is, where several are called so, else "".
    """

    what: Awaited
    form: Form | None
    title: str
    service: str
    shown: tuple[str, ...] = ()
    """What whoever fills it in is told, in words."""
    client: str = ""


class Outside:
    """The pages for what comes from outside."""

    def __init__(self, place: Workplace) -> None:
        self._place = place

    async def _guest(self, request: Request) -> tuple[Guest, str]:
        guest, seal = await self._place.guest(request)
        if not guest.receives:
            raise Away
        return guest, seal

    async def awaited(self, request: Request) -> Response:
        """GET /work/1/outside: what items wait for."""
        guest, seal = await self._guest(request)
        asked = await run_in_threadpool(self._asked, request, None)
        floor = self._place.floor(request)
        return self._place.show(request, "outside", guest.zone, guest=guest, seal=seal, asked=asked, floor=floor)

    async def look(self, request: Request) -> Response:
        """GET /work/1/outside/17: what the item asks for now."""
        return await self._look(request)

    async def _look(self, request: Request, status: int = 200, **more: Any) -> Response:
        guest, seal = await self._guest(request)
        item = number(request.path_params["item"])
        store = self._place.house.store(self._place.floor(request))
        if await run_in_threadpool(row_of, store, item) is None:
            said = [words(speaks(request, self._place.language)).say("There is no such item.")]
            return self._place.show(request, "trouble", status=404, said=said, kept=more.get("kept", {}))
        found = await run_in_threadpool(self._asked, request, item)
        spoken, until, title = await run_in_threadpool(self._item, request, guest)
        asked = [one for one in found if one.form is not None]
        given = {"sent": {}, "faults": {}, "said": [], "kept": {}, "token": 0, "until": until, "title": title, **more}
        given |= {"vocabulary": spoken.vocabulary, "now": self._place.house.clock()}
        floor = self._place.floor(request)
        if self._place.courses:
            given["course"] = await run_in_threadpool(lesson, self._place.house.store(floor), item)
        return self._place.show(
            request, "letter", guest.zone, status, seal=seal, asked=asked, floor=floor, item=item, **given
        )

    async def bring(self, request: Request) -> Response:
        """POST /work/1/outside/17/3: hand it in."""
        _, seal = await self._guest(request)
        sent = await read_form(request, seal)
        item, token = number(request.path_params["item"]), request.path_params["token"]
        found = await run_in_threadpool(self._asked, request, item)
        one = next((one for one in found if str(one.what.token) == token and one.form is not None), None)
        spoken = words(speaks(request, self._place.language))
        if one is None:
            said = [spoken.say("This was not taken: it came in before, or its time has run out.")]
            return await self._look(request, 409, said=said, kept=sent)
        payload = read_fields(one.form, sent, spoken.language)
        bad = wrong(one.form, payload, spoken)
        if bad:
            return await self._look(request, 422, sent=sent, faults=bad, token=one.what.token)
        try:
            await self._place.do(request, Deliver(one.what.name, one.what.key, payload))
        except Refused as refusal:
            said = self._place.say(request, refusal.problems)
            return await self._look(request, 409, sent=sent, said=said, token=one.what.token)
        return RedirectResponse(f"{PATH}/{self._place.floor(request)}/outside/{item}", 303)

    def _asked(self, request: Request, item: int | None) -> list[Asked]:
        store = self._place.house.store(self._place.floor(request))
        language = speaks(request, self._place.language)
        found, apart = [], told_apart(store)
        for one in awaited(store, item=item):
            pack = self._place.bound.pack(store, one.definition)
            forms = pack.forms.values() if pack else ()
            form = next((form for form in forms if form.message == one.name), None)
            spoken = words(language, "UTC", self._place.bound.words(store, one.definition))
            title = say(form.title, language) if form else one.name
            seen = tuple(_shown(store, one, form, spoken)) if item is not None and form and form.shows else ()
            service, client = phrases.term(spoken, one.service), apart(one.engagement, one.service)
            found.append(Asked(one, form, title, service, seen, client))
        return found

    def _item(self, request: Request, guest: Guest) -> tuple[Words, int, str]:
        """Give the words of an item's pack, until when it waits (0: nothing says), and what it is called."""
        floor, item = self._place.floor(request), number(request.path_params["item"])
        store, language = self._place.house.store(floor), speaks(request, self._place.language)
        row, instance = row_of(store, item), store.waiting_instance(item)
        dues = [timer.due for timer in instance.timers.values()] if instance is not None else []
        vocabulary = self._place.bound.words(store, row.definition) if row else NO_VOCABULARY
        return words(language, guest.zone, vocabulary), min(dues, default=0), row.external_id if row else str(item)


def _shown(store: WorkingSet, what: Awaited, form: Form, spoken: Words) -> Iterator[str]:
    """Give the values that a form shows, in words; what the item does not know is left out."""
    instance = store.waiting_instance(what.item)
    for path in form.shows if instance is not None else ():
        value: Any = instance.seen(what.token)
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if value not in (None, ""):
            yield value if isinstance(value, str) else phrases.told(spoken, value)
