"""Dates as people type and read them."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORTEST_WEEKDAY = 3
RELATIVE = re.compile(r"\+(\d{1,4})([dw])")
FORMS = "2026-12-31, today, tomorrow, friday, +3d, +2w, each with a time like 17:30 if you want, or none"


class UnknownDateError(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(f"`{text}` is no date. Take one of: {FORMS}.")


def parse(text: str, today: date) -> str | None:
    """Return the day, or the wall-clock moment, that `text` means to someone who lives through `today`.

    `none` is None. A weekday is the next one after today.
    """
    words = (
        text.strip().lower().replace("t", " ", 1).split()
        if _is_stamp(text)
        else text.strip().lower().split()
    )
    if words == ["none"]:
        return None
    if not words or len(words) > 2:
        raise UnknownDateError(text)
    day = _day(words[0], today)
    moment = _time(words[1]) if len(words) > 1 else None
    if day is None or (len(words) > 1 and moment is None):
        raise UnknownDateError(text)
    return day.isoformat() if moment is None else datetime.combine(day, moment).isoformat()


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
    return f"{day:%A}" if ahead < len(WEEKDAYS) else day.isoformat()


def _is_stamp(text: str) -> bool:
    return re.match(r"\d{4}-\d{2}-\d{2}[tT]\d", text.strip()) is not None


def _day(word: str, today: date) -> date | None:
    named = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if word in named:
        return today + timedelta(days=named[word])
    if relative := RELATIVE.fullmatch(word):
        days = int(relative[1]) * (7 if relative[2] == "w" else 1)
        return today + timedelta(days=days)
    if len(word) >= SHORTEST_WEEKDAY:
        for number, name in enumerate(WEEKDAYS):
            if name.startswith(word):
                return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    return _parsed(date.fromisoformat, word)


def _time(word: str) -> time | None:
    found = _parsed(time.fromisoformat, word if ":" in word else "")
    return found if found is None or found.tzinfo is None else None


def _parsed[Value](read: Callable[[str], Value], word: str) -> Value | None:
    try:
        return read(word)
    except ValueError:
        return None
