"""What the school refuses, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_LEARNING: Mapping[str, str] = {
    "There is no such course.": "Такого курса нет.",
    "There is no such week.": "Такой недели нет.",
    "There is no such lesson.": "Такого урока нет.",
    "You take this course already.": "Вы уже проходите этот курс.",
    "The task of a lesson cannot repeat. Duplicate it: the copy is a task of its own.": "Задача урока не может повторяться. Сделайте её копию: это будет обычная задача.",
    "You do not take this course.": "Вы не проходите этот курс.",
    "This file cannot be read in: {first}": "Этот файл не удаётся прочесть: {first}",
    "The lesson {lesson} has a question {question} that was added by hand. Give the one in the file another code.": "В уроке {lesson} уже есть добавленный вручную вопрос {question}. Дайте вопросу в файле другой код.",
}
