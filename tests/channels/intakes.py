"""A small intake with one column of every type, and files in three formats that hold the same rows."""

import json
from decimal import Decimal

import polars as pl

from alihdaya.packs import Column, Intake

INTAKE = Intake(
    columns=(
        Column("id", "text", max_length=20),
        Column("count", "integer", low=Decimal(0), high=Decimal(1000)),
        Column("price", "number", required=False),
        Column("urgent", "boolean", required=False),
        Column("day", "date", required=False),
        Column("came", "instant", required=False),
        Column("size", "text", required=False, allowed=("S", "M")),
    ),
    key=("id", "count"),
    received_at="came",
)
HEADER = "id,count,price,urgent,day,came,size"
GOOD = "a,1,1.50,true,2013-01-31,2013-01-31T12:00:00-05:00,S"


def csv_file(folder, *lines, name="rows.csv", header=HEADER):
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def json_file(folder, *rows, name="rows.jsonl"):
    path = folder / name
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def parquet_file(folder, frame, name="rows.parquet"):
    path = folder / name
    pl.DataFrame(frame).write_parquet(path)
    return path
