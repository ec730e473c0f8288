"""What a page says and where it leads, from its bytes; whatever they are, this ends and gives a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from hashlib import sha256
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

MOST_LINKS: Final = 2_000
MOST_LINES: Final = 2_000
LONGEST_LINE: Final = 2_000

_LINKED: Final = {"a": "href", "area": "href", "link": "href", "img": "src", "script": "src", "iframe": "src"}
_ANCHORS: Final = ("a", "area", "iframe")
_LOADED: Final = ("stylesheet", "icon", "preload", "manifest")
_SILENT: Final = ("script", "style", "template", "noscript", "head", "svg")
_BREAKS: Final = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote br caption dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header "
        "hr li main nav ol option p pre section table td th title tr ul",
    )
)
_SPACE: Final = re.compile(r"\s+")


class Link(NamedTuple):
    """Where a page leads: the absolute address as it stands there, its text, and whether it is loaded with the page."""

    url: str
    text: str
    loaded: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page as people see it: title, lines of text, links in their order, without doubles."""

    title: str
    lines: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def digest(self) -> str:
        """64 bits of SHA-256 over the lines, in hex: the same text gives the same digest, however it is marked up."""
        return sha256("\n".join(self.lines).encode("utf-8", "replace")).hexdigest()[:16]


def read_page(body: bytes, url: str, content_type: str = "") -> Page:
    """Read a page's bytes; `url` is where it came from, `content_type` its header. What is no HTML says little.

    Raises MemoryError. How long it takes depends on whoever wrote the page: see apart.py.
    """
    from lxml import etree, html

    named = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    try:
        parser = html.HTMLParser(encoding=named[1] if named else None, huge_tree=False)
    except LookupError:
        parser = html.HTMLParser(huge_tree=False)
    try:
        root = html.document_fromstring(body, parser=parser)
    except (ValueError, AssertionError, etree.LxmlError) as error:  # nothing in it at all
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from None
        return Page("", (), ())
    base = next((str(one.get("href")) for one in root.iter("base") if one.get("href")), "")
    title = next((_plain("".join(one.itertext())) for one in root.iter("title")), "")
    return Page(title[:200], tuple(_lines(root)), tuple(_links(root, _joined(url, base) or url)))


def difference(before: tuple[str, ...], after: tuple[str, ...], most: int = 12) -> str:
    """Say what changed: at most so many lines, each marked with - (gone) or + (new) and cut after 160 characters."""
    lines = [
        line for line in unified_diff(before, after, lineterm="", n=0) if not line.startswith(("---", "+++", "@@"))
    ]
    shown = [f"{line[0]} {line[1:161]}" for line in lines[:most]]
    rest = len(lines) - len(shown)
    return "\n".join([*shown, f"and {rest} more lines"] if rest > 0 else shown)


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _lines(root: Any) -> Iterator[str]:
    text: list[str] = []
    count = 0
    for piece in _pieces(root):
        if piece is not None:
            text.append(piece)
        elif line := _plain("".join(text)):
            yield line[:LONGEST_LINE]
            text, count = [], count + 1
            if count >= MOST_LINES:
                return
        else:
            text = []
    if line := _plain("".join(text)):
        yield line[:LONGEST_LINE]


def _pieces(root: Any) -> Iterator[str | None]:
    """Texts that people see, in order; None where a line ends."""
    from lxml import etree

    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        named = isinstance(element.tag, str)
        if event == "start":
            silent += element.tag in _SILENT
            if element.tag in _BREAKS:
                yield None
            if not silent and element.text:
                yield element.text
        else:
            silent -= event == "end" and element.tag in _SILENT
            if named and element.tag in _BREAKS:
                yield None
            if not silent and element.tail:
                yield element.tail


def _links(root: Any, base: str) -> Iterator[Link]:
    seen = set()
    for element in root.iter(*_LINKED):
        target = element.get(_LINKED[element.tag])
        if target is None or (element.tag == "link" and not _loads(element)):
            continue
        url = _joined(base, target)
        if url is None or (url in seen):
            continue
        seen.add(url)
        text = _plain("".join(element.itertext())) or element.get("alt") or ""
        yield Link(url, text[:120], element.tag not in _ANCHORS)
        if len(seen) >= MOST_LINKS:
            return


def _loads(element: Any) -> bool:
    return any(word in _LOADED for word in (element.get("rel") or "").lower().split())


def _joined(base: str, target: str) -> str | None:
    """Give the absolute address of a link without its fragment; None for one within the page."""
    target = re.sub(r"[\t\n\r]", "", target).strip()
    if not target or target.startswith("#"):
        return None
    try:
        joined = urljoin(base, target).partition("#")[0]
        parts = urlsplit(joined)
        if parts.scheme in ("http", "https") and not parts.path:
            joined = parts._replace(path="/").geturl()
    except ValueError:
        return target[:500]
    return joined
