"""Answers about where one stands in the game, and of the shop."""

from typing import Any

from questlog.api.examples import identity

_state = {
    "xp": 345,
    "level": 3,
    "xp_to_next_level": 357,
    "gold": 42,
    "gold_debt": 0,
    "hearts": 4,
    "hearts_max": 5,
    "streak": 6,
    "best_streak": 14,
    "streak_freezes": 1,
    "reviews_today": 5,
}
_freeze = {
    "code": "streak-freeze",
    "title": "Streak freeze",
    "text": "Covers one missed day, by itself, and your streak goes on. You can hold two.",
    "price": 50,
    "owned": 1,
    "hold": 2,
    "can_buy": False,
    "refusal": "This costs 50 gold, and you have 42.",
}

EXAMPLES: dict[str, Any] = {
    "GameState": _state,
    "OwnAccountResponse": {**identity.EXAMPLES["TokenResponse"]["user"], "game": _state},
    "PurchaseResponse": {
        "item": "focus-potion",
        "quantity": 1,
        "price": 20,
        "game": {**_state, "gold": 22},
    },
    "ShopResponse": {"gold": 42, "items": [_freeze]},
}
