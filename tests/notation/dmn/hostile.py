"""One hostile case in a process of its own: `python hostile.py NAME`, with limits on its memory and its time."""

import resource
import sys

from alihdaya.kernel.errors import NotationError
from alihdaya.notation import dmn
from alihdaya.notation.feel import compile_expression, evaluate, parse

SECONDS = 4
"""Processor time, the start of Python and the imports (about 1 s) included; the machine may be busy."""

MEMORY = 200 * 1024 * 1024
DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def file(body):
    return f'<definitions xmlns="{DMN}" name="m" namespace="urn:m">\n{body}\n</definitions>'.encode()


def decision(text, name="d", needs=""):
    logic = f"<literalExpression>\n<text>{text}</text></literalExpression>"
    return f'<decision id="{name}" name="{name}"><variable name="{name}"/>{needs}{logic}</decision>'


def needs(kind, key):
    tag = {"decision": ("informationRequirement", "requiredDecision")}.get(
        kind, ("knowledgeRequirement", "requiredKnowledge")
    )
    return f'<{tag[0]}><{tag[1]} href="#{key}"/></{tag[0]}>'


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
READ = {
    "malformed": (b"<definitions>\n<a></b>", "m.dmn:2"),
    "laughs": (f'<!DOCTYPE l [<!ENTITY a0 "ha">{LAUGHS}]><l>&a11;</l>'.encode(), "m.dmn:1"),
    "external entity": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "DOCTYPE"),
    "dtd": (b'<!DOCTYPE a SYSTEM "http://localhost:1/x.dtd"><a/>', "DOCTYPE"),
    "unknown encoding": (b'<?xml version="1.0" encoding="bogus"?><a/>', "m.dmn"),
    "wrong encoding": ('<?xml version="1.0" encoding="utf-8"?>\n<a b="é"/>'.encode("latin-1"), "m.dmn:2"),
    "half utf-16": ("<a/>".encode("utf-16")[:-1], "m.dmn"),
    "zero bytes": (b"<a>\0</a>", "m.dmn:1"),
    "deep elements": (b"<a>" * 1000 + b"</a>" * 1000, "m.dmn:1"),
    "many attributes": (b"<a " + b" ".join(b'b%d="1"' % n for n in range(300_000)) + b"/>", "not a definitions"),
    "huge list": (file(decision("[" + "1," * 5_000_000 + "1]")), "m.dmn:3"),
    "huge sum": (file(decision("1+" * 5_000_000 + "1")), "m.dmn:3"),
    "long list": (file(decision("[" + "1," * 400_000 + "1]")), "m.dmn:3, element 'd': the expression has more than"),
    "long text": (file(decision('"' + "x" * 10_000_000 + '"')), "m.dmn:3"),
    "deep brackets": (file(decision("(" * 1000 + "1" + ")" * 1000)), "m.dmn:3, element 'd': expressions nest deeper"),
    "deep lists": (file(decision("[" * 1000 + "]" * 1000)), "m.dmn:3, element 'd': expressions nest deeper"),
    "deep calls": (file(decision("abs(" * 1000 + "1" + ")" * 1000)), "expressions nest deeper"),
    "deep ifs": (file(decision("if true then " * 1000 + "1" + " else 2" * 1000)), "expressions nest deeper"),
    "deep minuses": (file(decision("-" * 1000 + "1")), "expressions nest deeper"),
    "deep contexts": (file(decision("{a: " * 1000 + "1" + "}" * 1000)), "expressions nest deeper"),
    "deep types": (file(decision("1 instance of " + "list&lt;" * 1000 + "number" + ">" * 1000)), "types nest too deep"),
    "long path": (file(decision("{}" + ".a" * 5000)), "nests more than"),
    "open comments": (file(decision("1 " + "/* " * 300_000)), "a comment is not closed"),
    "wide context": (file(decision("{" + ",".join(f"a{n}: {n}" for n in range(4500)) + "}")), ""),
    "many names": (file(decision("[" + ",".join(f"a b c{n}" for n in range(4000)) + "]")), "is not known here"),
    "huge number": (file(decision("1e999999999")), "m.dmn:3, element 'd': the number 1e999999999 is too large"),
    "cyclic decisions": (
        file("".join(decision("1", f"d{n}", needs("decision", f"d{(n + 1) % 3000}")) for n in range(3000))),
        "m.dmn:2, element 'd0': requirements go round",
    ),
    "chain of decisions": (
        file("".join(decision("1", f"d{n}", needs("decision", f"d{n + 1}") if n < 2999 else "") for n in range(3000))),
        "more than 200 requirements in a chain",
    ),
    "chain of types": (
        file("".join(f'<itemDefinition name="t{n}"><typeRef>t{n + 1}</typeRef></itemDefinition>' for n in range(3000))
             + '<itemDefinition name="t3000"><typeRef>number</typeRef></itemDefinition>'),
        "types are said by types",
    ),
    "cyclic types": (
        file('<itemDefinition name="a"><typeRef>b</typeRef></itemDefinition>\n'
             '<itemDefinition name="b"><typeRef>a</typeRef></itemDefinition>'),
        "m.dmn:2, element 'a': the type 'a' is said by itself",
    ),
    "unknown type": (
        file('<inputData id="i" name="i"><variable name="i" typeRef="tNone"/></inputData>'),
        "m.dmn:2, element 'i': the type 'tNone' is not known",
    ),
    "same id": (file(decision("1") + "\n" + decision("2")), "m.dmn:4, element 'd': the id 'd' was given before"),
    "same name": (
        file(decision("1") + '\n<inputData id="x" name="d"/>'), "m.dmn:4, element 'x': the name 'd' was given before",
    ),
    "import of itself": (file('<import namespace="urn:m" name="me" importType=""/>'), "'urn:m' is not at hand"),
}  # fmt: skip

RUN = {
    "loops": "for a in 1..900, b in 1..900, c in 1..900 return a",
    "long loop": "for i in 1..1000000000000 return i",
    "some": "some a in 1..999999 satisfies a &lt; 0".replace("&lt;", "<"),
    "power": "10 ** 999999999999",
    "powers": "99999999999 ** 99999999999 ** 99999999999",
    "text": '{f: function(f, s, n) if n = 0 then s else f(f, s + s, n - 1), v: f(f, "ab", 90)}.v',
    "repeated": 'string join(for i in 1..300000 return "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
    "replace": '{r: function(r, s, n) if n = 0 then s else r(r, replace(s, "a", "aaaaaa"), n - 1), v: r(r, "a", 50)}.v',
    "pattern": 'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$") and false and null',
    "recursion": "{f: function(f, n) f(f, n + 1), v: f(f, 0)}.v",
    "tree": "{f: function(f, n) if n = 0 then 1 else f(f, n - 1) + f(f, n - 1), v: f(f, 60)}.v",
    "lists": "{f: function(f, s, n) if n = 0 then s else f(f, [s, s], n - 1), v: f(f, 1, 90)}.v",
    "partial": "for i in 1..100000 return partial",
}  # fmt: skip


def main(name):
    start = resource.getrusage(resource.RUSAGE_SELF)
    if name in READ:
        data, wanted = READ[name]
        try:
            dmn.compile_model(dmn.read(data, "m.dmn"))
            message = ""
        except NotationError as error:
            message = str(error)
        assert wanted in message, message[:2000]
        assert all(len(problem.message) < 500 for problem in getattr(message, "problems", ()))
    else:
        expr = parse(RUN[name])
        which = sys.argv[2]
        value = evaluate(expr, {}, []) if which == "reference" else compile_expression(expr)({})
        assert value in {None, False}, repr(value)[:500]
    end = resource.getrusage(resource.RUSAGE_SELF)
    used = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
    sys.stdout.write(f"{used:.2f} {end.ru_maxrss // 1024}\n")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    main(sys.argv[1])
