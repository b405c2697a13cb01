"""Whether what a model quotes was said."""

import time

import pytest

from questlog.coach.onboarding_quotes import answered

ANSWERS = {
    "work": "I am a nurse at a children’s hospital.",
    "goals": "I do not want to run.\nTo speak C++ and   Italian, а ещё не болеть, но больше спать",
    "obstacle": "I don't sleep enough, never a quiet hour. Not only noise",
}


@pytest.mark.parametrize(
    ("quote", "question"),
    [
        ("a nurse", "work"),
        ("A NURSE at", "work"),
        ("children's hospital", "work"),
        ("“nurse”", "work"),
        ("hospital.", "work"),
        ("speak C++", "goals"),
        ("and Italian", "goals"),
        ("I do not want to run", "goals"),
        ("do not want", "goals"),
        ("не болеть", "goals"),
        ("больше спать", "goals"),
        ("I don’t sleep enough", "obstacle"),
        ("noise", "obstacle"),
        ("ur", None),
        ("hospit", None),
        ("want to run", None),
        ("run", None),
        ("to run", None),
        ("болеть", None),
        ("sleep enough", None),
        ("quiet hour", None),
        ("a doctor", None),
        ("…", None),
    ],
)
def test_a_quote_is_whole_words_that_were_not_denied(quote: str, question: str | None) -> None:
    assert answered(quote, ANSWERS) == question


def test_what_was_denied_once_and_said_once_was_said() -> None:
    assert answered("run", {"goals": "I did not run last year. I run now"}) == "goals"


def test_a_long_quote_is_looked_for_in_a_moment() -> None:
    begun = time.perf_counter()

    answered("a " * 900, {"goals": "not a " * 600 + "b"})

    assert time.perf_counter() - begun < 1
