"""What is left of a line when its marks are taken out. Pure."""

import re
from collections.abc import Sequence

from questlog.planning.phrases.quick_add_marks import Mark

FOLLOWS = ",.;:!?…)]}"
LEADING = re.compile(r"[\s,;:]+|[-–—]\s+")  # dashes as people type them
DIVIDES = " \t\xa0,;:"


def without(line: str, marks: Sequence[Mark]) -> str:
    """Return `line` without `marks`, which come in order; white space becomes single spaces.

    A bracket around a mark goes with it, and so does what divided it from the rest at an end of the line.
    """
    kept: list[str] = []
    place = 0
    for mark in marks:
        start, end = mark.start, mark.end
        if start > place and line[start - 1] == "(" and line[end : end + 1] == ")":
            start, end = start - 1, end + 1
        piece = line[place:start]
        is_escape = mark.kind == "escape"
        kept.append(piece if is_escape or line[end : end + 1] not in FOLLOWS else piece.rstrip())
        place = end
    kept.append(line[place:])
    title = "".join(kept)
    cut = [mark for mark in marks if mark.kind != "escape"]
    if cut and cut[0].start == 0:
        found = LEADING.match(title)
        title = title if found is None else title[found.end() :]
    if cut and cut[-1].end == len(line):
        title = _without_trailing(title)
    return " ".join(title.split())


def _without_trailing(title: str) -> str:
    kept = title.rstrip(DIVIDES)
    while len(kept) > 1 and kept[-1] in "-–—" and kept[-2].isspace():
        kept = kept[:-1].rstrip(DIVIDES)
    return kept
