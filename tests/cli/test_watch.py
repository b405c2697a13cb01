"""Watching at a terminal what happens."""

import pytest

from questlog.cli.watch import Message, messages
from tests.support.terminal import Terminal


def test_what_happened_is_shown(ada: Terminal) -> None:
    ada.run("add", "Call Mum")
    ada.run("add", "Call Dad")

    shown = ada.run("watch", "--since", "0", "--for", "0", "--type", "task.*").lines

    assert [line.partition("  ")[2] for line in shown] == [
        "task.created “Call Mum”",
        "task.created “Call Dad”",
    ]


def test_programs_get_a_line_of_json_for_each(ada: Terminal) -> None:
    ada.run("add", "Call Mum")

    shown = ada.run("watch", "--since", "0", "--for", "0", "--type", "task.created", "--json").json

    assert shown["data"]["title"] == "Call Mum"


def test_without_a_number_only_what_is_new_is_shown(ada: Terminal) -> None:
    ada.run("add", "Call Mum")

    assert ada.run("watch", "--for", "0").lines == []


def test_who_claims_to_know_the_future_is_told(ada: Terminal) -> None:
    told = ada.run("watch", "--since", "900", "--for", "0")

    assert "cannot be shown" in told.err


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("retry: 2000\nevent: hello\ndata: {}\n\n", [Message("hello", {})]),
        (': still here\n\nid: 4\ndata: {"seq": 4}\n\n', [Message("", {"seq": 4})]),
        ("event: end\ndata: {}\n\ndata: {}\n\n", [Message("end", {}), Message("", {})]),
        ("", []),
    ],
)
def test_streams_are_read(text: str, found: list[Message]) -> None:
    assert list(messages(text.splitlines())) == found
