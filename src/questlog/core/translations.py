"""Sentences people read, in Russian. The English sentence is the key, so code stays readable and nothing is lost."""

from collections.abc import Mapping
from typing import Any

RUSSIAN: Mapping[str, str] = {
    "The request cannot be carried out.": "Запрос нельзя выполнить.",
    "Sign in to do this.": "Войдите, чтобы сделать это.",
    "You may not do this.": "У вас нет права на это действие.",
    "There is no such thing.": "Такого объекта нет.",
    "This clashes with the present state.": "Это противоречит текущему состоянию.",
    "This exists already.": "Такое уже есть.",
    "This was changed since you read it.": "С тех пор как вы это прочли, оно изменилось.",
    "The request is too large.": "Запрос слишком большой.",
    "The request has a field that cannot be accepted.": "В запросе есть поле, которое нельзя принять.",
    "Too many requests. Wait a little.": "Слишком много запросов. Подождите немного.",
    "The database does not answer. Try again soon.": "База данных не отвечает. Попробуйте чуть позже.",
    "Somebody changed this at the same moment. Try again.": "Это только что изменил кто-то другой. Повторите.",
    "There is nothing of yours with this id.": "У вас нет ничего с таким идентификатором.",
    "There is nothing at this address.": "По этому адресу ничего нет.",
    "This address does not understand this method.": "Этот адрес не понимает такой метод.",
}


def translated(sentence: str, locale: str, details: Mapping[str, Any] | None = None) -> str:
    """Return `sentence` in the language of `locale`, its `{placeholders}` filled from `details`."""
    found = RUSSIAN.get(sentence, sentence) if locale.startswith("ru") else sentence
    if "{" not in found:
        return found
    return found.format_map(_Known(details or {}))


class _Known(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"
