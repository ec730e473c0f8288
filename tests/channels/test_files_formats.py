import csv
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from intakes import GOOD, INTAKE, csv_file, json_file, parquet_file

from alihdaya.channels.files import FileRefused, Reject, count_rows, digest, read_rows, write_rejects

OBJECT = {
    "id": "a",
    "count": 1,
    "price": 1.50,
    "urgent": True,
    "day": "2013-01-31",
    "came": "2013-01-31T17:00:00Z",
    "size": "S",
}
NAIVE = datetime(2013, 1, 1, tzinfo=UTC).replace(tzinfo=None)
TYPED = {
    "id": ["a"],
    "count": [1],
    "price": [Decimal("1.50")],
    "urgent": [True],
    "day": [date(2013, 1, 31)],
    "came": [datetime(2013, 1, 31, 17, tzinfo=UTC)],
    "size": pl.Series(["S"], dtype=pl.Categorical),
}


def read(path, **how):
    batches = list(read_rows(path, INTAKE, **how))
    return [row for b in batches for row in b.rows], [r for b in batches for r in b.rejects]


def refused(path):
    with pytest.raises(FileRefused) as caught:
        read(path)
    return {problem.code for problem in caught.value.problems}


def test_all_formats_give_the_same_rows(tmp_path):
    paths = [csv_file(tmp_path, GOOD), json_file(tmp_path, OBJECT), parquet_file(tmp_path, TYPED)]
    paths.append(parquet_file(tmp_path, {**TYPED, "price": [1.5]}, "floats.parquet"))
    texts = {name: [str(value)] for name, value in OBJECT.items()}
    paths.append(parquet_file(tmp_path, texts, "texts.parquet"))
    first, *others = [read(path) for path in paths]
    assert first[1] == []
    assert others == [first] * 4


def test_json_numbers_keep_their_digits(tmp_path):
    path = json_file(tmp_path, '{"id":"a","count":1,"price":0.1000000000000000055511151231257827}')
    assert read(path)[0][0].data["price"] == Decimal("0.1000000000000000055511151231257827")


def test_floats_are_read_as_their_shortest_text(tmp_path):
    floats = [0.1, 1e-7, 1e22, 1 / 3]
    path = parquet_file(tmp_path, {"id": ["a"] * 4, "count": [1] * 4, "price": floats})
    assert [row.data["price"] for row in read(path)[0]] == [Decimal(repr(value)) for value in floats]
    path = parquet_file(tmp_path, {"id": ["a"], "count": [1], "price": [float("nan")]})
    assert read(path)[1][0].column == "price"


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ('{"id":"a","count":1', "", "not JSON"),
        ('{"id":"a","count":NaN}', "", "not JSON"),
        ("[1]", "", "not a JSON object"),
        ('{"id":"a","count":[1]}', "count", "an object or a list"),
        ('{"id":"a"}', "count", "no value"),
        ('{"id":"a","count":true}', "count", "not a whole number"),
        ('{"id":"\\u0000","count":1}', "id", "NUL"),
        ('{"id":"\\ud800","count":1}', "", "not JSON"),
        ("[" * 100_000, "", "not JSON"),
    ],
)
def test_a_bad_line_of_json_is_rejected_and_the_rest_goes_on(tmp_path, line, column, reason):
    rows, rejects = read(json_file(tmp_path, OBJECT, "", line, OBJECT))
    assert [row.number for row in rows] == [1, 3]
    assert [(r.row, r.line, r.column) for r in rejects] == [(2, 3, column)]
    assert reason in rejects[0].reason


def test_foreign_bytes_in_json(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id":"a","count":1}\r\n{"id":"\xe9","count":1}\r\n')
    rows, rejects = read(path)
    assert len(rows) == 1
    assert (rejects[0].row, rejects[0].reason) == (2, "not UTF-8 text")
    assert "\\xe9" in rejects[0].text


def test_a_column_in_no_object_refuses_the_file(tmp_path):
    assert refused(json_file(tmp_path, {"id": "a", "cout": 1})) == {"column-missing"}


def test_json_resumes_and_counts(tmp_path):
    path = json_file(tmp_path, OBJECT, "{", "", OBJECT, {"id": "a"}, OBJECT)
    everything, rejects = read(path)
    for after in range(6):
        rows, bad = read(path, after=after, size=2)
        assert rows == [row for row in everything if row.number > after]
        assert bad == [reject for reject in rejects if reject.row > after]
    assert count_rows(path) == 5


def test_parquet_resumes_and_counts(tmp_path):
    frame = {"id": [f"r{n}" for n in range(10)], "count": [n if n % 3 else -1 for n in range(10)]}
    path = parquet_file(tmp_path, frame)
    everything, rejects = read(path)
    assert [reject.row for reject in rejects] == [1, 4, 7, 10]
    for after in range(11):
        rows, bad = read(path, after=after, size=3)
        assert rows == [row for row in everything if row.number > after]
        assert bad == [reject for reject in rejects if reject.row > after]
    assert count_rows(path) == 10


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_truncated_parquet_file_is_refused(tmp_path, kept):
    path = parquet_file(tmp_path, {"id": [f"r{n}" for n in range(1000)], "count": [1] * 1000})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    assert refused(path) == {"bad-parquet"}


def test_a_parquet_file_with_garbage_inside_is_refused_or_read_but_never_crashes(tmp_path):
    path = parquet_file(tmp_path, {"id": [f"r{n}" for n in range(1000)], "count": list(range(1000))})
    data = bytearray(path.read_bytes())
    data[50:90] = b"\xff" * 40
    path.write_bytes(data)
    assert refused(path) == {"bad-parquet"}


@pytest.mark.parametrize(
    ("column", "values"),
    [("came", [NAIVE]), ("id", [b"bytes"]), ("price", [[1, 2]]), ("price", [{"a": 1}])],
)
def test_parquet_types_that_cannot_be_meant_refuse_the_file(tmp_path, column, values):
    assert refused(parquet_file(tmp_path, {"id": ["a"], "count": [1], column: values})) == {"column-type"}


def test_a_parquet_file_is_known_by_its_content(tmp_path):
    path = parquet_file(tmp_path, {"id": ["a"], "count": [1]}, "rows.csv")
    assert len(read(path)[0]) == 1


def test_the_digest_is_of_the_bytes(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"abc")
    assert digest(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_rejects_are_written_as_csv_that_no_spreadsheet_runs(tmp_path):
    path = tmp_path / "rejects.csv"
    bad = [Reject(2, 3, "id", "odd", "=cmd()"), Reject(4, None, "n", "low", "-5"), Reject(5, 6, "", "x, y", 'a"b')]
    assert write_rejects(path, bad, {2: 3, 4: 6}) == 3
    with path.open(newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["row", "column", "reason", "text", "spreadsheet_row"],
            ["2", "id", "odd", "'=cmd()", "3"],
            ["4", "n", "low", "-5", "6"],
            ["5", "", "x, y", 'a"b', ""],
        ]
    assert write_rejects(tmp_path / "none.csv", []) == 0
    assert not (tmp_path / "none.csv").exists()
