"""The documentation as the tests read it: pages, fenced blocks, commands, links."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PACKS = ROOT / "src" / "alihdaya" / "packs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md"), *PACKS.glob("*/README.md")], key=str)


class Block(NamedTuple):
    """A fenced block: its language, its lines, the line where it begins, and the heading above it."""

    language: str
    lines: list[str]
    start: int
    heading: str


def blocks(page):
    """Fenced blocks of a page, in order."""
    heading, language, lines, start = "", None, [], 0
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = re.match(r"```(\w*)", line)
        if fence and language is None:
            language, lines, start = fence[1], [], number
        elif fence:
            yield Block(language, lines, start, heading)
            language = None
        elif language is not None:
            lines.append(line)
        elif line.startswith("#"):
            heading = line.lstrip("# ")
    assert language is None, f"{page}: a block that began in line {start} does not end"


def prose(page):
    """Text of a page without its fenced blocks."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def _whole(block):
    """(number, line) of a block, lines that end with a backslash joined with the next ones."""
    joined, first = "", 0
    for number, line in enumerate(block.lines, block.start + 1):
        first = first if joined else number
        joined += line.removesuffix("\\")
        if not line.endswith("\\"):
            yield first, joined
            joined = ""


def commands(page):
    """(line, words after `alihdaya`) for each command of ours in a page's blocks, and in its code spans (line 0)."""
    for block in blocks(page):
        for number, line in _whole(block):
            found = re.match(r"(?:\$ )?(?:[A-Z_]+=\S+ |timeout [^a]*)?(?:\.venv/bin/)?alihdaya (.*)", line)
            if found and (block.language == "sh" or line.startswith("$ ")):
                yield number, shlex.split(re.sub(r" (&|> ?\S+)$", "", found[1]), comments=True)
    for span in re.findall(r"`(?:\.venv/bin/)?alihdaya ([^`]+)`", prose(page)):
        yield 0, shlex.split(span)


def links(page):
    """Targets of links and pictures of a page that lead to files of the project, without their anchors."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if not re.match(r"[a-z]+:", target):
            yield target
