"""Every line the documents print to be typed works in a copy of the clone, or stands in docs/from-the-documents.md."""

import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.contract import printed_lines as printed
from tests.support.keeper import ROOT
from tests.support.server import environment

PAGE = (ROOT / "docs" / "from-the-documents.md").read_text(encoding="utf-8")
COPIED = ("main.py", "migrate.py", "seed.py", "alembic.ini", "pyproject.toml", ".env.example")
START_SECONDS = 90
COMMANDS = (
    *printed.RUN_ONCE,
    *printed.SERVERS,
    *printed.INSTEAD,
    *printed.INSTEAD.values(),
    *printed.COMMAND_LINE,
    *printed.ONLY_TOLD,
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What somebody has who cloned and installed the requirements."""
    place = tmp_path / "clone"
    for folder in ("migrations", "src"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, place / folder, ignore=ignored)
    for name in COPIED:
        shutil.copy(ROOT / name, place / name)
    return place


def words(line: str) -> list[str]:
    """Return a line as a shell with the environment active would take it."""
    first, *rest = shlex.split(line)
    program = Path(sys.executable).with_name(first)
    return [str(program) if program.exists() else first, *rest]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_printed_command_is_told(line: str) -> None:
    short = line.removeprefix("personal_automations ")

    assert f"`{line}`" in PAGE or f"`{short}`" in PAGE


@pytest.mark.parametrize("document", printed.READ)
def test_what_a_document_prints_is_told(document: str) -> None:
    missing = [words for words in printed.READ[document] if words not in PAGE]

    assert missing == []
    assert f"({document}" in PAGE or f"{document})" in PAGE


def test_the_printed_commands_run_one_after_the_other(
    clone: Path, empty_address: str, tmp_path: Path
) -> None:
    variables = environment(empty_address, tmp_path)

    ended = {
        line: subprocess.run(
            words(line), cwd=clone, env=variables, capture_output=True, text=True, check=False
        )
        for line in printed.RUN_ONCE
    }

    assert {line: one.stderr[-500:] for line, one in ended.items() if one.returncode} == {}
    assert "(head)" in ended["alembic current"].stdout
    assert "taken back" in ended["alembic downgrade -1"].stdout
    assert "questlog-in-a-week" in ended["python seed.py"].stdout


def test_the_files_at_the_root_need_nothing_installed_but_the_requirements(clone: Path) -> None:
    look = "import {}, questlog; print(questlog.__file__)"

    found = [
        subprocess.run(
            [sys.executable, "-c", look.format(name)],
            cwd=clone,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in ("main", "migrate", "seed")
    ]

    assert {Path(one.stdout.strip()).parents[1] for one in found} == {clone / "src"}


@pytest.mark.parametrize(
    "line", [*printed.SERVERS, printed.INSTEAD["uvicorn app.main:app --reload --port 8000"]]
)
def test_a_printed_server_answers(
    line: str, clone: Path, database_address: str, tmp_path: Path
) -> None:
    with served(line, clone, environment(database_address, tmp_path)) as url:
        ready = httpx2.get(f"{url}/ready", timeout=10)

    assert (ready.status_code, ready.json()["checks"]["migrations"]) == (200, "ok")


@contextmanager
def served(line: str, clone: Path, variables: dict[str, str]) -> Iterator[str]:
    """Start a server with a line as printed, but at a free port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [*words(line.replace(" --port 8000", "")), "--port", str(port)]
    log_file = clone / "server.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=clone, env=variables, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_for(port, process, log_file)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_for(port: int, process: subprocess.Popen[bytes], log_file: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(f"http://127.0.0.1:{port}/health", timeout=5)
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log_file.read_text(encoding="utf-8")[-2000:])


@pytest.mark.parametrize("line", printed.TESTS)
def test_a_printed_line_of_tests_finds_some(line: str) -> None:
    found = subprocess.run(
        [*words(line), "--collect-only", "-n0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout + found.stderr  # 5 where there is none


def test_settings_are_read_as_document_003_prints_them(
    tmp_path: Path,
) -> None:
    given = {
        "DATABASE_URL": "postgresql://ada@localhost/quest",
        "SECRET_KEY": "s" * 40,
        "OPENAI_API_KEY": "sk-of-your-own",
    }
    look = "from questlog.core.config import settings as s\nprint(s.DATABASE_URL, s.SECRET_KEY, s.OPENAI_API_KEY)"

    told = subprocess.run(
        [sys.executable, "-c", look],
        cwd=tmp_path,
        env=environment("", tmp_path) | given,
        capture_output=True,
        text=True,
        check=True,
    )

    url, *secrets = told.stdout.split()
    assert url.endswith("ada@localhost/quest")
    assert secrets == [given["SECRET_KEY"], given["OPENAI_API_KEY"]]
