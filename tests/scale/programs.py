"""Processes as a supervisor keeps them: whatever ends is started again."""

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import canaries

RESTART_S = 1.0
LOOK_S = 0.1
STOP_S = 20.0


@dataclass
class Program:
    """`ready` is what its log says when it works. `kind` is what is killed "in turn"."""

    name: str
    kind: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    log_file: Path
    ready: re.Pattern[str]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    dead_since: float | None = None

    def start(self) -> None:
        self.starts += 1
        self.dead_since = None
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                cwd=self.log_file.parent,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def is_ready(self) -> bool:
        """Say whether the process of the last start has come so far."""
        return self.runs and len(self.ready.findall(self.log())) >= self.starts

    async def wait_until_ready(self, within: float) -> float:
        """Return after how many seconds it was ready. Raises RuntimeError when it is not in time."""
        began = time.monotonic()
        while not self.is_ready():
            if time.monotonic() - began > within:
                raise RuntimeError(f"{self.name} did not start:\n{self.log()[-3000:]}")
            await asyncio.sleep(LOOK_S)
        return time.monotonic() - began

    def kill(self) -> None:
        """Take it away with its children, as a power cut would."""
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            self.process.wait(STOP_S)

    def stop(self) -> float:
        """Ask it to end; return how many seconds that took. Raises TimeoutExpired when it does not."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        finally:
            self.kill()
        return time.monotonic() - began

    def secrets_told(self) -> list[str]:
        return list(canaries.heard_in(self.log(), dict(self.environment)))


async def keep_running(programs: Sequence[Program]) -> None:
    """Start whatever ended again, a second later, until cancelled."""
    while True:
        for program in programs:
            if program.runs:
                continue
            program.dead_since = program.dead_since or time.monotonic()
            if time.monotonic() - program.dead_since >= RESTART_S:
                program.start()
        await asyncio.sleep(LOOK_S)
