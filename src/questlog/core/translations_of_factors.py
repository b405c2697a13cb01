"""What is said of second factors, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_FACTORS: Mapping[str, str] = {
    "Show your second factor to finish signing in.": "Чтобы завершить вход, подтвердите его вторым способом.",
    "This step has taken too long, or was done already. Begin again.": "Этот шаг занял слишком много времени или уже выполнен. Начните заново.",
}
