"""F-24: a migration is there as a whole or not at all, whoever is killed and however many migrate at once."""

import asyncio
import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from questlog.core import schema
from questlog.core.database_url import DatabaseUrl
from questlog.core.db import Base, Database
from questlog.core.schema import SchemaMismatchError
from questlog.planning.search import tables

WRITE = Callable[..., None]
REVISION = """
import os, time
import sqlalchemy as sa
from alembic import op
revision = {number!r}
down_revision = {before!r}
branch_labels = depends_on = None

def upgrade():
    {upgrade}

def downgrade():
    {downgrade}
"""
FIRST = 'op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))'
SECOND = 'op.create_table("second", sa.Column("id", sa.Integer, primary_key=True))'
DIE = "os.kill(os.getpid(), 9)"
FAIL = "op.execute('SELECT nonsense FROM nowhere')"
KEEP_A_ROW = "op.execute('INSERT INTO first VALUES (42)')"


@pytest.fixture
def revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WRITE]:
    """A tree of migrations of the test's own: `revisions("0001", "op.create_table(…)")` writes one."""
    tree = tmp_path / "migrations"
    shutil.copytree(
        schema.MIGRATIONS, tree, ignore=shutil.ignore_patterns("versions", "__pycache__")
    )
    (tree / "versions").mkdir()
    monkeypatch.setattr(schema, "MIGRATIONS", tree)

    def write(number: str, upgrade: str, downgrade: str = "pass") -> None:
        schema.head_revision.cache_clear()
        before = f"{int(number) - 1:04d}" if int(number) > 1 else None
        source = REVISION.format(number=number, before=before, upgrade=upgrade, downgrade=downgrade)
        (tree / "versions" / f"{number}.py").write_text(source)

    yield write
    schema.head_revision.cache_clear()


def test_the_migrations_make_what_the_tables_are_and_take_it_back(empty_url: DatabaseUrl) -> None:
    schema.upgrade(empty_url)
    _, made = look(empty_url)

    command.check(schema.configuration(empty_url))  # raises when another migration is missing
    command.downgrade(schema.configuration(empty_url), "base")

    words = {name for name in made if name.startswith(tables.NAME)}  # FTS5 keeps five tables more
    assert (made - words, tables.NAME in words) == (set(Base.metadata.tables), True)
    assert look(empty_url) == (None, set())


def test_f24_a_migration_that_fails_leaves_nothing(
    empty_url: DatabaseUrl, revisions: WRITE
) -> None:
    revisions("0001", FIRST)
    schema.upgrade(empty_url)
    revisions("0002", f"{SECOND}; {FAIL}")

    with pytest.raises(DBAPIError):
        schema.upgrade(empty_url)

    assert look(empty_url) == ("0001", {"first"})


def test_f24_of_several_revisions_all_or_none_are_applied(
    empty_url: DatabaseUrl, revisions: WRITE
) -> None:
    revisions("0001", FIRST)
    revisions("0002", FAIL)

    with pytest.raises(DBAPIError):
        schema.upgrade(empty_url)

    assert look(empty_url) == (None, set())


def test_f24_a_migrator_killed_half_way_leaves_nothing_and_the_next_one_completes(
    empty_address: str, empty_url: DatabaseUrl, revisions: WRITE
) -> None:
    revisions("0001", FIRST)
    schema.upgrade(empty_url)
    revisions("0002", f"{SECOND}; {DIE}")

    killed = migrator(empty_address).wait(60)
    after_the_kill = look(empty_url)
    revisions("0002", SECOND)
    schema.upgrade(empty_url)

    assert killed == -9
    assert after_the_kill == ("0001", {"first"})
    assert look(empty_url) == ("0002", {"first", "second"})


def test_f24_a_table_that_is_copied_survives_a_kill(
    empty_address: str, empty_url: DatabaseUrl, revisions: WRITE
) -> None:
    revisions("0001", f"{FIRST}; {KEEP_A_ROW}")
    schema.upgrade(empty_url)
    widen = (
        'batch = op.batch_alter_table("first")\n'
        "    with batch as table:\n"
        '        table.add_column(sa.Column("more", sa.Integer))\n'
        '        table.create_check_constraint("small", "id < 100")\n'
    )
    revisions("0002", f"{widen}    {DIE}")

    migrator(empty_address).wait(60)
    after_the_kill = rows(empty_url, "SELECT * FROM first")
    revisions("0002", widen)
    schema.upgrade(empty_url)

    assert after_the_kill == [(42,)]
    assert rows(empty_url, "SELECT * FROM first") == [(42, None)]


def test_f24_of_two_migrators_the_second_finds_the_work_done(
    empty_address: str, empty_url: DatabaseUrl, revisions: WRITE
) -> None:
    revisions("0001", f"{FIRST}; time.sleep(0.5)")

    both = [migrator(empty_address), migrator(empty_address)]
    codes = [each.wait(60) for each in both]

    assert codes == [0, 0]
    assert look(empty_url) == ("0001", {"first"})


def test_a_downgrade_goes_back_and_an_upgrade_forth_again(
    empty_url: DatabaseUrl, revisions: WRITE
) -> None:
    revisions("0001", FIRST)
    revisions("0002", SECOND, 'op.drop_table("second")')
    schema.upgrade(empty_url)

    command.downgrade(schema.configuration(empty_url), "-1")
    between = look(empty_url)
    schema.upgrade(empty_url)

    assert between == ("0001", {"first"})
    assert look(empty_url) == ("0002", {"first", "second"})


def test_sql_is_printed_instead_of_run(empty_url: DatabaseUrl, revisions: WRITE) -> None:
    revisions("0001", FIRST)
    output = io.StringIO()
    config = schema.configuration(empty_url)
    config.output_buffer = output

    command.upgrade(config, "head", sql=True)

    assert "CREATE TABLE first" in output.getvalue()
    assert look(empty_url) == (None, set())


def test_what_would_point_to_nothing_after_a_migration_is_refused(
    tmp_path: Path, revisions: WRITE
) -> None:
    url = DatabaseUrl(
        "sqlite", "", f"sqlite+onehop:///{tmp_path / 'own.db'}", path=tmp_path / "own.db"
    )
    pointing = 'sa.Column("first_id", sa.Integer, sa.ForeignKey("first.id"))'
    revisions("0001", f'{FIRST}; op.create_table("points", {pointing})')
    schema.upgrade(url)
    revisions("0002", "op.execute('INSERT INTO points VALUES (7)')")

    with pytest.raises(RuntimeError, match="points would point to nothing"):
        schema.upgrade(url)

    assert rows(url, "SELECT * FROM points") == []


def test_a_migration_runs_inside_a_connection_that_is_given(
    empty_url: DatabaseUrl, revisions: WRITE
) -> None:
    revisions("0001", FIRST)

    asyncio.run(upgrade_inside(empty_url))

    assert look(empty_url) == ("0001", {"first"})


def test_an_sqlite_file_is_migrated_by_the_server_itself(tmp_path: Path, revisions: WRITE) -> None:
    url = DatabaseUrl(
        "sqlite", "", f"sqlite+onehop:///{tmp_path / 'own.db'}", path=tmp_path / "own.db"
    )
    revisions("0001", FIRST)

    bring_up(url)

    assert look(url) == ("0001", {"first"})


def test_a_postgresql_that_is_behind_is_refused_with_the_command_to_run(
    postgres_url: DatabaseUrl, revisions: WRITE
) -> None:
    revisions("0001", FIRST)

    with pytest.raises(SchemaMismatchError, match=r"schema mismatch.*none.*questlog db upgrade"):
        bring_up(postgres_url)

    assert look(postgres_url) == (None, set())


def test_f24_old_code_refuses_a_newer_database(empty_url: DatabaseUrl, revisions: WRITE) -> None:
    revisions("0001", FIRST)
    revisions("0002", SECOND)
    schema.upgrade(empty_url)
    (schema.MIGRATIONS / "versions" / "0002.py").unlink()
    schema.head_revision.cache_clear()

    with pytest.raises(SchemaMismatchError, match=r"0002.*knows 0001"):
        bring_up(empty_url)

    assert look(empty_url) == ("0002", {"first", "second"})


def migrator(address: str) -> subprocess.Popen[bytes]:
    program = (
        "import pathlib, sys\n"
        "from questlog.core import database_url, schema\n"
        "schema.MIGRATIONS = pathlib.Path(sys.argv[1])\n"
        "schema.upgrade(database_url.parse(sys.argv[2]))\n"
    )
    return subprocess.Popen([sys.executable, "-c", program, str(schema.MIGRATIONS), address])


def bring_up(url: DatabaseUrl) -> None:
    async def work() -> None:
        database = Database(url)
        try:
            await schema.bring_up(database)
        finally:
            await database.close()

    asyncio.run(work())


async def upgrade_inside(url: DatabaseUrl) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:

        def migrate(given: object) -> None:
            config = schema.configuration()
            config.attributes["connection"] = given
            command.upgrade(config, "head")

        await connection.run_sync(migrate)
    await database.close()


def look(url: DatabaseUrl) -> tuple[str | None, set[str]]:
    """Return the revision and the tables of a database."""
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }
    tables = {str(name) for (name,) in rows(url, catalogue[url.kind])}
    revisions = (
        rows(url, "SELECT version_num FROM alembic_version") if "alembic_version" in tables else []
    )
    return (str(revisions[0][0]) if revisions else None), tables - {"alembic_version"}


def rows(url: DatabaseUrl, statement: str) -> list[tuple[object, ...]]:
    async def read() -> list[tuple[object, ...]]:
        database = Database(url)
        try:
            async with database.reader() as session:
                connection = await session.connection()
                return await connection.run_sync(
                    lambda plain: [tuple(row) for row in plain.execute(text(statement))]
                )
        finally:
            await database.close()

    return asyncio.run(read())
