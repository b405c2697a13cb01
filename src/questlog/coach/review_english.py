"""What reviews say by themselves, in English. Each sentence has only numbers that stand among the facts."""

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
QUOTED = "“{}”"
YEAR = "{day} {year}"
AND = ", "

SENTENCES = {
    "period": "In the {days:day|days} from {first_day} to {last_day}:",
    "nothing_done": "Nothing was completed in this time.",
    "done": "{done:task|tasks} done on {active_days:day|days}, worth {xp} XP.",
    "as_before": "That is about as much as in the four weeks before.",
    "more": "That is {percent} % more than in the four weeks before, counted by the week.",
    "less": "That is {percent} % less than in the four weeks before, counted by the week.",
    "first_weeks": "There is nothing from the four weeks before to compare with.",
    "rhythm": "Most is done on {weekday}: {count:task|tasks}.",
    "hour": "The best hour begins at {hour}: {count:task|tasks}.",
    "on_time": "{on_time} of {planned:finished task|finished tasks} with a date came in time: {percent} %.",
    "projects": "Most was done for {projects}.",
    "project": "{title} ({count})",
    "overdue": "{count:task is|tasks are} overdue now; {title} has waited longest, since {due}.",
    "none_overdue": "Nothing is overdue.",
    "postponed": "Put off: {count:time|times}, most often {title} ({times}).",
    "skipped": "Skipped: {count:time|times}.",
    "streak": "The streak is at {streak:day|days}; the best one was {best}.",
    "week_finished": "Finished, among others: {titles}.",
    "week_punctual": "Of what you finished with a date, {percent} % came in time.",
    "goal_met": "Met what you had set yourself: {goal}",
    "week_nothing": "Nothing was completed in that week.",
    "goal_missed": "Not met: {goal}",
    "week_late": "Of what you finished with a date, only {percent} % came in time.",
    "use_hour": "Your best hour begins at {hour}: put the hardest task there.",
    "split": "{title} was put off {times:time|times}: make it smaller, or let it go.",
    "decide": "Decide about {title}, due since {due}: do it, give it a new date, or drop it.",
    "plan_less": "Give fewer tasks a date, so that the dates can be kept.",
    "begin_small": "Choose one small task this evening, and begin tomorrow with it.",
    "tomorrow": "Choose the most important task of the next day the evening before.",
    "aim_first": "Finish one task.",
    "aim_done": "Finish at least {count:task|tasks}.",
    "aim_days": "Finish something on at least {count:day|days}.",
    "aim_none_overdue": "Have nothing overdue by the end of the week.",
    "aim_task": "Finish {title}, or give it a new date.",
}
