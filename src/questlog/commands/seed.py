"""`questlog cmd seed`: courses that come with Questlog, and on request sample tasks to look at."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from itertools import batched
from typing import Any
from uuid import UUID

import click

from questlog.cli import terminal
from questlog.cli.database import work_on_database
from questlog.cli.settings import read_settings
from questlog.commands import command, failure, success
from questlog.commands.courses import tell_of_learners, told
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.flows import bundled_courses, reach_learners
from questlog.flows.sign_up import sign_up
from questlog.identity import emails, users
from questlog.identity.front_desk import FrontDesk
from questlog.learning.course_imports import CourseImported
from questlog.planning import projects, tasks
from questlog.planning.task_schemas import TaskCreate

DEMO = "demo@example.org"
AT_ONCE = 100
PROJECTS = ("Home", "Work", "Garden", "Learn Italian")
LABELS = ("phone", "errand", "deep work", "five minutes")
WORDS = ("weekly", "daily", "monthly")
TITLES = (
    "Call the dentist",
    "Write the report",
    "Water the plants",
    "Read a chapter",
    "Sort the photographs",
    "Repair the bicycle",
    "Plan the weekend",
    "Answer the letters",
    "Learn ten words",
    "Clean the kitchen",
    "Prepare the meeting",
)


@command(
    "seed", help="Load the bundled courses; with --count also sample tasks for a demo account."
)
@click.option(
    "--count", "-c", type=click.IntRange(1, 100_000), help="How many sample tasks to make."
)
@click.option(
    "--email", default=DEMO, show_default=True, help="Whose they are; made if there is none."
)
def seed(count: int | None, email: str) -> None:
    settings = read_settings()
    if count is not None and settings.app.is_production:
        raise failure("sample tasks are for trying things out: not in production")
    courses, is_all_told = work_on_database(settings, _load)
    for imported in courses:
        success(told(imported))
    tell_of_learners(courses, is_all_told=is_all_told)
    if count is not None:
        _make_tasks(settings, count, email)


async def _load(database: Database) -> tuple[list[CourseImported], bool]:
    return await bundled_courses.load(database), await reach_learners.catch_up(database)


def _make_tasks(settings: Settings, count: int, email: str) -> None:
    address = emails.normalise(email)

    async def work(database: Database) -> str | None:
        user_id, password = await _account(database, settings, address)
        await _fill(database, user_id, count)
        return password

    password = work_on_database(settings, work)
    success(f"Made {count} tasks for {address}.")
    if password is not None:
        click.echo(f"Sign in: questlog login --email {address} --password {password}")


async def _account(database: Database, settings: Settings, email: str) -> tuple[UUID, str | None]:
    """Return whose tasks they will be, and the password if the account is new."""
    found = await database.read(users.get_by_email, email)
    if found is not None:
        return found.id, None
    password = secrets.token_urlsafe(12)
    hashed = await FrontDesk(settings).passwords.hash(password)
    made = await database.write(
        sign_up, email, name="Demo", password_hash=hashed, email_verified=True
    )
    return made.id, password


async def _fill(database: Database, user_id: UUID, count: int) -> None:
    homes = await database.write(_projects, user_id)
    with terminal.progress(count, "Making tasks") as bar:
        for samples in batched(_samples(count, homes), AT_ONCE):
            await database.write(_save, user_id, samples)
            bar.update(len(samples))


async def _projects(session: Session, user_id: UUID) -> list[UUID]:
    return [(await projects.create(session, user_id, title)).id for title in PROJECTS]


async def _save(session: Session, user_id: UUID, samples: tuple[TaskCreate, ...]) -> None:
    for sample in samples:
        await tasks.create(session, user_id, sample, timezone="UTC")


def _samples(count: int, homes: list[UUID]) -> Iterator[TaskCreate]:
    """Spread tasks over a fortnight, with some of everything; the same ones each time."""
    today = clock.today("UTC")
    for number in range(count):
        chosen: dict[str, Any] = {"title": f"{TITLES[number % len(TITLES)]} ({number + 1})"}
        if number % 3:
            chosen["due_date"] = (today + timedelta(days=number % 17 - 3)).isoformat()
        if number % 4:
            chosen["project_id"] = homes[number % len(homes)]
        if number % 5 == 0:
            chosen["labels"] = [LABELS[number // 5 % len(LABELS)]]
        if number % 11 == 10:
            chosen["recurrence"] = WORDS[number % len(WORDS)]
        yield TaskCreate.model_validate({**chosen, "priority": number % 5})
