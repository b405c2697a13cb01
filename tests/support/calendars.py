"""A calendar feed as a calendar reads it."""

from typing import Any

from httpx2 import AsyncClient
from icalendar import Calendar

from tests.support.canaries import Canaries
from tests.support.make import Person

CALENDAR = "/api/v1/calendar"


async def subscribed(client: AsyncClient, canaries: Canaries, user: Person) -> str:
    """Give the user's calendar an address, and return its path. Nothing that is logged may show it."""
    answer = await client.post(f"{CALENDAR}/token", headers=user.headers)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    canaries.given.add(found["token"])
    assert found["url"].endswith(f"{CALENDAR}/{found['token']}.ics")
    return f"{CALENDAR}/{found['token']}.ics"


async def shown(client: AsyncClient, path: str, **query: str) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return parsed(answer.content)


def parsed(text: bytes) -> Any:
    calendar = Calendar.from_ical(text)
    assert isinstance(calendar, Calendar)
    assert not any(component.errors for component in calendar.walk())
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert b"\n" not in text.replace(b"\r\n", b"")
    return calendar
