from decimal import Decimal

import pytest
from intakes import GOOD, HEADER, INTAKE, csv_file

from alihdaya.channels.files import FileRefused, Row, count_rows, read_rows


def read(path, **how):
    batches = list(read_rows(path, INTAKE, **how))
    return [row for b in batches for row in b.rows], [r for b in batches for r in b.rejects], batches


def codes(path):
    with pytest.raises(FileRefused) as caught:
        read(path)
    return {problem.code: str(problem) for problem in caught.value.problems}


def test_a_good_row_has_exact_values_of_the_right_types(tmp_path):
    rows, rejects, _ = read(csv_file(tmp_path, GOOD))
    data = {
        "id": "a",
        "count": 1,
        "price": Decimal("1.5"),
        "urgent": True,
        "day": "2013-01-31",
        "came": "2013-01-31T17:00:00Z",
        "size": "S",
    }
    assert rows == [Row(1, "a/1", 1_359_651_600_000_000, data)]
    assert [type(value) for value in rows[0].data.values()] == [str, int, Decimal, bool, str, str, str]
    assert rejects == []


def test_numbers_are_never_rounded(tmp_path):
    prices = [
        "0.1",
        "1234567890123456789012345678901234",
        "0.1000000000000000055511151231257827",
        "1e3",
        "-.5",
        "10.00",
    ]
    rows, _, _ = read(csv_file(tmp_path, *(f"a,{n},{price},,,," for n, price in enumerate(prices))))
    found = [row.data["price"] for row in rows]
    assert found == [Decimal(price) for price in prices]
    assert [type(value) for value in found] == [Decimal, int, Decimal, int, Decimal, int]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",1,,,,,", "id", "no value"),
        ("a,,,,,,", "count", "no value"),
        ("a,x,,,,,", "count", "not a whole number"),
        ("a,1.5,,,,,", "count", "not a whole number"),
        ("a,-1,,,,,", "count", "below 0"),
        ("a,1001,,,,,", "count", "above 1000"),
        ('a,"1,000",,,,,', "count", "without thousands"),
        ("a,1" + "0" * 40 + ",,,,,", "count", "more than 34 digits"),
        ("a,1,12a,,,,", "price", "not a number"),
        ('a,1,"1,5",,,,', "price", "with a point"),
        ("a,1,NaN,,,,", "price", "not a number"),
        ("a,1,Infinity,,,,", "price", "not a number"),
        ("a,1,1e9999,,,,", "price", "too large"),
        ("a,1,١٢,,,,", "price", "not a number"),
        ("a,1,0." + "1" * 35 + ",,,,", "price", "more than 34 digits"),
        ("a,1,,maybe,,,", "urgent", "neither true nor false"),
        ("a,1,,,2013-02-30,,", "day", "not a date"),
        ("a,1,,,31/01/2013,,", "day", "not a date"),
        ("a,1,,,,yesterday,", "came", "not an instant"),
        ("a,1,,,,2013-01-31T12:00:00,", "came", "no time zone"),
        ("a,1,,,,,XL", "size", "not one of S, M"),
        ("a" * 21 + ",1,,,,,", "id", "longer than 20"),
        ("a\0b,1,,,,,", "id", "NUL"),
    ],
)
def test_a_bad_cell_rejects_its_row_and_no_other(tmp_path, line, column, reason):
    rows, rejects, _ = read(csv_file(tmp_path, GOOD, line, GOOD))
    assert [row.number for row in rows] == [1, 3]
    assert [(r.row, r.line, r.column) for r in rejects] == [(2, 3, column)]
    assert reason in rejects[0].reason


def test_a_bad_value_is_named_each_time_it_comes_even_in_later_batches(tmp_path):
    path = csv_file(tmp_path, *["a,1,bad,,,,", GOOD] * 5)
    rows, rejects, batches = read(path, size=3)
    assert [row.number for row in rows] == [2, 4, 6, 8, 10]
    assert [(r.row, r.text) for r in rejects] == [(n, "bad") for n in (1, 3, 5, 7, 9)]
    assert [batch.last for batch in batches] == [3, 6, 9, 10]


def test_lines_with_too_few_or_too_many_fields_are_rejected(tmp_path):
    rows, rejects, _ = read(csv_file(tmp_path, "a,1", GOOD, GOOD + ",more"))
    assert [row.number for row in rows] == [2]
    assert [(r.row, r.reason) for r in rejects] == [
        (1, "2 fields, and the header has 7"),
        (3, "8 fields, and the header has 7"),
    ]


def test_broken_quotes_say_which_lines_they_swallowed(tmp_path):
    rows, rejects, _ = read(csv_file(tmp_path, GOOD, '"a"x,1,,,,,', GOOD, '"a,1,,,,,', GOOD, GOOD))
    assert [row.number for row in rows] == [1, 3]
    assert [r.row for r in rejects] == [2, 4]
    assert "lines 5 to 7" in rejects[1].reason


def test_fields_may_hold_line_breaks_and_the_line_is_still_right(tmp_path):
    rows, rejects, _ = read(csv_file(tmp_path, '"a\nb",1,,,,,', "c,x,,,,,"))
    assert rows[0].data["id"] == "a\nb"
    assert [(r.row, r.line) for r in rejects] == [(2, 4)]


def test_foreign_bytes_reject_the_row_and_show_the_byte(tmp_path):
    path = tmp_path / "rows.csv"
    lines = [HEADER, GOOD, "café,1,,,,,", GOOD]
    path.write_bytes("\n".join(lines).encode("latin-1") + "\ncafé,1,,,,,\n".encode())
    rows, rejects, _ = read(path)
    assert [(row.number, row.data["id"]) for row in rows] == [(1, "a"), (3, "a"), (4, "café")]
    assert [(r.row, r.column, r.reason, r.text) for r in rejects] == [(2, "id", "not UTF-8 text", "caf\\xe9")]


@pytest.mark.parametrize("start", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_marks_line_ends_and_separators_make_no_difference(tmp_path, start, end, separator):
    path = tmp_path / "rows.csv"
    text = start + end.join([HEADER, GOOD, "", GOOD]).replace(",", separator)
    path.write_bytes(text.encode())
    rows, rejects, _ = read(path)
    assert [(row.number, row.external_id) for row in rows] == [(1, "a/1"), (2, "a/1")]
    assert rejects == []


def test_a_field_of_a_megabyte_is_rejected_and_the_rest_goes_on(tmp_path):
    rows, rejects, _ = read(csv_file(tmp_path, "x" * 1_000_000 + ",1,,,,,", GOOD))
    assert [row.number for row in rows] == [2]
    assert len(rejects[0].text) <= 120


def test_missing_columns_refuse_the_file_and_name_the_nearest(tmp_path):
    path = csv_file(tmp_path, "a,1", header="ID,cuont")
    with pytest.raises(FileRefused) as caught:
        read(path)
    texts = [problem.message for problem in caught.value.problems]
    assert texts == [
        "the column 'id' is missing; did you mean the column 'ID'?",
        "the column 'count' is missing; did you mean the column 'cuont'?",
    ]


def test_a_column_that_is_there_twice_refuses_the_file(tmp_path):
    assert "column-twice" in codes(csv_file(tmp_path, "a,1,2", header="id,count,id"))


def test_unknown_and_absent_columns_are_notes(tmp_path):
    rows, _, batches = read(csv_file(tmp_path, "a,1,x,y", header="id,count,colour,colour"))
    assert rows[0].data["price"] is None
    assert batches[0].notes == (
        "ignored columns that the pack does not know: colour, colour",
        "columns that are not in the file count as empty: price, urgent, day, came, size",
    )


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("rows.csv", b"", "empty-file"),
        ("rows.csv", b"\xef\xbb\xbf\r\n", "empty-file"),
        ("rows.csv", b"PK\x03\x04....", "foreign-format"),
        ("rows.csv", b"\x1f\x8b....", "foreign-format"),
        ("rows.csv", HEADER.encode("utf-16"), "foreign-format"),
        ("rows.csv", b"id\xff,count\n", "not-utf8"),
        ("rows.csv", b'"id,count\na,1\n', "bad-header"),
        ("rows.doc", b"id,count\n", "unknown-format"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_the_reason(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    assert code in codes(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "No such file" in codes(tmp_path / "none.csv")["unreadable"]


def test_reading_goes_on_after_a_row(tmp_path):
    path = csv_file(tmp_path, GOOD, "a,x,,,,,", "a", GOOD, GOOD)
    everything, rejects, _ = read(path)
    for after in range(6):
        rows, bad, _ = read(path, after=after, size=2)
        assert rows == [row for row in everything if row.number > after]
        assert bad == [reject for reject in rejects if reject.row > after]
    assert count_rows(path) == 5


def test_ids_cannot_be_confused(tmp_path):
    intake_key = read(csv_file(tmp_path, "a/1,1,,,,,", "a%2F1,1,,,,,"))[0]
    assert [row.external_id for row in intake_key] == ["a%2F1/1", "a%252F1/1"]
