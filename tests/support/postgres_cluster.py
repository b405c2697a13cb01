"""A PostgreSQL that can be taken away and brought back under its address."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support import postgres

LONGEST_STOP_S = 30


@dataclass
class Cluster:
    home: Path
    base: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def admin_dsn(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def crash(self) -> None:
        """Stop at once, as `pg_ctl stop -m immediate` does: no checkpoint, and the log is replayed at the start."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(LONGEST_STOP_S)

    def start(self) -> None:
        self.process, _ = postgres.start(self.home, self.base, (), port=self.port)

    def pause(self) -> None:
        """Let nobody be answered until `go_on`: the server and all its children stand still."""
        for pid in self._family():
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        for pid in self._family():
            os.kill(pid, signal.SIGCONT)

    def _family(self) -> list[int]:
        mine = self.process.pid
        found = [mine]
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                found += [int(stat.parent.name)] if int(fields[1]) == mine else []
        return found

    def program(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program that comes with PostgreSQL against this server."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        return subprocess.run(
            [str(self.home / "bin" / name), *where, *arguments],
            check=False,
            capture_output=True,
            text=True,
        )


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a server that keeps its promises (fsync), and stop it at the end."""
    home, base = postgres.unpacked(), postgres.harmless_folder("questlog-cluster-")
    try:
        postgres.initdb(home, base)
        process, port = postgres.start(home, base, ())
        running = Cluster(home, base, port, process)
        try:
            yield running
        finally:
            postgres.stop(running.process)
    finally:
        shutil.rmtree(base, ignore_errors=True)
