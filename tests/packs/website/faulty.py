"""A web server of bare sockets, so that it can do what no decent server does; and the faults that it has.

Limits of time are wide: a loaded machine is no fault of the site.
"""

import gzip
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer

from alihdaya.packs.website.checks.site import Limits, PageTerms, Site

SAFE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "frame-ancestors 'none'"}
AGREED = (PageTerms("/prices", "high", watched=True), PageTerms("/terms", must_say="Right of withdrawal"))
QUICK = Limits(pages=100, depth=6, seconds=600, page_seconds=600, page_bytes=150_000, alike=5)


def answer(body=b"", status=200, kind="text/html; charset=utf-8", **headers):
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Planted", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def page(*links, says="All is well."):
    anchors = "".join(f'<li><a href="{link}">to {link}</a>' for link in links)
    return answer(f"<!doctype html><title>Umpama</title><p>{says}</p><ul>{anchors}</ul>", **SAFE)


def go_to(where, status=302):
    return answer(status=status, Location=where)


class _Handler(StreamRequestHandler):
    timeout = 20

    def handle(self):
        with suppress(OSError, ValueError):
            while True:
                first = self.rfile.readline(10_000).split()
                if len(first) < 2:
                    return
                while self.rfile.readline(10_000).strip():
                    pass
                path = first[1].decode()
                self.server.asked.append(path)
                known = self.server.answers
                made = known.get(path) or known.get(path.partition("?")[0]) or known.get("*") or answer(status=404)
                if callable(made):
                    made = made(self, path)
                if made is None:
                    return
                self.wfile.write(made)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 50

    def handle_error(self, *_):
        pass


@contextmanager
def serving(answers, context: ssl.SSLContext | None = None):
    """Serve answers by path on a free port; gives the server, whose `asked` lists what was asked for."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.answers, server.asked = answers, []
        server.port = server.server_address[1]
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def site_at(server, *, scheme="http", host="127.0.0.1", **other):
    given = {
        "name": "umpama",
        "start": f"{scheme}://{host}:{server.port}/",
        "hosts": frozenset({(host, server.port)}),
        "limits": QUICK,
        "loopback": True,
        "slow_ms": 60_000,
        "pages": (PageTerms("/price*", "high", watched=True),),
    }
    return Site(**{**given, **other})


def drip(handler, _):
    """One byte of a header now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(100):
        handler.wfile.write(b"a")
        time.sleep(0.1)


def drip_body(handler, _):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<p>")
    for _ in range(100):
        handler.wfile.write(b"a")
        time.sleep(0.1)


def hang_up(handler, _):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 500\r\n\r\n<p>half")


def calendar(_, path):
    day = int(path.partition("=")[2] or 0)
    return page(f"/calendar?day={day + 1}", says=f"Day {day}")


def loop(_, path):
    return go_to("/loop-b" if path == "/loop-a" else "/loop-a")


def further(_, path):
    return go_to(f"/further?n={int(path.partition('=')[2] or 0) + 1}")


BOMB = gzip.compress(b"<p>" + b"0" * 20_000_000)
GARBAGE = bytes(range(256)) * 30 + b"<a href='http://[bad'><p" + b"<div>" * 20_000 + b"<!--"

FAULTS = {
    "/gone": "broken-link",
    "/crash": "server-error",
    "/members": "turned-away",
    "/loop-a": "redirect-loop",
    "/further": "redirect-loop",
    "/away": "redirect-abroad",
    "/nowhere": "bad-redirect",
    "/round": "long-redirect",
    "/bomb": "too-large",
    "/big": "too-large",
    "/coded": "unreadable",
    "/lies": "unreadable",
    "/half": "unreachable",
    "/noise": "unreachable",
    "/terms": "text-missing",
}
"""Path -> the kind of finding that it must be."""


def planted():
    """A site's answers by path: sound pages, and every fault of FAULTS."""
    return {
        "/": page("/about", "/prices", "/calendar?day=1", "/fine", *FAULTS, "/garbage", "/empty", says="Welcome"),
        "/about": page(
            "/", "mailto:a@example.test", "#top", "file:///etc/passwd", "http://10.0.0.7/router", "http://[x"
        ),
        "/prices": page(says="A cup costs 10 ringgit."),
        "/fine": go_to("/about", 301),
        "/crash": answer("<p>Traceback", 500),
        "/members": answer(status=401),
        "/loop-a": loop,
        "/loop-b": loop,
        "/further": further,
        "/away": go_to("http://198.51.100.7/"),
        "/nowhere": answer(status=302),
        "/round": go_to("/round-1"),
        "/round-1": go_to("/round-2"),
        "/round-2": go_to("/round-3"),
        "/round-3": go_to("/about"),
        "/bomb": answer(BOMB, Content_Encoding="gzip"),
        "/big": answer(b"<p>" + b"b" * 200_000),
        "/coded": answer(b"??", Content_Encoding="br"),
        "/lies": answer(b"<p>plain", Content_Encoding="gzip"),
        "/half": hang_up,
        "/noise": lambda *_: b"\x00\xff not HTTP at all\r\n\r\n",
        "/terms": page(says="Terms without what the law asks for."),
        "/calendar": calendar,
        "/garbage": answer(GARBAGE),
        "/empty": answer(b""),
        "/robots.txt": answer("User-agent: *\nDisallow: /private", kind="text/plain"),
    }
