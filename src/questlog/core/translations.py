"""Sentences people read, in Russian. The English sentence is the key, so code stays readable and nothing is lost."""

import re
from collections.abc import Mapping
from typing import Any

PLACEHOLDER = re.compile(r"\{(\w+)\}")

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
    "This access token is not valid. Sign in again.": "Этот токен доступа не годится. Войдите ещё раз.",
    "This access token has expired. Refresh it, or sign in again.": "Срок токена доступа истёк. Обновите его или войдите ещё раз.",
    "This session has ended. Sign in again.": "Этот сеанс завершён. Войдите ещё раз.",
    "Too many attempts. Wait a little, then try again.": "Слишком много попыток. Подождите немного и попробуйте снова.",
    "This is no e-mail address.": "Это не похоже на адрес электронной почты.",
    "A password has at least {least} characters.": "В пароле должно быть не меньше {least} символов.",
    "A password has at most {most} characters.": "В пароле может быть не больше {most} символов.",
    "This password is one of the first that are guessed. Take another.": "Этот пароль подбирают одним из первых. Возьмите другой.",
    "Your e-mail address is no password. Take another.": "Адрес почты не годится в пароли. Возьмите другой.",
    "Too many people are signing in right now. Try again in a moment.": "Сейчас входит слишком много людей. Попробуйте через минуту.",
    "This refresh token is not valid. Sign in again.": "Этот токен обновления не годится. Войдите ещё раз.",
    "This refresh token was used before, so its session has been ended for safety. Sign in again.": "Этот токен обновления уже использовали, поэтому сеанс завершён ради безопасности. Войдите ещё раз.",
    "There is no such session.": "Такого сеанса нет.",
    "This session is not yours.": "Это не ваш сеанс.",
    "This code is not valid. Check it, or ask for a new one.": "Код не подходит. Проверьте его или запросите новый.",
    "A mail is already on its way. Wait a minute before you ask for another.": "Письмо уже в пути. Подождите минуту, прежде чем просить другое.",
    "This server cannot send mail yet. Its operator has to set SMTP_HOST.": "Этот сервер пока не может отправлять почту: администратору нужно задать SMTP_HOST.",
    "No such link was ever sent. Ask for a new one.": "Такой ссылки никто не отправлял. Запросите новую.",
    "This link is not valid any more. Ask for a new one.": "Эта ссылка больше не действует. Запросите новую.",
    "There is an account with this e-mail address already. Sign in instead.": "Аккаунт с этим адресом уже есть. Войдите в него.",
    "This e-mail address and this password do not go together.": "Этот адрес и этот пароль не подходят друг к другу.",
    "There is no such user.": "Такого пользователя нет.",
    "This is the last administrator. Make somebody else one first.": "Это последний администратор. Сначала назначьте другого.",
    "Settings may take {most} bytes as JSON.": "Настройки могут занимать {most} байт в JSON.",
    "This server does not take new accounts. Ask its administrator for one.": "Этот сервер не заводит новых аккаунтов. Обратитесь к его администратору.",
    "Only an administrator may do this.": "Это может сделать только администратор.",
    "A part this server depends on is not available. Try again soon.": "Часть, от которой зависит сервер, недоступна. Попробуйте чуть позже.",
    "The body is not valid JSON.": "Тело запроса — не корректный JSON.",
    "An Idempotency-Key is 1 to 255 printable ASCII characters.": "Idempotency-Key — это от 1 до 255 печатных символов ASCII.",
    "The first request with this Idempotency-Key is still running.": "Первый запрос с этим Idempotency-Key ещё выполняется.",
    "This Idempotency-Key was used for another request.": "Этот Idempotency-Key уже использован для другого запроса.",
    "This cursor is none of ours. Take `next_cursor` of the answer before, or leave it out.": "Это не наш курсор. Возьмите `next_cursor` из предыдущего ответа или не передавайте его.",
    "This belongs to somebody else.": "Это принадлежит кому-то другому.",
    "There is no such goal.": "Такой цели нет.",
    "There is no such project.": "Такого проекта нет.",
    "There is no such task.": "Такой задачи нет.",
    "There is no such label.": "Такой метки нет.",
    "There is no such item.": "Такой заметки нет.",
    "There is no such import.": "Такого импорта нет.",
    "A goal cannot hang under itself or under one of its own sub-goals.": "Цель не может быть вложена в саму себя или в свою подцель.",
    "Goals can be nested five deep.": "Цели вкладываются не глубже пяти уровней.",
    "A quarterly goal has a period such as 2026-Q4, a yearly one such as 2026.": "У квартальной цели период вида 2026-Q4, у годовой — вида 2026.",
    "Nothing can stand before or after itself.": "Ничто не может стоять перед собой или после себя.",
    "You have a label named {name} already.": "У вас уже есть метка {name}.",
    "The name of this label is too long when written out in plain letters.": "Имя этой метки слишком длинное, если записать его обычными буквами.",
    "The task does not stand at this date.": "Задача стоит не на этой дате.",
    "Only a task that repeats can skip a date.": "Пропустить дату может только повторяющаяся задача.",
    "The task is completed. Reopen it first.": "Задача выполнена. Сначала верните её в работу.",
    "A task can only be put off to a later date.": "Отложить задачу можно только на более позднюю дату.",
    "Yesterday can be filled in until noon.": "Вчерашний день можно дополнить до полудня.",
    "This recurrence cannot be understood.": "Это повторение непонятно.",
    "This date cannot be understood.": "Эта дата непонятна.",
    "A task that repeats needs a date. Clear `recurrence` as well, or give it another date.": "Повторяющейся задаче нужна дата. Уберите и `recurrence` или назначьте другую дату.",
    "A task cannot be a subtask of itself or of one of its own subtasks.": "Задача не может быть подзадачей самой себя или своей подзадачи.",
    "Subtasks can be nested five deep.": "Подзадачи вкладываются не глубже пяти уровней.",
    "A subtask belongs to the project and the goal of its parent.": "Подзадача относится к проекту и цели своей родительской задачи.",
    "The file cannot be read.": "Файл не удаётся прочесть.",
    "Questlog does not read this format.": "Questlog не читает этот формат.",
}


def translated(sentence: str, locale: str, details: Mapping[str, Any] | None = None) -> str:
    """Return `sentence` in the language of `locale`, its `{placeholders}` filled from `details`."""
    found = RUSSIAN.get(sentence, sentence) if locale.startswith("ru") else sentence
    if "{" not in found:
        return found
    known = details or {}
    # Not `format`: a sentence may quote the caller's own text, and with it a lone brace.
    return PLACEHOLDER.sub(lambda match: str(known.get(match[1], match[0])), found)
