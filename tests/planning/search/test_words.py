"""Words and their stems."""

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.planning.search.words import Word, places_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Running reports", [("running", "run"), ("reports", "report")]),
        ("Ёлки, ЁЛКУ", [("елки", "елк"), ("елку", "елк")]),
        ("й is no и", [("й", "й"), ("is", "is"), ("no", "no"), ("и", "и")]),
        ("за\u0301мок", [("замок", "замок")]),
        ("Café", [("cafe", "cafe")]),
        ("don't DON’T", [("dont", "dont"), ("dont", "dont")]),
        ("John's", [("johns", "john")]),
        ("e-mail", [("e", "e"), ("mail", "mail")]),
        ("v2.10", [("v2", "v2"), ("10", "10")]),
        ("Ｆｕｌｌ ｗｉｄｔｈ", [("full", "full"), ("width", "width")]),
        ("ﬁnding", [("finding", "find")]),
        ("Straße", [("strasse", "strass")]),
        ("co\u00adoper\u200bate", [("cooperate", "cooper")]),
        ("snake_case", [("snake", "snake"), ("case", "case")]),
        ("…!?№ 🎉", []),
    ],
)
def test_a_text_is_taken_apart_into_words(text: str, words: list[tuple[str, str]]) -> None:
    assert words_of(text) == [Word(*word) for word in words]


def test_a_word_that_never_ends_is_cut() -> None:
    (word,) = words_of("x" * 10_000)

    assert len(word.form) <= 64


@given(st.text(max_size=200))
def test_words_are_letters_and_digits_whatever_the_text(text: str) -> None:
    places = list(places_of(text))

    assert all(p.word.form.isalnum() and p.word.stem.isalnum() for p in places)
    assert all(a.end <= b.start for a, b in pairwise(places))


def test_stems_do_not_depend_on_who_else_is_stemming() -> None:
    texts = [f"{word}{n}ing runs{chr(97 + n % 26)} бегающие" for n in range(300) for word in "abc"]
    alone = [words_of(text) for text in texts]
    seen: list[list[list[Word]]] = []

    threads = [
        threading.Thread(target=lambda: seen.append([words_of(text) for text in texts]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [alone] * 4
