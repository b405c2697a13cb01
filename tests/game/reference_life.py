"""Days, streak, freezes and hearts by their written rules (domain § 4, details § 2.2), for zones without changes of clock."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HEARTS = 5
HEART_GROWS_IN = timedelta(hours=4)
ONE = timedelta(days=1)


@dataclass
class Life:
    now: datetime
    zone: str
    hearts: int = HEARTS
    streak: int = 0
    best_streak: int = 0
    active_on: date | None = None
    """The last day of the streak, frozen ones included."""
    freezes: int = 0
    growing_since: datetime | None = None
    before_today: tuple[int, int, date | None] = (0, 0, None)
    began: date = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.day

    @property
    def day(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def days(self) -> int:
        return (self.day - self.began).days + 1

    @property
    def was_active(self) -> bool:
        return self.active_on == self.day

    def go_on(self, until: datetime) -> None:
        """Live through every midnight on the way."""
        while (midnight := self._midnight()) <= until:
            missed = self.day
            self._grow(midnight)
            self.now = midnight
            if self.streak and self.active_on != missed:
                self._miss(missed)
        self._grow(until)
        self.now = until

    def extend(self) -> None:
        """Something was done today, for the first time."""
        self.before_today = (self.streak, self.best_streak, self.active_on)
        self.streak = self.streak + 1 if self.active_on == self.day - ONE else 1
        self.best_streak = max(self.best_streak, self.streak)
        self.active_on = self.day

    def shorten(self) -> None:
        """What was done today is taken back, all of it."""
        self.streak, self.best_streak, self.active_on = self.before_today

    def move_hearts(self, by: int) -> None:
        """Never below none nor above the most; the one that is growing keeps its time."""
        self.hearts = max(0, min(self.hearts + by, HEARTS))
        self.growing_since = None if self.hearts == HEARTS else self.growing_since or self.now

    def _midnight(self) -> datetime:
        zone = ZoneInfo(self.zone)
        return datetime.combine(self.day + ONE, time.min, zone).astimezone(UTC)

    def _miss(self, day: date) -> None:
        if self.freezes:
            self.freezes -= 1
            self.active_on = day
        else:
            self.move_hearts(-1)
            self.streak = 0

    def _grow(self, until: datetime) -> None:
        while self.growing_since is not None and self.growing_since + HEART_GROWS_IN <= until:
            self.hearts += 1
            self.growing_since += HEART_GROWS_IN
            if self.hearts == HEARTS:
                self.growing_since = None
