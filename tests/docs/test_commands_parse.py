"""Every command of ours that the documentation shows is one that the command line knows, options and all."""

import click
import pytest
from pages import PAGES, ROOT, commands

from alihdaya.cli import cli

FOUND = [
    pytest.param(words, line > 0, id=f"{page.relative_to(ROOT)}:{line} {' '.join(words)}"[:100])
    for page in PAGES
    for line, words in commands(page)
]
_PLACEHOLDERS = {"ITEM": "1", "N": "1", "MONTH": "2013-02"}


def parse(command, words, *, whole=True, parent=None):
    """Parse the words of a command and its subcommands without running anything; raises click's usage errors.

    What is required may be missing where the text only speaks of a command and does not show it `whole`.
    """
    context = click.Context(command, info_name=command.name, parent=parent)
    context.allow_interspersed_args = not isinstance(command, click.Group)
    words = command.arranged(words) if hasattr(command, "arranged") else words
    values, rest, _ = command.make_parser(context).parse_args(list(words))
    for parameter in command.params:
        given = values.get(parameter.name)
        if given is None or isinstance(given, type(NotImplemented)) or type(given).__name__ == "Sentinel":
            assert not (parameter.required and whole) or rest, f"{parameter.name} is missing"
        elif not isinstance(parameter.type, click.Path):
            several = isinstance(given, (list, tuple)) and not isinstance(parameter.type, click.Tuple)
            for value in given if several else [given]:
                known = _PLACEHOLDERS.get(value, value)
                parameter.type.convert(known, parameter, context)
    if isinstance(command, click.Group):
        if not rest:
            return
        below = command.get_command(context, rest[0])
        assert below is not None, f"there is no command {rest[0]!r}"
        parse(below, rest[1:], whole=whole, parent=context)
    else:
        assert not rest, f"too many words: {rest}"


@pytest.mark.parametrize(("words", "whole"), FOUND)
def test_a_command_that_is_shown_is_one_that_there_is(words, whole):
    if "--help" not in words:
        parse(cli, words, whole=whole)


def test_enough_commands_are_shown_to_be_worth_checking():
    assert len(FOUND) > 50


@pytest.mark.parametrize(
    "words",
    [
        ["demo", "--quick"],
        ["pack", "bake"],
        ["runn"],
        ["run", "disruption"],
        ["items", "--state", "lost"],
        ["replay", "now"],
        ["item", "last"],
        ["invoice"],
    ],
)
def test_the_check_finds_what_is_wrong(words):
    with pytest.raises((click.UsageError, AssertionError)):
        parse(cli, words)
