"""What the game refuses, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_GAME: Mapping[str, str] = {
    "There is no such challenge. Look at the list of challenges for those there are.": "Такого испытания нет. Посмотрите в списке, какие есть.",
    "You are in this challenge already.": "Вы уже проходите это испытание.",
    "This challenge ended for you today. Join it again tomorrow.": "Сегодня это испытание для вас закончилось. Начните его снова завтра.",
    "This challenge is completed once and for all. Choose another one.": "Это испытание проходят один раз, и оно уже пройдено. Выберите другое.",
    "You are not in this challenge. Join it first.": "Вы не проходите это испытание. Сначала начните его.",
    "The shop does not have this. Look into the shop for the codes of what it has.": "В лавке такого нет. Посмотрите в лавке коды того, что в ней есть.",
    "This costs {price} gold, and you have {gold}.": "Это стоит {price} золота, а у вас {gold}.",
    "You can hold {hold} of these, and you have {owned}.": "Таких в запасе бывает не больше {hold}, а у вас уже {owned}.",
    "No heart would be missing. Come back when one is.": "Сердец хватает. Приходите, когда их станет меньше.",
    "Hearts are switched off: none is lost. Switch them on in your settings first.": "Сердца отключены и не теряются. Сначала включите их в настройках.",
    "One of these brings everything that is missing. Buy 1.": "Одна такая покупка восполняет всё. Купите 1.",
    "This would leave {left} of {what}, and that cannot be. Adjust it by less.": "Осталось бы {left} ({what}), а так не бывает. Измените на меньшее.",
}
