"""`questlog courses`: the courses there are, how far one has come, taking one and leaving it."""

from collections.abc import Iterator
from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import lesson_text, references, terminal
from questlog.cli.game_pictures import bar
from questlog.cli.lesson_words import spans, wrapped
from questlog.cli.lessons_found import course as course_of
from questlog.cli.lessons_found import progress_of
from questlog.cli.remote import Remote, signed_in
from questlog.cli.tasks import date_of

HEADINGS = ("NO", "COURSE", "CODE", "STATE", "DONE", "NEXT")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@click.group(invoke_without_command=True)
@terminal.json_option
@click.pass_context
def courses(context: click.Context, as_json: bool) -> None:
    """List the courses there are, and how far you have come.

    \b
    questlog courses
    questlog courses show knots
    questlog courses enroll knots --skip sat,sun
    questlog lesson
    """
    if context.invoked_subcommand is not None:
        return
    with signed_in() as remote:
        found = list(remote.pages("/courses"))
        progress = {one["course_id"]: one for one in progress_of(remote)}
        accounts.remember_list(
            references.account_of(remote), "course", [one["id"] for one in found]
        )
    if as_json:
        terminal.print_json([{**one, "progress": progress.get(one["id"])} for one in found])
    elif found:
        rows = [_row(n, one, progress.get(one["id"])) for n, one in enumerate(found, 1)]
        terminal.table(rows, headings=HEADINGS)
    else:
        click.echo("No courses yet. Whoever runs the server loads some: questlog cmd seed")


def _row(number: int, one: dict[str, Any], progress: dict[str, Any] | None) -> tuple[str, ...]:
    far, coming = f"{one['lessons']} lessons", ""
    if progress is not None:
        far = f"{progress['done']} of {progress['total']}"
        following = progress["next_lesson"]
        if following is not None and one["enrolment"] == "active":
            coming = f"{following['code']}  {following['title']}"
    return str(number), one["title"], one["slug"], one["enrolment"] or "", far, coming


@courses.command()
@click.argument("course")
@terminal.json_option
def show(course: str, as_json: bool) -> None:
    """Show a course with its weeks, its lessons and what is done of them.

    \b
    questlog courses show knots
    """
    with signed_in() as remote:
        found = course_of(remote, course)
        weeks = _weeks(remote, found)
    if as_json:
        terminal.print_json({**found, "weeks": weeks})
        return
    for line in _shown(found, weeks):
        click.echo(line)


def _weeks(remote: Remote, found: dict[str, Any]) -> list[dict[str, Any]]:
    if found["enrolment"] is not None:
        mine = list(remote.pages("/weeks", course_id=found["id"]))
        if mine:
            return mine
    weeks: list[dict[str, Any]] = remote.get(f"/courses/{found['id']}")["weeks"]
    return weeks


def _shown(found: dict[str, Any], weeks: list[dict[str, Any]]) -> Iterator[str]:
    wide = lesson_text.columns()
    state = f" [{found['enrolment']}]" if found["enrolment"] else ""
    yield click.style(terminal.printable(found["title"]), bold=True) + state
    yield from wrapped(spans(found["description"]), wide)
    if found["enrolment"] is None:
        yield f"Take it: questlog courses enroll {found['slug']}"
    else:
        done = sum(1 for week in weeks for one in week["lessons"] if one.get("done_on"))
        total = sum(len(week["lessons"]) for week in weeks)
        yield f"{bar(done, total)}  {done} of {total}"
    for week in weeks:
        yield ""
        yield click.style(f"Week {week['number']}: {terminal.printable(week['title'])}", bold=True)
        yield from wrapped(spans(week["focus"]), wide, first="  ", rest="  ")
        for one in week["lessons"]:
            sign = click.style("✓", fg="green") if one.get("done_on") else "·"
            title = terminal.printable(one["title"])
            yield f"  {sign} {one['code']}  {title}  ({one['minutes']} min)"


@courses.command()
@click.argument("course")
@click.option("--from", "first", metavar="DATE", help="The day of the first lesson; else today.")
@click.option("--skip", metavar="DAYS", help="Weekdays without a lesson, such as sat,sun.")
@terminal.json_option
def enroll(course: str, first: str | None, skip: str | None, as_json: bool) -> None:
    """Take a course: a project with a task for each lesson, one a day.

    \b
    questlog courses enroll knots
    questlog courses enroll knots --from "next monday" --skip sat,sun
    """
    body: dict[str, Any] = {"skip_weekdays": _weekdays(skip)} if skip else {}
    with signed_in() as remote:
        if first is not None:
            day = date_of(first, references.account_of(remote).timezone)
            body["starts_on"] = None if day is None else day[:10]
        found = course_of(remote, course)
        enrolment = remote.post(f"/courses/{found['id']}/enroll", body)
    if as_json:
        terminal.print_json(enrolment)
        return
    terminal.success(f"Enrolled: {terminal.printable(found['title'])}")
    click.echo(f"{enrolment['planned']} lessons are planned from {enrolment['starts_on']} on.")
    click.echo(f"Begin with: questlog lesson {found['slug']}")


@courses.command()
@click.argument("course")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
def leave(course: str, yes: bool) -> None:
    """Leave a course: its open tasks go to the trash, and what is done stays done."""
    with signed_in() as remote:
        found = course_of(remote, course)
        title = terminal.printable(found["title"])
        if not terminal.confirmed(f"Leave {title}?", yes=yes):
            raise click.Abort()
        remote.delete(f"/courses/{found['id']}/enrolment")
    terminal.success(f"Left: {title}")


def _weekdays(text: str) -> list[int]:
    """Return ISO weekdays; raises `click.UsageError` for what is none."""
    found = []
    for word in text.replace(",", " ").split():
        short = word.casefold()[:3]
        if short in WEEKDAYS:
            found.append(WEEKDAYS.index(short) + 1)
        elif word in "1234567" and len(word) == 1:
            found.append(int(word))
        else:
            raise click.UsageError(f"`{word}` is no weekday. Take mon, tue, … or 1 to 7.")
    return sorted(set(found))
