"""What processes hold, as Linux tells it."""

from pathlib import Path

from tests.support.server import RunningServer
from tests.support.worker_processes import children


def resident(pid: int) -> float:
    """Return MiB of memory."""
    return _status(pid, "VmRSS:") / 1024


def threads(pid: int) -> int:
    return _status(pid, "Threads:")


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def heaviest(server: RunningServer) -> float:
    """Return what the largest of a server's processes holds, in MiB."""
    return max(resident(pid) for pid in pids_of(server))


def pids_of(server: RunningServer) -> list[int]:
    """Return the processes that serve: the server itself, or its children."""
    return children(server.process.pid) or [server.process.pid]


def _status(pid: int, line: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(text.partition(line)[2].split()[0])
