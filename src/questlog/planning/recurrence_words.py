"""A recurrence as a sentence, in English and in Russian."""

from collections.abc import Callable

from questlog.planning import recurrence_english, recurrence_russian
from questlog.planning.rrule import Rule

SENTENCES: dict[str, Callable[[Rule], str]] = {
    "en": recurrence_english.sentence,
    "ru": recurrence_russian.sentence,
}


def words(rule: Rule, locale: str) -> str:
    """Return the rule in the language of `locale` ("ru", "ru-RU", "en"); any other reads English."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return SENTENCES.get(language, recurrence_english.sentence)(rule)
