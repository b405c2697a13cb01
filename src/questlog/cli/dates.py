"""Dates as people type and read them."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from questlog.planning.phrases import dates as phrases

WEEK = 7
FORMS = "2026-12-31, tomorrow, next friday 17:30, in 3 days, 15 jan at 9, завтра в 10, or none"


class UnknownDateError(ValueError):
    def __init__(self, text: str, near: str) -> None:
        place = f", from `{near}` on" if near and near != text else ""
        super().__init__(f"`{text}` is no date{place}. Take one of: {FORMS}.")


def parse(text: str, now: datetime) -> str | None:
    """Return the day, or the wall-clock moment, that `text` means to someone whose clock shows `now`.

    `none` is None. docs/dates.md has the words.
    """
    words = text.strip()
    if words.lower() == "none":
        return None
    try:
        found = phrases.read(words, now=now)
    except phrases.DatePhraseError as error:
        raise UnknownDateError(words, str(error.details["near"])) from error
    if found.time is None:
        return found.day.isoformat()
    return datetime.combine(found.day, found.time).isoformat()


def describe(task: dict[str, Any], today: date, zone: ZoneInfo) -> str:
    """Return when a task is due, in words as long as it is near."""
    if task["due_date"] is None:
        return ""
    day = date.fromisoformat(task["due_date"])
    text = _in_words(day, today)
    if task["due_at"] is not None:
        local = datetime.fromisoformat(task["due_at"]).astimezone(zone)
        text += f" {local:%H:%M}"
    return text


def _in_words(day: date, today: date) -> str:
    ahead = (day - today).days
    if ahead < -1:
        return f"{-ahead} days late"
    named = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    if ahead in named:
        return named[ahead]
    return f"{day:%A}" if ahead < WEEK else day.isoformat()
