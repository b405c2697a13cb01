"""Courses and lessons at a terminal, and how Markdown looks there."""

from pathlib import Path

import click
import pytest
import yaml

from questlog.cli import lesson_text
from questlog.cli.exits import Exit
from tests.support import school
from tests.support.terminal import Terminal

BODY = """\
## Two *ropes*

Bend the **thicker** rope back, as `bend --twice` says, and read [more](https://example.org/knots).

- one
  and more of it
- two
"""


@pytest.fixture
def eve(ada: Terminal, tmp_path: Path) -> Terminal:
    """Somebody on a server that has two courses with the same codes."""
    for slug, title in (("towns", "Towns"), ("knots", "Knots")):
        written = school.course(slug, weeks=2, title=title)
        written["weeks"][0]["lessons"][0]["body"] = BODY
        path = tmp_path / f"{slug}.yaml"
        path.write_text(yaml.safe_dump(written), encoding="utf-8")
        ada.run("cmd", "import-course", str(path))
    return ada


def test_courses_are_listed_taken_and_left(eve: Terminal) -> None:
    before = eve.run("courses").lines
    enrolled = eve.run("courses", "enroll", "knots", "--from", "2030-01-07", "--skip", "sat,sun")
    during = eve.run("courses").lines
    left = eve.run("courses", "leave", "Knots", "--yes").lines

    assert before[0].split() == ["NO", "COURSE", "CODE", "DONE"]
    assert ["Knots", "knots", "14", "lessons"] in [line.split()[1:] for line in before]
    assert "14 lessons are planned from 2030-01-07 on." in enrolled.lines
    assert "Knots knots active 0 of 14 w1-d1 Day 1 of week 1" in " ".join(" ".join(during).split())
    assert left == ["Left: Knots"]


def test_a_course_shows_what_is_done(eve: Terminal) -> None:
    look = eve.run("courses", "show", "towns").out
    slugs = [one["slug"] for one in eve.run("courses", "--json").json]
    eve.run("courses", "enroll", str(slugs.index("towns") + 1), "--from", "today")
    eve.run("today")
    eve.run("done", "1")

    shown = eve.run("courses", "show", "Towns").lines

    assert "Take it: questlog courses enroll towns" in look
    assert shown[2].endswith("1 of 14")
    assert "  ✓ w1-d1  Day 1 of week 1  (15 min)" in shown
    assert "  · w1-d2  Day 2 of week 1  (15 min)" in shown


def test_days_that_are_none_are_wrong_usage(eve: Terminal) -> None:
    said = eve.run("courses", "enroll", "knots", "--skip", "sat,someday", expect=Exit.USAGE)

    assert "`someday` is no weekday" in said.err
    assert eve.run("courses", "--json").json[0]["enrolment"] is None


def test_the_next_lesson_is_shown_as_text(eve: Terminal) -> None:
    eve.run("courses", "enroll", "knots")

    lines = eve.run("lesson").lines

    assert lines[:2] == ["Day 1 of week 1", "Knots, week 1, day 1 (w1-d1, 15 min, 20 XP)"]
    assert lines[3] == "Two ropes"
    assert lines[5].startswith("Bend the thicker rope back, as bend --twice says")
    assert "  • one and more of it" in lines
    assert "Its quiz: questlog quiz knots/w1-d1" in lines


def test_a_lesson_is_named_by_code_course_or_both(eve: Terminal) -> None:
    both = eve.run("lesson", "w1-d2", expect=Exit.NOT_FOUND)
    eve.run("courses", "enroll", "towns")

    mine = eve.run("lesson", "W1-D2", "--json").json
    other = eve.run("lesson", "knots/w1-d2", "--json").json
    first = eve.run("lesson", "towns", "--json").json
    by_id = eve.run("lesson", other["id"], "--json").json

    assert "several courses have a lesson `w1-d2`" in both.err
    assert "`knots/w1-d2`" in both.err
    assert mine["code"] == other["code"] == "w1-d2"
    assert mine["course_id"] != other["course_id"]
    assert (first["course_id"], first["code"]) == (mine["course_id"], "w1-d1")
    assert by_id == other


def test_who_takes_two_courses_is_told_of_the_other(eve: Terminal) -> None:
    for slug in ("towns", "knots"):
        eve.run("courses", "enroll", slug)

    said = eve.run("lesson", "--json")

    assert "You take `" in said.err
    assert said.json["code"] == "w1-d1"


@pytest.mark.parametrize(
    ("which", "told"),
    [
        ("next", "questlog courses enroll COURSE"),
        ("knots", "questlog courses enroll knots"),
        ("w9-d9", "there is no lesson `w9-d9`"),
        ("sea/w1-d1", "there is no lesson `sea/w1-d1`"),
        ("00000000-0000-7000-8000-000000000000", "lesson"),
    ],
)
def test_what_is_not_there_says_what_would_help(eve: Terminal, which: str, told: str) -> None:
    said = eve.run("lesson", which, expect=Exit.NOT_FOUND)

    assert told in said.err


def drawn(text: str, wide: int = 40) -> list[str]:
    return [click.unstyle(line) for line in lesson_text.rendered(text, wide)]


def test_paragraphs_and_items_are_broken_at_words() -> None:
    text = "- a long item that does not fit into a line of forty\n  1. inner\n\n" + "word " * 12

    lines = drawn(text)

    assert lines == [
        "  • a long item that does not fit into a",
        "    line of forty",
        "    1. inner",
        "",
        "word word word word word word word word",
        "word word word word",
    ]


def test_code_is_never_broken_and_never_read_as_marks() -> None:
    text = "```sh\nquestlog add '**Call** Mum friday 19:00 @phone p2' # a *long* line\n\n  done\n```\nafter"

    lines = drawn(text)

    assert lines == [
        "    questlog add '**Call** Mum friday 19:00 @phone p2' # a *long* line",
        "",
        "      done",
        "after",
    ]


def test_tables_quotes_and_headings() -> None:
    text = "# One\n> quoted\n> more\n\n| a | long |\n|---|---|\n| 日本 | `x\\|y` |\n"

    lines = drawn(text)

    assert lines == ["One", "│ quoted more", "", "  a     long", "  日本  x\\|y"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("3 * 4 * 5 and snake_case_name", "3 * 4 * 5 and snake_case_name"),
        (r"\*not bold\* but `a * b`", "*not bold* but a * b"),
        ("**bold with `code`** and *slanted*", "bold with code and slanted"),
        ("```` one line ````", "one line"),
        ("![a map](map.png)", "a map (map.png)"),
        ("un*closed and [half](", "un*closed and [half]("),
    ],
)
def test_marks_within_a_line(text: str, plain: str) -> None:
    assert drawn(text, 80) == [plain]


def test_a_lesson_cannot_move_the_cursor() -> None:
    lines = list(lesson_text.rendered("a\x1b[2Jb\n\n```\n\x1b]0;x\x07\n```", 40))

    assert click.unstyle("\n".join(lines)) == "a[2Jb\n\n    ]0;x"


def test_colours_are_for_those_who_watch() -> None:
    (line,) = lesson_text.rendered("**bold** `code`", 40)

    assert line == click.style("bold", bold=True) + " " + click.style("code", fg="cyan")
