"""`make prove`: a guard without a test that misses it is a decoration.

Each guard is an exact piece of source and what stands there when it is off. It is replaced in a copy of the tree, and
its test is run there: a test that stays green fails the run, and so does a guard that is no longer found.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
RED = 1  # pytest: tests ran and some failed
LONGEST_S = 180


def copy_tree(target: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, target / name)


def run_test(tree: Path, test: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(tree / "src"), str(tree)])
    arguments = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-n0",
        "-p",
        "no:cacheprovider",
        *test.split(),
    ]
    return subprocess.run(
        arguments,
        cwd=tree,
        env=os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )


def prove(tree: Path, guard: Guard) -> str | None:
    """Return what is wrong with the guard's test, or None when it turned red as it should."""
    file = tree / "src" / "questlog" / guard.file
    source = file.read_text()
    if source.count(guard.on) != 1:
        return f"the guard stands {source.count(guard.on)} times in {guard.file}"
    file.write_text(source.replace(guard.on, guard.off))
    try:
        done = run_test(tree, guard.test)
    except subprocess.TimeoutExpired:
        return None  # a test that hangs without its guard is red
    finally:
        file.write_text(source)
    if done.returncode == RED:
        return None
    return f"{guard.test} answered {done.returncode}:\n{done.stdout[-1500:]}"


@click.command()
@click.option("--only", help="Guards whose name holds this text.")
def main(only: str | None) -> None:
    """Switch off each guard in turn and expect its test to fail."""
    chosen = [guard for guard in GUARDS if not only or only in guard.name]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        copy_tree(tree)
        for number, guard in enumerate(chosen, 1):
            began = time.monotonic()
            complaint = prove(tree, guard)
            verdict = "red, as it should be" if complaint is None else "NOT PROVEN"
            click.echo(
                f"{number:3}/{len(chosen)} {guard.name}: {verdict} ({time.monotonic() - began:.0f} s)"
            )
            if complaint is not None:
                wrong += 1
                click.echo(f"        {complaint}")
    click.echo(f"{len(chosen) - wrong} passed, {wrong} failed")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
