"""What is asked of somebody new, and the words around it, in both languages. Pure data."""

from collections.abc import Mapping

TOPICS = ("work", "goals", "projects", "tasks", "hours", "obstacle")
"""One question each, so there are never more than six."""

_EN: Mapping[str, str] = {
    "hello": "Hello! I ask at most six short questions. Answer as you like; “skip” passes one over, and “enough” ends it.",
    "work": "What do you do: what is your work, or what do you study?",
    "goals": "What would you like to have reached in three months, or in a year? One thing a line is easiest for me.",
    "projects": "Which larger undertakings are you in the middle of?",
    "tasks": "What has to be done in the next days? I understand dates, such as “pay the rent on Friday”.",
    "hours": "When do you work best, and how do you like to work?",
    "obstacle": "What gets in your way most often?",
    "end": "Thank you. This is what I took from it. Goals: {goals}, projects: {projects}, tasks: {tasks}. They are proposals: each is added when you accept it. What I noted about you stands in your profile, where you can change or delete every line.",
    "not_proposed": "Not proposed, because too many proposals wait for your decision: {count}.",
    "not_noted": "Not noted, because your profile is full: {count}.",
    "nothing": "Thank you. You told me nothing that I could propose, and I noted nothing you did not say. Add a task whenever you like; we can do this again.",
}
_RU: Mapping[str, str] = {
    "hello": "Здравствуйте! Я задам не больше шести коротких вопросов. Отвечайте как удобно; «пропустить» пропускает вопрос, «хватит» заканчивает разговор.",
    "work": "Чем вы занимаетесь: кем работаете или чему учитесь?",
    "goals": "Чего вы хотели бы достичь за три месяца или за год? Мне проще всего, если каждая цель с новой строки.",
    "projects": "Какие большие дела у вас сейчас в разгаре?",
    "tasks": "Что нужно сделать в ближайшие дни? Я понимаю даты, например «заплатить за квартиру в пятницу».",
    "hours": "Когда вам лучше всего работается и как вам удобно работать?",
    "obstacle": "Что мешает вам чаще всего?",
    "end": "Спасибо. Вот что я понял. Целей: {goals}, проектов: {projects}, задач: {tasks}. Это предложения: каждое добавится, когда вы его примете. Что я записал о вас, видно в профиле; там можно изменить или удалить каждую строку.",
    "not_proposed": "Не предложено, потому что слишком много предложений ждут вашего решения: {count}.",
    "not_noted": "Не записано, потому что профиль заполнен: {count}.",
    "nothing": "Спасибо. Предложить мне пока нечего, и ничего, чего вы не говорили, я не записал. Добавляйте задачи, когда захотите; разговор можно повторить.",
}
SENTENCES: Mapping[str, Mapping[str, str]] = {"en": _EN, "ru": _RU}

_SKIPS = (
    "skip|next|pass|no|none|nope|nothing|no idea|i don't know|i do not know|don't know|not sure|n/a|-|—|"
    "nothing really|nothing special|nothing special really|nothing much|nothing at all|nothing yet|"
    "nothing for now|nothing at the moment|nothing right now|no thanks|no thank you|i have nothing|skip it|skip this|–|nothing comes to mind|none yet|none at all|"
    "none at the moment|none right now|not yet|not really|"
    "пропустить|пропусти|дальше|следующий|нет|ничего|никакие|никаких|не знаю|не уверен|не уверена|потом|"
    "ничего особенного|ничего такого|ничего пока|пока ничего|пока нет|нет спасибо|спасибо нет|пропустим|пропустим это|нет пока|пока никаких|никаких пока|"
    "пока не знаю|сейчас ничего|сейчас никаких|ничего не приходит в голову|вообще ничего|да нет"
)
# None of these answers a question: “done” and «всё» (“everything”) do, and so do not end the talk.
_ENDS = (
    "enough|stop|that's all|that is all|that's it|that is it|that's enough|quit|"
    "хватит|стоп|это всё|это все|на этом всё|на этом все|достаточно|закончим|конец"
)
_GREETINGS = (
    "hi|hello|hey|hi there|hello there|hey there|good morning|good afternoon|good evening|start|begin|"
    "let's go|let's start|привет|здравствуй|здравствуйте|добрый день|добрый вечер|доброе утро|"
    "начать|начнём|начнем|начинай|поехали|давай начнём|давай начнем"
)
SKIPS, ENDS, GREETINGS = (frozenset(words.split("|")) for words in (_SKIPS, _ENDS, _GREETINGS))


def sentence(name: str, locale: str) -> str:
    return SENTENCES.get(locale, _EN)[name]
