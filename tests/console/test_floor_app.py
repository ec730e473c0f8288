"""The console's routes: what they show, in which language, and what they refuse."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from scene import FLOOR, HOSTILE, OTHER, SIGNED, TOLD, Desk

from alihdaya.console.app import make_app
from alihdaya.console.pages import accepted


class Browser:
    """Asks an app over ASGI; keeps cookies, as browsers do."""

    def __init__(self, app, address="http://127.0.0.1:8321"):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=address)

    def get(self, path, headers=None, params=None):
        return asyncio.run(self._client.get(path, headers=headers, params=params))

    def post(self, path):
        return asyncio.run(self._client.post(path))


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def client(desk):
    return Browser(make_app(desk, clock=lambda: 0))


def test_the_floor_shows_queues_people_levels_and_the_refused(client):
    page = client.get("/").text
    for shown in ("Judge the cause", "171,242", "97.8%", "Sekar Contohwati", "Yudi Andaiputra", "11 min"):
        assert shown in page
    assert "Has no certificate disruption-desk" in page
    assert page.count("simulated") >= len(FLOOR.people)


def test_an_item_is_found_by_its_number_and_by_the_clients(client):
    there = client.get("/find?number=+4711+")
    assert (there.status_code, there.headers["location"]) == (303, "/item/4711")
    several = client.get("/find?number=UA1545-EWR")
    assert several.status_code == 200
    assert '<a href="/item/4711">' in several.text
    assert '<a href="/item/4712">' in several.text
    nobody = client.get("/find", params={"number": HOSTILE})
    assert nobody.status_code == 404
    assert "&lt;script&gt;" in nobody.text
    assert HOSTILE not in nobody.text
    assert client.get("/find").status_code == 200
    for page in ("/", "/item/4711"):
        assert 'action="/find"' in client.get(page).text


def test_of_several_engagements_each_has_its_floor_in_the_address(desk, client):
    assert "?engagement=kedai-support" not in client.get("/").text, "of a single one nothing is to be chosen"
    desk.signed = (*SIGNED, OTHER)
    page = client.get("/?engagement=kedai-support&lang=id")
    assert page.status_code == 200
    assert 'href="/?engagement=hudson-disruption"' in page.text
    assert 'href="/?engagement=kedai-support" aria-current="true"' in page.text
    assert "since=91120&amp;engagement=kedai-support" in page.text, "the page follows its own engagement"
    assert "/?engagement=kedai-support&amp;lang=en" in page.text, "another language leaves the engagement"
    assert "171.242" in page.text
    assert page.text.index("support-desk</h3>") < page.text.index("target 90%") < page.text.index("change-desk</h3>")
    assert page.text.index("change-desk</h3>") < page.text.index("target 80%"), "each service has its own target"
    assert "<dt>hari ini" not in page.text, "the days of each of several services are not counted"
    assert "Judge the cause" in client.get("/").text, "without a choice: the one signed last"
    for path in ("/", "/events", "/invoice/2013-07"):
        assert client.get(path, params={"engagement": HOSTILE}).status_code == 404
    assert client.get("/invoice/2013-07?engagement=kedai-support").status_code == 404


def test_of_many_engagements_one_is_chosen_from_a_list(desk, client):
    desk.signed = tuple(replace(OTHER, engagement=f"kedai-{n}") for n in range(7))
    page = client.get("/?engagement=kedai-3").text
    assert '<option value="kedai-3">' in page
    assert '<form action="/">' in page


def test_every_language_by_query_cookie_and_header(client):
    assert '<html lang="en">' in client.get("/").text
    assert '<html lang="id">' in client.get("/", headers={"accept-language": "fr, id;q=0.9, en;q=0.8"}).text
    assert '<html lang="id">' in client.get("/?lang=id").text
    assert "171.242" in client.get("/").text, "a chosen language is remembered"
    assert '<html lang="en">' in client.get("/?lang=en").text
    assert client.get("/?lang=../../etc").status_code == 200


def test_a_language_given_to_the_app_comes_before_the_browsers(desk):
    client = Browser(make_app(desk, language="id", clock=lambda: 0), "http://localhost:8321")
    assert '<html lang="id">' in client.get("/", headers={"accept-language": "en"}).text


@pytest.mark.parametrize(
    ("header", "codes"),
    [("", [""]), ("id", ["id"]), ("en;q=0.5, id;q=0.9", ["id", "en"]), ("en;q=0, id;q=0.1", ["id"])],
)
def test_accepted(header, codes):
    assert accepted(header) == codes


def test_an_item_tells_its_story_and_hostile_text_stays_text(client):
    answer = client.get("/item/4711")
    assert HOSTILE not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert answer.text.index("Waits for a person") < answer.text.index("Sekar Contohwati finished after 6 min 52 s")
    assert "simulated" in answer.text
    assert "Call back <b>" not in client.get("/").text


@pytest.mark.parametrize(
    "path", ["/item/1", "/item/99999999999999999999", "/invoice/2013-13", "/invoice/2012-01", "/x"]
)
def test_what_is_not_there_is_said_in_words(client, path):
    answer = client.get(path + "?lang=id")
    assert answer.status_code == 404
    assert "Tidak ditemukan" in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_the_invoice_is_a_page_and_json_without_the_margin(client):
    page = client.get("/invoice/2013-07?lang=id")
    assert "US$2.189,12" in page.text
    assert "margin" not in page.text.lower()
    assert client.get("/invoice/2013-07.json").json()["total"] == "2189.12"


def test_the_months_of_an_engagement_with_what_is_paid_and_open(client):
    page = client.get("/invoices").text
    assert page.index("September 2013") < page.index("August 2013") < page.index("June 2013")
    assert 'href="/invoice/2013-09' not in page, "a month that cannot be billed has no invoice"
    assert 'href="/invoice/2013-08?engagement=hudson-disruption"' in page
    row = page[page.index("July 2013") : page.index("June 2013")]
    for shown in ("hudson-disruption-00002", "2013-08-01", "disputed", "credited", "$139.73", "$2,189.12"):
        assert shown in row
    for shown in ("with tax $2,605.05", "$500.00", "$1,000.00", "$1,105.05"):
        assert shown in row
    assert "still to be paid: $1,105.05" in page
    indonesian = client.get("/invoices?lang=id").text
    for shown in ("Agustus 2013", "terbuka", "disengketakan", "lunas", "US$1.105,05"):
        assert shown in indonesian
    assert client.get("/invoices", params={"engagement": HOSTILE}).status_code == 404


def test_months_of_an_engagement_that_billed_nothing(desk, client):
    desk.signed = (*SIGNED, OTHER)
    page = client.get("/invoices").text
    assert "Nothing is billed yet." in page, "without a choice: the one signed last"
    assert 'href="/invoices?engagement=hudson-disruption"' in page
    desk.signed = ()
    assert client.get("/invoices").status_code == 404


def test_behind_a_line_are_its_items_by_a_hundred(client):
    page = client.get("/invoice/2013-07/1?engagement=hudson-disruption&page=2").text
    assert "101 to 200" in page
    assert '<a href="/item/101">UA101-EWR</a>' in page
    assert "line 1 of hudson-disruption-2013-07" in page
    assert "10 Jul 2013, 10:01" in page, "by the clocks of the client"
    for number in (1, 3):
        assert f'href="/invoice/2013-07/1?engagement=hudson-disruption&amp;page={number}"' in page
    first, last = (client.get(f"/invoice/2013-07/1?page={n}").text for n in (1, 200))
    assert "Previous 100" not in first
    assert HOSTILE not in first
    assert "Next 100" not in last
    for path in ("/9", "/0", "/x", "/1?page=0", "/1?page=201", "/1?page=" + "9" * 30, "/1?engagement=nobody"):
        assert client.get("/invoice/2013-07" + path).status_code == 404, path


def test_an_item_explains_its_clocks(client):
    page = client.get("/item/4711").text
    assert "8 working hours for 95% of a month" in page
    assert "times in Asia/Jakarta" in page
    for shown in ("stands: the customer is awaited at asked", "closed: &lt;script&gt;", "ran 7:00:00 of 8:00:00"):
        assert shown in page
    assert "due 10 Jul 2013, 21:42:00 · ended 10 Jul 2013, 22:42:00 · late by 1:00:00" in page
    assert page.index(">met<") < page.index(">missed<")
    indonesian = client.get("/item/4711?lang=id").text
    assert "terlambat 1:00:00" in indonesian
    assert ">terlewat<" in indonesian
    assert "tidak menjawab" not in indonesian, "a clock that is missed is nobody who did not answer"


def test_an_item_without_a_person_has_no_clock(desk, client):
    desk.clocks = lambda item, now: TOLD._replace(clocks=(), agreed=False)
    page = client.get("/item/4711").text
    assert "No person was asked for: no clock runs." in page
    assert "The log has another due instant" in page


def test_every_answer_carries_the_walls(client):
    for path in (
        "/",
        "/item/4711",
        "/invoice/2013-07",
        "/invoices",
        "/invoice/2013-07/1",
        "/healthz",
        "/static/floor.js",
        "/nowhere",
    ):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_hold_nothing_that_the_policy_would_block(client):
    for path in ("/", "/item/4711", "/invoice/2013-07", "/invoices", "/invoice/2013-07/1", "/nowhere"):
        page = client.get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick" not in page
        assert page.count("<script") == page.count('<script type="module" src="/static/')
        assert "//" not in page.replace("/><", ""), "nothing is loaded from elsewhere"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""])
def test_a_rebound_name_is_not_answered(desk, host):
    client = Browser(make_app(desk, clock=lambda: 0))
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert "Hudson" not in answer.text


def test_nothing_can_be_changed(client):
    for path in ("/", "/item/4711", "/invoice/2013-07", "/invoices", "/invoice/2013-07/1"):
        assert client.post(path).status_code == 405


def test_a_failing_reader_gives_a_page_without_its_message(desk, client):
    desk.floor = lambda now, engagement: 1 / 0
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "division" not in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_health_names_the_last_entry(client):
    assert client.get("/healthz").json() == {"status": "ok", "seq": FLOOR.seq}


def test_an_empty_floor_is_a_floor():
    from dataclasses import replace

    empty = replace(FLOOR, queues=(), people=(), refusals=(), happenings=(), sla=(), received=0, items_per_s=None)
    client = Browser(make_app(Desk(empty), clock=lambda: 0))
    page = client.get("/").text
    for shown in (
        "Nothing waits for a person.",
        "Nobody is on the roster.",
        "Nobody was refused.",
        "The log is empty.",
    ):
        assert shown in page


def test_an_items_page_leads_to_the_lines_that_bill_it_and_says_what_became_of_that(client):
    text = client.get("/item/4711").text
    assert '<a href="/invoice/2013-06/2?engagement=hudson-disruption">line 2</a>' in text
    assert '<a href="/invoice/2013-06?engagement=hudson-disruption">June 2013, closed as hudson' in text
    for line in (1, 2):
        assert f'<a href="/invoice/2013-07/{line}?engagement=hudson-disruption">line {line}</a>' in text
    assert "July 2013, still open" in text
    assert "Dispute 1 of hudson-disruption-00006: upheld, credited by hudson-disruption-C00001" in text
    assert "No invoice shows that yet: the next one puts it right." in text
