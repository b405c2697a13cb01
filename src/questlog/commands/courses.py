"""`questlog cmd import-course` and its relatives: courses from files."""

from collections.abc import Sequence
from pathlib import Path

import click

from questlog.cli.database import work_on_database
from questlog.cli.settings import read_settings
from questlog.commands import command, failure, success
from questlog.core.db import Database, Session
from questlog.flows import reach_learners
from questlog.flows.import_course import import_course
from questlog.learning import bundled, course_check, question_imports
from questlog.learning.course_files import CourseFile
from questlog.learning.course_imports import CourseImported
from questlog.learning.marked_text import BadFileError, Problem
from questlog.learning.question_imports import QuestionsImported

A_COURSE = click.Path(exists=True, readable=True, path_type=Path)
NOT_ALL_TOLD = (
    "Not everybody who takes it could be reached. A server or worker goes on, and so does this "
    "command when it is repeated."
)
WORDS = {"new": "is new", "changed": "has changed", "unchanged": "is as it was"}


@command("import-course", help="Bring in a course: a YAML or JSON file, or a folder of them.")
@click.argument("path", type=A_COURSE)
def import_course_command(path: Path) -> None:
    file = read(path)

    async def work(database: Database) -> tuple[CourseImported, bool]:
        imported = await database.write(import_course, file.course)
        return imported, await reach_learners.catch_up(database)

    imported, is_all_told = work_on_database(read_settings(), work)
    success(told(imported))
    tell_of_learners([imported], is_all_told=is_all_told)


@command("check-course", help="Judge courses as an editor would; without a path, the bundled ones.")
@click.argument("paths", type=A_COURSE, nargs=-1)
def check_course_command(paths: tuple[Path, ...]) -> None:
    files = [read(path) for path in paths] if paths else bundled.courses()
    findings = [finding for file in files for finding in course_check.check(file)]
    if findings:
        raise refusal(findings)
    lessons = sum(len(file.course.lessons) for file in files)
    courses = "One course" if len(files) == 1 else f"{len(files)} courses"
    success(f"{courses} with {lessons} lessons: nothing to find fault with.")


@command("import-questions", help="Add the questions of a GIFT or CSV file to a lesson's quiz.")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--course", required=True, help="The course's slug.")
@click.option("--lesson", required=True, help="The lesson's code, such as w1-d1.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(sorted(question_imports.READERS)),
    help="By default csv for a name that ends so, else gift.",
)
def import_questions_command(path: Path, course: str, lesson: str, kind: str | None) -> None:
    reader = question_imports.READERS[kind or ("csv" if path.suffix.lower() == ".csv" else "gift")]
    try:
        forms = reader(bundled.text_of(path), path.name)
    except BadFileError as error:
        raise refusal(error.problems) from error

    async def work(session: Session) -> QuestionsImported:
        lesson_id = await question_imports.lesson_called(session, course, lesson)
        return await question_imports.import_questions(session, lesson_id, forms)

    found = work_on_database(read_settings(), lambda database: database.write(work))
    success(f"{found.added} questions added, {found.unchanged} were there already.")


def read(path: Path) -> CourseFile:
    """Read a course; what is wrong with it ends the command, line by line."""
    try:
        return bundled.read(path)
    except BadFileError as error:
        raise refusal(error.problems) from error


def refusal(problems: list[Problem]) -> click.ClickException:
    return failure("\n".join(str(problem) for problem in problems))


def tell_of_learners(imported: Sequence[CourseImported], *, is_all_told: bool) -> None:
    learners = sum(each.learners for each in imported)
    if not is_all_told:
        click.echo(NOT_ALL_TOLD)
    elif learners:
        click.echo(f"{learners} enrolment{'s' * (learners > 1)} brought up to date.")


def told(imported: CourseImported) -> str:
    return (
        f"{imported.title} ({imported.slug}) {WORDS[imported.change]}: "
        f"{imported.lessons} lessons, {imported.questions} questions."
    )
