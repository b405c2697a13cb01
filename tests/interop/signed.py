"""Messages at a fixed moment, and what the JavaScript library of Standard Webhooks signs them with."""

import base64
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from questlog.automation import webhook_secrets
from questlog.automation.delivery_sending import headers_of
from tests.interop import node

PACKAGE = "standardwebhooks"
GOLDEN = Path(__file__).parents[1] / "data" / "webhooks" / "standardwebhooks.json"
MOMENT = datetime(2026, 3, 4, 10, 0, 0, 999_000, tzinfo=UTC)
BODIES = (
    "{}",
    '{"type":"task.created","data":{"title":"Water the plants"}}',
    '{"type":"task.created","data":{"title":"Полить цветы ☃ 👩‍🔬"}}',
    '{"type":"task.created","data":{"title":"\\u0000 \\"a\\\\b\\" </script>"}}',
    json.dumps({"data": {"title": "x" * 19_000}}),
)


@dataclass(frozen=True)
class Signed:
    secret: str = field(repr=False)
    id: str
    timestamp: int
    body: str
    signature: str


@dataclass(frozen=True)
class Verdict:
    signature: str
    is_right: bool
    is_right_when_changed: bool


def ours() -> list[Signed]:
    """Return messages as Questlog signs them, with secrets of every length that is allowed."""
    lengths = (24, 25, 26, 32, 48, 64)
    spelled = [webhook_secrets.spelled(bytes(range(40, 40 + length))) for length in lengths]
    return [
        message(secret, f"msg_{number}_{place}", MOMENT, body)
        for number, secret in enumerate(spelled)
        for place, body in enumerate(BODIES)
    ]


def message(secret: str, id_: str, moment: datetime, body: str) -> Signed:
    headers = headers_of(id_, moment, body, [secret])
    timestamp = int(headers["webhook-timestamp"])
    return Signed(secret, id_, timestamp, body, headers["webhook-signature"])


def ask(messages: list[Signed]) -> list[Verdict]:
    said = node.run("webhooks.mjs", {"messages": [asdict(each) for each in messages]})
    return [Verdict(**each) for each in said]


def keep() -> None:
    """Keep what the library signs the messages with, by the secret's bytes and the message's id."""
    messages = ours()
    kept = [
        {"secret": _bytes(each.secret), "id": each.id, "signature": said.signature}
        for each, said in zip(messages, ask(messages), strict=True)
    ]
    text = json.dumps({PACKAGE: node.version(PACKAGE), "signatures": kept}, indent=1) + "\n"
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(text, encoding="utf-8")


def golden() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return kept


def _bytes(secret: str) -> int:
    """Say how long a secret is; a file of secrets, even of made-up ones, alarms whoever looks for some."""
    return len(base64.b64decode(secret.removeprefix(webhook_secrets.PREFIX)))
