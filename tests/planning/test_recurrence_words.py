"""A rule as a sentence."""

import pytest

from questlog.planning import recurrence

SENTENCES = [
    ("daily", "every day", "каждый день"),
    ("biweekly", "every 2 weeks", "каждые 2 недели"),
    ("FREQ=DAILY;INTERVAL=21", "every 21 days", "каждый 21 день"),
    ("FREQ=MONTHLY;INTERVAL=5", "every 5 months", "каждые 5 месяцев"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every week on weekdays", "каждую неделю по будням"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "every 2 weeks on Monday and Thursday", "каждые 2 недели по понедельникам и четвергам"),
    ("FREQ=WEEKLY;BYMONTH=6,7;BYDAY=SA", "every week on Saturday, only in June and July", "каждую неделю по субботам в июне и июле"),
    ("FREQ=DAILY;BYMONTH=1;BYDAY=MO", "every day, only on Monday, only in January", "каждый день, только по понедельникам, только в январе"),
    ("FREQ=MONTHLY;BYMONTHDAY=15,1", "every month on the 1st and the 15th", "каждый месяц 1-го и 15-го числа"),
    ("FREQ=MONTHLY;BYMONTHDAY=-2,12", "every month on the 12th and the second to last day", "каждый месяц 12-го числа и в предпоследний день"),
    ("FREQ=MONTHLY;BYDAY=2TU,-1FR", "every month on the second Tuesday and the last Friday", "каждый месяц во второй вторник и в последнюю пятницу"),
    ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "every month on the 13th, if it is a Friday", "каждый месяц 13-го числа, если это пятница"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "every month on the last working day", "каждый месяц в последний рабочий день"),
    ("FREQ=MONTHLY;BYDAY=MO,WE;BYSETPOS=2", "every month on the second of Monday and Wednesday", "каждый месяц во второй из дней: понедельник и среда"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "every year on the 29th of February", "каждый год 29 февраля"),
    ("FREQ=YEARLY;BYMONTH=9;BYDAY=1MO", "every year on the first Monday of September", "каждый год в первый понедельник сентября"),
    ("FREQ=YEARLY;BYDAY=20MO", "every year on the 20th Monday of the year", "каждый год в 20-й понедельник года"),
    ("FREQ=YEARLY;INTERVAL=2;UNTIL=20301231", "every 2 years, until 31 December 2030", "каждые 2 года, до 31 декабря 2030 года"),
    ("FREQ=YEARLY;INTERVAL=5;COUNT=22", "every 5 years, 22 times", "каждые 5 лет, 22 раза"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "english", "russian"), SENTENCES)
def test_a_rule_reads_as_a_sentence(rule: str, english: str, russian: str) -> None:
    read = recurrence.parse(rule)

    assert recurrence.words(read, "en-GB") == english
    assert recurrence.words(read, "ru_RU") == russian
    assert recurrence.words(read, "fr") == english
