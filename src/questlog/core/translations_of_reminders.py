"""What is said about reminders and mails, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_REMINDERS: Mapping[str, str] = {
    "There is no such reminder.": "Такого напоминания нет.",
    "This moment is over. Name one that is still to come.": "Этот момент уже прошёл. Укажите тот, который ещё наступит.",
    "A reminder has either a moment, `at`, or `minutes_before` the task is due.": "У напоминания есть либо момент `at`, либо `minutes_before` — за сколько минут до срока.",
    "A task has at most {most} reminders.": "У задачи может быть не больше {most} напоминаний.",
    "Quiet hours have a beginning and an end, which differ.": "У тихих часов есть начало и конец, и они различаются.",
    "Give the address that pushes go to first.": "Сначала укажите адрес, на который отправлять уведомления.",
    "This link does not work any more. Sign in and switch the mail off in your settings.": "Эта ссылка больше не действует. Войдите и отключите письма в настройках.",
    "Reminders of tasks": "Напоминания о задачах",
    "The daily digest": "Ежедневная сводка",
    "The weekly review": "Обзор недели",
    "Notices about webhooks": "Сообщения о вебхуках",
    "Do you want no more of these mails?": "Больше не присылать эти письма?",
    "You will get no more of these mails. Switch them on again in your settings.": "Эти письма больше не придут. Снова включить их можно в настройках.",
    "No more of these mails": "Больше не присылать",
}
