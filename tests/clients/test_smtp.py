"""What an SMTP server's answers mean."""

from email.message import EmailMessage

import pytest
from pydantic import SecretStr

from questlog.clients import smtp as client
from questlog.clients.smtp import DeliveryError
from questlog.core.outside_settings import MailSettings
from tests.support import smtp as faults
from tests.support.smtp import Fault, SmtpServer


def letter(to: str = "ada@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "quests@example.org", to, "Код"
    message.set_content("Привет")
    return message


def settings(server: SmtpServer, **more: object) -> MailSettings:
    return MailSettings.model_validate(
        {"host": server.host, "port": server.port, "tls": "none"} | more
    )


async def test_a_letter_is_taken(smtp: SmtpServer) -> None:
    await client.deliver(settings(smtp), letter())

    assert smtp.messages[0]["Subject"] == "Код"
    assert smtp.recipients == [["ada@example.org"]]


async def test_an_address_beyond_ascii_is_taken(smtp: SmtpServer) -> None:
    await client.deliver(settings(smtp), letter("ада@example.org"))

    assert smtp.recipients == [["ада@example.org"]]


@pytest.mark.parametrize(
    ("fault", "reason", "may_pass"),
    [
        (faults.temporary(at="MAIL"), "refused", True),
        (faults.temporary(at="RCPT"), "refused", True),
        (faults.temporary(at="DATA"), "refused", True),
        (faults.permanent(at="MAIL"), "rejected", False),
        (faults.permanent(at="RCPT"), "rejected", False),
        (faults.permanent(at="DATA"), "rejected", False),
        (faults.dropped(), "unreachable", True),
    ],
)
async def test_a_refusal_says_whether_it_may_pass(
    smtp: SmtpServer, fault: Fault, reason: str, may_pass: bool
) -> None:
    smtp.faults = [fault]

    with pytest.raises(DeliveryError) as failed:
        await client.deliver(settings(smtp), letter())

    assert (failed.value.reason, failed.value.may_pass) == (reason, may_pass)


async def test_a_slow_server_is_left_waiting(
    smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT_S", 0.1)
    smtp.faults = [faults.slow(0.5)]

    with pytest.raises(DeliveryError) as failed:
        await client.deliver(settings(smtp), letter())

    assert (failed.value.reason, failed.value.may_pass) == ("timeout", True)


async def test_a_closed_port_may_open_again(smtp: SmtpServer) -> None:
    chosen = settings(smtp)
    await smtp.refuse()

    with pytest.raises(DeliveryError) as failed:
        await client.deliver(chosen, letter())

    assert (failed.value.reason, failed.value.may_pass) == ("unreachable", True)


async def test_a_password_is_not_sent_in_clear(smtp: SmtpServer) -> None:
    chosen = settings(smtp, tls="auto", user="quests", password=SecretStr("a password"))

    with pytest.raises(DeliveryError):
        await client.deliver(chosen, letter())

    assert smtp.messages == []
