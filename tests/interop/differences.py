"""Where Questlog and chrono-node read a sentence differently, and the reasons on record."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.interop import sentences
from tests.interop.sentences import Answer

LISTED = Path(__file__).parent / "differences.txt"
REASON = "## "


@dataclass(frozen=True, slots=True)
class Difference:
    language: str
    sentence: str
    ours: Answer
    theirs: Answer

    def __str__(self) -> str:
        return f"{self.sentence!r}: {self.ours} here, {self.theirs} there"


def found() -> Iterator[Difference]:
    for language, answers in sentences.golden().items():
        for sentence, theirs in answers.items():
            ours = sentences.ours(sentence)
            if not ours.agrees(theirs):
                yield Difference(language, sentence, ours, theirs)


def reasons() -> dict[str, str]:
    """Return the reason for each sentence that is listed."""
    listed: dict[str, str] = {}
    reason = ""
    for line in LISTED.read_text(encoding="utf-8").splitlines():
        if line.startswith(REASON):
            reason = line.removeprefix(REASON)
        elif line.startswith("- "):
            listed[line.removeprefix("- ")] = reason
    return listed


def unlisted() -> list[Difference]:
    listed = reasons()
    return [difference for difference in found() if difference.sentence not in listed]


def outlived() -> list[str]:
    """Sentences that are listed although both sides agree on them by now, or that nobody asks any more."""
    differing = {difference.sentence for difference in found()}
    return [sentence for sentence in reasons() if sentence not in differing]
