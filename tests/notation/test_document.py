import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.document import read_document

ODD = """<?xml version='1.0'  encoding="utf-8"?><!-- before -->
<a:r xmlns:a='urn:a'
   xmlns = "urn:d"  x='1 > 0 &amp; "so"' y="two\tlines&#10;">
  text &lt;<![CDATA[ <b> & ]]>tail<!-- <c/> --><?pi <d/>?>
  <b  id = "b1" /><a:c></a:c>\n</a:r>
<!-- after -->\r\n"""


def document(text=ODD):
    return read_document(text.encode(), "m.bpmn")


def test_what_is_not_edited_is_written_byte_for_byte():
    assert document().write() == ODD.encode()


def test_names_values_and_text_are_those_of_an_xml_reader():
    root = document().root
    assert (root.namespace, root.local, root.line) == ("urn:a", "r", 2)
    assert (root.get("x"), root.get("y")) == ('1 > 0 & "so"', "two lines\n")
    assert root.text.split() == ["text", "<", "<b>", "&", "tail"]
    assert [(one.namespace, one.local, one.line) for one in root.children] == [("urn:d", "b", 5), ("urn:a", "c", 5)]
    assert root.expand("a:q") == ("urn:a", "q")
    assert root.expand("q") == ("urn:d", "q")


def test_an_edit_changes_only_its_own_characters():
    one = document()
    first, second = one.root.children
    first.set("id", 'n"<1>')
    second.set("new", "x\n")
    one.root.remove("x")
    expected = ODD.replace('"b1"', '"n&quot;&lt;1&gt;"').replace("<a:c>", '<a:c new="x&#10;">')
    expected = expected.replace("""  x='1 > 0 &amp; "so"'""", "")
    assert one.write() == expected.encode()
    again = read_document(one.write(), "m").root
    assert again.children[0].get("id") == 'n"<1>'
    assert again.children[1].get("new") == "x\n"


def test_text_and_new_elements_open_an_empty_element():
    one = document()
    first = one.root.children[0]
    first.set_text("1 < 2")
    added = first.insert(1, "<a:k v='1'/>")
    assert (added.namespace, added.get("v"), added.parent) == ("urn:a", "1", first)
    assert b"""<b  id = "b1">1 &lt; 2<a:k v='1'/></b>""" in one.write()


@pytest.mark.parametrize("markup", ["<b>", "<b/><c/>", "text", "<q:b/>", "<b/>tail", "</w><w>"])
def test_markup_that_is_not_one_element_is_refused(markup):
    with pytest.raises(NotationError):
        document().root.insert(0, markup)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_encoding_is_kept_and_stretched_where_a_character_does_not_fit(codec):
    text = f'<?xml version="1.0" encoding="{codec.removesuffix("-sig")}"?><r n="é"/>'
    data = text.encode(codec)
    one = read_document(data, "m")
    assert one.write() == data
    one.root.set("n", "\u4e2d")
    assert read_document(one.write(), "m").root.get("n") == "\u4e2d"


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))), st.sampled_from(["\n", "\t", "\r", ""]))
def test_every_value_comes_back(value, control):
    value = re.sub("[\ufffe\uffff]", "", value) + control
    one = document("<r><c/></r>")
    one.root.set("v", value)
    one.root.children[0].set_text(value)
    again = read_document(one.write(), "m").root
    assert (again.get("v"), again.children[0].text) == (value, value)
