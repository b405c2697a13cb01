"""Telling people what is due: reminders, pushes, digests and reviews, as work of the schedule.

Nothing here has to be exact about who runs it: what is to be told is claimed where it is kept (`flows/remind.py`,
`flows/mail_rounds.py`), so a job that runs twice tells nothing twice.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import structlog

from questlog.automation import jobs, notification_settings
from questlog.automation.notification_settings import Wishes
from questlog.clients import dialer
from questlog.clients.dialer import DialError
from questlog.core import clock
from questlog.core.db import Session
from questlog.flows import daily_digest, mail_rounds, weekly_review
from questlog.flows.mailed_tasks import Line
from questlog.flows.push_text import text_of
from questlog.flows.remind import PUSH, PUSHES, remind_all
from questlog.flows.reminder_letter import still_due
from questlog.identity.models import User
from questlog.worker.house import House, Work

# What trying again may help against: the others say that the address is wrong or closed for good.
MAY_PASS = frozenset({"dns", "refused", "unreachable", "timeout", "tls", "reset", "too_slow"})
TRY_AGAIN = frozenset({"408", "425", "429"})
PUSH_S = 5.0
"""A push takes the place of a job: addresses that are silent must not keep the others waiting."""

log = structlog.get_logger(__name__)


class PushFailedError(Exception):
    """The push did not get through and may later: the job is tried again. It says nothing of what was pushed."""


async def remind(house: House, _args: Mapping[str, Any]) -> None:
    told = await remind_all(house.database, sends_mail=house.settings.mail.enabled)
    if told:
        log.info("reminded", count=told)


async def make_mail_jobs(house: House, _args: Mapping[str, Any]) -> None:
    """Without a mail server there is nobody to send them."""
    if not house.settings.mail.enabled:
        return
    for each in (daily_digest.ROUND, weekly_review.ROUND):
        await mail_rounds.make_jobs(house.database, each)


async def send_daily_digest(house: House, args: Mapping[str, Any]) -> None:
    await _send(house, daily_digest.ROUND, args)


async def send_weekly_review(house: House, args: Mapping[str, Any]) -> None:
    await _send(house, weekly_review.ROUND, args)


async def _send(house: House, round_: mail_rounds.Round, args: Mapping[str, Any]) -> None:
    if house.settings.mail.enabled:
        user_id, day = UUID(args["user_id"]), date.fromisoformat(args["day"])
        await house.database.write(mail_rounds.send, round_, user_id, day)


async def push(house: House, args: Mapping[str, Any]) -> None:
    """Post what is due to where the user wants it. Raises `PushFailedError` when trying again may help."""
    if datetime.fromisoformat(args["until"]) <= clock.now():
        return
    found = await house.database.read(_to_push, UUID(args["user_id"]), args)
    if found is None or await _is_held(house, args, *found[:2]):
        return
    failure = await _post(house, *found)
    if failure is not None:
        may_pass = failure in MAY_PASS or failure.startswith("5") or failure in TRY_AGAIN
        log.warning("push_not_sent", user=args["user_id"], reason=failure, retry=may_pass)
        if may_pass:
            raise PushFailedError(failure)


async def _is_held(house: House, args: Mapping[str, Any], reader: User, wishes: Wishes) -> bool:
    """Put a push that meets the quiet hours off until they are over: one that is tried again may.

    There is one such job for the same push, however often it is put off; another push has its own.
    """
    now = clock.now()
    until = wishes.held_until(now, reader.timezone)
    if until > now:
        slot = f"{uuid5(reader.id, json.dumps(args, sort_keys=True))}:{until.isoformat()}"
        await house.database.write(_put_off, reader.id, args, slot, until)
    return until > now


async def _put_off(
    session: Session, user_id: UUID, args: Mapping[str, Any], slot: str, until: datetime
) -> None:
    await jobs.enqueue(
        session, PUSH, args, due_at=until, slot=slot, user_id=user_id, most_attempts=PUSHES
    )


async def _post(house: House, reader: User, wishes: Wishes, tasks: list[Line]) -> str | None:
    """Return why the push was not taken, in a word or as a status. Raises nothing: here is the address in the clear."""
    address = notification_settings.push_address(house.keyring, wishes)
    if address is None:
        return None
    text = text_of(tasks, locale=reader.locale)
    allowed = house.settings.webhooks.allowed_networks
    try:
        reply = await dialer.post(
            address, text.body, text.headers, allowed=allowed, timeout_s=PUSH_S
        )
    except DialError as error:
        return error.word
    return None if 200 <= reply.status < 300 else str(reply.status)


async def _to_push(
    session: Session, user_id: UUID, args: Mapping[str, Any]
) -> tuple[User, Wishes, list[Line]] | None:
    """Return whom to tell what, or None when it is not wanted or not due any more."""
    reader = await session.get(User, user_id)
    if reader is None or not reader.is_active:
        return None
    wishes = await notification_settings.of(session, user_id)
    tasks = await still_due(session, reader, args)
    return (reader, wishes, tasks) if wishes.reminders_by_push and tasks else None


ON_DEMAND: Mapping[str, Work] = {
    daily_digest.TEMPLATE: send_daily_digest,
    weekly_review.TEMPLATE: send_weekly_review,
    PUSH: push,
}
