"""What quizzes and reviews refuse, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_QUIZZES: Mapping[str, str] = {
    "There is no such question.": "Такого вопроса нет.",
    "This question cannot be asked so: {field} {reason}": "Так вопрос задать нельзя: {field} {reason}",
    "The lesson has a question with the code {code} already, perhaps a removed one. Take another.": "В уроке уже есть вопрос с кодом {code}, возможно удалённый. Возьмите другой код.",
    "A quiz has at most {most} questions. Remove one first.": "В тесте не больше {most} вопросов. Сначала уберите один.",
    "Enrol in the course first: only then its quizzes count.": "Сначала запишитесь на курс: только тогда его тесты засчитываются.",
    "This lesson has no questions. Complete it by its task instead.": "В этом уроке нет вопросов. Выполните его задачу.",
    "You have just submitted this quiz. Wait {seconds} seconds before the next try.": "Вы только что сдавали этот тест. До следующей попытки подождите {seconds} с.",
    "This question is answered twice.": "На этот вопрос дано два ответа.",
    "You have no hearts left, so a new quiz has to wait. The next heart is back at {back_at}. Reviews stay open.": "Сердец не осталось, и новый тест подождёт. Следующее сердце вернётся {back_at}. Повторения открыты.",
    "An answer here is the text of one of the choices.": "Ответ здесь — текст одного из вариантов.",
    "An answer here is a list with the texts of choices.": "Ответ здесь — список с текстами вариантов.",
    "An answer here is true or false.": "Ответ здесь — true или false.",
    "An answer here is a number.": "Ответ здесь — число.",
    "An answer here is a text.": "Ответ здесь — текст.",
    "An answer here is the list of the items in their order.": "Ответ здесь — список элементов по порядку.",
    "An answer here is a list of pairs with `left` and `right`, taken from the two lists.": "Ответ здесь — список пар `left` и `right` из двух списков.",
    "An answer here is a list of texts, one for each gap.": "Ответ здесь — список текстов, по одному на каждый пропуск.",
    "There is no such card.": "Такой карточки нет.",
    "This card rests until it is due again.": "Эта карточка отдыхает, пока не придёт её срок.",
    "Give an answer, or say yourself how well you knew it.": "Дайте ответ или оцените сами, насколько хорошо вы это знали.",
    "You have reviewed {limit} cards today. The rest waits until tomorrow.": "Сегодня вы повторили {limit} карточек. Остальные подождут до завтра.",
}
