"""A person at a terminal: every command is a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.server import RunningServer

PATIENCE_S = 60


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Runs `questlog` in a directory, with files of its own and the settings of `server`."""

    def __init__(self, server: RunningServer, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.environment = server.environment | {"QUESTLOG_HOME": str(home / "config")}

    def run(self, *arguments: str, typed: str = "", expect: int = 0, **env: str) -> Said:
        """Run a command and return what it said; it must end with the code `expect`."""
        done = subprocess.run(
            [sys.executable, "-m", "questlog.cli", *arguments],
            cwd=self.home,
            env=self.environment | env,
            input=typed,
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        said = Said(done.returncode, done.stdout, done.stderr)
        if said.code != expect:
            raise AssertionError(
                f"questlog {' '.join(arguments)}: {said.code}\n{said.out}{said.err}"
            )
        return said
