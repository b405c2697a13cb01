"""The letters about plans and about who is told of them, by the names of their templates."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from questlog.automation import notification_settings
from questlog.automation.mail import Letter
from questlog.core import clock
from questlog.core.db import Session
from questlog.flows import (
    daily_digest,
    remind,
    reminder_letter,
    switch_off_webhook,
    weekly_review,
)
from questlog.flows.mail_rounds import reader_of
from questlog.identity.letters import ContentOf

CONTENTS: Mapping[str, ContentOf] = {
    remind.TEMPLATE: reminder_letter.content,
    daily_digest.TEMPLATE: daily_digest.content,
    weekly_review.TEMPLATE: weekly_review.content,
    switch_off_webhook.TEMPLATE: switch_off_webhook.content,
}


async def held_until(session: Session, letter: Letter) -> datetime | None:
    """Return when the quiet hours that its reader is in are over; None when one of these letters may go now."""
    user_id = UUID(letter.params["user_id"])
    reader, now = await reader_of(session, user_id), clock.now()
    wishes = await notification_settings.of(session, user_id)
    until = now if reader is None else wishes.held_until(now, reader.timezone)
    return until if until > now else None
