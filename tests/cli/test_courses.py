"""Courses at a terminal: loaded, brought in, judged."""

import asyncio
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from questlog.cli import root
from questlog.core.db import Database
from questlog.learning import bundled
from tests.flows.test_courses import take, tasks_of
from tests.support import school
from tests.support.make import Make


@pytest.fixture
def run(database_address: str, tmp_path_factory: pytest.TempPathFactory) -> "Run":
    return Run(database_address, str(tmp_path_factory.mktemp("data")))


class Run:
    def __init__(self, address: str, data: str) -> None:
        self.environment = {"DATABASE_URL": address, "DATA_DIR": data}

    def __call__(self, *arguments: str, **more: str) -> Result:
        return CliRunner().invoke(root, ["cmd", *arguments], env=self.environment | more)


def saved(folder: Path, text: str, name: str = "towns.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_seeding_loads_the_bundled_courses_as_often_as_one_likes(run: Run) -> None:
    titles = [file.course.title for file in bundled.courses()]

    first, again = run("seed"), run("seed")

    assert first.exit_code == again.exit_code == 0, first.output
    assert [title for title in titles if f"{title} (" in first.output] == titles
    assert first.output.count(" is new: ") == len(titles)
    assert again.output.count(" is as it was: ") == len(titles)


def test_courses_may_be_seeded_in_production_but_no_samples(run: Run) -> None:
    production = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": "a production key that is long enough 1",
    }

    samples = run("seed", "--count", "5", **production)
    courses = run("seed", **production)

    assert samples.exit_code == 1
    assert "not in production" in samples.output
    assert courses.exit_code == 0, courses.output


def test_a_course_comes_from_a_file_and_changes_by_its_slug(run: Run, tmp_path: Path) -> None:
    first = run("import-course", saved(tmp_path, yaml.safe_dump(school.course())))
    again = run("import-course", saved(tmp_path, yaml.safe_dump(school.course())))
    more = run("import-course", saved(tmp_path, yaml.safe_dump(school.course(weeks=2))))

    assert "Towns (towns) is new: 7 lessons, 14 questions." in first.output
    assert "Towns (towns) is as it was" in again.output
    assert "Towns (towns) has changed: 14 lessons, 28 questions." in more.output


async def test_a_command_without_a_server_reaches_those_who_take_the_course(
    run: Run, make: Make, database: Database, tmp_path: Path
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await take(database, user, here)
    newer = saved(tmp_path, yaml.safe_dump(school.course(weeks=2)))

    result = await asyncio.to_thread(run, "import-course", newer)

    assert "1 enrolment brought up to date" in result.output
    assert len(await tasks_of(database, user)) == 14


def test_a_course_comes_from_a_folder(run: Run) -> None:
    result = run("import-course", str(bundled.CONTENT / "questlog-in-a-week"))

    assert result.exit_code == 0, result.output
    assert "7 lessons, 42 questions" in result.output


def test_what_is_wrong_with_a_file_is_told_line_by_line(run: Run, tmp_path: Path) -> None:
    course = school.course()
    course["language"] = "English!"
    del course["weeks"][0]["check_in"]

    result = run("import-course", saved(tmp_path, yaml.safe_dump(course)))

    assert result.exit_code == 1
    assert "towns.yaml:2: language: has characters that do not belong there" in result.output
    assert "weeks[0].check_in: is missing. Add it." in result.output
    assert "Traceback" not in result.output


def test_a_folder_without_a_course_is_told_so(run: Run, tmp_path: Path) -> None:
    result = run("import-course", str(tmp_path))

    assert result.exit_code == 1
    assert "A course needs one course.yaml" in result.output


def test_an_editor_finds_fault_with_a_poor_course(run: Run, tmp_path: Path) -> None:
    result = run("check-course", saved(tmp_path, yaml.safe_dump(school.course())))

    assert result.exit_code == 1
    assert "Write at least 300" in result.output


def test_an_editor_is_content_with_the_bundled_courses(run: Run) -> None:
    result = run("check-course")

    assert result.exit_code == 0, result.output
    assert "nothing to find fault with" in result.output


def test_questions_come_from_a_file(run: Run, tmp_path: Path) -> None:
    run("import-course", saved(tmp_path, yaml.safe_dump(school.course())))
    gift = saved(tmp_path, "Ice floats. {T}\n", "ice.gift")
    table = saved(tmp_path, "kind,stem,answer\nnumeric,Legs of a spider?,8\n", "legs.csv")
    bad = saved(tmp_path, "Ice floats. {T\n", "bad.gift")
    there = ("--course", "towns", "--lesson", "w1-d1")

    added = [run("import-questions", path, *there) for path in (gift, table, gift)]
    refused = run("import-questions", bad, *there)
    nowhere = run("import-questions", gift, "--course", "towns", "--lesson", "w9-d9")

    assert [result.output.strip() for result in added] == [
        "1 questions added, 0 were there already.",
        "1 questions added, 0 were there already.",
        "0 questions added, 1 were there already.",
    ]
    assert (refused.exit_code, "bad.gift:1: has an opening brace" in refused.output) == (1, True)
    assert "There is no such lesson." in nowhere.output
