"""What a running server sends to an endpoint is right to the JavaScript library of Standard Webhooks."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2

from tests.interop import node, signed
from tests.interop.signed import Signed
from tests.support.server import running_server

NETWORKS = "127.0.0.0/8"
PATIENCE_S = 30
TITLES = ("Water the plants", "Полить цветы ☃ 👩‍🔬", 'say "hi" \\ </script>')


def main() -> int:
    """Keep what the library signs, and let it judge what a server sends. Return how many messages were not right."""
    signed.keep()
    with tempfile.TemporaryDirectory(prefix="questlog-") as place, listening() as hook:
        home = Path(place)
        database = f"sqlite:///{home}/questlog.db"
        with running_server(database, home, WEBHOOK_ALLOWED_NETWORKS=NETWORKS) as server:
            sent = list(told(server.url, hook))
    verdicts = signed.ask(sent)
    wrong = sum(1 for said in verdicts if not said.is_right or said.is_right_when_changed)
    package = f"messages to {signed.PACKAGE} {node.version(signed.PACKAGE)}"
    print(f"{package:45}{wrong:4} of {len(verdicts):4} refused")
    return wrong


def told(url: str, hook: "Hook") -> Iterator[Signed]:
    """Let something happen before and after the secret is replaced; yield each message with each secret that fits."""
    account = {"email": "ada@example.org", "password": "a long walk in the rain 17"}
    with httpx2.Client(base_url=f"{url}/api/v1", trust_env=False) as client:
        token = client.post("/auth/register", json=account).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        made = client.post("/webhooks", json={"url": hook.url, "events": ["task.*"]}).json()
        first = made["secret"]
        _make_tasks(client)
        client.post(f"/webhooks/{made['id']}/test")
        yield from (_read(each, first) for each in hook.wait_for(len(TITLES) + 1))
        second = client.post(f"/webhooks/{made['id']}/rotate-secret").json()["secret"]
        _make_tasks(client)
        for each in hook.wait_for(len(TITLES)):
            yield _read(each, first)
            yield _read(each, second)


def _make_tasks(client: httpx2.Client) -> None:
    for title in TITLES:
        client.post("/tasks", json={"title": title}).raise_for_status()


def _read(message: dict[str, Any], secret: str) -> Signed:
    headers = message["headers"]
    return Signed(
        secret,
        headers["webhook-id"],
        int(headers["webhook-timestamp"]),
        message["body"],
        headers["webhook-signature"],
    )


class Hook(ThreadingHTTPServer):
    """An endpoint that keeps what it is sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), HookHandler)
        self.messages: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """Return the next messages, so many."""
        deadline = time.monotonic() + PATIENCE_S
        while len(self.messages) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.messages)} of {count} messages came")
            time.sleep(0.05)
        taken, self.messages[:count] = self.messages[:count], []
        return taken


class HookHandler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.messages.append({"headers": headers, "body": body})
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[Hook]:
    hook = Hook()
    threading.Thread(target=hook.serve_forever, daemon=True).start()
    try:
        yield hook
    finally:
        hook.shutdown()
        hook.server_close()
