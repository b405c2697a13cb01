"""Goals, projects, tasks, labels, items, and when they come back."""
