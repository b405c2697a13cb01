"""Workers and schedulers in processes of their own, and tasks for them."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import canaries
from tests.support.server import environment

START_SECONDS = 30
STOP_SECONDS = 15
READY = re.compile(r"^Questlog's \w+ is ready", re.MULTILINE)
# What a file dropped into `worker/tasks` does, without touching the folder that other tests read.
PROGRAM = """
import sys
from questlog.worker import tasks
tasks.__path__.append({folder!r})
from questlog.cli import main
main({arguments!r})
"""


@dataclass
class RunningWorker:
    process: subprocess.Popen[bytes]
    log_file: Path

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def running_worker(
    database_url: str, data_dir: Path, *command: str, tasks: Path | None = None, **env: str
) -> Iterator[RunningWorker]:
    """Run `questlog worker` (or another `command`), with the tasks of a folder, until the block ends."""
    data_dir.mkdir(parents=True, exist_ok=True)
    arguments = list(command or ("worker",))
    variables = environment(database_url, data_dir, **env)
    log_file = data_dir / f"worker-{time.monotonic_ns()}.log"
    program = PROGRAM.format(folder=str(tasks or data_dir / "no-tasks"), arguments=arguments)
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            env=variables,
            cwd=data_dir,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    worker = RunningWorker(process, log_file)
    try:
        _wait_until_ready(worker)
        yield worker
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(STOP_SECONDS)
    told = canaries.heard_in(worker.log(), variables)
    assert not told, f"the log of a worker tells {', '.join(told)}"


def _wait_until_ready(worker: RunningWorker) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not READY.search(worker.log()):
        if worker.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the worker did not start:\n{worker.log()[-4000:]}")
        time.sleep(0.02)
