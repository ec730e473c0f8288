from datetime import date
from decimal import Decimal
from importlib.metadata import PackageNotFoundError

import polars as pl
import pytest

from alihdaya import packs
from alihdaya.channels import flights as source
from alihdaya.channels.files import FileRefused, digest


@pytest.fixture(scope="module")
def frame():
    return source.flights()


def test_columns_are_those_of_the_pack(frame):
    assert tuple(frame.columns) == packs.load("disruption").intake.names


def test_counts_that_are_known_of_the_data(frame):
    assert frame.height == 336_776
    assert frame["cancelled"].sum() == 8_255
    assert frame["diverted"].sum() == 1_175
    assert frame["visib"].null_count() == 1_556
    assert not frame.filter(pl.col("cancelled") & pl.col("diverted")).height


def test_rows_come_in_the_order_in_which_the_desk_learns_of_them(frame):
    keys = frame.select("known_at", "flight_date", "carrier", "flight", "origin").rows()
    assert keys == sorted(keys)


def test_one_flight_by_hand(frame):
    """UA 1545 of 1 January: due 05:15 New York (10:15 UTC), left 2 minutes late, 227 minutes in the air."""
    wanted = {"flight_date": date(2013, 1, 1), "carrier": "UA", "flight": 1545}
    row = frame.filter(**wanted).row(0, named=True)
    assert row["known_at"].isoformat() == "2013-01-01T14:04:00+00:00"
    assert (row["visib"], row["wind_speed"], row["wind_gust"]) == (10, Decimal("12.65858"), None)


def test_wind_is_in_exact_knots(frame):
    winds = frame["wind_speed"].drop_nulls().unique().to_list()
    assert all(wind % Decimal("1.15078") == 0 for wind in winds)


def test_the_same_bytes_every_time(tmp_path):
    assert source.write_flights(tmp_path / "a.parquet") == source.write_flights(tmp_path / "b.parquet")
    assert digest(tmp_path / "a.parquet") == digest(tmp_path / "b.parquet")


def test_without_the_package_the_message_says_what_to_install(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(source, "files", missing)
    with pytest.raises(FileRefused, match=r"alihdaya\[demo\]"):
        source.flights()
