"""PostgreSQL behind PgBouncer, Valkey, two servers, two workers and a scheduler, as docs/scaling.md says to run them."""

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.scale.programs import Program
from tests.support import postgres, server, valkey, world
from tests.support.postgres_cluster import Cluster, cluster

BOUNCER = "pgbouncer"
SERVER_READY = re.compile(r"^Questlog is ready at ", re.MULTILINE)
WORKER_READY = re.compile(r"^Questlog's \w+ is ready", re.MULTILINE)
BOUNCER_READY = re.compile(r"process up")
TIMEOUTS = ("statement_timeout", "60s"), ("lock_timeout", "10s")
ROLE = (
    "CREATE ROLE questlog LOGIN",
    *(f"ALTER ROLE questlog SET {name} = '{value}'" for name, value in TIMEOUTS),
    "ALTER ROLE questlog SET idle_in_transaction_session_timeout = '60s'",
    "CREATE DATABASE questlog OWNER questlog",
)
BOUNCER_INI = """\
[databases]
questlog = host=127.0.0.1 port={database} dbname=questlog user=questlog

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
query_wait_timeout = 10
server_login_retry = 1
"""


@dataclass
class Cache:
    """A Valkey that can be taken away and brought back under its address."""

    port: int = 0
    url: str = ""
    _running: AbstractContextManager[str] | None = None

    def start(self) -> None:
        self.port = self.port or postgres.free_port()
        self._running = valkey.server(port=self.port)
        self.url = self._running.__enter__()

    def stop(self) -> None:
        if self._running is not None:
            self._running.__exit__(None, None, None)
            self._running = None


@dataclass
class House:
    home: Path
    database: Cluster
    cache: Cache
    programs: list[Program] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    pooled: bool = True

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    @property
    def direct_address(self) -> str:
        return f"postgresql://questlog@127.0.0.1:{self.database.port}/questlog"

    def named(self, name: str) -> Program:
        return next(program for program in self.programs if program.name == name)

    async def wait_until_ready(self, within: float = 60) -> None:
        for program in self.programs:
            await program.wait_until_ready(within)


@contextmanager
def house(home: Path, **env: str) -> Iterator[House]:
    """Furnish it and start everything; stop everything at the end. `env` are settings of all processes."""
    cache = Cache()
    with cluster() as database:
        _make_role(database)
        cache.start()
        here = House(home, database, cache, pooled=shutil.which(BOUNCER) is not None)
        try:
            world.build(here.direct_address, home)  # past the pooler, as an operator does
            address = _pooled(here) if here.pooled else here.direct_address
            _settle(here, server.environment(address, home, REDIS_URL=cache.url, **env))
            for program in here.programs:
                program.start()
                if program.kind == BOUNCER:
                    asyncio.run(program.wait_until_ready(10))
            yield here
        finally:
            for program in here.programs:
                if program.runs:
                    program.kill()
            cache.stop()


def _make_role(database: Cluster) -> None:
    for statement in ROLE:
        done = database.program("psql", "-v", "ON_ERROR_STOP=1", "-c", statement)
        if done.returncode:
            raise RuntimeError(done.stderr)


def _pooled(here: House) -> str:
    """Add PgBouncer in transaction mode and return the address by way of it."""
    folder, port = postgres.harmless_folder("questlog-bouncer-"), postgres.free_port()
    settings = folder / "pgbouncer.ini"
    settings.write_text(BOUNCER_INI.format(database=here.database.port, port=port))
    settings.chmod(0o644)
    program = shutil.which(BOUNCER) or BOUNCER
    command = [program, str(settings)]
    if postgres.as_somebody_harmless():
        command = [program, "-u", "nobody", str(settings)]
    log = here.home / "pgbouncer.log"
    environment = server.environment("", here.home)
    here.programs.append(Program(BOUNCER, BOUNCER, command, environment, log, BOUNCER_READY))
    return f"postgresql://questlog@127.0.0.1:{port}/questlog?pgbouncer=true"


def _settle(here: House, environment: dict[str, str]) -> None:
    def add(name: str, kind: str, ready: re.Pattern[str], *arguments: str) -> None:
        command = [sys.executable, "-m", "questlog.cli", *arguments]
        log = here.home / f"{name}.log"
        here.programs.append(Program(name, kind, command, environment, log, ready))

    for number in (1, 2):
        here.ports.append(port := postgres.free_port())
        add(f"server {number}", "server", SERVER_READY, "server", "run", "--port", str(port))
    for number in (1, 2):
        add(f"worker {number}", "worker", WORKER_READY, "taskiq", "worker")
    add("scheduler", "scheduler", WORKER_READY, "taskiq", "scheduler")


def version_of_bouncer() -> str:
    done = subprocess.run([BOUNCER, "--version"], check=False, capture_output=True, text=True)
    return done.stdout.splitlines()[0] if done.stdout else BOUNCER
