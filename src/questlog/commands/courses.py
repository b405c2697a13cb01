"""`questlog cmd import-course` and its relatives: courses from files."""

from pathlib import Path

import click

from questlog.cli.database import work_on_database
from questlog.cli.settings import read_settings
from questlog.commands import command, failure, success
from questlog.core.db import Database
from questlog.flows.import_course import import_course
from questlog.learning import bundled, course_check
from questlog.learning.course_files import CourseFile
from questlog.learning.course_imports import CourseImported
from questlog.learning.marked_text import BadFileError, Problem

A_COURSE = click.Path(exists=True, readable=True, path_type=Path)
WORDS = {"new": "is new", "changed": "has changed", "unchanged": "is as it was"}


@command("import-course", help="Bring in a course: a YAML or JSON file, or a folder of them.")
@click.argument("path", type=A_COURSE)
def import_course_command(path: Path) -> None:
    file = read(path)

    async def work(database: Database) -> CourseImported:
        return await database.write(import_course, file.course)

    success(told(work_on_database(read_settings(), work)))


@command("check-course", help="Judge courses as an editor would; without a path, the bundled ones.")
@click.argument("paths", type=A_COURSE, nargs=-1)
def check_course_command(paths: tuple[Path, ...]) -> None:
    files = [read(path) for path in paths] if paths else bundled.courses()
    findings = [finding for file in files for finding in course_check.check(file)]
    if findings:
        raise refusal(findings)
    lessons = sum(len(file.course.lessons) for file in files)
    success(f"{len(files)} courses with {lessons} lessons: nothing to find fault with.")


def read(path: Path) -> CourseFile:
    """Read a course; what is wrong with it ends the command, line by line."""
    try:
        return bundled.read(path)
    except BadFileError as error:
        raise refusal(error.problems) from error


def refusal(problems: list[Problem]) -> click.ClickException:
    return failure("\n".join(str(problem) for problem in problems))


def told(imported: CourseImported) -> str:
    return (
        f"{imported.title} ({imported.slug}) {WORDS[imported.change]}: "
        f"{imported.lessons} lessons, {imported.questions} questions."
    )
