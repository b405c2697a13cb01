"""What somebody looks for: words that must all be there, phrases, beginnings, and words that must not. Pure.

Nothing of a query reaches an engine as it was typed: it is taken apart into words, and put together again in the
language of each engine from letters, digits and operators of our own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from questlog.planning.search.words import Place, Word, words_of

MOST_TERMS = 32
LEAST_BEGINNING = 2
"""The last word of a query may be unfinished from this many letters on; a star says so of any."""
OWNER = "~"
"""Stands for the owner's mark, with which each of their words begins in the index."""
QUOTES = str.maketrans(dict.fromkeys("«»“”„‟", '"'))
PART = re.compile(r'(?P<minus>-?)"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one behind the other; with `open_end` the last one may go on."""

    words: Sequence[Word]
    open_end: bool = False

    def fits(self, at: Sequence[Place]) -> bool:
        """True where the words at `at`, as many as this term has, are those looked for."""
        last = len(self.words) - 1
        return len(at) > last and all(
            _is_same(word, at[n].word)
            or (n == last and self.open_end and _begins(word, at[n].word))
            for n, word in enumerate(self.words)
        )


@dataclass(frozen=True, slots=True)
class Query:
    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True for a query that names no word to look for; it finds nothing."""
        return not self.wanted


@lru_cache(maxsize=1024)
def read(text: str) -> Query:
    """Understand any text; what is no word is passed over."""
    parts = list(PART.finditer(text.translate(QUOTES)))[: 2 * MOST_TERMS]
    wanted, unwanted = list[Term](), list[Term]()
    for part in parts:
        is_last = part is parts[-1]
        minus, term = _bare(part["bare"], is_last) if part["bare"] else _quoted(part)
        if term.words:
            (unwanted if minus else wanted).append(term)
    return Query(tuple(wanted[:MOST_TERMS]), tuple(unwanted[:MOST_TERMS]))


def _quoted(part: re.Match[str]) -> tuple[bool, Term]:
    return bool(part["minus"]), Term(words_of(part["quoted"])[:MOST_TERMS])


def _bare(text: str, is_last: bool) -> tuple[bool, Term]:
    minus = text.startswith("-")
    words = words_of(text)[:MOST_TERMS]
    starred = text.endswith("*")
    unfinished = is_last and not minus and bool(words) and len(words[-1].form) >= LEAST_BEGINNING
    return minus, Term(words, starred or unfinished)


def _is_same(wanted: Word, found: Word) -> bool:
    return wanted.stem in (found.stem, found.form)


def _begins(wanted: Word, found: Word) -> bool:
    return found.form.startswith(wanted.form) or found.stem.startswith(wanted.form)


def to_fts5(query: Query) -> str:
    """Return a MATCH expression of SQLite (https://sqlite.org/fts5.html#full_text_query_syntax)."""
    if query.is_empty:
        return f'"{OWNER}"'
    wanted = " AND ".join(_term_of_fts5(term) for term in query.wanted)
    if not query.unwanted:
        return wanted
    return f"({wanted}) NOT ({' OR '.join(_term_of_fts5(term) for term in query.unwanted)})"


def _term_of_fts5(term: Term) -> str:
    whole = f'"{" ".join(_stems(term.words))}"'
    if not term.open_end:
        return whole
    beginning = f'"{" ".join([*_stems(term.words[:-1]), OWNER + term.words[-1].form])}" *'
    return f"({whole} OR {beginning})"


def to_tsquery(query: Query) -> str:
    """Return a tsquery of PostgreSQL (https://www.postgresql.org/docs/current/datatype-textsearch.html)."""
    if query.is_empty:
        return f"'{OWNER}'"
    wanted = [_term_of_tsquery(term) for term in query.wanted]
    return " & ".join([*wanted, *(f"!{_term_of_tsquery(term)}" for term in query.unwanted)])


def _term_of_tsquery(term: Term) -> str:
    stems = [f"'{stem}'" for stem in _stems(term.words)]
    if not term.open_end:
        return f"({' <-> '.join(stems)})"
    beginning = [*stems[:-1], f"'{OWNER}{term.words[-1].form}':*"]
    return f"(({' <-> '.join(stems)}) | ({' <-> '.join(beginning)}))"


def _stems(words: Iterable[Word]) -> list[str]:
    return [OWNER + word.stem for word in words]
