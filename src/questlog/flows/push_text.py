"""What a push says, as ntfy and its like read it: the text is the body, what goes with it are headers. Pure.

Source: docs.ntfy.sh/publish. Headers are ASCII, so that any server can read them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questlog.flows.mailed_tasks import Line

MOST_LINES = 5
LONGEST_BYTES = 3500
"""ntfy takes 4,096 bytes as a message and makes a file of what is longer."""


@dataclass(frozen=True)
class PushText:
    body: bytes
    headers: Mapping[str, str]


def text_of(tasks: Sequence[Line], *, locale: str) -> PushText:
    due, more = (", срок: ", "и ещё ") if locale.startswith("ru") else (", due ", "and more: ")
    lines = [
        f"{task['title']}{due}{task['due']}" if task["due"] else f"{task['title']}"
        for task in tasks[:MOST_LINES]
    ]
    if len(tasks) > MOST_LINES:
        lines.append(f"{more}{len(tasks) - MOST_LINES}")
    body = "\n".join(lines).encode()[:LONGEST_BYTES].decode(errors="ignore").encode()
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Title": "Questlog",
        "Tags": "alarm_clock",
        "User-Agent": "Questlog",
    }
    return PushText(body, headers)
