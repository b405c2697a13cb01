"""All words of dates, English and Russian together: a line may mix them."""

from collections.abc import Mapping

from questlog.planning.phrases import lexicon_english, lexicon_russian
from questlog.planning.phrases.kinds import Kind


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNSURE = lexicon_english.UNSURE | lexicon_russian.UNSURE
BOUND = lexicon_russian.BOUND
ALONE = lexicon_english.ALONE

ARTICLES = _words("the a an some any of my your his her our their no")
VERSIONS = _words("version versions v ver release build версия версии версию версией релиз")
# "in May", but not "for May": she is somebody.
MONTH_PREPOSITIONS = _words("in by until till before в во к ко до на с")
# "the first", "the last" are an edge only as a day: "the last day of the month".
EDGE_DAYS = _words("first last первый первого первому последний последнего последнему")
# "16.02 kg" is no day either.
MEASURES = _words(
    "kg g mg lb lbs oz km m cm mm mi l ml gb mb usd eur rub dollars euros points percent"
    " кг г мг т км м см мм л мл гб мб руб рублей р градусов процентов баллов"
)
# "the 5th floor" is no day.
COUNTED = _words(
    "anniversary avenue birthday century chapter edition floor grade lesson place season street time"
)


def _by_word(*languages: Mapping[Kind, Mapping[str, int]]) -> dict[str, dict[Kind, int]]:
    meanings: dict[str, dict[Kind, int]] = {}
    for language in languages:
        for kind, words in language.items():
            for word, value in words.items():
                meanings.setdefault(word, {})[kind] = value
    return meanings


# No word of one language is a word of the other, so nothing is overwritten.
MEANINGS: Mapping[str, Mapping[Kind, int]] = _by_word(lexicon_english.WORDS, lexicon_russian.WORDS)
