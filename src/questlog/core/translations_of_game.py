"""What the game refuses, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_GAME: Mapping[str, str] = {
    "There is no such challenge.": "Такого испытания нет.",
    "You are in this challenge already.": "Вы уже проходите это испытание.",
    "This challenge ended for you today. Join it again tomorrow.": "Сегодня это испытание для вас закончилось. Начните его снова завтра.",
    "This challenge is completed once and for all.": "Это испытание проходят один раз, и оно уже пройдено.",
    "You are not in this challenge.": "Вы не проходите это испытание.",
    "The shop does not have this.": "В лавке такого нет.",
    "This costs {price} gold, and you have {gold}.": "Это стоит {price} золота, а у вас {gold}.",
    "You can hold {hold} of these, and you have {owned}.": "Таких в запасе бывает не больше {hold}, а у вас уже {owned}.",
    "No heart would be missing. Come back when one is.": "Сердец хватает. Приходите, когда их станет меньше.",
    "Hearts are switched off: none is lost. Switch them on in your settings first.": "Сердца отключены и не теряются. Сначала включите их в настройках.",
    "One of these brings everything that is missing. Buy 1.": "Одна такая покупка восполняет всё. Купите 1.",
    "This would leave {left} of {what}, and that cannot be.": "Осталось бы {left} ({what}), а так не бывает.",
}
