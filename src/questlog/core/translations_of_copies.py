"""What is said of copies: those of syncs and those of calendars, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_COPIES: Mapping[str, str] = {
    "This is no token of a sync. Send `next` of the answer before, or nothing to begin.": "Это не метка синхронизации. Передайте `next` из предыдущего ответа или не передавайте ничего, чтобы начать.",
    "There is no calendar at this address, or no longer.": "По этому адресу календаря нет, или его больше нет.",
}
