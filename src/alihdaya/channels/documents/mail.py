"""Mail out: a letter with attachments to an SMTP server, by the standard library."""

import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import SECOND, micros, moment

_PORTS = {"smtp": 25, "smtps": 465}
_PATIENCE = 60
_NEAR = frozenset({"localhost", "127.0.0.1", "::1"})
_STEP = 20 * SECOND


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter; `kind` is its media type, such as "text/html"."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: plain text, the same as a page, and files."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed in. `tls`: from the first byte on; otherwise as soon as the server offers it."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False


def read_server(url: str) -> Server:
    """Read smtp://USER:PASSWORD@HOST:PORT or smtps://…; raises Refused for anything else."""
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        found, port = urlsplit(""), None
    if found.scheme not in _PORTS or not found.hostname:
        raise Refused(Problem("bad-mail-server", "a mail server is smtp://HOST:PORT or smtps://USER:PASSWORD@HOST"))
    user, password = unquote(found.username or ""), unquote(found.password or "")
    return Server(found.hostname, port or _PORTS[found.scheme], user, password, found.scheme == "smtps")


def read_address(text: str) -> str:
    """Give an address as mail writes it. Raises ValueError for what is none."""
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        raise ValueError(f"{text!r} is not an address such as manager@example.com") from None
    if not address.username or not address.domain:
        raise ValueError(f"{text!r} is not an address such as manager@example.com")
    return address.addr_spec


def send(server: Server, sender: str, to: Sequence[str], letter: Letter, at: int) -> None:
    """Hand a letter in, dated `at`. Raises Refused where the server cannot be reached or does not take it for all."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = letter.subject, sender, ", ".join(to)
    message["Date"] = moment(at)
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for one in letter.attachments:
        main, _, kind = one.kind.partition("/")
        message.add_attachment(one.content, maintype=main, subtype=kind, filename=one.name)
    try:
        refused = _hand_in(server, message, sender, to)
    except (smtplib.SMTPException, OSError) as error:
        why = f"{server.host}:{server.port} did not take the letter: {error}"
        raise Refused(Problem("mail-failed", why)) from error
    if refused:
        raise Refused(Problem("mail-failed", f"the server did not take it for {', '.join(sorted(refused))}"))


def _hand_in(server: Server, message: EmailMessage, sender: str, to: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    context = ssl.create_default_context()
    where = (server.host, server.port)
    made = smtplib.SMTP_SSL(*where, timeout=_PATIENCE, context=context) if server.tls else None
    with made or smtplib.SMTP(*where, timeout=_PATIENCE) as session:
        session.ehlo()
        safe = server.tls
        if not safe and session.has_extn("starttls"):
            session.starttls(context=context)
            safe = True
        if server.user:
            if not safe and server.host not in _NEAR:
                raise smtplib.SMTPException("it offers no TLS, and a password never goes in the clear")
            session.login(server.user, server.password)
        return session.send_message(message, sender, list(to))


def mornings(at: time, zone: ZoneInfo, now: Callable[[], int], sleep: Callable[[float], None]) -> Iterator[int]:
    """Wait for each next time of day by the wall clock of a zone, and yield its instant (microseconds), for ever.

    `sleep` waits so many seconds. A time that passed before the first call is tomorrow's; one that passes while the
    caller is busy is not made up for.
    """
    while True:
        here = moment(now(), zone)
        due = datetime.combine(here.date(), at, zone)
        if due <= here:
            due = datetime.combine(here.date() + timedelta(days=1), at, zone)
        until = micros(due)
        while (left := until - now()) > 0:
            sleep(min(left, _STEP) / SECOND)
        yield until
