"""Moments as one says them: in 8 minutes, today 18:40, tomorrow."""

from datetime import datetime, time

from questlog.core import clock

SOON_MIN = 60


def in_words(moment: str, timezone: str) -> str:
    """Return when something is, for someone living in `timezone`. A day's beginning is just that day."""
    then = datetime.fromisoformat(moment)
    minutes = -int(-(then - clock.now()).total_seconds() // 60)
    if minutes <= 0:
        return "now"
    if minutes < SOON_MIN:
        return f"in {minutes} minute{'' if minutes == 1 else 's'}"
    local = then.astimezone(clock.zone(timezone))
    ahead = (local.date() - clock.today(timezone)).days
    day = {0: "today", 1: "tomorrow"}.get(ahead)
    if day is None:
        day = f"{local:%A}" if ahead < 7 else f"on {local:%Y-%m-%d}"
    return day if local.time() == time() else f"{day} {local:%H:%M}"
