"""What is said of signing in elsewhere, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_ELSEWHERE: Mapping[str, str] = {
    "The provider you sign in with does not answer as it should. Try again soon.": "Служба входа не отвечает как положено. Попробуйте чуть позже.",
    "The provider did not confirm this sign-in. Begin again.": "Служба входа не подтвердила этот вход. Начните заново.",
    "The provider did not let you in, or you changed your mind. Begin again.": "Служба входа вас не пустила, или вы передумали. Начните заново.",
    "This sign-in was not begun in this browser, took too long, or is over already. Begin again.": "Этот вход начат в другом браузере, занял слишком много времени или уже завершён. Начните заново.",
    "This code is not valid, or was used already. Sign in again.": "Этот код не подходит или уже использован. Войдите ещё раз.",
    "This server knows no such provider.": "Этот сервер не знает такой службы входа.",
    "People are not sent back to this address after signing in. Its operator has to allow it.": "На этот адрес после входа не возвращают: его должен разрешить администратор сервера.",
    "There is no such identity.": "Такой учётной записи у других служб нет.",
    "This identity is not yours.": "Это чужая учётная запись.",
    "This identity is linked to another account.": "Эта учётная запись привязана к другому аккаунту.",
    "This identity has an account of its own here, with something in it. Export that account and have it deleted, link again, and import the file.": "У этой учётной записи есть здесь собственный аккаунт, и в нём что-то есть. Выгрузите его и попросите удалить, привяжите запись снова и загрузите файл.",
    "No issuer that this server trusts vouches for this token now.": "Ни одна служба, которой доверяет этот сервер, сейчас не подтверждает этот токен.",
    "There is an account with this e-mail address. Sign in to it, then link this provider.": "Аккаунт с этим адресом уже есть. Войдите в него, затем привяжите эту службу входа.",
    "This account is closed. Ask the administrator of this server.": "Этот аккаунт закрыт. Обратитесь к администратору сервера.",
}
