"""`alihdaya node`: one of many server processes over one PostgreSQL."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from alihdaya.cli.settings import Settings, moved_archive, now, say

if TYPE_CHECKING:
    from alihdaya.operations.node.node import Node, Offer
    from alihdaya.operations.node.visible.traces import Tracing

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _endpoint(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=URL pairs."""
    found = {}
    for value in values:
        name, _, url = value.partition("=")
        parts = urlsplit(url)
        if not name or parts.scheme not in {"http", "https"} or not parts.hostname:
            raise click.BadParameter(say("{value!r} is not NAME=URL with http or https").format(value=value))
        found[name] = url
    return found


def _collector(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Read a collector's URL."""
    parts = urlsplit(value or "")
    if value is not None and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise click.BadParameter(say("{value!r} is not a URL with http or https").format(value=value))
    return value


def _listen(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, int]:
    """Read HOST:PORT."""
    host, colon, port = value.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise click.BadParameter(say("{value!r} is not HOST:PORT").format(value=value))
    return host.strip("[]"), int(port)


@click.command(
    help=say(
        "Run a node: it shares the database's shards with all other nodes, answers the HTTP API for those that it "
        "holds, and takes over those of a node that died. Needs --store postgresql://… before the command."
    ),
    epilog=say("Whoever asks shows a token: alihdaya token new makes one."),
)
@click.option("--pack", "packs", multiple=True, required=True, help=say("A pack to offer; may be given many times."))
@click.option(
    "--listen", default="127.0.0.1:8400", show_default=True, metavar="HOST:PORT", callback=_listen, help=say("Where.")
)
@click.option(
    "--advertise", metavar="URL", help=say("Where other nodes and clients reach it (default: as it listens).")
)
@click.option(
    "--shards", type=click.IntRange(1, 256), default=8, show_default=True, help=say("Of the database, for ever.")
)
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    metavar="NAME=URL",
    callback=_endpoint,
    help=say("Where messages and jobs of that name go out to; * for all others."),
)
@click.option("--terms", type=_FILE, help=say("Terms (default: as signed here, else those that the pack offers)."))
@click.option("--roster", type=_FILE, help=say("The people (default: those that the pack offers)."))
@click.option("--trust", is_flag=True, help=say("Run the programs (steps.py, jobs.py) of a pack that is a folder."))
@click.option(
    "--lease",
    type=click.FloatRange(2, 60),
    default=4,
    show_default=True,
    help=say("Seconds of silence after which others take a node for dead."),
)
@click.option(
    "--otlp",
    metavar="URL",
    callback=_collector,
    help=say("Send traces to this OpenTelemetry collector (OTLP over HTTP, such as http://127.0.0.1:4318)."),
)
@click.option("--open", "is_open", is_flag=True, help=say("Ask nobody for a token; only on this machine (loopback)."))
@click.pass_obj
def node(
    settings: Settings,
    packs: tuple[str, ...],
    listen: tuple[str, int],
    advertise: str | None,
    shards: int,
    endpoints: dict[str, str],
    terms: Path | None,
    roster: Path | None,
    trust: bool,
    lease: float,
    otlp: str | None,
    is_open: bool,
) -> None:
    """Serve until interrupted, then hand everything over."""
    from alihdaya.channels.webhook import Webhook
    from alihdaya.operations.node.keeper import Pace
    from alihdaya.operations.node.node import Node, Post

    if len(packs) > 1 and (terms or roster):
        raise click.UsageError(say("--terms and --roster belong to one pack"))
    host, port = listen
    if is_open and not _is_loopback(host):
        raise click.UsageError(say("--open is for this machine only: listen on 127.0.0.1, or make tokens"))
    shown = f"[{host}]" if ":" in host else host
    address = (advertise or f"http://{shown}:{port}").rstrip("/")
    offers = [one for name in packs for one in offers_of(settings, name, terms, roster, trusted=trust)]
    with _traced(otlp, address) as (tracing, headers), Webhook(headers=headers) as webhook:
        post, pace = Post(webhook, endpoints, seed=now()), Pace(lease / 4, lease)
        made = Node(
            settings.place,
            address,
            shards,
            offers,
            post,
            clock=now,
            pace=pace,
            tracing=tracing,
            archive=moved_archive(),
        )
        _serve(made, settings.place, host, port, is_open=is_open)


@contextmanager
def _traced(otlp: str | None, address: str) -> "Iterator[tuple[Tracing | None, Callable[[], Mapping[str, str]]]]":
    """Give what makes traces, and the headers that carry them on; nothing of it is loaded where nobody asks."""
    if otlp is None:
        yield None, dict
        return
    try:
        from alihdaya.operations.node.visible.traces import Tracing, provider_to, trace_headers
    except ImportError as error:
        message = say("--otlp needs the libraries of the extra alihdaya[otel]: {why}").format(why=error)
        raise click.UsageError(message) from None
    provider = provider_to(otlp, address)
    try:
        yield Tracing(provider), trace_headers
    finally:
        provider.shutdown()


def offers_of(
    settings: Settings, name: str, terms: Path | None, roster: Path | None, *, trusted: bool
) -> "list[Offer]":
    """Bring a pack, the terms of each engagement that it delivers for, and their people together."""
    from alihdaya.cli.server.papers import papers_of
    from alihdaya.operations.node.node import Offer
    from alihdaya.operations.sign import bind
    from alihdaya.packs import load
    from alihdaya.people.roster import read_roster

    pack = load(name)
    found = papers_of(pack, settings, terms, roster)
    joining = [read_roster(one.people).events if one.people else () for one in found]
    return [Offer(bind(one.terms, pack, trusted=trusted), who) for one, who in zip(found, joining, strict=True)]


def _is_loopback(host: str) -> bool:
    """Whether a host is this machine's own, as far as can be told without asking anybody."""
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _serve(node: "Node", url: str, host: str, port: int, *, is_open: bool) -> None:
    import uvicorn

    from alihdaya.channels.api.app import make_api
    from alihdaya.channels.api.login import Login
    from alihdaya.cli.server.sweeping import NodeSweeper
    from alihdaya.cli.server.workplace import with_workplace
    from alihdaya.operations.floor.collector import stay
    from alihdaya.store.lease.reader import Shards
    from alihdaya.store.lease.tokens import Tokens

    shards, tokens = Shards(url, node.name, node.shards), Tokens(url)
    if not is_open and not tokens.all():
        click.echo(say("No token opens this node yet: alihdaya token new makes one."), err=True)
    login = None if is_open else Login(tokens.find, now)
    api = with_workplace(make_api(node, shards, login), node, shards, login)
    config = uvicorn.Config(
        api if node.tracing is None else node.tracing.answering(api),
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=3,
        server_header=False,
        lifespan="off",
    )
    sys.setswitchinterval(0.001)  # a heartbeat must not wait long for busy writers
    node.start()
    try:
        click.echo(say("Node {name} at {address}").format(name=node.name, address=node.keeper.address), err=True)
        stay()
        with NodeSweeper(node, shards):
            uvicorn.Server(config).run()
    finally:
        node.stop()
        shards.close()
        tokens.close()
