"""A running server takes the tokens that jose signs for Better Auth, Supabase and others, and whom they speak of."""

import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2

from tests.interop import issued, node
from tests.interop.issued import Minted
from tests.support.server import running_server

SITE_OF_GOLDEN = "https://app.example.org"


def main() -> int:
    """Keep what jose signs for one moment, and show what it signs now to a server. Return how many were refused."""
    if not is_kept():
        issued.keep(issued.mint(issued.MOMENT, SITE_OF_GOLDEN), SITE_OF_GOLDEN)
    with published() as site:
        minted = issued.mint(datetime.now(UTC), site.url)
        site.keys[:] = minted.keys
        refused = list(refusals(minted, site.url))
    for line in refused:
        print(f"  {line}")
    print(
        f"{'tokens signed by jose ' + node.version('jose'):45}{len(refused):4} of"
        f" {len(minted.tokens):4} refused"
    )
    return len(refused)


def is_kept() -> bool:
    if not issued.GOLDEN.exists():
        return False
    kept = json.loads(issued.GOLDEN.read_text(encoding="utf-8"))
    wanted = issued.asked(issued.MOMENT, SITE_OF_GOLDEN)
    return bool(kept["jose"] == node.version("jose") and kept["tokens"].keys() == wanted.keys())


def refusals(minted: Minted, site: str) -> Iterator[str]:
    """Yield a line for each token that does not let in, or lets in somebody else than its like do."""
    with tempfile.TemporaryDirectory(prefix="questlog-") as place:
        for number, of_secret in enumerate((False, True)):
            home = Path(place) / str(number)
            settings = (
                issued.settings_with_secret(site)
                if of_secret
                else issued.settings(site, f"{site}/jwks")
            )
            with running_server(f"sqlite:///{home}/questlog.db", home, **settings) as server:
                mine = {
                    name: token
                    for name, token in minted.tokens.items()
                    if issued.is_of_secret(name) is of_secret
                }
                yield from shown(server.url, mine)


def shown(url: str, tokens: dict[str, str]) -> Iterator[str]:
    people: dict[str, str] = {}
    for name, token in tokens.items():
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx2.get(f"{url}/api/v1/auth/me", headers=headers, trust_env=False)
        if answer.status_code != httpx2.codes.OK:
            yield f"{name}: {answer.status_code} {answer.text}"
        elif people.setdefault(issued.owner(name), answer.json()["id"]) != answer.json()["id"]:
            yield f"{name}: is taken for somebody else"


class Site(ThreadingHTTPServer):
    """Publishes its keys at every path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), KeysHandler)
        self.keys: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class KeysHandler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        body = json.dumps({"keys": self.server.keys}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def published() -> Iterator[Site]:
    site = Site()
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
