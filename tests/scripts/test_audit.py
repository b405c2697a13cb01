"""S-149: what is known against the locked versions, and never "clean" for what was not looked up."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PINS = "granite==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:00\nslate==2.1 \\\n    --hash=sha256:11\n"
FLAW = {
    "id": "PYSEC-2026-1",
    "summary": "It cracks.",
    "details": "Under weight.",
    "aliases": ["CVE-2026-1"],
    "affected": [
        {
            "package": {"name": "slate", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.2"}]}],
        }
    ],
}


@contextmanager
def osv(known: dict[str, Any]) -> Iterator[str]:
    """A place that answers like OSV: `known` by the name of the library."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            content = json.dumps(known.get(asked["package"]["name"], {})).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text(PINS)
    return path


def audit(lock: Path, url: str) -> tuple[int, str]:
    command = [sys.executable, "scripts/audit.py", str(lock), "--osv-url", url]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout


def test_s149_all_versions_are_looked_up(lock: Path) -> None:
    """Those for other systems, too: the lock is for all of them."""
    with osv({}) as url:
        code, said = audit(lock, url)

    assert (code, said) == (0, "Nothing is known against 2 locked versions.\n")


def test_s149_what_is_known_is_named_and_fails(lock: Path) -> None:
    with osv({"slate": {"vulns": [FLAW]}}) as url:
        code, said = audit(lock, url)

    assert code == 1
    assert said == "slate 2.1: PYSEC-2026-1, CVE-2026-1; mended in 2.2\n"


def test_s149_without_a_network_nothing_is_called_clean(lock: Path) -> None:
    with osv({}) as url:
        gone = url

    code, said = audit(lock, gone)

    assert code == 2
    assert said.startswith("Not checked: OSV cannot be asked from here.")


def test_s149_a_lock_without_pins_is_not_clean(lock: Path) -> None:
    lock.write_text("")

    with osv({}) as url:
        code, _ = audit(lock, url)

    assert code == 2
