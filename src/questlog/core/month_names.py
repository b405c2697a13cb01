"""The months as a date says them ("3 June", "3 июня"), January first."""

from datetime import date

ENGLISH = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
RUSSIAN = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)


def english_date(day: date) -> str:
    return f"{day.day} {ENGLISH[day.month - 1]}"


def russian_date(day: date) -> str:
    return f"{day.day} {RUSSIAN[day.month - 1]}"
