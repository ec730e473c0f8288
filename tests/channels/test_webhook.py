"""Out by HTTP to a real server: what is sent, and what each answer means."""

from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from json import loads
from threading import Thread
from typing import ClassVar

import pytest

from alihdaya.channels.webhook import MOST_BYTES, Webhook
from alihdaya.operations.node.dispatch import Answer, Letter
from alihdaya.work.outbox import Send

SEND = Send(7, 1, "book", "book", "", {"amount": Decimal("1.50"), "on": date(2013, 1, 8), "n": None}, 1_000_000)


@pytest.fixture
def outside():
    """A server whose next answer is `says` = (status, bytes), None to hang up; it keeps what it heard."""

    class Handler(BaseHTTPRequestHandler):
        says = (200, b"{}")
        heard: ClassVar = []

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.heard.append((self.headers["Idempotency-Key"], loads(body)))
            if Handler.says is None:
                return
            self.send_response(Handler.says[0])
            self.send_header("Content-Length", str(len(Handler.says[1])))
            self.end_headers()
            self.wfile.write(Handler.says[1])

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Handler.url = f"http://127.0.0.1:{server.server_port}/"
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield Handler
        server.shutdown()
        thread.join()


def test_a_letter_carries_its_key_and_exact_numbers(outside):
    outside.says = (200, b'{"fee": 0.10, "whole": 3}')
    with Webhook() as webhook:
        answer = webhook(Letter(outside.url, "house-3-17-0", SEND))
    assert answer == Answer(200, {"fee": Decimal("0.10"), "whole": 3})
    ((key, body),) = outside.heard
    assert key == "house-3-17-0"
    assert body["payload"] == {"amount": 1.5, "on": "2013-01-08", "n": None}
    assert (body["name"], body["item"], body["queued_at"]) == ("book", 7, "1970-01-01T00:00:01Z")


@pytest.mark.parametrize(
    ("says", "status", "again"),
    [
        ((204, b""), 204, False),
        ((503, b"no"), 503, True),
        ((429, b""), 429, True),
        ((409, b""), 409, True),
        ((404, b""), 404, False),
        ((302, b""), 302, False),
        (None, 0, True),
        ((200, b"[1]"), -1, False),
        ((200, b"NaN"), -1, False),
        ((200, b"not json"), -1, False),
        ((200, b" " * (MOST_BYTES + 1)), -1, False),
    ],
)
def test_what_an_answer_means(outside, says, status, again):
    outside.says = says
    with Webhook(seconds=5) as webhook:
        answer = webhook(Letter(outside.url, "k", SEND))
    assert (answer.status, answer.again, answer.result) == (status, again, {})


def test_nobody_there_is_no_error_of_ours(outside):
    with Webhook(seconds=1) as webhook:
        assert webhook(Letter("http://127.0.0.1:9/", "k", SEND)).again
        assert webhook(Letter("http://[", "k", SEND)).status == 0
