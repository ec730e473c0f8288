"""Variables as an operator writes them, and options behind the item."""

from contextlib import nullcontext
from decimal import Decimal

import click
import pytest

from alihdaya.cli.instance import instance
from alihdaya.cli.instance.facts import read_facts
from alihdaya.cli.settings import ItemNumber, Settings
from alihdaya.engine import Instance
from alihdaya.kernel.errors import NotationError
from alihdaya.store import views

HELD = Instance("p", {"name": "Ann", "amount": Decimal(3), "vip": False, "note": None})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("name=12", "12"),
        ("name=a=b", "a=b"),
        ("name:=12", 12),
        ("amount=12.50", Decimal("12.50")),
        ("amount=amount + 1", 4),
        ("vip=true", True),
        ("note=5", 5),
        ("note=05", "05"),
        ("note=late", "late"),
        ("note=", ""),
        ("new=null", None),
        ('new:=[1, "x"]', [1, "x"]),
    ],
)
def test_a_value_is_read_by_what_the_variable_holds(text, value):
    [(name, found)] = read_facts([text], HELD).items()
    assert name == text.partition("=")[0].removesuffix(":")
    assert (found, type(found)) == (value, type(value)) or found == Decimal(str(value))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("name", click.UsageError),
        ("=1", click.UsageError),
        (":=1", click.UsageError),
        ("amount=1 +", NotationError),
        ("amount=abc", click.UsageError),
        ("amount:=1/0", click.UsageError),
    ],
)
def test_what_is_no_pair_or_no_feel_is_refused(text, error):
    with pytest.raises(error):
        read_facts([text], HELD)


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (["5", "--trace"], (5, True, False, [])),
        (["--json", "5", "--trace"], (5, True, True, [])),
        (["5", "move", "--by", "rina", "judge"], (5, False, False, ["move", "--by", "rina", "judge"])),
    ],
)
def test_options_stand_before_or_behind_the_item(words, chosen):
    ctx = click.Context(instance)
    instance.parse_args(ctx, list(words))
    rest = [*ctx._protected_args, *ctx.args] if hasattr(ctx, "_protected_args") else ctx.args
    assert (ctx.params["item"], ctx.params["path"], ctx.params["as_json"], rest) == chosen


def test_an_item_is_named_by_our_number_or_by_the_clients(tmp_path, monkeypatch):
    known = {"R-0008": [7], "3-17": [], "twice": [4, 9]}
    monkeypatch.setattr(views, "named", lambda _, text: known.get(text, []))
    monkeypatch.setattr(Settings, "read", lambda _: nullcontext())

    def read(text):
        return ItemNumber().convert(text, None, click.Context(instance, obj=Settings("en")))

    assert (read("R-0008"), read(" 12 "), read(5), read("3-17")) == (7, 12, 5, 17003)
    with pytest.raises(click.BadParameter, match="several items: 4, 9"):
        read("twice")
    for wrong in ("R-0009", "R-0008; drop", "٣"):
        with pytest.raises(click.BadParameter, match="no item has the client's number"):
            read(wrong)
    for small in ("0", "-1"):
        with pytest.raises(click.BadParameter, match="range"):
            read(small)
