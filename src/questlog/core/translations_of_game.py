"""What the game refuses, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_GAME: Mapping[str, str] = {
    "There is no such challenge.": "Такого испытания нет.",
    "You are in this challenge already.": "Вы уже проходите это испытание.",
    "This challenge ended for you today. Join it again tomorrow.": "Сегодня это испытание для вас закончилось. Начните его снова завтра.",
    "This challenge is completed once and for all.": "Это испытание проходят один раз, и оно уже пройдено.",
    "You are not in this challenge.": "Вы не проходите это испытание.",
}
