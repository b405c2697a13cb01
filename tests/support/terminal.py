"""A person at a terminal who speaks to a real server."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import pytest
from click.testing import CliRunner

from questlog.cli import root
from tests.support.server import RunningServer

PASSWORD = "a long enough word"
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
    """Runs `questlog` in a directory, with files of its own and the settings of `server`.

    The commands run in this process, which is quicker, unless `own_process` is said. `email` is of whom `sign_up` made.
    """

    def __init__(self, server: RunningServer, home: Path, *, own_process: bool = False) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.email = ""
        self.environment = server.environment | {"QUESTLOG_HOME": str(home / "config")}
        self._call = self._in_own_process if own_process else self._here

    def sign_up(self, server: RunningServer) -> Self:
        """Make an account nobody else has, and sign in to it."""
        self.email = f"ada-{uuid4().hex}@example.org"
        self.run("user", "create", "--email", self.email, "--password", PASSWORD)
        self.run("login", "--server", server.url, "--email", self.email, "--password", PASSWORD)
        return self

    def run(self, *arguments: str, typed: str = "", expect: int = 0, **env: str) -> Said:
        """Run a command and return what it said; it must end with the code `expect`."""
        said = self._call(arguments, typed, self.environment | env)
        if said.code != expect:
            told = f"{said.code}\n{said.out}{said.err}"
            raise AssertionError(f"questlog {' '.join(arguments)}: {told}")
        return said

    def _here(self, arguments: tuple[str, ...], typed: str, environment: dict[str, str]) -> Said:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.home)
            result = CliRunner().invoke(root, arguments, input=typed, env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def _in_own_process(
        self, arguments: tuple[str, ...], typed: str, environment: dict[str, str]
    ) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "questlog.cli", *arguments],
            cwd=self.home,
            env=environment,
            input=typed,
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        return Said(done.returncode, done.stdout, done.stderr)
