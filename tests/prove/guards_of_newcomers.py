"""The guards around somebody new: nothing is made up about them, and nothing is forced on them."""

from tests.prove.guard import Guard

NEWCOMERS = (
    Guard(
        "what a model sorts has a quote of the user's words",
        "coach/onboarding_model.py",
        "return quotes.answered(one.quote, answers) is not None",
        "return bool(one.quote)",
        'tests/api/test_onboarding_with_a_model.py -k "made_up and sqlite"',
    ),
    Guard(
        "a profile written by hand is kept",
        "coach/onboarding_end.py",
        "if text and not is_kept:",
        "if text:",
        'tests/api/test_onboarding_ends.py -k "written_by_hand and sqlite"',
    ),
    Guard(
        "a profile's text forgets what is deleted from the profile",
        "coach/profile_text.py",
        "    if locale is not None:\n        changes",
        "    if locale is None:\n        changes",
        'tests/api/test_profile.py -k "follows_them and sqlite"',
    ),
    Guard(
        "many at once begin one onboarding",
        "coach/onboarding.py",
        "if not begins_anew and await _standing(session, who.user_id, None) is not None:",
        "if begins_anew and await _standing(session, who.user_id, None) is not None:",
        'tests/api/test_onboarding.py -k "begin_one_talk and postgresql"',
    ),
    Guard(
        "an onboarding ends after six questions",
        "coach/onboarding_dialogue.py",
        "if one not in self.asked and one not in self.left_out",
        "if one not in self.asked[:-1] and one not in self.left_out",
        "tests/api/test_onboarding.py -k more_than_six",
    ),
    Guard(
        "a plan says no number that is not its own",
        "coach/quick_plan.py",
        "said = number_check.checked(_plain(thought.say), thought_out.facts)",
        "said = number_check.Checked(_plain(thought.say), [])",
        'tests/api/test_quick_plan.py -k "wrong_numbers and sqlite"',
    ),
    Guard(
        "many plans at once propose each thing once",
        "coach/waiting.py",
        ".with_for_update(key_share=True)",
        "",
        'tests/api/test_quick_plan.py -k "many_plans_at_once and postgresql"',
    ),
)
