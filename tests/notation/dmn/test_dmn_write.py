"""Reading and writing: nothing is lost, what is written stays, and an edited model says what was edited."""

import os
from pathlib import Path

import pytest
from dmn_text import NAMESPACE, file, one_table, run
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.dmn import read
from alihdaya.notation.dmn.read import NAMESPACES
from alihdaya.notation.dmn.write import DMN_15, WRITTEN, add_rule, load, remove_rule, set_cell, table_of, write

ROOT = Path(__file__).parents[3]


def corpus():
    given = os.environ.get("ALIHDAYA_CONFORMANCE")
    return (Path(given) if given else ROOT.parent / "shared" / "conformance") / "dmn-tck"


def mapped(uri):
    return WRITTEN.get(uri, uri)


def tree(data):
    """A canonical form, with all namespaces written as those of DMN 1.5, and types of 1.1 without their prefix."""

    def form(element):
        if not isinstance(element.tag, str):
            return ("comment", element.text, element.tail)
        name = etree.QName(element)
        attributes = {key: plain(element, key, value) for key, value in element.attrib.items()}
        text = plain(element, "typeRef", element.text) if name.localname == "typeRef" else element.text
        return (mapped(name.namespace), name.localname, attributes, text, element.tail, [form(one) for one in element])

    def plain(element, key, value):
        if key not in {"typeRef", "outputTypeRef"} or not value or ":" not in value:
            return mapped(value)
        prefix, _, local = value.strip().rpartition(":")
        bound = element.nsmap.get(prefix)
        first = root.nsmap.get(root.prefix) == "http://www.omg.org/spec/DMN/20151101/dmn.xsd"
        return local if first and bound in {"http://www.omg.org/spec/FEEL/20140401", root.get("namespace")} else value

    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    return form(root)


def test_every_file_of_the_corpus_comes_back_whole():
    if not corpus().is_dir():
        pytest.skip(f"NOT CHECKED: there is no {corpus()}")
    paths = sorted(corpus().rglob("*.dmn"))
    assert len(paths) > 100
    for path in paths:
        data = path.read_bytes()
        written = write(load(data, path.name))
        assert tree(written) == tree(data), path
        assert write(load(written, path.name)) == written, path


NAMES = st.text(alphabet="abcé <>&\"'", min_size=1, max_size=6).filter(str.strip)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(sorted(NAMESPACES)),
    st.lists(st.tuples(NAMES, NAMES), max_size=4),
    st.sampled_from(["", "d:", "a.b:"]),
    st.sampled_from(["utf-8", "utf-16", "iso-8859-1"]),
)
def test_generated_files_come_back_whole(namespace, notes, prefix, encoding):
    root = etree.Element(
        etree.QName(namespace, "definitions"), nsmap={prefix.rstrip(":") or None: namespace, "x": "urn:x"}
    )
    root.set("namespace", "urn:m")
    for name, text in notes:
        element = etree.SubElement(root, etree.QName(namespace, "decision"), name=name, id=f"i{len(root)}")
        holder = etree.SubElement(element, etree.QName(namespace, "extensionElements"))
        etree.SubElement(holder, etree.QName("urn:x", "note"), {"{urn:x}of": name}).text = text
        element.append(etree.Comment("c"))
        element.tail = "\n  "
    data = etree.tostring(root, encoding=encoding, xml_declaration=True)
    written = write(load(data, "m.dmn"))
    assert tree(written) == tree(data)
    assert write(load(written, "m.dmn")) == written
    assert etree.fromstring(written).nsmap[root.prefix] == DMN_15


TABLE = one_table(["x"], {"out": ""}, [["< 5", '"low"'], [">= 5", '"high"']])


def test_a_changed_cell_is_written_and_decided_by():
    document = load(TABLE, "m.dmn")
    table = table_of(document, "d")
    set_cell(table, 1, 1, "< 7")
    set_cell(table, 2, 1, ">= 7")
    set_cell(table, 2, 2, '"<&>"')
    written = write(document)
    assert run(written, "d", {"x": 6}) == ("low", (1,))
    assert run(written, "d", {"x": 8}) == ("<&>", (2,))
    assert written.count(b"<text>") == TABLE.count(b"<text>")


def test_rules_are_added_and_taken_away():
    document = load(TABLE, "m.dmn")
    table = table_of(document, "id_d")
    set_cell(table, 2, 1, "[5..9]")
    add_rule(table, ["> 9", '"top"'], identity="r9")
    add_rule(table, ["null", '"none"'], at=1)
    remove_rule(table, 2)
    written = write(document)
    assert b'<rule id="r9">' in written
    answers = [run(written, "d", {"x": x}) for x in (None, 1, 6, 10)]
    assert answers == [("none", (1,)), (None, ()), ("high", (2,)), ("top", (3,))]
    with pytest.raises(ValueError, match="2 columns"):
        add_rule(table, ["1"])
    with pytest.raises(IndexError):
        set_cell(table, 9, 1, "x")
    with pytest.raises(KeyError):
        table_of(document, "nobody")


def test_what_is_not_edited_keeps_its_bytes():
    data = TABLE.replace(NAMESPACE.encode(), DMN_15.encode())
    assert write(load(data, "m.dmn")) == data
    changed = load(data, "m.dmn")
    set_cell(table_of(changed, "d"), 1, 1, "< 6")
    assert write(changed) == data.replace(b"&lt; 5", b"&lt; 6")


def test_a_prefix_of_dmn_11_goes_where_it_says_nothing():
    namespace = "http://www.omg.org/spec/DMN/20151101/dmn.xsd"
    data = file(
        '<inputData id="i" name="i"><variable name="i" typeRef="feel:number"/></inputData>', namespace=namespace
    )
    data = data.replace(b"xmlns=", b'xmlns:feel="http://www.omg.org/spec/FEEL/20140401" xmlns=')
    written = write(load(data, "m.dmn"))
    assert b'typeRef="number"' in written
    assert read(written, "m.dmn").inputs[0].type == "number"


def test_what_is_no_dmn_is_refused():
    with pytest.raises(NotationError, match="not a definitions element"):
        load(b"<definitions/>", "m.xml")
