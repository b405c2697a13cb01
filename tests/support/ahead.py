"""`questlog`, living ahead of the time by the seconds that stand in a file.

SECONDS_AHEAD=path python -m tests.support.ahead server run
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from questlog.cli import main
from questlog.core import clock

VARIABLE = "SECONDS_AHEAD"


def now() -> datetime:
    """Return the time as it is there; the file may change at any moment."""
    ahead = float(Path(os.environ[VARIABLE]).read_text(encoding="utf-8"))
    return datetime.now(UTC) + timedelta(seconds=ahead)


if __name__ == "__main__":
    clock.now = now
    main()
