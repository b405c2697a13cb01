"""What keeps a server from starting, told in a line."""

import secrets
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from questlog.cli import root
from questlog.core.database_url import DatabaseUrl
from tests.support.postgres import PostgresServer
from tests.support.server import environment, running_server

EVERYWHERE = "0.0.0.0"  # noqa: S104 - that is what the test is about


def start(
    database_url: str, data_dir: Path, *arguments: str, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a server that is expected not to start."""
    data_dir.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "questlog.cli", "server", "run", *arguments],
        env=environment(database_url, data_dir, **env),
        cwd=data_dir,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_wrong_settings_end_it_with_a_line_for_each(tmp_path: Path) -> None:
    done = start("sqlite:///x.db", tmp_path / "data", API_PORT="many", ENVIRONMENT="moon")

    assert done.returncode == 2
    assert "API_PORT" in done.stderr
    assert "ENVIRONMENT" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("foo/bar", "foo is no provider"),
        ("gemini/", "missing behind gemini/"),
        ("script/missing", "missing cannot be read: No such file or directory"),
        ("script/mine.yaml", "mine.yaml is no YAML: while parsing"),
    ],
)
def test_a_model_that_is_none_ends_it_with_a_line(model: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.yaml").write_text("- say: [\n")

    done = start(f"sqlite:///{tmp_path / 'q.db'}", tmp_path / "data", LLM_MODEL=model)

    told = [line for line in done.stderr.splitlines() if "LLM_MODEL" in line]
    assert done.returncode == 2
    assert len(told) == 1
    assert named in told[0]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "q.db").exists()


@pytest.mark.parametrize(
    ("unsafe", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "your-secret-key-change-in-production"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEBUG": "true"}, "DEBUG is on"),
        ({"CORS_ORIGINS": "*"}, "CORS_ORIGINS"),
        ({"PUBLIC_URL": "http://quest.example.org"}, "PUBLIC_URL is not encrypted"),
    ],
)
def test_s148_an_unsafe_production_does_not_start(
    unsafe: dict[str, str], named: str, tmp_path: Path
) -> None:
    safe = {"ENVIRONMENT": "production", "SECRET_KEY": secrets.token_urlsafe(48)}

    done = start(f"sqlite:///{tmp_path / 'q.db'}", tmp_path / "data", **safe | unsafe)

    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "q.db").exists()


def test_a_postgresql_with_pending_migrations_is_refused(
    bare_postgres: str, tmp_path: Path
) -> None:
    done = start(bare_postgres, tmp_path / "data")

    assert done.returncode == 1
    assert "schema mismatch" in done.stderr
    assert "Run: questlog db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    done = start("postgresql://me:secret@127.0.0.1:1/none", tmp_path / "data")

    assert done.returncode == 5
    assert "postgresql://me:***@127.0.0.1:1/none does not answer" in done.stderr
    assert "secret@" not in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = start(f"sqlite:///{tmp_path / 'q.db'}", tmp_path / "data", "--port", str(port))

    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr


def test_a_server_for_trying_out_that_is_open_to_all_warns(tmp_path: Path) -> None:
    with running_server(
        f"sqlite:///{tmp_path / 'q.db'}", tmp_path / "data", "--host", EVERYWHERE
    ) as server:
        log = server.log()

    assert "API_HOST=0.0.0.0 opens a server that is not set up for production" in log


def test_a_postgresql_without_that_database_is_named(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    address = f"postgresql://postgres@{postgres_server.host}:{postgres_server.port}/nowhere"

    done = start(address, tmp_path / "data")

    assert done.returncode == 5
    assert 'database "nowhere" does not exist' in done.stderr
    assert "Traceback" not in done.stderr


def test_reload_and_workers_do_not_go_together() -> None:
    result = CliRunner().invoke(root, ["server", "run", "--reload", "--workers", "2"])

    assert result.exit_code == 2


@pytest.fixture
def bare_postgres(postgres_url: DatabaseUrl) -> str:
    return postgres_url.sqlalchemy_url
