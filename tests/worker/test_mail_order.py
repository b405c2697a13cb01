"""Which letter goes first when many wait."""

import asyncio

import pytest

from questlog.automation import mail
from questlog.automation.mail import Letter
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.worker import mailing
from tests.support.post import ask_for_a_code


async def test_a_code_goes_before_the_digests_of_eight_and_waits_for_no_slow_letter(
    database: Database, mail_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go, all_sent, sent = asyncio.Event(), asyncio.Event(), list[str]()

    async def send(_database: Database, _settings: Settings, letter: Letter) -> None:
        sent.append(letter.template)
        await database.write(mail.mark_sent, letter)
        if len(sent) == 22:
            all_sent.set()
        if letter.template == "daily_digest" and sent.count("daily_digest") < mailing.AT_ONCE:
            await let_go.wait()  # a mail server that takes its time

    monkeypatch.setattr(mailing, "_send", send)
    for template in [*["daily_digest"] * 20, "reminder"]:
        await database.write(
            mail.enqueue, template, "ada@example.org", locale="en", params={}, expires_at=None
        )
    await ask_for_a_code(database, mail_settings)
    stop = asyncio.Event()
    loop = asyncio.create_task(mailing.run_forever(database, mail_settings, stop))
    await asyncio.wait_for(all_sent.wait(), 20)
    let_go.set()
    stop.set()
    await loop

    assert {"code", "reminder"} <= set(sent[: mailing.AT_ONCE])
    assert sorted(sent) == ["code", *["daily_digest"] * 20, "reminder"]
