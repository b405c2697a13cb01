"""Which find comes first, told by the index alone and alike on both engines. Pure.

A word in the title counts more than any number of them in the description; a word itself counts twice as much as one
that only begins like it. Equals stand newest first.
"""

from questlog.planning.search.index import BARRIER
from questlog.planning.search.query import Query, Term

TITLE = 1000
"""What a hit in the title weighs; hits in a description add up to less."""


def score(query: Query, mark: str, title: str, description: str) -> int:
    """Return how well stored words fit a query; `mark` is their owner's."""
    in_title = sum(_hits(term, mark, title) for term in query.wanted)
    in_description = sum(_hits(term, mark, description) for term in query.wanted)
    return in_title * TITLE + min(in_description, TITLE - 1)


def _hits(term: Term, mark: str, words: str) -> int:
    # Every word gets blanks of its own, so that neighbours are both counted.
    stems, _, forms = f" {words.replace(' ', '  ')} ".partition(f" {BARRIER} ")
    *before, last = term.words
    start = "".join(f" {mark}{word.stem} " for word in before)
    whole = 2 * stems.count(f"{start} {mark}{last.stem} ")
    if whole or not term.open_end:
        return whole
    beginning = f"{start} {mark}{last.form}"
    return max(stems.count(beginning), forms.count(beginning))
