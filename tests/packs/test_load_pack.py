import pytest
from folders import PARTS, build

from alihdaya import packs
from alihdaya.kernel.errors import PackError


def problems(folder):
    with pytest.raises(PackError) as caught:
        packs.load(folder)
    return caught.value.problems


def test_a_folder_loads_with_everything_parsed(tmp_path):
    pack = packs.load(build(tmp_path))
    assert (pack.name, pack.manifest.kind, pack.manifest.contact, pack.installed) == ("tiny", "BPO", "text", False)
    assert pack.process.node("look").name == ""
    assert pack.steps == ("double",)
    assert pack.forms["look"].fields[0].label == {"en": "Remark"}
    assert pack.intake.variables == ("id", "amount")
    assert [sample.name for sample in pack.samples] == ["big"]
    assert (pack.terms, pack.roster) == (None, None)


def test_the_installed_pack_loads_by_its_name():
    pack = packs.load("disruption")
    assert pack.installed
    assert pack.manifest.title["id"] == "Meja gangguan penerbangan"
    assert pack.translations["id"]["Judge the cause"] == "Nilai penyebabnya"
    assert pack.terms is not None
    assert pack.roster is not None


def test_the_digest_is_over_what_runs_and_only_that(tmp_path):
    first = packs.load(build(tmp_path / "a"))
    assert packs.load(build(tmp_path / "b", {"README.md": "words"})).digest == first.digest
    assert packs.load(build(tmp_path / "c", {"samples/size.json": "[]"})).digest == first.digest
    for path in ("pack.toml", "processes/tiny.bpmn", "decisions/size.dmn", "steps.py"):
        changed = {path: PARTS[path] + "\n"}
        assert packs.load(build(tmp_path / path.replace("/", "_"), changed)).digest != first.digest, path
    assert set(first.files) == {"pack.toml", "processes/tiny.bpmn", "decisions/size.dmn", "steps.py"}


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(PackError, match="did you mean disruption"):
        packs.load("disrupton")


def test_loading_runs_nothing(tmp_path):
    mark = tmp_path / "mark"
    steps = f"from alihdaya.packs.kit import Variables\nraise SystemExit({str(mark)!r})\n"
    pack = packs.load(build(tmp_path / "pack", {"steps.py": steps}))
    assert pack.steps == ()


@pytest.mark.parametrize(
    ("change", "code", "line", "element"),
    [
        (('kind = "BPO"', 'kind = "bpo"'), "not-allowed", 2, "kind"),
        (("voice = false\n", ""), "missing", None, "voice"),
        (("voice = false", 'voice = "no"'), "wrong-type", 3, "voice"),
        (('contact = "text"', 'contact = "telephone"'), "contact-degree", 4, "contact"),
        (('skills = ["typing"]', "skills = []"), "missing", 6, "skills"),
        (('maturity = "draft"', 'maturity = "draft"\ncolour = 1'), "unknown-key", 9, "colour"),
        (('en = "Tiny"', 'id = "Kecil"'), "missing", 10, "title.en"),
        (('file = "tiny.bpmn"', 'file = "../tiny.bpmn"'), "wrong-type", 17, "process.file"),
        (('file = "tiny.bpmn"', 'file = "other.bpmn"'), "no-process", None, "process.file"),
        (('key = ["id"]', 'key = ["amount"]'), "bad-key", 21, "intake.key"),
        (('key = ["id"]', 'key = ["id"]\nreceived_at = "id"'), "bad-received-at", 22, "intake.received_at"),
        (('name = "amount"', 'name = "id"'), "twice", 20, "intake.columns"),
        (('type = "number"', 'type = "float"'), "not-allowed", 29, "intake.columns[2].type"),
        (('type = "number"', 'type = "number"\nmin = 3\nmax = 2'), "out-of-range", 30, "intake.columns[2].min"),
        (('type = "text"\n\n', 'type = "text"\nmin = 3\n\n'), "wrong-type", 25, "intake.columns[1].type"),
        (('type = "text"\nlabel', 'type = "choice"\nlabel'), "bad-options", None, "form.look.fields[1].options"),
        (("[delivery]", "[delivery"), "not-toml", 32, None),
    ],
)
def test_a_wrong_manifest_names_file_line_and_key(tmp_path, change, code, line, element):
    found = problems(build(tmp_path, {"pack.toml": change}))
    assert [problem.code for problem in found] == [code], found
    assert found[0].source.file == f"{tmp_path}/pack.toml"
    assert (found[0].source.element, found[0].source.line) == (element, line) or line is None


def test_all_problems_of_all_files_come_at_once(tmp_path):
    spoilt = {
        "processes/tiny.bpmn": "<nothing",
        "decisions/size.dmn": "<!DOCTYPE x><x/>",
        "steps.py": "import os\ndef double(): return open('x')",
        "samples/size.json": "[1]",
        "locale/id.po": 'msgid "a\n',
        "terms.toml": b"\xff",
    }
    found = problems(build(tmp_path, spoilt))
    files = {problem.source.file.removeprefix(f"{tmp_path}/") for problem in found}
    assert files == set(spoilt)


def test_a_folder_without_a_manifest_is_no_pack(tmp_path):
    assert [problem.code for problem in problems(build(tmp_path, {"pack.toml": None}))] == ["no-manifest"]


@pytest.mark.parametrize(
    ("samples", "code"),
    [
        ("{}", "bad-samples"),
        ("[", "not-json"),
        ('[{"name": "x"}]', "bad-sample"),
        ('[{"name": "x", "input": {"id": "x", "colour": 1}, "expect": {}}]', "unknown-key"),
        ('[{"name": "x", "input": {}, "expect": {}}]', "bad-value"),
        ('[{"name": "x", "input": {"id": "x", "amount": "many"}, "expect": {}}]', "bad-value"),
    ],
)
def test_samples_that_are_no_rows_of_the_intake(tmp_path, samples, code):
    assert [problem.code for problem in problems(build(tmp_path, {"samples/size.json": samples}))] == [code]


def test_samples_may_be_csv(tmp_path):
    table = "name,id,amount,expect.size,end\nbig,x,10.5,big,done\nnone,y,,small,done\n"
    pack = packs.load(build(tmp_path, {"samples/size.json": None, "samples/size.csv": table}))
    assert [(sample.input["amount"], sample.expect) for sample in pack.samples][1] == (None, {"size": "small"})
    assert packs.check(pack) == []
