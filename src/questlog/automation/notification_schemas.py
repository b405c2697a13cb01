"""How somebody is told, on the wire."""

from typing import Annotated

from pydantic import ConfigDict, Field

from questlog.automation.notification_settings import Mailing
from questlog.core.schemas import Answer, Flag, Patch, absent, title, whole_number

CLOCK_PATTERN = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"
ClockTime = Annotated[str, Field(pattern=CLOCK_PATTERN, min_length=5, max_length=5)]
Weekday = Annotated[int, whole_number(0, 6)]
QUIET = "Between `quiet_from` and `quiet_to` of your clock mails and pushes wait."


class NotificationSettingsUpdate(Patch):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"daily_digest": True, "digest_at": "07:30"},
                {"quiet_from": "22:00", "quiet_to": "07:00"},
            ]
        }
    )

    reminders_by_mail: Flag = absent()
    reminders_by_push: Flag = absent()
    daily_digest: Flag = absent()
    weekly_review: Flag = absent()
    webhook_notices: Flag = absent()
    digest_at: ClockTime = absent()
    review_weekday: Weekday = absent()
    quiet_from: ClockTime | None = Field(None, description=QUIET)
    quiet_to: ClockTime | None = Field(None, description=QUIET)
    push_url: Annotated[str, title(2000)] | None = Field(
        None,
        description="Where pushes are posted to, such as a topic of ntfy. It is never shown again.",
    )


class NotificationSettingsResponse(Answer):
    reminders_by_mail: bool
    reminders_by_push: bool
    daily_digest: bool = Field(description="A mail of what is due, each day at `digest_at`.")
    weekly_review: bool = Field(
        description="A mail of the week behind you, on `review_weekday` at `digest_at`."
    )
    webhook_notices: bool = Field(description="A mail when a webhook is switched off.")
    digest_at: str = Field(description="By your clock.")
    review_weekday: int = Field(description="0 is Monday.")
    quiet_from: str | None = Field(description=QUIET)
    quiet_to: str | None = Field(description=QUIET)
    push_host: str | None = Field(description="Where pushes go to, without what gives access.")
    mail_to: str | None = Field(
        description="Where mails go to; null while your address is not verified or this server sends no mail."
    )
    version: int = Field(description="0 while nothing was ever changed.")


class UnsubscribeResponse(Answer):
    mailing: Mailing
    subscribed: bool
