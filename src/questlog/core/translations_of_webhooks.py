"""What webhooks refuse, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_WEBHOOKS: Mapping[str, str] = {
    "There is no such webhook.": "Такого вебхука нет.",
    "There is no such delivery.": "Такой доставки нет.",
    "You have {most} webhooks, which is the most. Delete one first.": "У вас уже {most} вебхуков, больше нельзя. Сначала удалите один.",
    "There are no events of the type {unknown}. `GET /webhooks/event-types` lists them.": "Событий типа {unknown} не бывает. Их список: `GET /webhooks/event-types`.",
    "This webhook is switched off. Switch it on first.": "Этот вебхук выключен. Сначала включите его.",
    "A secret is `whsec_` and 24 to 64 random bytes in base64. Leave it out, and one is made for you.": "Секрет — это `whsec_` и от 24 до 64 случайных байт в base64. Не указывайте его, и он будет создан.",
    "This is the secret the webhook has already.": "Этот секрет у вебхука уже есть.",
    "There is no such job.": "Такой работы нет.",
    "Only a job that was given up can be begun anew.": "Заново начать можно только работу, от которой отказались.",
    "This is being sent right now.": "Это отправляется прямо сейчас.",
}
