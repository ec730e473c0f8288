"""The documentation against the project: links, pictures, navigation, tables and the house that it draws."""

import re
import tomllib

import pytest
from catalogue import HOLDS, PAGE, page
from pages import DOCS, PAGES, ROOT, blocks, links, prose

from alihdaya.kernel.event import _BY_TAG
from alihdaya.store.schema import METADATA

_PICTURE = 300_000


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(path):
    missing = []
    for target in links(path):
        file, _, anchor = target.partition("#")
        there = (path.parent / file) if file else path
        if not there.exists():
            missing.append(target)
        elif anchor and there.suffix == ".md":
            headings = [re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for text in _headings(there)]
            if anchor not in headings:
                missing.append(target)
    assert missing == []


def _headings(path):
    return re.findall(r"^#+ (.*)$", prose(path), flags=re.MULTILINE)


def test_every_picture_is_shown_and_small():
    shown = {target.split("/")[-1] for path in PAGES for target in links(path) if "pictures/" in target}
    pictures = {path.name: path.stat().st_size for path in (DOCS / "pictures").iterdir()}
    assert set(pictures) == shown
    assert {name: size for name, size in pictures.items() if size > _PICTURE} == {}


def test_pictures_have_words_for_those_who_do_not_see_them():
    for path in PAGES:
        assert re.findall(r"!\[\s*\]\(", prose(path)) == []


def test_the_navigation_names_every_page_once():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = re.findall(r"^ +- (?:[^:\n]+: )?(\S+\.md)$", text[text.index("\nnav:") :], flags=re.MULTILINE)
    assert sorted(named) == sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


def test_the_tables_of_events_and_tables_are_those_of_the_code():
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text), "run: python tests/docs/catalogue.py"


def test_no_event_and_no_table_is_left_out():
    import alihdaya.operations.desk  # noqa: F401 (whatever registers events is imported by it)

    text = PAGE.read_text(encoding="utf-8")
    assert {tag for tag in _BY_TAG if "." in tag and f"`{tag}`" not in text and not tag.startswith("sample.")} == set()
    assert set(HOLDS) == set(METADATA.tables)


@pytest.mark.parametrize("path", [ROOT / "README.md", DOCS / "house.md"], ids=lambda path: path.name)
def test_the_house_is_drawn_as_import_linter_holds_it(path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    drawn = next(block for block in blocks(path) if block.lines[0].startswith("cli "))
    assert [re.split(r"\s{2,}", line)[0] for line in drawn.lines] == layers


def test_sizes_that_the_house_names_are_those_of_its_test():
    text = (DOCS / "house.md").read_text(encoding="utf-8")
    test = (ROOT / "tests" / "house" / "test_sizes.py").read_text(encoding="utf-8")
    for claim, held in (
        ("files under 500", "s > 500"),
        ("functions under 50", "size > 50"),
        ("at most 16", "> 16"),
        ("under 300 lines in all", "< 300"),
    ):
        assert claim in text
        assert held in test


def test_the_ports_and_variables_that_are_named_are_the_real_ones():
    from alihdaya.cli.server.node import node
    from alihdaya.cli.server.serve import serve

    port = next(option.default for option in serve.params if option.name == "port")
    listen = next(option.default for option in node.params if option.name == "listen")
    for path in PAGES:
        for found in re.findall(r"127\.0\.0\.1:(\d+)", path.read_text(encoding="utf-8")):
            assert int(found) == port or listen == f"127.0.0.1:{found}", path
