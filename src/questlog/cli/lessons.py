"""`questlog lesson`: the next lesson, or any other, to read at the terminal."""

from collections.abc import Iterator
from typing import Any

import click

from questlog.cli import lesson_text, terminal
from questlog.cli.lesson_words import spans, wrapped
from questlog.cli.lessons_found import NEXT, lesson_id
from questlog.cli.remote import signed_in


@click.command()
@click.argument("which", metavar="[NEXT|CODE]", default=NEXT)
@click.option("--no-pager", is_flag=True, help="Print it all at once.")
@terminal.json_option
def lesson(which: str, no_pager: bool, as_json: bool) -> None:
    """Read a lesson: the next one that is not done, or the one with this code.

    Where several of your courses have the same code, name the course before it.

    \b
    questlog lesson
    questlog lesson w1-d3
    questlog lesson knots               the next one of this course
    questlog lesson knots/w1-d3
    """
    with signed_in() as remote:
        found = remote.get(f"/lessons/{lesson_id(remote, which)}")
        course = {} if as_json else remote.get(f"/courses/{found['course_id']}")
    if as_json:
        terminal.print_json(found)
        return
    text = "\n".join(_page(found, course))
    if no_pager:
        click.echo(text)
    else:
        click.echo_via_pager(text)


def _page(found: dict[str, Any], course: dict[str, Any]) -> Iterator[str]:
    wide = lesson_text.columns()
    yield from wrapped(spans(found["title"], {"bold": True, "fg": "green"}), wide)
    place = f"week {found['week']}, day {found['day']}"
    facts = f"{found['code']}, {found['minutes']} min, {found['xp_reward']} XP"
    yield click.style(f"{terminal.printable(course['title'])}, {place} ({facts})", dim=True)
    if found["removed_at"] is not None:
        yield click.style("Newer content of the course does without this lesson.", fg="yellow")
    yield ""
    yield from lesson_text.rendered(found["body"], wide)
    yield ""
    yield click.style(f"Its quiz: questlog quiz {course['slug']}/{found['code']}", dim=True)
