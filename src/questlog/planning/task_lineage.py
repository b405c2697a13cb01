"""What hangs under a task and what it hangs under, as tables of a statement."""

from uuid import UUID

from sqlalchemy import CTE, literal, select

from questlog.planning.queries import MAX_DEPTH, TASKS


def subtree_of(user_id: UUID, *task_ids: UUID) -> CTE:
    """The ids of tasks and of everything below them, in the trash or not."""
    mine = (TASKS.c.user_id == user_id, TASKS.c.id.in_(task_ids))
    top = select(TASKS.c.id, TASKS.c.user_id, literal(1).label("step")).where(*mine)
    tree = top.cte("subtree", recursive=True)
    # The owner is handed down: compared with a constant, SQLite would walk all tasks of the user at every step.
    below = select(TASKS.c.id, TASKS.c.user_id, tree.c.step + 1).where(
        TASKS.c.user_id == tree.c.user_id,
        TASKS.c.parent_task_id == tree.c.id,
        tree.c.step <= MAX_DEPTH,
    )
    return tree.union_all(below)


def ancestors_of(user_id: UUID, task_id: UUID) -> CTE:
    """A task and what it hangs under, `step` counting from 1."""
    columns = (TASKS.c.id, TASKS.c.user_id, TASKS.c.parent_task_id, TASKS.c.rule, TASKS.c.due_on)
    mine = (TASKS.c.user_id == user_id, TASKS.c.id == task_id)
    start = select(*columns, literal(1).label("step")).where(*mine)
    above = start.cte("ancestors", recursive=True)
    higher = select(*columns, above.c.step + 1).where(
        TASKS.c.user_id == above.c.user_id,
        TASKS.c.id == above.c.parent_task_id,
        above.c.step <= MAX_DEPTH,
    )
    return above.union_all(higher)
