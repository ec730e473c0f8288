"""The disruption desk by hand: what the pack should decide for every flight, in plain polars, from the README's words.

Nothing here reads the pack's models: this is the second opinion that they are held against.
"""

import polars as pl

LATE = 180


def decide(flights: pl.DataFrame) -> pl.DataFrame:
    """Add kind, refund, rebooking, meal, hotel, cause, owed_meal, owed_hotel and end to a frame of flights.

    `owed_meal` and `owed_hotel` are null where a person has to judge; cause is null where nothing is due. `end` is
    nothing_due, settled or person.
    """
    weather = ["visib", "wind_speed", "wind_gust", "precip", "temp"]
    exact = flights.with_columns((pl.col(weather) * 100_000).cast(pl.Int64))
    frame = exact.with_columns(kind()).with_columns(overnight(), nearby(), cause())
    frame = frame.with_columns(*entitlement()).with_columns(cause=pl.when(due()).then("cause"))
    frame = frame.with_columns(*settlement(), end())
    return frame.drop("overnight", "nearby").with_columns(flights.select(weather))


def late(column: str) -> pl.Expr:
    return (pl.col(column) >= LATE).fill_null(False)


def kind() -> pl.Expr:
    delayed = late("arr_delay") | late("dep_delay")
    words = pl.when("cancelled").then(pl.lit("cancellation")).when("diverted").then(pl.lit("diversion"))
    return words.when(delayed).then(pl.lit("delay")).otherwise(pl.lit("none")).alias("kind")


def lost() -> pl.Expr:
    return pl.col("kind").is_in(["cancellation", "diversion"])


def due() -> pl.Expr:
    return pl.col("kind") != "none"


def overnight() -> pl.Expr:
    leaves = pl.col("sched_dep_hour") * 60 + pl.col("sched_dep_minute") + pl.col("dep_delay")
    tomorrow = (leaves >= 24 * 60).fill_null(False)
    return pl.when(lost()).then(pl.col("sched_dep_hour") >= 17).otherwise(tomorrow).alias("overnight")


def nearby() -> pl.Expr:
    return (pl.col("distance") < 200).alias("nearby")


def entitlement() -> list[pl.Expr]:
    refund = lost() | (due() & late("arr_delay"))
    by_air = refund & ~(lost() & pl.col("nearby"))
    meal = lost() | (due() & late("dep_delay"))
    return [
        refund.alias("refund"),
        pl.when(by_air).then(pl.lit("flight")).when(refund).then(pl.lit("ground")).otherwise(pl.lit("none")).alias("rebooking"),
        meal.alias("meal"),
        (meal & pl.col("overnight") & ~(lost() & pl.col("nearby"))).alias("hotel"),
    ]  # fmt: skip


def cause() -> pl.Expr:
    """Weather as whole hundred-thousandths, so that no comparison is in floats."""
    unit = 100_000
    visib, wind, gust, rain, temp = (pl.col(name) for name in ("visib", "wind_speed", "wind_gust", "precip", "temp"))
    unseen = visib.is_null() | wind.is_null() | rain.is_null() | (wind > 150 * unit)
    frost = (rain > 0) & (temp <= 32 * unit)
    severe = (visib < 2 * unit) | (gust >= 40 * unit).fill_null(False) | (10 * rain >= unit) | frost.fill_null(False)
    rough = (
        (visib < 5 * unit)
        | (wind >= 20 * unit)
        | (gust >= 30 * unit).fill_null(False)
        | (100 * rain >= unit)
    )  # fmt: skip
    return (
        pl.when((pl.col("kind") == "diversion") | unseen)
        .then(pl.lit("undecidable"))
        .when(severe)
        .then(pl.lit("weather"))
        .when(rough)
        .then(pl.lit("undecidable"))
        .otherwise(pl.lit("carrier"))
        .alias("cause")
    )


def settlement() -> list[pl.Expr]:
    carrier = pl.when(pl.col("cause") == "carrier")
    weather = pl.col("cause") == "weather"
    return [
        carrier.then(pl.col(name)).when(weather).then(pl.lit(value=False)).alias(f"owed_{name}")
        for name in ("meal", "hotel")
    ]


def end() -> pl.Expr:
    decided = pl.col("cause").is_in(["carrier", "weather"])
    ends = pl.when(~due()).then(pl.lit("nothing_due")).when(decided).then(pl.lit("settled"))
    return ends.otherwise(pl.lit("person")).alias("end")
