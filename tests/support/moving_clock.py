"""A clock that tests can put forward."""

from datetime import UTC, datetime, timedelta

import pytest

from questlog.core import clock


def at(text: str) -> datetime:
    """Return a moment of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class MovingClock:
    """Runs as usual, ahead of the time by what it was moved; or stands still at a moment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = timedelta()
        self._stands_at: datetime | None = None
        monkeypatch.setattr(clock, "now", self.now)

    def now(self) -> datetime:
        return (self._stands_at or datetime.now(UTC)) + self._ahead

    def move(self, **by: float) -> None:
        """Put the clock forward: `move(minutes=5)`."""
        self._ahead += timedelta(**by)

    def stop_at(self, moment: datetime) -> None:
        self._stands_at, self._ahead = moment, timedelta()
