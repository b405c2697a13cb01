"""What hostile texts do to the server's log (S-147): nothing."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.doors import PASSWORD
from tests.support.server import RunningServer, running_server

FORGED = '{"event": "request", "status": 200, "user": "root"}'
HOSTILE = f"a\n{FORGED}\r\n\x1b[31mred\u202e"
RED = "\x1b[31mred\u202e"  # one word, which a terminal would take as it is


def send_raw(server: RunningServer, head: bytes, body: bytes = b"") -> bytes:
    """Send what a well-behaved client library would not."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        connection.sendall(head + b"Host: localhost\r\n" + length + body)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def send_hostile_texts(server: RunningServer) -> None:
    agent = b"User-Agent: " + FORGED.encode() + b" \xff\xfe\r\n"
    for text in (HOSTILE, RED):
        path = "/api/v1/tasks/" + "".join(f"%{byte:02X}" for byte in text.encode())
        send_raw(server, f"GET {path} HTTP/1.1\r\n".encode() + agent)
    login = {"email": HOSTILE + "@example.org", "password": HOSTILE}
    person = {"email": "ada@example.org", "password": PASSWORD, "name": HOSTILE}
    kind = b"Content-Type: application/json\r\n"
    for address, body in (("login", login), ("register", person), ("send-code", login)):
        head = f"POST /api/v1/auth/{address} HTTP/1.1\r\n".encode() + agent + kind
        assert send_raw(server, head, json.dumps(body).encode()).startswith(b"HTTP/1.1 ")


def lines_after_start(server: RunningServer) -> list[str]:
    lines = server.log().split("\n")
    start = next(n for n, line in enumerate(lines) if line.startswith("Stop it with"))
    return [line for line in lines[start + 1 :] if line]


@pytest.mark.parametrize("form", ["json", "console"])
def test_s147_hostile_texts_stay_on_one_escaped_line(
    database_address: str, tmp_path: Path, form: str
) -> None:
    with running_server(
        database_address, tmp_path / "data", LOG_FORMAT=form, ENVIRONMENT="local"
    ) as server:
        send_hostile_texts(server)

        lines = lines_after_start(server)

    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\r" not in text
    assert not [line for line in lines if line.startswith("{" if form == "console" else "a")]
    requests = [line for line in lines if "/api/v1/auth/" in line]
    assert len(requests) == 3
    if form == "json":
        told = [json.loads(line) for line in lines]
        assert {one["event"] for one in told} == {"request"}
        assert [one["path"] for one in told if "tasks" in one["path"]] == [
            f"/api/v1/tasks/{text}" for text in (HOSTILE, RED)
        ]
        assert not [one for one in told if one["user"] == "root"]
