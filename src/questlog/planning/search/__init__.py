"""Finding tasks and items by their words, in Russian and English alike on both engines."""
