"""Ask OSV (https://osv.dev) what is known against the versions in the lock files, those for other systems included.

Ends with 0 when every version was looked up and nothing is known, with 1 when something is, and with 2 when not all could
be looked up, which is never "clean": without a network nothing is known and nothing is found out.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = tuple(
    ROOT / f"requirements{kind}.txt" for kind in ("", "-dev", "-bootstrap")
)  # what runs, what it is developed with, what installs it
PIN = re.compile(r"^([a-z0-9-]+==[^ ;\\]+)", re.MULTILINE)
CLEAN, KNOWN, UNASKED = 0, 1, 2


def main() -> int:
    parser = argparse.ArgumentParser(description="Look up the locked versions in OSV.")
    parser.add_argument("locks", nargs="*", type=Path, default=LOCKS)
    parser.add_argument("--osv-url", help="Another place that answers like OSV.")
    options = parser.parse_args()
    pins = sorted({pin for lock in options.locks for pin in PIN.findall(lock.read_text())})
    done = ask(pins, ["--osv-url", options.osv_url] if options.osv_url else [])
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        why = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"Not checked: OSV cannot be asked from here. {why[:300]}")
        return UNASKED
    return tell(pins, found)


def ask(pins: Iterable[str], more: list[str]) -> subprocess.CompletedProcess[str]:
    """Run pip-audit over pins without their hashes and markers: OSV knows names and versions."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "pins.txt"
        plain.write_text("\n".join(pins))
        options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
        command = [sys.executable, "-m", "pip_audit", "-s", "osv", *options, "-r", str(plain)]
        return subprocess.run([*command, *more], capture_output=True, text=True, check=False)


def tell(pins: list[str], found: list[dict[str, Any]]) -> int:
    known = list(advisories(found))
    looked_up = {f"{one['name']}=={one['version']}" for one in found if "version" in one}
    missed = [pin for pin in pins if pin not in looked_up]
    print("\n".join(known) or f"Nothing is known against {len(looked_up)} locked versions.")
    if missed:
        print(f"Not checked: {', '.join(missed)}")
    return KNOWN if known else UNASKED if missed or not pins else CLEAN


def advisories(found: list[dict[str, Any]]) -> Iterator[str]:
    for one in found:
        for flaw in one.get("vulns", ()):
            names = ", ".join([flaw["id"], *flaw.get("aliases", ())])
            mended = ", ".join(flaw.get("fix_versions", ())) or "no version yet"
            yield f"{one['name']} {one['version']}: {names}; mended in {mended}"


if __name__ == "__main__":
    sys.exit(main())
