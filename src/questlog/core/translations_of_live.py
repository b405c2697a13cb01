"""What is said to those who stay connected, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_LIVE: Mapping[str, str] = {
    "This ticket was used before, is older than a minute, or never was one.": "Этот билет уже использован, старше минуты или вообще не билет.",
    "You have {most} of these connections open already. Close one first.": "У вас уже открыто столько таких соединений: {most}. Сначала закройте одно.",
    "Too many messages. Wait a little.": "Слишком много сообщений. Подождите немного.",
    "Show who you are once: in a header, as a subprotocol, or in the first message.": "Покажите, кто вы, один раз: в заголовке, подпротоколом или в первом сообщении.",
    "Say who you are within five seconds: send {example}.": "Скажите, кто вы, в течение пяти секунд: отправьте {example}.",
    "The address has a query this socket does not know, or one of a wrong form.": "В адресе есть параметр, который этому сокету незнаком или записан не так.",
    "`since` is the number of an event: the `seq` you were told last.": "`since` — это номер события: последний `seq`, о котором вам сообщили.",
    "Your role has changed. Connect again.": "Ваша роль изменилась. Подключитесь ещё раз.",
    "This socket understands `ping` only.": "Этот сокет понимает только `ping`.",
    "This socket understands `message`, `resume`, `decision`, `stop` and `ping`.": "Этот сокет понимает `message`, `resume`, `decision`, `stop` и `ping`.",
    "The coach is answering you in {most} conversations already. Wait for one.": "Наставник уже отвечает вам в стольких разговорах: {most}. Дождитесь одного из них.",
    "The coach's model does not take this. Ask whoever runs this server.": "Модель наставника такое не принимает. Обратитесь к тому, кто ведёт этот сервер.",
    "Nothing is being answered here.": "Здесь сейчас не готовится никакой ответ.",
    "The message is not valid JSON.": "Это сообщение — не JSON.",
    "The message is no JSON object.": "Это сообщение — не объект JSON.",
}
