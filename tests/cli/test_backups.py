"""F-23: a backup taken while others write is whole, and only what is whole is restored."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from questlog.cli import backup_files, root
from questlog.core import sqlite

WRITER = """
import sys, time
from contextlib import closing
from questlog.core import sqlite

with closing(sqlite.driver.connect(sys.argv[1], isolation_level=None, timeout=10)) as connection:
    sqlite.prepare_connection(connection, None)
    connection.execute("PRAGMA busy_timeout = 10000")
    number = connection.execute("SELECT coalesce(max(number), 0) FROM diary").fetchone()[0]
    while True:
        number += 1
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO diary VALUES (?, ?)", (number, "x" * 2000))
        connection.execute("UPDATE total SET count = ?", (number,))
        connection.execute("COMMIT")
        print(number, flush=True)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with a diary in which line `n` follows line `n - 1`, and a total that is its length."""
    path = tmp_path / "data" / "questlog.db"
    path.parent.mkdir()
    with closing(sqlite.driver.connect(path)) as connection:
        sqlite.prepare_connection(connection, None)
        connection.execute("CREATE TABLE diary (number INTEGER PRIMARY KEY, line TEXT)")
        connection.execute("CREATE TABLE total AS SELECT 0 AS count")
        connection.commit()
    return path


def run(database: Path, *arguments: str) -> Result:
    environment = {"DATABASE_URL": f"sqlite:///{database}", "DATA_DIR": str(database.parent)}
    return CliRunner().invoke(root, arguments, env=environment)


def test_f23_every_backup_while_writing_is_whole_and_a_prefix_of_what_was_written(
    database: Path, tmp_path: Path
) -> None:
    taken: list[tuple[Path, int]] = []
    with writing(database) as acknowledged:
        for number in range(6):
            before = acknowledged()
            target = tmp_path / f"{number}.db"
            result = run(database, "backup", str(target))
            assert result.exit_code == 0, result.output
            taken.append((target, before))

    for target, before in taken:
        place = tmp_path / f"restored-{target.name}" / "questlog.db"
        place.parent.mkdir()
        result = run(place, "restore", str(target))
        assert result.exit_code == 0, result.output
        assert lines(place) >= before


def test_f23_a_restore_is_refused_while_somebody_has_the_database_open(
    database: Path, tmp_path: Path
) -> None:
    run(database, "backup", str(tmp_path / "b.db"))

    with writing(database):
        result = run(database, "restore", str(tmp_path / "b.db"))

    assert result.exit_code == 6
    assert "stop the server first" in result.output
    assert lines(database) > 0


def test_f23_a_restore_is_refused_while_somebody_idle_has_the_database_open(
    database: Path, tmp_path: Path
) -> None:
    run(database, "backup", str(tmp_path / "b.db"))

    with idle(database):
        result = run(database, "restore", str(tmp_path / "b.db"))

    assert result.exit_code == 6
    assert "stop the server first" in result.output


def test_f23_stale_files_beside_the_database_do_not_meet_the_restored_one(
    database: Path, tmp_path: Path
) -> None:
    write(database, 3)
    run(database, "backup", str(tmp_path / "b.db"))
    kill_a_writer(database)
    stale = database.with_name("questlog.db-wal").stat().st_size

    result = run(database, "restore", str(tmp_path / "b.db"))

    assert stale > 0
    assert result.exit_code == 0, result.output
    assert not database.with_name("questlog.db-wal").exists()
    assert lines(database) == 3


def test_the_database_that_was_there_is_kept_with_its_last_writes(
    database: Path, tmp_path: Path
) -> None:
    run(database, "backup", str(tmp_path / "b.db"))
    last = kill_a_writer(database)

    run(database, "restore", str(tmp_path / "b.db"))

    assert lines(database) == 0
    assert lines(database.with_name("questlog.db.before-restore")) >= last


def test_a_damaged_database_can_be_replaced(database: Path, tmp_path: Path) -> None:
    write(database, 5)
    run(database, "backup", str(tmp_path / "b.db"))
    database.write_bytes(b"not a database at all" * 500)

    result = run(database, "restore", str(tmp_path / "b.db"))

    assert result.exit_code == 0, result.output
    assert lines(database) == 5


def test_f23_a_changed_backup_is_refused(database: Path, tmp_path: Path) -> None:
    backup = tmp_path / "b.db"
    write(database, 3)
    run(database, "backup", str(backup))
    content = bytearray(backup.read_bytes())
    content[-100] ^= 1
    backup.write_bytes(content)
    write(database, 1)

    result = run(database, "restore", str(backup))

    assert result.exit_code == 6
    assert "sha256 differs" in result.output
    assert lines(database) == 4


def test_f23_a_file_without_our_manifest_needs_force(database: Path, tmp_path: Path) -> None:
    backup = tmp_path / "b.db"
    write(database, 3)
    run(database, "backup", str(backup))
    backup_files.manifest_of(backup).unlink()

    refused = run(database, "restore", str(backup))
    forced = run(database, "restore", str(backup), "--force")

    assert refused.exit_code == 6
    assert "has no manifest" in refused.output
    assert forced.exit_code == 0, forced.output
    assert lines(database) == 3


def test_f23_a_backup_of_a_newer_schema_is_refused(database: Path, tmp_path: Path) -> None:
    backup = tmp_path / "b.db"
    run(database, "backup", str(backup))
    path = backup_files.manifest_of(backup)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": "9999"}))

    result = run(database, "restore", str(backup))

    assert result.exit_code == 6
    assert "newer Questlog" in result.output


def test_what_is_no_database_is_refused_even_with_force(database: Path, tmp_path: Path) -> None:
    (tmp_path / "b.db").write_bytes(b"a shopping list" * 1000)
    write(database, 2)

    result = run(database, "restore", str(tmp_path / "b.db"), "--force")

    assert result.exit_code == 6
    assert "no sound database" in result.output
    assert lines(database) == 2


def test_a_backup_is_one_private_file_with_a_manifest(database: Path, tmp_path: Path) -> None:
    result = run(database, "backup", "--json")

    told = json.loads(result.output)
    backup = Path(told["file"])
    assert backup.parent == database.parent / "backups"
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in backup.parent.iterdir()) == [
        backup.name,
        backup_files.manifest_of(backup).name,
    ]


def test_a_backup_does_not_replace_a_file_unasked(database: Path, tmp_path: Path) -> None:
    (tmp_path / "b.db").write_text("mine")

    refused = run(database, "backup", str(tmp_path / "b.db"))
    kept = (tmp_path / "b.db").read_text()
    forced = run(database, "backup", str(tmp_path / "b.db"), "--force")

    assert refused.exit_code == 6
    assert kept == "mine"
    assert forced.exit_code == 0, forced.output


def test_a_postgresql_is_backed_up_with_its_own_tools() -> None:
    environment = {"DATABASE_URL": "postgresql://nobody@localhost/none", "SECRET_KEY": "x" * 8}

    result = CliRunner().invoke(root, ["backup"], env=environment)

    assert result.exit_code == 2
    assert "pg_dump" in result.output


@contextmanager
def writing(database: Path) -> Iterator["Acknowledged"]:
    """Let another process write line after line; what is yielded says how far it has come."""
    log = database.with_name(f"written-{time.monotonic_ns()}")
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(database)], stdout=output)
    acknowledged = Acknowledged(log)
    try:
        while not acknowledged():
            time.sleep(0.02)
        yield acknowledged
    finally:
        process.kill()
        process.wait(30)


class Acknowledged:
    def __init__(self, log: Path) -> None:
        self._log = log

    def __call__(self) -> int:
        whole = [
            line for line in self._log.read_text().splitlines(keepends=True) if line.endswith("\n")
        ]
        return int(whole[-1]) if whole else 0


@contextmanager
def idle(database: Path) -> Iterator[None]:
    program = (
        "import sys\n"
        "from questlog.core import sqlite\n"
        "connection = sqlite.driver.connect(sys.argv[1])\n"
        "connection.execute('SELECT count(*) FROM diary').fetchall()\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield


def kill_a_writer(database: Path) -> int:
    """Leave a WAL behind that nobody has folded in, and return the last line that was acknowledged."""
    with writing(database) as acknowledged:
        time.sleep(0.2)
        return acknowledged()


def write(database: Path, count: int) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for _ in range(count):
            connection.execute("INSERT INTO diary (line) VALUES ('short')")
        connection.execute("UPDATE total SET count = (SELECT count(*) FROM diary)")


def lines(database: Path) -> int:
    """Return the number of lines, after checking that nothing is damaged, torn or missing in between."""
    assert database.stat().st_uid == os.getuid()
    with closing(sqlite.driver.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        count, last = connection.execute(
            "SELECT count(*), coalesce(max(number), 0) FROM diary"
        ).fetchone()
        (total,) = connection.execute("SELECT count FROM total").fetchone()
    assert count == last == total
    return int(count)
