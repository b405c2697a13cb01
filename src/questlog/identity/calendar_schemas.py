"""Calendar links on the wire."""

from datetime import datetime

from pydantic import Field

from questlog.core.schemas import Answer


class CalendarLinkResponse(Answer):
    created_at: datetime
    last_used_at: datetime | None = Field(description="When it was read last; exact to an hour.")


class NewCalendarLinkResponse(Answer):
    token: str = Field(description="The secret part of the address. Nothing shows it again.")
    url: str = Field(description="What to subscribe to.")
