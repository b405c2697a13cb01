"""Whether a quote stands in somebody's answers: whole words in their order, and not behind a “not”. Pure."""

import re
from collections.abc import Mapping

from questlog.coach.onboarding_dialogue import AROUND

LOOKED_BACK = 80
# A negation of the same clause with at most three words between it and the quote: “I do not really want to | run”.
NEGATED = re.compile(
    r"(?:(?<!\w)(?:not|never|no|without|cannot|не|ни|нет|без)|n't)(?![ \t]+(?:only|just|только)(?!\w))"
    r"(?:[ \t]+(?!(?:but|and|so|но|а|и)(?!\w))[\w'-]+){0,3}[ \t]+$"
)


def answered(quote: str, answers: Mapping[str, str]) -> str | None:
    """Return the question in whose answer a quote stands, however letters and spaces are written."""
    words = folded(quote).strip(AROUND).split()
    if sum(map(len, words)) < 2:
        return None
    whole = re.compile(rf"(?<!\w){r'\s+'.join(map(re.escape, words))}(?!\w)")
    return next((topic for topic, said in answers.items() if _stands(whole, folded(said))), None)


def _stands(whole: re.Pattern[str], said: str) -> bool:
    return any(
        NEGATED.search(said, max(0, hit.start() - LOOKED_BACK), hit.start()) is None
        for hit in whole.finditer(said)
    )


def folded(text: str) -> str:
    return text.casefold().replace("ё", "е").replace("’", "'")
