"""Filters at a terminal."""

from tests.support.terminal import Terminal


def test_tasks_are_listed_by_a_filter_and_done_by_number(ada: Terminal) -> None:
    ada.run("add", "Call Mum", "--due", "today", "--label", "home")
    ada.run("add", "Write the report", "--due", "today", "--priority", "urgent")
    ada.run("add", "Read a novel")

    listed = ada.run("list", "--filter", "today & !@home", "--json").json
    ada.run("done", "1")
    left = ada.run("list", "--json").json

    assert [task["title"] for task in listed] == ["Write the report"]
    assert [task["title"] for task in left] == ["Call Mum", "Read a novel"]


def test_a_filter_is_kept_used_and_forgotten(ada: Terminal) -> None:
    ada.run("add", "Call Mum", "--due", "today")
    ada.run("add", "Read a novel")

    said = ada.run("filters", "add", "Undated", "no date")
    shown = ada.run("filters").lines
    listed = ada.run("list", "undated", "--json").json
    removed = ada.run("filters", "remove", "1")
    empty = ada.run("filters")

    assert said.out == "Filter: Undated\n"
    assert shown[1].split() == ["1", "Undated", "no", "date"]
    assert [task["title"] for task in listed] == ["Read a novel"]
    assert removed.out == "Removed: Undated\n"
    assert empty.out.startswith("No filters yet")


def test_a_filter_is_explained(ada: Terminal) -> None:
    said = ada.run("filters", "explain", "p1 &!@nowhere")

    assert said.lines == [
        "Open tasks: urgent and not with the label “nowhere”",
        "  p1 & !@nowhere",
    ]
    assert "nothing called nowhere" in said.err


def test_a_caret_shows_where_a_filter_is_wrong(ada: Terminal) -> None:
    refused = ada.run("list", "--filter", "@дом & overdu | p1", expect=6)

    assert refused.err.splitlines()[-3:] == [
        "Error: “overdu” at character 8 is no condition. Did you mean “overdue”?",
        "  @дом & overdu | p1",
        "         ^^^^^^",
    ]


def test_an_unknown_filter_is_not_found(ada: Terminal) -> None:
    assert "no filter is called `Nope`" in ada.run("list", "Nope", expect=4).err
