"""Words as a search compares them, and their stems. Pure.

Both engines index what this module makes of a text and split nothing themselves, so they find the same. Letter case,
accents and typographic variants make no difference, nor does ё for е; a stem is Russian or English by the script of
its word (https://snowballstem.org).
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from snowballstemmer import stemmer

LONGEST_WORD = 64
APOSTROPHES = "'’ʼ"
# Accents and invisible characters stand inside a word, apostrophes between two of its letters.
INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060"
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{INSIDE}]|[{APOSTROPHES}](?=[^\W_]))*")
BREVE = "\u0306"  # the one mark that is kept: й is no и
RUSSIAN = re.compile("[а-я]+")
ENGLISH = re.compile("[a-z']+")

_english, _russian = stemmer("english"), stemmer("russian")
_stemming = threading.Lock()  # a stemmer holds the word it is at


@dataclass(frozen=True, slots=True)
class Word:
    """`form` is the word as it stands, folded; both are letters and digits only."""

    form: str
    stem: str


@dataclass(frozen=True, slots=True)
class Place:
    """A word and where in the text it stands."""

    start: int
    end: int
    word: Word


def words_of(text: str) -> list[Word]:
    return [place.word for place in places_of(text)]


def places_of(text: str) -> Iterator[Place]:
    for found in WORD.finditer(text):
        word = _read(found[0])
        if word.form:
            yield Place(found.start(), found.end(), word)


@lru_cache(maxsize=65_536)
def _read(raw: str) -> Word:
    folded = _folded(raw)[:LONGEST_WORD]
    return Word(folded.replace("'", ""), _stem(folded).replace("'", ""))


def _folded(raw: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", raw).casefold())
    kept = "".join(
        "'" if letter in APOSTROPHES else letter
        for letter in apart
        if letter.isalnum() or letter == BREVE or letter in APOSTROPHES
    )
    return "".join(
        letter for letter in unicodedata.normalize("NFC", kept) if letter.isalnum() or letter == "'"
    )


def _stem(folded: str) -> str:
    if RUSSIAN.fullmatch(folded):
        language = _russian
    elif ENGLISH.fullmatch(folded):
        language = _english
    else:
        return folded
    with _stemming:
        stem: str = language.stemWord(folded)
    return stem or folded
