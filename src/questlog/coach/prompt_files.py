"""What a model is told to be, from the files in `prompts/`, in the user's language."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "prompts"
PLACE = re.compile(r"\{(\w+)\}")


def filled(name: str, locale: str, **values: object) -> str:
    """Return a prompt with its places filled. What is filled in is never read for places itself."""
    return PLACE.sub(lambda hit: str(values.get(hit[1], hit[0])), _text(name, locale))


@cache
def _text(name: str, locale: str) -> str:
    found = FOLDER / locale / f"{name}.txt"
    return (found if found.is_file() else FOLDER / "en" / f"{name}.txt").read_text("utf-8")
