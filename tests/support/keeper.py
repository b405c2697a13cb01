"""Servers that belong to a whole test run: started by whichever worker needs one first, stopped when the run ends.

`open_run` holds a lock for as long as the run lives. A server lives in a keeper, a process of its own that waits for
that lock: however the run ends — done, Ctrl-C, killed — the system lets go of the lock and the keeper stops its
server. Keepers are in sessions of their own, so Ctrl-C does not reach them before their users are done.

    python -m tests.support.keeper KIND NAME
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType

from tests.support import postgres, valkey

RUN = "QUESTLOG_TEST_RUN"
START_SECONDS = 60
STOP_SECONDS = 30
ROOT = Path(__file__).parents[2]

_keepers: list[subprocess.Popen[bytes]] = []


def open_run() -> Callable[[], None]:
    """Begin a test run in this process; return what ends it, and waits until all its servers are gone."""
    directory = Path(tempfile.mkdtemp(prefix="questlog-run-"))
    lock = (directory / "alive").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.environ[RUN] = str(directory)

    def close() -> None:
        lock.close()
        deadline = time.monotonic() + STOP_SECONDS
        while list(directory.glob("*.json")) and time.monotonic() < deadline:
            time.sleep(0.01)
        shutil.rmtree(directory, ignore_errors=True)
        os.environ.pop(RUN, None)

    return close


def run_name() -> str:
    """Return a word that no other run on this machine has."""
    return Path(os.environ[RUN]).name.removeprefix("questlog-run-").lower()


def shared(kind: str, name: str) -> str:
    """Return the address of this run's server `name`, started now if nobody has yet."""
    directory = Path(os.environ[RUN])
    with _locked(directory / f"{name}.lock"):
        published = directory / f"{name}.json"
        if not published.exists():
            _start(kind, name, published, directory / f"{name}.log")
        address: str = json.loads(published.read_text())
        return address


def _start(kind: str, name: str, published: Path, log: Path) -> None:
    with log.open("wb") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.support.keeper", kind, name],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    _keepers.append(keeper)  # kept, so that nothing complains about a child nobody waits for
    deadline = time.monotonic() + START_SECONDS
    while not published.exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the {kind} server of the tests did not start: {log.read_text()}")
        time.sleep(0.01)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _foreign_postgres() -> Iterator[str]:
    """Stand for the server of TEST_DATABASE_URL: nothing to start, but our databases to drop at the end."""
    address = os.environ["TEST_DATABASE_URL"]
    with postgres.connect(address, prefix=run_name()) as server:
        try:
            yield address
        finally:
            server.drop_all()


KINDS: Mapping[str, Callable[[], AbstractContextManager[str]]] = MappingProxyType(
    {
        "postgres": postgres.running,
        "foreign-postgres": _foreign_postgres,
        "valkey": valkey.server,
    }
)


def main(kind: str, name: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    directory = Path(os.environ[RUN])
    published = directory / f"{name}.json"
    try:
        with (directory / "alive").open() as run, KINDS[kind]() as address:
            draft = published.with_suffix(".draft")
            draft.write_text(json.dumps(address))
            draft.rename(published)
            fcntl.flock(run, fcntl.LOCK_SH)  # until the run has ended
    finally:
        published.unlink(missing_ok=True)
    if not list(directory.glob("*.json")):
        shutil.rmtree(directory, ignore_errors=True)  # for a run that was killed


if __name__ == "__main__":
    main(*sys.argv[1:])
