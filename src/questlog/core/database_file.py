"""The file an SQLite database lives in. A process that has it open goes on writing when it is moved away or replaced,
and all it acknowledges then is lost with the next start (F-06)."""

from pathlib import Path


class DatabaseFile:
    """Remembers which file a path led to at its first look. Without a path there is nothing to take away."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: tuple[int, int] | None = None

    @property
    def was_taken_away(self) -> bool:
        """Tell whether the path leads nowhere now, or to another file. Costs some microseconds."""
        if self._path is None:
            return False
        try:
            found = self._path.stat()
        except OSError:
            return self._known is not None
        identity = (found.st_dev, found.st_ino)
        self._known = self._known or identity
        return identity != self._known
