"""What people see on a terminal, and programs on a pipe."""

import click
import pytest
from click.testing import CliRunner

from questlog.cli import terminal


def shown(*rows: tuple[str, ...], headings: tuple[str, ...]) -> list[str]:
    @click.command()
    def show() -> None:
        terminal.table(rows, headings=headings)

    return CliRunner().invoke(show).output.splitlines()


def test_columns_are_as_wide_as_they_must_be() -> None:
    rows = (("1", "Write"), ("12", "Ждать 日本"))

    lines = shown(*rows, headings=("NO", "TASK"))

    assert lines == ["NO  TASK", "1   Write", "12  Ждать 日本"]


def test_a_column_without_content_is_left_out() -> None:
    rows = (("1", "", "today"), ("2", "", ""))

    lines = shown(*rows, headings=("NO", "LABELS", "DUE"))

    assert lines == ["NO  DUE", "1   today", "2"]


@pytest.mark.parametrize(
    ("title", "safe"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\u202eb", "ab"),
        ("one\ntwo\tthree", "one two three"),
        ("👩\u200d🚀 flies", "👩\u200d🚀 flies"),
        ("  indented", "  indented"),
    ],
)
def test_a_title_cannot_move_the_cursor_or_turn_text_around(title: str, safe: str) -> None:
    assert terminal.printable(title) == safe


def test_a_bar_is_silent_where_nobody_watches() -> None:
    @click.command()
    def work() -> None:
        with terminal.progress(3, "Working") as bar:
            terminal.advance(bar, 3)
        click.echo("done")

    result = CliRunner().invoke(work)

    assert result.output == "done\n"
