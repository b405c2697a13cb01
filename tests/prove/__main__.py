"""`make prove`: a guard without a test that misses it is a decoration.

Each guard is an exact piece of source and what stands there when it is off. It is replaced in a copy of the tree, and
its test is run there: a test that stays green fails the run, and so does a guard that is no longer found. A test that
is red anyway would prove nothing; `make test` sees to that, and `--twice` does so in the very copy.
"""

import compileall
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from queue import SimpleQueue

import click

from tests.prove.guards import GUARDS, Guard

ROOT = Path(__file__).parents[2]
COPIED = (
    "src",
    "tests",
    "migrations",
    "alembic.ini",
    "pyproject.toml",
    "README.md",
    "docs",
    ".env.example",
)
GREEN, RED = 0, 1  # pytest: all passed; tests ran and some failed
LONGEST_S = 180


@dataclass(frozen=True)
class Verdict:
    """`complaint` is what is wrong with a guard's test, or None when it turned red as it should."""

    guard: Guard
    complaint: str | None
    seconds: float


def copy_tree(target: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, target / name)
    # By content: a guard that is switched off and on within a second leaves the same time and size behind.
    compileall.compile_dir(target, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return target


def run_tests(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(tree / "src"), str(tree)])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", *arguments],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )


def prove(tree: Path, guard: Guard, *, twice: bool) -> str | None:
    """Return what is wrong with the guard's test, or None when it is red without its guard (and green with it)."""
    file = tree / "src" / "questlog" / guard.file
    source = file.read_text(encoding="utf-8")
    if source.count(guard.on) != 1:
        return f"the guard stands {source.count(guard.on)} times in {guard.file}"
    arguments = shlex.split(guard.test)
    if twice and (whole := run_tests(tree, *arguments)).returncode != GREEN:
        return f"{guard.test} is not green with its guard on:\n{whole.stdout[-1500:]}"
    file.write_text(source.replace(guard.on, guard.off), encoding="utf-8")
    try:
        done = run_tests(tree, *arguments)
    except subprocess.TimeoutExpired:
        return None  # a test that hangs without its guard is red
    finally:
        file.write_text(source, encoding="utf-8")
    if done.returncode == RED:
        return None
    return f"{guard.test} answered {done.returncode}:\n{done.stdout[-1500:]}"


def prove_all(chosen: list[Guard], folder: Path, jobs: int, *, twice: bool) -> list[Verdict]:
    """Prove each guard in one of `jobs` copies of the tree, telling how it went."""
    trees: SimpleQueue[Path] = SimpleQueue()
    for number in range(jobs):
        trees.put(copy_tree(folder / str(number)))

    def judge(guard: Guard) -> Verdict:
        tree, began = trees.get(), time.monotonic()
        try:
            return Verdict(guard, prove(tree, guard, twice=twice), time.monotonic() - began)
        finally:
            trees.put(tree)

    verdicts = []
    with ThreadPoolExecutor(jobs) as threads:
        for verdict in threads.map(judge, chosen):
            verdicts.append(verdict)
            tell(verdict, f"{len(verdicts):3}/{len(chosen)}")
    return verdicts


def tell(verdict: Verdict, place: str) -> None:
    said = "red, as it should be" if verdict.complaint is None else "NOT PROVEN"
    click.echo(f"{place} {verdict.guard.name}: {said} ({verdict.seconds:.0f} s)")
    if verdict.complaint is not None:
        click.echo(f"        {verdict.complaint}")


@click.command()
@click.option("--only", help="Guards whose name holds this text.")
@click.option("--jobs", default=2, show_default=True, help="How many are proven at once.")
@click.option("--twice", is_flag=True, help="Run each test with its guard on as well.")
def main(only: str | None, jobs: int, twice: bool) -> None:
    """Switch off each guard in turn and expect its test to fail."""
    chosen = [guard for guard in GUARDS if not only or only in guard.name]
    with tempfile.TemporaryDirectory() as folder:
        verdicts = prove_all(chosen, Path(folder), jobs, twice=twice)
    wrong = sum(verdict.complaint is not None for verdict in verdicts)
    click.echo(f"{len(chosen) - wrong} passed, {wrong} failed")
    raise SystemExit(1 if wrong or not chosen else 0)


if __name__ == "__main__":
    main()
