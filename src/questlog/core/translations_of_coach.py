"""What is said about the coach, in Russian. A part of `translations.py`."""

from collections.abc import Mapping

OF_COACH: Mapping[str, str] = {
    "There is no such conversation.": "Такого разговора нет.",
    "There is no such run.": "Такого ответа нет.",
    "The coach is still answering in this conversation. Wait for it, or stop it.": "Наставник ещё отвечает в этом разговоре. Дождитесь ответа или остановите его.",
    "There is no such proposal.": "Такого предложения нет.",
    "This proposal was decided already, or its 24 hours are over. Ask the coach again.": "По этому предложению уже решено, или его 24 часа истекли. Спросите наставника ещё раз.",
    "This proposal does not fit any more. Ask the coach again.": "Это предложение больше не подходит. Спросите наставника ещё раз.",
    "{most} proposals wait for a decision, which is the most. Decide some first.": "Решения ждут {most} предложений, больше нельзя. Сначала разберите часть из них.",
    "There is no tool of this name that changes something.": "Нет такого инструмента, который что-нибудь меняет.",
    "The coach always asks before it deletes something.": "Перед удалением наставник всегда спрашивает.",
    "There is no such statement in your profile.": "В вашем профиле нет такой записи.",
    "A profile has at most {most} statements. Delete one first.": "В профиле не больше {most} записей. Сначала удалите одну.",
    "This conversation is no onboarding, or it is over. Begin a new one.": "Это не знакомство, или оно уже закончено. Начните новое.",
    "This question was answered meanwhile. Read the conversation and answer the present one.": "На этот вопрос уже ответили. Прочтите разговор и ответьте на нынешний.",
    "There is no retrospective of this week.": "Итогов этой недели нет.",
    "Today's budget for the coach's model is used up. It is new tomorrow.": "Сегодняшний запас запросов к модели наставника исчерпан. Завтра будет новый.",
    "The coach's model did not answer. What you said is kept; try again soon.": "Модель наставника не ответила. Сказанное сохранено; попробуйте чуть позже.",
    "The coach's answer became too long. What you said is kept; ask for less at once.": "Ответ наставника вышел слишком длинным. Сказанное сохранено; попросите за раз о меньшем.",
    "The coach began to answer several times and never came to an end. What you said is kept; say it in other words.": "Наставник несколько раз начинал отвечать и не дошёл до конца. Сказанное сохранено; скажите это другими словами.",
    "Something went wrong while the coach answered. What you said is kept; try again.": "Пока наставник отвечал, что-то сломалось. Сказанное сохранено; попробуйте ещё раз.",
    "The coach is still at it. Its answer will be in the conversation.": "Наставник ещё думает. Ответ появится в разговоре.",
    "A language model answers.": "Отвечает языковая модель.",
    "No language model is configured: rules answer, which understand a few commands and make facts into sentences.": "Языковая модель не настроена: отвечают правила, которые понимают несколько команд и складывают факты в предложения.",
}
