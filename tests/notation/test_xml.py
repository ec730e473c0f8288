import pytest

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.xml import DEPTH_LIMIT, SIZE_LIMIT, local_name, namespace_of, parse_xml, source_of

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">{LAUGHS}]><l>&a11;</l>'.encode()


def refusal(data: bytes) -> NotationError:
    with pytest.raises(NotationError) as caught:
        parse_xml(data, "m.dmn")
    return caught.value


def test_reads_and_tells_where():
    root = parse_xml(b'<d xmlns="urn:x">\n  <!-- a note -->\n  <e id="e1"/>\n</d>', "m.dmn")
    assert (local_name(root), namespace_of(root)) == ("d", "urn:x")
    (child,) = root
    assert str(source_of(child, "m.dmn")) == "m.dmn:3, element 'e1'"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB, "xml-syntax"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "xml-doctype"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "xml-doctype"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://localhost:1/x">%p;]><a/>', "xml-doctype"),
        (b"<a>\n<b></a>", "xml-syntax"),
        (b"", "xml-syntax"),
        (b"\x00\x01 no xml", "xml-syntax"),
        (b"<a>" * 5000 + b"</a>" * 5000, "xml-syntax"),
        (b"<a>" * (DEPTH_LIMIT + 1) + b"</a>" * (DEPTH_LIMIT + 1), "xml-depth"),
        (b" " * (SIZE_LIMIT + 1), "xml-size"),
    ],
)
def test_hostile_files_are_refused_with_a_reason(data, code):
    problem = refusal(data).problems[0]
    assert problem.code == code
    assert problem.source.file == "m.dmn"


def test_a_syntax_error_names_its_line():
    assert refusal(b"<a>\n<b></a>").problems[0].source.line == 2


def test_the_depth_allowed_is_read():
    assert parse_xml(b"<a>" * DEPTH_LIMIT + b"</a>" * DEPTH_LIMIT, "m.dmn").tag == "a"
