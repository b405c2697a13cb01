"""The sentences of reviews in one language, and how it writes titles, days and hours. Pure."""

from datetime import date
from typing import Any

from questlog.coach import review_english, review_russian
from questlog.coach.plurals import counted
from questlog.flows.letter_words import words_for


class Say:
    """The sentences of one language. A day of another year than `year` is said with its own."""

    def __init__(self, locale: str, year: int | None = None) -> None:
        self.locale, self._year = locale, year
        self._words = review_russian if locale.startswith("ru") else review_english

    def __call__(self, name: str, **values: Any) -> str:
        sentence: str = self._words.SENTENCES[name]
        return sentence.format(**counted(values))

    def quoted(self, title: str) -> str:
        quotes: str = self._words.QUOTED
        return quotes.format(title)

    def listed(self, titles: list[str]) -> str:
        glue: str = self._words.AND
        return glue.join(titles)

    def day(self, iso: str) -> str:
        day = date.fromisoformat(iso)
        said = f"{day.day} {words_for(self.locale).months[day.month - 1]}"
        if self._year in (None, day.year):
            return said
        with_year: str = self._words.YEAR
        return with_year.format(day=said, year=day.year)

    def weekday(self, number: int) -> str:
        name: str = self._words.WEEKDAYS[number - 1]
        return name

    def hour(self, hour: int) -> str:
        return f"{hour}:00"
