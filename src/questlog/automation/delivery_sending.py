"""One request to an endpoint, in the form of Standard Webhooks."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from standardwebhooks import Webhook as Signer

from questlog import __version__
from questlog.automation import delivery_words, webhook_secrets
from questlog.automation.delivery_claims import Sending
from questlog.automation.delivery_results import Result
from questlog.clients import dialer
from questlog.clients.addresses import Network
from questlog.core import clock
from questlog.core.security import Keyring

USER_AGENT = f"Questlog/{__version__} (webhooks)"
LONGEST_ANSWER = 4096

log = structlog.get_logger(__name__)


async def send(
    sending: Sending,
    keyring: Keyring,
    *,
    allowed: Sequence[Network] = (),
    timeout_s: float = dialer.TIMEOUT_S,
) -> Result:
    """Send a message once and say what came of it; nothing is raised and nothing is written."""
    now = clock.now()
    secrets = webhook_secrets.secrets_of(sending.webhook, keyring, now)
    if not secrets:
        log.error("webhook_secret_unreadable", webhook=str(sending.webhook.id))
        return Result(sending, delivery_words.UNSIGNED, 0)
    body = sending.body.encode()
    headers = headers_of(str(sending.id), now, sending.body, secrets)
    try:
        reply = await dialer.post(
            sending.webhook.url, body, headers, allowed=allowed, timeout_s=timeout_s
        )
    except dialer.DialError as error:
        return Result(sending, error.word, error.duration_ms)
    return Result(
        sending,
        _failure(reply.status),
        reply.duration_ms,
        status=reply.status,
        answer=_text(reply.body),
        retry_after=reply.retry_after,
    )


def headers_of(message_id: str, now: datetime, body: str, secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers of a message; each secret signs, so that a receiver may know either."""
    signatures = (Signer(each).sign(message_id, now, body) for each in secrets)
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _failure(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return delivery_words.GONE if status == 410 else delivery_words.BAD_STATUS


def _text(body: bytes) -> str:
    """Return what can be kept of an answer: PostgreSQL has no place for NUL."""
    return body[:LONGEST_ANSWER].decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
