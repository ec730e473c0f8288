"""Without any server: what may be called, what a page says, what a site's file may ask for, what is released."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.kernel.errors import PackError, Refused
from alihdaya.packs.website.checks.address import may_call
from alihdaya.packs.website.checks.crawl import shape_of
from alihdaya.packs.website.checks.judge import Text
from alihdaya.packs.website.checks.memory import Memory, Standing, read_memory, write_memory
from alihdaya.packs.website.checks.page import difference, read_page
from alihdaya.packs.website.checks.release import live, publish
from alihdaya.packs.website.checks.site import Site, read_site

INSIDE = [
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::", "fe80::1", "fc00::1", "ff02::1"),
    *("::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "fd00:ec2::254"),
]
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_called(address):
    assert not may_call(ip_address(address), loopback=False)
    assert not may_call(ip_address(address), loopback=True)


@pytest.mark.parametrize("address", LOOPBACK)
def test_this_machine_is_called_only_where_that_is_allowed(address):
    assert not may_call(ip_address(address), loopback=False)
    assert may_call(ip_address(address), loopback=True)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
def test_what_is_public_is_called(address):
    assert may_call(ip_address(address), loopback=False)


def lines(text):
    return read_page(text.encode(), "http://umpama.test/").lines


def test_a_page_says_what_people_see():
    text = """<title>Cups</title><style>p{}</style><script>var a = "<p>no</p>"</script><!-- no -->
    <h1>Our  <em>cups</em></h1><p>Ten&nbsp;ringgit<br>each</p>tail<template><p>no</p></template>"""
    assert lines(text) == ("Our cups", "Ten ringgit", "each", "tail")


def test_the_same_words_marked_up_otherwise_are_the_same_text():
    one = read_page(b"<div><p>Ten  <b>ringgit</b></p></div>", "http://umpama.test/")
    other = read_page(b"<section class=x>\n<p>Ten ringgit", "http://umpama.test/")
    assert one.digest == other.digest != read_page(b"<p>Eleven ringgit", "http://umpama.test/").digest


def test_the_charset_of_the_header_counts_and_one_that_there_is_not_does_no_harm():
    assert read_page("<p>Kopi susu é".encode("latin-1"), "http://x.test/", "text/html; charset=latin-1").lines == (
        "Kopi susu é",
    )
    assert read_page(b"<p>plain", "http://x.test/", "text/html; charset=klingon-8").lines == ("plain",)


def test_links_are_absolute_follow_the_base_and_come_once():
    text = b"""<base href="/shop/"><a href="cup">Cup</a><a href="cup#top">again</a>
    <img src="//cdn.test/a.png" alt="A cup"><a href="#x">here</a><a href="http://umpama.test">home</a>
    <link rel="canonical" href="/c"><link rel=stylesheet href=s.css>
    <a href="  /sp\nace ">broken</a>"""
    found = read_page(text, "http://umpama.test/deep/page").links
    assert found == (
        ("http://umpama.test/shop/cup", "Cup", False),
        ("http://cdn.test/a.png", "A cup", True),
        ("http://umpama.test/", "home", False),
        ("http://umpama.test/shop/s.css", "", True),
        ("http://umpama.test/space", "broken", False),
    )


@given(st.binary(max_size=2_000), st.text(max_size=60))
def test_any_bytes_are_a_page(body, kind):
    page = read_page(body, "http://umpama.test/", kind)
    assert page == read_page(body, "http://umpama.test/", kind)
    for link in page.links:
        shape = link.url
        assert isinstance(shape, str)


def test_a_page_of_nothing_but_depth_and_links_ends():
    assert read_page(b"<div>" * 100_000 + b"deep", "http://umpama.test/").title == ""
    many = b"".join(b"<a href=/%d>x</a>" % n for n in range(5_000))
    assert len(read_page(many, "http://umpama.test/").links) == 2_000


def test_a_difference_names_what_went_and_what_came_and_is_cut():
    assert difference(("a", "b", "c"), ("a", "x" * 500, "c")) == "- b\n+ " + "x" * 160
    assert difference((), tuple(map(str, range(50)))).splitlines()[-1] == "and 38 more lines"


def test_addresses_of_a_calendar_are_alike_and_others_are_not():
    assert shape_of("http://a.test/2026/03?day=4&view=x") == shape_of("http://a.test/1999/12?view=y&day=")
    assert shape_of("http://a.test/cups") != shape_of("http://a.test/plates")


FILE = """
name = "umpama"
start = "https://www.umpama.test/"
hosts = ["www.umpama.test", "shop.umpama.test:8443"]
publish = "www"
[limits]
pages = 12
[[page]]
path = "/checkout*"
importance = "high"
"""


def write(tmp_path, text):
    path = tmp_path / "umpama.toml"
    path.write_text(text)
    return path


def test_a_sites_file_is_read_with_its_usual_values(tmp_path):
    site = read_site(write(tmp_path, FILE))
    assert site.hosts == {("www.umpama.test", 80), ("www.umpama.test", 443), ("shop.umpama.test", 8443)}
    assert (site.limits.pages, site.limits.depth, site.loopback) == (12, 6, False)
    assert (site.terms("https://www.umpama.test/checkout/2").importance, site.folder) == ("high", tmp_path / "www")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("https://www.umpama.test/", "https://www.other.test/", "not on one of the hosts"),
        ("https://www.umpama.test/", "ftp://www.umpama.test/", "written like"),
        ('"www.umpama.test"', '"www.umpama.test/x"', "written like"),
        ('"www.umpama.test"', '"*"', "written like"),
        ("pages = 12", "pages = 0", "at least 1"),
        ("pages = 12", "page = 12", "unknown key"),
        ('"high"', '"highest"', "must be one of"),
        ("[limits]", "[limits", "not TOML"),
    ],
)
def test_a_sites_file_that_is_wrong_says_what_and_where(tmp_path, old, new, said):
    with pytest.raises(PackError) as caught:
        read_site(write(tmp_path, FILE.replace(old, new, 1)))
    assert said in str(caught.value)
    assert "umpama.toml" in str(caught.value)


def test_what_is_remembered_is_read_as_it_was_written(tmp_path):
    memory = Memory("umpama", [Standing("slow", "http://x.test/", "", 5)], {"http://x.test/": Text("ab", ("a", "b"))})
    write_memory(tmp_path / "deep" / "memory.json", memory)
    assert read_memory(tmp_path / "deep" / "memory.json", "umpama") == memory
    assert read_memory(tmp_path / "none.json", "umpama") == Memory("umpama")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["memory.json"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"site": "other"}', '{"site": "umpama", "texts": 5}'])
def test_what_is_not_ours_is_refused(tmp_path, text):
    (tmp_path / "memory.json").write_text(text)
    with pytest.raises(PackError, match=r"memory\.json"):
        read_memory(tmp_path / "memory.json", "umpama")


@pytest.fixture
def shop(tmp_path):
    for name in ("r1", "r2"):
        (tmp_path / "releases" / name).mkdir(parents=True)
        (tmp_path / "releases" / name / "index.html").write_text(name)
    (tmp_path / "releases" / "empty").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x").write_text("x")
    (tmp_path / "releases" / "out").symlink_to(tmp_path / "secret")
    return Site("umpama", "http://x.test/", frozenset(), folder=tmp_path)


def test_a_release_is_published_and_taken_back(shop):
    assert live(shop) == ""
    assert publish(shop, "r1") == ""
    assert publish(shop, "r2") == "r1"
    assert publish(shop, "r2") == "r2"
    assert (shop.folder / "live" / "index.html").read_text() == "r2"
    publish(shop, "r1")
    assert (shop.folder / "live" / "index.html").read_text() == "r1"
    assert sorted(path.name for path in shop.folder.iterdir()) == ["live", "releases", "secret"]


@pytest.mark.parametrize("name", ["", ".", "..", "../secret", "r9", "empty", "out", "/etc", "r1/..", "a" * 200])
def test_only_a_release_that_is_one_is_published(shop, name):
    publish(shop, "r1")
    with pytest.raises(Refused):
        publish(shop, name)
    assert live(shop) == "r1"


def test_what_is_no_link_is_never_replaced(shop):
    (shop.folder / "live").mkdir()
    with pytest.raises(Refused, match="no link"):
        publish(shop, "r1")
    with pytest.raises(Refused, match="publish"):
        publish(Site("umpama", "http://x.test/", frozenset()), "r1")
