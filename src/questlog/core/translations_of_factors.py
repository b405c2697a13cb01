"""What is said of second factors, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_FACTORS: Mapping[str, str] = {
    "Show your second factor to finish signing in.": "Чтобы завершить вход, подтвердите его вторым способом.",
    "This step has taken too long, or was done already. Begin again.": "Этот шаг занял слишком много времени или уже выполнен. Начните заново.",
    "This code is not valid, or was used before.": "Этот код не подходит или уже использован.",
    "An authenticator app is set up already. Remove it first.": "Приложение для кодов уже настроено. Сначала удалите его.",
    "No authenticator app is set up.": "Приложение для кодов не настроено.",
    "You signed in a while ago. Show again who you are, or sign in anew, before you do this.": "Вы вошли довольно давно. Сначала подтвердите ещё раз, кто вы, или войдите заново.",
    "Recovery codes come with a second factor. Add one first.": "Резервные коды выдаются вместе со вторым способом подтверждения. Сначала добавьте его.",
    "This is your last way in. Add another one first.": "Это ваш последний способ входа. Сначала добавьте другой.",
    "There is no such passkey.": "Такого ключа доступа нет.",
    "This passkey is not yours.": "Это чужой ключ доступа.",
    "This passkey is registered already.": "Этот ключ доступа уже зарегистрирован.",
    "You can have {most} passkeys. Remove one first.": "Ключей доступа может быть не больше {most}. Сначала удалите один.",
    "This passkey cannot be accepted. Try again, or use another way.": "Этот ключ доступа не подходит. Попробуйте ещё раз или другим способом.",
    "Passkeys need a host name: set PUBLIC_URL to an https:// address, or to http://localhost.": "Ключам доступа нужно имя узла: укажите в PUBLIC_URL адрес https:// или http://localhost.",
}
