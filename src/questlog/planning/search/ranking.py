"""Which find comes first, told by the index alone and alike on both engines. Pure.

A word in the title counts more than any number of them in the description; a word itself counts twice as much as one
that only begins like it. Equals stand newest first.
"""

from questlog.planning.search.index import BARRIER
from questlog.planning.search.query import Query, Term

TITLE = 1000
"""What a hit in the title weighs; hits in a description add up to less."""
_BETWEEN = f" {BARRIER} "


class Scale:
    """Weighs the stored words of one user's tasks and items for one query; `mark` is what each begins with."""

    def __init__(self, query: Query, mark: str) -> None:
        self._terms = [_patterns(term, mark) for term in query.wanted]

    def score(self, title: str, description: str) -> int:
        return self._hits(title) * TITLE + min(self._hits(description), TITLE - 1)

    def _hits(self, words: str) -> int:
        if not words:
            return 0
        # Every word gets blanks of its own, so that neighbours are both counted.
        stems, _, forms = f" {words.replace(' ', '  ')} ".partition(_BETWEEN)
        hits = 0
        for whole, beginning in self._terms:
            counted = 2 * stems.count(whole)
            if not counted and beginning:
                counted = max(stems.count(beginning), forms.count(beginning))
            hits += counted
        return hits


def _patterns(term: Term, mark: str) -> tuple[str, str]:
    *before, last = term.words
    start = "".join(f" {mark}{word.stem} " for word in before)
    beginning = f"{start} {mark}{last.form}" if term.open_end else ""
    return f"{start} {mark}{last.stem} ", beginning
