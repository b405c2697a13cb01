"""Every sentence of an error exists in Russian, with the same blanks to fill."""

import re
from collections.abc import Iterator

import pytest

from questlog import main
from questlog.core.exceptions import QuestlogError
from questlog.core.translations import RUSSIAN, translated

BLANK = re.compile(r"{\w+}")


def errors_below(error: type[QuestlogError]) -> Iterator[type[QuestlogError]]:
    for child in error.__subclasses__():
        yield child
        yield from errors_below(child)


def test_every_error_of_the_application_speaks_russian() -> None:
    house = main.__name__.split(".")[0]  # importing `main` has brought in every error

    ours = [error for error in errors_below(QuestlogError) if error.__module__.startswith(house)]
    spoken = {error.default_message for error in ours}

    assert spoken - RUSSIAN.keys() == set()


@pytest.mark.parametrize(("english", "russian"), RUSSIAN.items())
def test_a_translation_has_the_same_blanks(english: str, russian: str) -> None:
    assert sorted(BLANK.findall(english)) == sorted(BLANK.findall(russian))


def test_blanks_are_filled_in_either_language() -> None:
    sentence = "You have a label named {name} already."

    assert translated(sentence, "ru", {"name": "дом"}) == "У вас уже есть метка дом."
    assert translated(sentence, "en", {"name": "home"}) == "You have a label named home already."
