"""A workplace over the claims desk on a file: its writer, a clock that stands, and browsers that keep cookies."""

import asyncio
import html
import re
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
from starlette.requests import Request

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))

from claims_pack import MANIFEST, ROSTER, write_pack
from small_desk import NOON, SmallDesk

from alihdaya.cli.server.workplace import StoreHouse, by_name
from alihdaya.console.app import make_workplace
from alihdaya.console.workplace.app import Workplace
from alihdaya.console.workplace.door import COOKIE, NameDoor
from alihdaya.kernel.time import MINUTE
from alihdaya.operations.node.mailroom import Mailroom
from alihdaya.operations.opening import open_desk
from alihdaya.packs import load
from alihdaya.store import open_store

REPLY = """
[form.reply]
message = "reply"
[form.reply.title]
en = "Your claim"
id = "Klaim Anda"
[[form.reply.fields]]
name = "answer"
type = "text"
label = { en = "What do you say?", id = "Apa jawaban Anda?" }
"""
HIDING = '[form.judge]\nhides = ["amount"]\n[form.judge.title]'
WALL = '[[wall]]\nname = "sister"\npeople = ["eko"]\nclient = "Acme"\n'


_LOADED = {}
"""Packs by their text: reading one is what costs here."""


class House:
    """The desk's file with its writer; `at` is the present."""

    def __init__(self, folder, pack=MANIFEST + REPLY):
        self.path, self.at = folder / "claims.db", NOON + MINUTE
        if pack not in _LOADED:
            _LOADED[pack] = load(write_pack(folder / "claims", pack=pack, roster=ROSTER + WALL))
        self.pack = _LOADED[pack]
        self.small = SmallDesk(open_store(self.path), folder, pack=self.pack)

    def bring(self, kind="judge", amount=50):
        return self.small.receive(kind, amount)

    @contextmanager
    def open(self):
        """The pages, once all is brought."""
        self.small.commit()
        self.small.desk.close()
        packs = {self.pack.digest: self.pack}

        def opened():
            return open_desk(open_store(self.path), recorded=self.clock, packs=packs)

        with Mailroom(opened) as writer, open_store(self.path, read_only=True) as self.store:
            self.house = StoreHouse(writer, self.store, self.clock)
            self.place = Workplace(self.house, NameDoor(by_name(self.store), b"secret"))
            yield make_workplace(self.place, local=True)

    def told(self, watch, who, **path):
        """What a page that is open is sent: HTML by the id of its part."""
        head = [(b"cookie", f"{COOKIE}={who}".encode()), (b"accept-language", b"en")]
        at = {"path_params": {"floor": "1", **path}, "path": "/work/1/", "query_string": b"", "headers": head}
        request = Request({"type": "http", "method": "GET", "client": ("127.0.0.1", 1), **at})

        async def parts():
            guest, seal = await watch.admits(request)
            return await watch.parts(request, guest, seal)

        return asyncio.run(parts())

    def clock(self):
        return self.at

    def log(self, kind):
        return [one for entry in self.store.read_log() for one in entry.events if isinstance(one, kind)]


class Browser:
    """Somebody at the workplace: follows forms as a browser does."""

    def __init__(self, app, who="", language="en"):
        transport = httpx.ASGITransport(app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8321", follow_redirects=True)
        self.client.headers["accept-language"] = language
        self.page = None
        if who:
            self.send("/work/in", shown=who)

    def get(self, path):
        self.page = asyncio.run(self.client.get(path))
        return self.page

    def send(self, path, **form):
        self.page = asyncio.run(self.client.post(path, data=form))
        return self.page

    def press(self, path, **form):
        """Send a form that the page shows, with its hidden fields."""
        found = re.search(rf'action="{re.escape(path)}"[^>]*>(.*?)</form>', self.page.text, re.DOTALL)
        assert found, f"no form for {path} in {re.findall('action=.([^ >]*).', self.page.text)}"
        hidden = dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', found[1]))
        return self.send(path, **{**hidden, **form})

    @property
    def seal(self):
        """What every form on the page carries."""
        return {"work-seal": re.search(r'name="work-seal" value="(\w+)"', self.page.text)[1]}

    @property
    def text(self):
        """What a reader reads."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.page.text)).split())
